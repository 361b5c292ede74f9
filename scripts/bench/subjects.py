"""What is measured: Stowage's functions as built for Lambda, and the peers of benches/peers."""

import io
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from .stack import ROOT

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
SOURCES = ROOT / "benches" / "peers"
# Where scripts/venv.sh installs cargo-lambda, and the Python that brings its linker.
BUILD_PATH = os.pathsep.join([str(ROOT / ".venv" / "template" / "bin"), os.environ.get("PATH", "")])
# The event that each function is measured with: a success. Namespace and bucket are named by their ids, as
# the SDK's users do; a name costs a look-up more.
EVENTS = {
    "create-object": "create-object/namespace-by-id",
    "create-upload": "create-upload/create",
    "confirm-upload": "confirm-upload/confirm",
    "objects": "objects/get",
    "buckets": "buckets/get-by-id",
    "namespaces": "namespaces/get-by-id",
    "service": "service/health",
}
PEER_EVENT = EVENTS["create-object"]


class Absent(Exception):
    """A peer's runtime is not there."""


@dataclass
class Subject:
    """Something that can be started as a function."""

    name: str
    command: list
    event: str
    package: list  # what its zip holds: files, or directories whole
    ours: bool = False
    environment: dict = field(default_factory=dict)

    def zipped(self):
        """The size of its zip in bytes."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in map(Path, self.package):
                files = [path] if path.is_file() else sorted(path.rglob("*"))
                for file in files:
                    if file.is_file() and "__pycache__" not in file.parts:
                        archive.write(file, file.relative_to(path.parent if path.is_file() else path))
        return len(buffer.getvalue())


def ours(directory=TARGET / "lambda", names=tuple(EVENTS)):
    """Stowage's functions."""
    for name in names:
        bootstrap = directory / name / "bootstrap"
        if not bootstrap.is_file():
            sys.exit(f"{bootstrap} is not there: just build-lambda")
        yield Subject(name, [bootstrap], EVENTS[name], [bootstrap], ours=True)


def peers(names):
    """The peers that can be built here; says which can't."""
    same_profile()
    for name in names:
        try:
            yield PEERS[name](name)
        except Absent as reason:
            print(f"skipping {name}: {reason}", file=sys.stderr)


def same_profile():
    """rust-hello is a floor only if it is built as our functions are."""
    manifests = [ROOT / "Cargo.toml", SOURCES / "rust-hello" / "Cargo.toml"]
    profiles = [tomllib.loads(path.read_text())["profile"]["release"] for path in manifests]
    if profiles[0] != profiles[1]:
        sys.exit("benches/peers/rust-hello has another release profile than the workspace")


def needs(program, path=None):
    if not shutil.which(program, path=path):
        raise Absent(f"no {program} here")


def run(command, directory):
    subprocess.run(list(map(str, command)), cwd=directory, check=True, stdout=sys.stderr)


def rust(name):
    needs("cargo-lambda", BUILD_PATH)
    target = TARGET / "peers" / name
    command = ["cargo", "lambda", "build", "--quiet", "--release", "--locked"]
    environment = {**os.environ, "CARGO_TARGET_DIR": str(target), "PATH": BUILD_PATH}
    subprocess.run(command, cwd=SOURCES / name, env=environment, check=True, stdout=sys.stderr)
    bootstrap = target / "lambda" / name / "bootstrap"
    return Subject(name, [bootstrap], PEER_EVENT, [bootstrap])


def node(name):
    needs("node")
    needs("npm")
    target = TARGET / "peers" / name
    bundle = target / "dist" / "index.mjs"
    shutil.copytree(SOURCES / name, target, dirs_exist_ok=True)
    run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"], target)
    run(["npm", "run", "--silent", "build", "--", "--log-level=warning", f"--outfile={bundle}"], target)
    return Subject(name, ["node", target / "runtime.mjs", bundle], PEER_EVENT, [bundle])


def site_packages(name):
    """A directory with the packages of requirements.txt."""
    requirements, target = SOURCES / name / "requirements.txt", TARGET / "peers" / name / "site"
    stamp = target.parent / "installed.txt"
    if not stamp.exists() or stamp.read_text() != requirements.read_text():
        shutil.rmtree(target, ignore_errors=True)
        run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--compile", "--target", target, "-r", requirements], ROOT)
        stamp.write_text(requirements.read_text())
    return target


def python(name):
    runtime = site_packages("python-boto3")  # what Lambda's Python brings
    own = [] if name == "python-boto3" else [site_packages(name)]
    source = SOURCES / name
    path = os.pathsep.join(map(str, [source, *own, runtime]))
    command = [sys.executable, "-m", "awslambdaric", "app.handler"]
    environment = {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    return Subject(name, command, PEER_EVENT, [source / "app.py", *own], environment=environment)


PEERS = {
    "rust-stock": rust,
    "rust-hello": rust,
    "node": node,
    "python-boto3": python,
    "python-fastapi": python,
}
