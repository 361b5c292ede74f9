#!/usr/bin/env bash
# Installs Python tools, pinned, below .venv/: the environments that are named. Does nothing for one
# that is up to date.
#
#   template    requirements-dev.txt         SAM, cfn-lint, cargo-lambda
#   checkov     requirements-checkov.txt     of its own: it needs another version of the AWS SDK than SAM
#   acceptance  requirements-acceptance.txt  Mixpeek's SDK, pytest, schemathesis
#
# Needs Python 3.11 or newer with its venv module; PYTHON names another one than `python3`.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed: PYTHON=python3.12 $0" >&2
    exit 1
}

install() { # environment, requirements
    local environment=.venv/$1 requirements=$2
    # The stamp is a copy of what was installed.
    if cmp -s "$requirements" "$environment/installed.txt"; then
        return
    fi
    echo "installing $requirements into $environment"
    rm -rf "$environment"
    "$python" -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$environment/installed.txt"
}

for environment in "$@"; do
    case $environment in
        template) install template requirements-dev.txt ;;
        checkov | acceptance) install "$environment" "requirements-$environment.txt" ;;
        *)
            echo "no such environment: $environment" >&2
            exit 1
            ;;
    esac
done
