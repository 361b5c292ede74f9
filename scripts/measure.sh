#!/usr/bin/env bash
# Measures the README's two commands on a fresh clone with nothing built, and how soon a built stack
# answers. Writes the table into README.md between its markers. Crates that are downloaded already
# are not downloaded again, so the network is not measured.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
clone=$(mktemp -d)
trap 'rm -rf "$clone"' EXIT

seconds_of() { # runs a command, its output to a log; prints whole seconds
    local began=$SECONDS
    if ! "$@" >"$clone.log" 2>&1; then
        cat "$clone.log" >&2
        exit 1
    fi
    echo $((SECONDS - began))
}
minutes() { awk -v s="$1" 'BEGIN { printf "%.1f min", s / 60 }'; }

echo "cloning the last commit" >&2
git clone --quiet "$root" "$clone/stowage"
cd "$clone/stowage"
echo "fetching crates" >&2
cargo fetch --quiet --locked
echo "cargo run, from nothing to an answering stack" >&2
build=$(seconds_of cargo build --locked --bin stowage)

# How soon a built stack is ready: the median of 9 starts, from spawn to the ready file.
echo "starting the built stack 9 times" >&2
starts=()
for _ in 1 2 3 4 5 6 7 8 9; do
    ready="$clone/ready.json"
    rm -f "$ready"
    began=$(date +%s%N)
    ./target/debug/stowage --ephemeral --port 0 --quiet --ready-file "$ready" >/dev/null 2>&1 &
    pid=$!
    until [[ -e "$ready" ]]; do sleep 0.002; done
    starts+=($((($(date +%s%N) - began) / 1000000)))
    kill -INT "$pid"
    wait "$pid" || true
done
start=$(printf '%s\n' "${starts[@]}" | sort -n | sed -n 5p)

echo "cargo test, after that" >&2
test=$(seconds_of cargo test --locked)
again=$(seconds_of cargo test --locked)

machine="$(nproc) cores, $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(rustc --version)"
table="$clone/table.md"
{
    echo "| | |"
    echo "|---|---|"
    echo "| \`cargo run\`, cold: build everything, then start | $(minutes "$build") |"
    echo "| a start once built, to the first accepted request | $start ms |"
    echo "| \`cargo test\`, after that: build the tests and run them | $(minutes "$test") |"
    echo "| \`cargo test\` again | $(minutes "$again") |"
    echo
    echo "Measured on $(date +%F) by \`just measure\` (a fresh clone, crates downloaded before, debug profile) on: $machine. Nothing of AWS was involved."
} >"$table"
cat "$table"
"$root/scripts/put-between.sh" "$root/README.md" measure <"$table"
