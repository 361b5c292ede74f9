#!/usr/bin/env bash
# Runs CI's steps in order and names the one that fails.
set -euo pipefail
cd "$(dirname "$0")/.."

steps=(fmt-check clippy test demo walkthrough acceptance doc docs-check deploy-check)
started=$SECONDS
for step in "${steps[@]}"; do
    printf '\n=== just %s\n' "$step"
    began=$SECONDS
    if ! just "$step"; then
        printf '\n=== FAILED: just %s (after %d s)\n' "$step" "$((SECONDS - began))" >&2
        exit 1
    fi
    printf '=== passed: just %s (%d s)\n' "$step" "$((SECONDS - began))"
done
printf '\n=== CI passed: %d steps in %d s\n' "${#steps[@]}" "$((SECONDS - started))"
