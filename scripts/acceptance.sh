#!/usr/bin/env bash
# Runs tests/acceptance: Mixpeek's own Python SDK, and other clients' requests, against a stack.
#
#   scripts/acceptance.sh [pytest's arguments]
#
# The stack is a local one, started for it, or the deployed one that STOWAGE_URL (without /v1) and
# STOWAGE_KEY name; see tests/acceptance/deployment.py for what else may be said of it.
# Needs Python 3.11; cargo too, for a local stack.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/venv.sh acceptance
pytest=(.venv/acceptance/bin/python -B -m pytest tests/acceptance "$@")
if [[ -n ${STOWAGE_URL-} ]]; then
    echo "Running Mixpeek's SDK against $STOWAGE_URL…"
    exec "${pytest[@]}"
fi
echo "Running Mixpeek's SDK against a local stack…"
exec scripts/with-stack.sh "${pytest[@]}"
