#!/bin/sh
# Lists file systems that are fuller than some percent, as CSV: disk.sh 80
set -eu

above=$1

echo "file system,size,used,free,full"
df -Ph -x tmpfs -x devtmpfs -x overlay 2>/dev/null | awk -v above="$above" '
    NR > 1 {
        full = $5
        sub(/%/, "", full)
        if (full + 0 > above + 0) print $6 "," $2 "," $3 "," $4 "," $5
    }'
