#!/bin/sh
# Lists the newest tags of the repository that it runs in: tags.sh 10
set -eu

newest=$1

git tag --list --sort=-creatordate --format='%(creatordate:short)  %(refname:short)  %(contents:subject)' |
    head -n "$newest"
