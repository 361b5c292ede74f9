#!/usr/bin/env bash
# Runs a command beside a local stack of its own: builds and starts one on free ports, in a directory
# that is removed at the end, and stops it when the command has ended. Needs cargo and python3.
#
#   scripts/with-stack.sh COMMAND…
#
# The command finds in its environment:
#
#   STOWAGE_URL          where the API is, without /v1
#   STOWAGE_KEY          a key with every permission
#   STOWAGE_NAMESPACE    the namespace that requests without one are served in
#   STOWAGE_READ_KEY     a key of the same organisation that may only read
#   STOWAGE_BOUND_KEY    a key of the same organisation that may use that namespace alone
#   STOWAGE_OTHER_KEY    a key of another organisation
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
server=

clean_up() {
    if [[ -n $server ]] && kill -INT "$server" 2>/dev/null; then
        wait "$server" || true
    fi
    rm -rf "$work"
}
trap clean_up EXIT

said() { # a file: its last lines
    if [[ -s $1 ]]; then
        tail -n 30 "$1" | sed 's/^/  | /' >&2
    fi
}

fail() { # why, and a file that may say more
    echo "with-stack: $1" >&2
    said "${2-$work/log.txt}"
    exit 1
}

stowage() {
    cargo run --quiet --locked -- "$@"
}

echo 'Building and starting a stack on free ports…'
cargo build --quiet --locked -p stowage
cargo run --quiet --locked -- serve --data-dir "$work/data" --port 0 --quiet \
    --ready-file "$work/ready.json" >/dev/null 2>"$work/log.txt" &
server=$!
for _ in $(seq 600); do
    kill -0 "$server" 2>/dev/null || fail 'the stack did not start'
    [[ -s $work/ready.json ]] && break
    sleep 0.1
done

ready() { # a field of the ready file
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/ready.json" "$1" ||
        fail 'the stack was not ready after a minute'
}

STOWAGE_URL=$(ready api) STOWAGE_KEY=$(ready key) STOWAGE_NAMESPACE=$(ready namespace)
STOWAGE_READ_KEY=$(stowage keys --data-dir "$work/data" create reader --permissions read 2>"$work/keys.txt") ||
    fail 'no read-only key could be made' "$work/keys.txt"
STOWAGE_BOUND_KEY=$(stowage keys --data-dir "$work/data" create bound --permissions read,write,admin \
    --namespaces "$STOWAGE_NAMESPACE" 2>"$work/keys.txt") ||
    fail 'no bound key could be made' "$work/keys.txt"
# The embedded DynamoDB is spoken to as a deployed stack's would be: that makes a new organisation.
STOWAGE_OTHER_KEY=$(AWS_ENDPOINT_URL_DYNAMODB=$(ready dynamodb) AWS_REGION=eu-west-1 AWS_ACCESS_KEY_ID=any \
    AWS_SECRET_ACCESS_KEY=any stowage keys --stack stowage create stranger \
    --permissions read,write,admin 2>"$work/keys.txt") ||
    fail 'no key of another organisation could be made' "$work/keys.txt"
export STOWAGE_URL STOWAGE_KEY STOWAGE_NAMESPACE STOWAGE_READ_KEY STOWAGE_BOUND_KEY STOWAGE_OTHER_KEY

echo "The stack answers at $STOWAGE_URL."
status=0
"$@" || status=$?

kill -INT "$server" 2>/dev/null || fail 'the stack has ended early'
wait "$server" || fail 'the stack did not end in order'
server=
if [[ $status != 0 ]]; then
    echo 'What the stack warned of:' >&2
    said "$work/log.txt"
fi
exit "$status"
