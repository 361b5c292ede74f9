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

# Mixpeek's own Python SDK and other clients' requests, against a local stack (needs Python 3.11)
acceptance *ARGS:
    @scripts/acceptance.sh {{ARGS}}

# The same against a deployed stack, with the key in STOWAGE_KEY; docs/OPERATIONS.md names the variables
acceptance-deployed URL *ARGS:
    @STOWAGE_URL={{quote(URL)}} scripts/acceptance.sh {{ARGS}}

# Requests made up from /openapi.json, good and bad, against a local stack: EXAMPLES for each operation
schemathesis EXAMPLES="100":
    @scripts/schemathesis.sh {{EXAMPLES}}

# Markdown links lead somewhere, and code names no machine
docs-check:
    scripts/docs-check.sh

# Writes docs/openapi.json from the operations' table, the types and the recorded events
openapi:
    cargo run --locked --quiet --bin openapi

# docs/openapi.json is what the code says
openapi-check:
    cargo run --locked --quiet --bin openapi -- --check

# How long the two commands take on a fresh clone; writes the README's table
measure:
    scripts/measure.sh

# What checks and deploys template.yaml, below .venv/ (needs Python 3.11)
venv:
    @scripts/venv.sh template checkov

# The template is valid, and no rule is broken that .checkov.yaml doesn't list with a reason
template-check: venv
    .venv/template/bin/cfn-lint template.yaml
    AWS_DEFAULT_REGION=eu-west-1 SAM_CLI_TELEMETRY=0 .venv/template/bin/sam validate --lint --template template.yaml
    .venv/checkov/bin/checkov --config-file .checkov.yaml
    .venv/template/bin/python -m unittest discover --start-directory scripts

# The functions for Lambda, for arm64 or x86_64 (needs cargo-lambda)
deploy-build ARCH="arm64":
    scripts/deploy-build.sh {{ARCH}}

# Template and build are fit to be deployed: template-check, rights, drift, and what was built
deploy-check ARCH="arm64": template-check
    scripts/check-rights.sh
    @if [ -d target/lambda ]; then python3 scripts/check_arch.py {{ARCH}}; else echo "NOT checked: the architecture (nothing was built)"; fi

# The same with the shipped profile's binaries, of this machine's architecture
check-shipped: venv build-lambda
    scripts/check-rights.sh target/lambda

# Build, check, deploy: ENV is dev or prod of samconfig.toml; parameters may follow (AlarmEmail=…)
deploy ENV ARCH="arm64" *PARAMETERS="": (deploy-build ARCH) (deploy-check ARCH)
    .venv/template/bin/python scripts/deploy.py {{ENV}} {{ARCH}} {{PARAMETERS}}

# The functions for Lambda, for this machine's own architecture: what the benchmarks start
build-lambda ARCH=(if arch() == "aarch64" { "arm64" } else { "x86_64" }): (deploy-build ARCH)

# Cold starts of the functions and of benches/peers, emulated here; writes the README's table
bench-cold *ARGS:
    scripts/bench_cold.py --write {{ARGS}}

# What connecting at INIT brings; writes docs/PERFORMANCE.md's table
bench-connection *ARGS:
    scripts/bench_cold.py --connection --write {{ARGS}}

# create-object under several release profiles (half an hour); writes docs/PERFORMANCE.md's table
bench-profile *ARGS:
    scripts/bench-profile.sh
    scripts/bench_cold.py --profiles --write {{ARGS}}

# Listing 100 objects from a bucket of 1,000 and one of 100,000; writes docs/PERFORMANCE.md's table
bench-list *SIZES:
    cargo run --locked --quiet --profile engines -p stowage-tests --bin bench-list -- {{SIZES}} | scripts/put-between.sh docs/PERFORMANCE.md list

# How soon an upload that nobody confirms has its object; writes docs/PERFORMANCE.md's table
bench-auto-confirm:
    cargo run --locked --quiet -p stowage-tests --bin bench-auto-confirm | scripts/put-between.sh docs/PERFORMANCE.md auto-confirm

# How much memory a large source takes while it is copied (Linux); writes docs/PERFORMANCE.md's table
bench-mirror MEGABYTES="2048":
    cargo build --locked --quiet -p mirror-source
    cargo run --locked --quiet -p stowage-tests --bin bench-mirror -- {{MEGABYTES}} | scripts/put-between.sh docs/PERFORMANCE.md mirror

# A processor of the local stack's batches, until Ctrl-C
process *ARGS:
    cargo run --locked --quiet -p stowage-example-processor -- {{ARGS}}

# What an operation costs on AWS, by its counted calls; writes the table of docs/OPERATIONS.md
cost:
    cargo run --locked --quiet -p stowage-tests --bin cost | scripts/put-between.sh docs/OPERATIONS.md cost
