# Stowage's checks and chores. `just ci` is what CI runs.

_default:
    @just --list --unsorted

# Everything that CI runs, step by step
ci:
    @scripts/ci.sh

# The code is formatted
fmt-check:
    cargo fmt --all --check

# No lint is broken
clippy:
    cargo clippy --workspace --all-targets --locked -- -D warnings

# The README's test command
test:
    cargo test --locked

# The API documentation builds without a warning
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked --quiet

# The demo does what it says
demo:
    cargo run --locked --quiet -- demo

# The walk-through that `cargo run` prints works as printed (needs curl)
walkthrough:
    scripts/walkthrough.sh

# Markdown links lead somewhere, and code names no machine
docs-check:
    scripts/docs-check.sh

# How long the two commands take on a fresh clone; writes the README's table
measure:
    scripts/measure.sh
