#!/usr/bin/env bash
# Plays every event to every function's binary, and holds the AWS calls that it makes, and the code's
# own description of tables and routes, against template.yaml: neither may drift. With an argument, the
# binaries are those below that directory (target/lambda), not ones of the development profile.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -z ${1-} ]] || export STOWAGE_BINARIES="$PWD/$1"

echo "playing the events to the functions' binaries" >&2
rm -rf target/recorded-calls
cargo test --locked --quiet --workspace --test binary
cargo run --locked --quiet --package stowage-tests --bin describe >target/descriptions.json
.venv/template/bin/python - target/recorded-calls/*.json >target/recorded-calls.json <<'PYTHON'
import json, sys
json.dump([call for file in sys.argv[1:] for call in json.load(open(file))], sys.stdout)
PYTHON
.venv/template/bin/python scripts/check_template.py \
    --described target/descriptions.json --calls target/recorded-calls.json
