#!/usr/bin/env bash
# Builds every function that template.yaml deploys, for one architecture (arm64 or x86_64), with
# cargo-lambda, and checks that this is what came out.
#
# The functions are named one by one, so that `local` and the tests aren't built with them: Cargo would
# unify features, and the functions would ship what only the local stack needs.
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:?usage: deploy-build.sh arm64|x86_64} in
    arm64) flag=--arm64 ;;
    x86_64) flag=--x86-64 ;;
    *) echo "$1: no such architecture; arm64 or x86_64" >&2 && exit 2 ;;
esac
# The pinned one that scripts/venv.sh installs goes before another.
export PATH="$PWD/.venv/template/bin:$PATH"
cargo lambda --version >/dev/null 2>&1 || {
    echo "cargo-lambda is needed: just venv, or https://www.cargo-lambda.info/guide/installation.html" >&2
    exit 1
}

packages=()
while IFS= read -r function; do
    packages+=(--package "$function")
done < <(sed -n 's|^ *CodeUri: target/lambda/||p' template.yaml)

# What describes the API (docs/openapi.json) is of no use in a function.
if cargo tree --locked --edges normal "${packages[@]}" --invert schemars 2>/dev/null | grep -q schemars; then
    echo "a function would carry schemars: the feature 'openapi' of stowage-domain is on" >&2 && exit 1
fi

rm -rf target/lambda
cargo lambda build --release --locked "$flag" "${packages[@]}"
python3 scripts/check_arch.py "$1"
