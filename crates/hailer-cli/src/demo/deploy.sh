#!/bin/sh
# Deploys nothing: it waits, says how far it is, and fails when the tour wants to see that.
service=$1 version=$2 environment=$3
case $service in search) pause=8 ;; *) pause=1 ;; esac

step() {
    echo "::progress $1/4 $2"
    sleep "$pause"
}

step 1 "fetching $service $version"
step 2 "moving the database"
if [ "$service $version" = "payments 5.1.0" ] && [ ! -e "failed-$environment" ]; then
    : >"failed-$environment"
    echo "5 of 9 tables moved" >&2
    echo "db-2 refuses: no space left on device" >&2
    exit 4
fi
step 3 "restarting 1 of 2 machines"
step 4 "restarting 2 of 2 machines"
echo "$service $version runs on 2 of 2 machines"
