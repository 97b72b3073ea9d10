#!/usr/bin/env bash
# Backs a database up, or says what it would do; describes itself: backup.sh --hailer-spec, backup.sh DATABASE KEEP [--dry-run]
set -euo pipefail

if [[ ${1:-} == --hailer-spec ]]; then
    cat <<'JSON'
{
  "hailer_spec": 1,
  "help": "Back a database up",
  "example": "backup orders --dry-run",
  "effect": "write",
  "timeout": "10m",
  "one_at_a_time": "database",
  "progress": "^step (\\d+) of (\\d+): (.*)$",
  "words": ["{database}", "{keep}", "{dry-run}"],
  "args": [
    {"name": "database", "type": "choice", "choices": ["orders", "users"], "help": "which one"},
    {"name": "keep", "type": "integer", "min": 1, "max": 30, "default": 7, "help": "how many backups are kept"},
    {"name": "dry-run", "type": "flag", "help": "only say what would be done"}
  ]
}
JSON
    exit 0
fi

database=$1 keep=$2

if [[ ${3:-} == --dry-run ]]; then
    echo "I would back up $database and keep $keep backups."
    exit 0
fi

echo "step 1 of 2: writing $database"
command -v pg_dump >/dev/null || { echo "There is no pg_dump on this machine."; exit 77; }
folder=${BACKUPS:-/var/backups/databases}
mkdir -p "$folder"
pg_dump --format=custom "$database" > "$folder/$database-$(date +%F-%H%M%S)"
echo "step 2 of 2: removing old ones"
ls -1t "$folder/$database-"* | tail -n "+$((keep + 1))" | xargs -r rm --
echo "Backed up $database."
