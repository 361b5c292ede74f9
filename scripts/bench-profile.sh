#!/usr/bin/env bash
# Builds create-object under several release profiles, each below target/profiles/, for
# `scripts/bench_cold.py --profiles`. Variants that are there already are built again.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/template/bin:$PATH"

rm -rf target/profiles
while read -r level lto units panic; do
    name=${level}_${lto}_${units}_${panic}
    echo "building $name" >&2
    CARGO_PROFILE_RELEASE_OPT_LEVEL=$level CARGO_PROFILE_RELEASE_LTO=$lto \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=$units CARGO_PROFILE_RELEASE_PANIC=$panic \
        cargo lambda build --quiet --release --locked --package create-object \
        --lambda-dir "target/profiles/$name" </dev/null
    # cargo-lambda copies every function that was ever built.
    find "target/profiles/$name" -mindepth 1 -maxdepth 1 ! -name create-object -exec rm -r {} +
done <<'VARIANTS'
z fat 1 unwind
s fat 1 unwind
3 fat 1 unwind
3 off 16 unwind
z fat 1 abort
VARIANTS
