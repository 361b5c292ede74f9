#!/usr/bin/env python3
"""Deploys what `just deploy-build` built.

    deploy.py [--print] ENVIRONMENT ARCHITECTURE [Parameter=value …]

Parameters are those of ENVIRONMENT in samconfig.toml, overruled by those given here. `sam deploy` alone
would take one or the other. A revision is added, without which a changed parameter would not reach the
functions' live versions (see Revision in template.yaml). A build for another architecture is refused.
--print shows the command and runs nothing.
"""

import hashlib
import os
import sys
import tomllib
from pathlib import Path

import check_arch

ROOT = Path(__file__).resolve().parent.parent


def parameters(config, environment, given):
    """The parameters of a deployment, by name."""
    if environment not in config or "deploy" not in config[environment]:
        raise SystemExit(f"samconfig.toml has no [{environment}.deploy.parameters]")
    chosen = dict(pair.split("=", 1) for pair in config[environment]["deploy"]["parameters"]["parameter_overrides"])
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise SystemExit(f"{pair}: not of the form Parameter=value")
        chosen[name] = value
    return chosen


def revision(chosen, files):
    """A hash of the parameters and of everything that is deployed."""
    digest = hashlib.sha256(repr(sorted(chosen.items())).encode())
    for file in sorted(files):
        digest.update(file.relative_to(ROOT).as_posix().encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def main(arguments):
    only_print = arguments[:1] == ["--print"]
    arguments = arguments[only_print:]
    if len(arguments) < 2:
        sys.exit(__doc__)
    environment, architecture, *given = arguments
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    chosen = parameters(config, environment, given) | {"Architecture": architecture}
    built, template = ROOT / "target" / "lambda", ROOT / "template.yaml"
    chosen["Revision"] = revision(chosen, [template, *built.glob("*/bootstrap")])
    command = ["sam", "deploy", "--config-env", environment, "--parameter-overrides"]
    command += [f"{name}={value}" for name, value in sorted(chosen.items())]
    print(" ".join(command), flush=True)
    if not only_print:
        problems = check_arch.check(architecture, built, template)
        if problems:
            sys.exit("\n".join(problems))
        os.chdir(ROOT)
        os.execv(ROOT / ".venv" / "template" / "bin" / "sam", command)


if __name__ == "__main__":
    main(sys.argv[1:])
