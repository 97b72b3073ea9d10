#!/usr/bin/env bash
# Restarts a service, or says what it would do: restart.sh SERVICE [--dry-run]
set -euo pipefail

service=$1
mode=${2:-}
command=(systemctl restart "$service.service")

if [[ $mode == --dry-run ]]; then
    echo "I would run: ${command[*]}"
    exit 0
fi

# 77 refuses: the channel reads the text, and the bot counts no failure.
if ! systemctl cat "$service.service" >/dev/null 2>&1; then
    echo "There is no service $service on this machine."
    exit 77
fi

echo "::progress 1/2 stopping and starting"
"${command[@]}"
echo "::progress 2/2 looking at it"
systemctl is-active "$service.service"
