#!/usr/bin/env bash
# Installs the tools that check the template, pinned, below .venv/. There are two environments, because
# checkov and SAM need different versions of the AWS SDK. Does nothing if they are up to date.
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

install template requirements-dev.txt
install checkov requirements-checkov.txt
