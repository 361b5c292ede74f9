#!/usr/bin/env bash
# Runs the walk-through that `stowage serve` prints, exactly as printed, and checks what comes out.
# Needs cargo, curl and a POSIX shell.
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

fail() {
    echo "walkthrough: $1" >&2
    if [[ -s $work/log.txt ]]; then
        sed 's/^/  | /' "$work/log.txt" >&2
    fi
    exit 1
}

echo 'Building and starting a stack that keeps nothing…'
cargo build --quiet -p stowage
# Without a pipe or a subshell in between, so that the signal at the end reaches it.
cargo run --quiet -- --ephemeral --port 0 --ready-file "$work/ready.json" \
    >"$work/output.txt" 2>"$work/log.txt" &
server=$!

# The file comes once requests are accepted; the walk-through is printed right after it.
for _ in $(seq 600); do
    kill -0 "$server" 2>/dev/null || fail 'the stack did not start'
    if [[ -s $work/ready.json ]] && grep -q "policy=upsert.*}'\$" "$work/output.txt"; then
        ready=yes
        break
    fi
    sleep 0.1
done
[[ ${ready-} == yes ]] || fail 'the stack was not ready after a minute'

# The indented lines after the heading are the walk-through.
sed -n '/^Try it in another terminal:$/,$p' "$work/output.txt" | sed -n 's/^  //p' >"$work/walkthrough.sh"
[[ -s $work/walkthrough.sh ]] || fail 'no walk-through was printed'

echo "Running the $(grep -c . "$work/walkthrough.sh") lines of the walk-through…"
mkdir "$work/there"
(cd "$work/there" && sh -e ../walkthrough.sh) >"$work/answers.txt" 2>"$work/errors.txt" ||
    { cat "$work/errors.txt" >&2; fail 'the walk-through ended with an error'; }
[[ ! -s $work/errors.txt ]] || { cat "$work/errors.txt" >&2; fail 'the walk-through wrote to standard error'; }

expect() { # what it is, what an answer must contain
    grep -qF "$2" "$work/answers.txt" || { cat "$work/answers.txt" >&2; fail "$1: no $2 in the answers"; }
    echo "  ✓ $1"
}
expect 'the bucket is there' '"status":"ACTIVE"'
expect 'the confirmed upload is complete' '"status":"COMPLETED"'
expect 'the same key again is a conflict' '"code":"unique_key_conflict"'
expect 'the upsert has set the title' '"title":"As You Like It"'

kill -INT "$server"
wait "$server" || fail 'the stack did not end in order'
server=
echo 'The walk-through works as printed.'
