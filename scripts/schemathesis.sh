#!/usr/bin/env bash
# Makes requests up from the stack's own /openapi.json, good and bad, and holds the answers against it.
#
#   scripts/schemathesis.sh [examples for each operation, 100] [schemathesis's options]
#
# Starts a local stack for it. What is checked is in tests/fuzz/schemathesis.toml. Needs cargo and
# Python 3.11.
set -euo pipefail
cd "$(dirname "$0")/.."

examples=${1-100}
shift || true
scripts/venv.sh acceptance
echo "Running $examples made-up requests for each operation…"
exec scripts/with-stack.sh .venv/acceptance/bin/python -B tests/fuzz/run.py --max-examples "$examples" "$@"
