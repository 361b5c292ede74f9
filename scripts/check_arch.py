#!/usr/bin/env python3
"""Checks that what was built is for the architecture that is to be deployed.

    check_arch.py ARCHITECTURE [DIRECTORY]

ARCHITECTURE is the template's parameter: arm64 or x86_64. Every function of template.yaml must have a
`bootstrap` in DIRECTORY (default target/lambda), a 64-bit ELF file for that machine. Lambda would take
another and fail at each start.
"""

import re
import struct
import sys
from pathlib import Path

# e_machine of the ELF header.
MACHINES = {"x86_64": 62, "arm64": 183}


def machine_of(path):
    """The machine that an ELF file is for, by its number; raises ValueError for anything else."""
    header = path.read_bytes()[:20]
    if len(header) < 20 or header[:4] != b"\x7fELF":
        raise ValueError("not an ELF file")
    if header[4] != 2 or header[5] != 1:
        raise ValueError("not a 64-bit little-endian ELF file")
    (machine,) = struct.unpack_from("<H", header, 18)
    return machine


def problem_of(path, architecture):
    """What is wrong with a function's bootstrap, or None."""
    if not path.is_file():
        return "is missing"
    try:
        machine = machine_of(path)
    except ValueError as error:
        return f"is {error}"
    if machine != MACHINES[architecture]:
        names = {number: name for name, number in MACHINES.items()}
        return f"is for {names.get(machine, f'machine {machine}')}, to be deployed as {architecture}"
    if not path.stat().st_mode & 0o111:
        return "is not executable"
    return None


def functions_of(template_text):
    """The functions' names: the last part of each CodeUri."""
    return sorted(re.findall(r"^\s+CodeUri: target/lambda/([\w-]+)$", template_text, re.MULTILINE))


def check(architecture, directory, template):
    """Every problem, as text."""
    if architecture not in MACHINES:
        return [f"{architecture}: no such architecture; one of {', '.join(sorted(MACHINES))}"]
    functions = functions_of(template.read_text())
    if not functions:
        return [f"{template}: names no function"]
    paths = [directory / function / "bootstrap" for function in functions]
    problems = [(path, problem_of(path, architecture)) for path in paths]
    return [f"{path}: {problem}" for path, problem in problems if problem]


def main(arguments):
    if len(arguments) not in (1, 2):
        sys.exit(__doc__)
    root = Path(__file__).resolve().parent.parent
    directory = Path(arguments[1]) if len(arguments) == 2 else root / "target" / "lambda"
    problems = check(arguments[0], directory, root / "template.yaml")
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"every function was built for {arguments[0]}")


if __name__ == "__main__":
    main(sys.argv[1:])
