#!/usr/bin/env bash
# put-between.sh FILE NAME: replaces what stands between `<!-- NAME:begin -->` and `<!-- NAME:end -->` in
# FILE by standard input.
set -euo pipefail
file=$1 name=$2
new=$(mktemp)
trap 'rm -f "$new" "$new.file"' EXIT
cat >"$new"
grep -q "<!-- $name:begin -->" "$file" || { echo "$file has no <!-- $name:begin -->" >&2; exit 1; }
awk -v new="$new" -v begin="<!-- $name:begin -->" -v end="<!-- $name:end -->" '
    index($0, begin) { print; while ((getline line < new) > 0) print line; skip = 1 }
    index($0, end) { skip = 0 }
    !skip' "$file" >"$new.file"
cat "$new.file" >"$file"
