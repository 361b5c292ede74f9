#!/usr/bin/env python3
"""Measures cold starts on this machine: Stowage's functions as `just build-lambda` leaves them, and the
peers of benches/peers, which do the same conditional put as it is usually written.

Each run starts the real binary under a Runtime API of our own, hands it one event and then --calls more.
DynamoDB and S3 are the local stack's engines, with the fixture of events/ in them, behind TLS. A process
has a whole CPU until it first asks for an event, as on Lambda, and then the share of its memory size
(1,769 MB is one vCPU), held by a cgroup; without root or cgroups only the whole CPU is measured.

    bench_cold.py                 everything; prints the table, and what must hold of it
    bench_cold.py --write         the same, and puts the table into README.md
    bench_cold.py --connection    create-object with and without its connection at INIT
    bench_cold.py --profiles      create-object as built by scripts/bench-profile.sh

With --write the last two put their tables into docs/PERFORMANCE.md.
"""

import argparse
import datetime
import json
import os
import platform
import re
import statistics
import sys
import tempfile
from pathlib import Path

from bench import lambda_service, subjects
from bench.share import Share
from bench.stack import ROOT, Stack, confirmable, event

FULL = None
SIZES = (FULL, 256, 128)
# The shipped profile, as scripts/bench-profile.sh names its directory.
SHIPPED = "z_fat_1_unwind"
# What must hold, by the medians of one run.
OF_RUST_STOCK, OF_RUST_HELLO, ZIP_BYTES = 0.08, 2.5, 2_500_000


class Bench:
    """Measures subjects, interleaved, so that a busy minute of the machine meets all of them."""

    def __init__(self, stack, share, runs, calls):
        self.stack, self.share, self.runs, self.calls = stack, share, runs, calls
        self.uploads = 0

    def events(self, name):
        """As many events as a run needs."""
        recorded, count = self.stack.with_its_key(event(name)), self.calls + 1
        if name != "confirm-upload/confirm":
            return [json.dumps(recorded).encode()] * count
        self.uploads += count
        numbers = range(self.uploads - count, self.uploads)
        return [json.dumps(confirmable(self.stack, recorded, number)).encode() for number in numbers]

    def once(self, subject, size):
        environment = (
            self.stack.function_environment() if subject.ours else self.stack.peer_environment()
        )
        environment.update(subject.environment)
        command = list(map(str, subject.command))
        share = self.share if size else None
        return lambda_service.run(command, environment, self.events(subject.event), share, size)

    def measure(self, all_subjects, sizes):
        """Medians by subject and size."""
        found = {}
        for number in range(self.runs):
            for size in sizes:
                for subject in all_subjects:
                    found.setdefault((subject.name, size), []).append(self.once(subject, size))
            print(f"run {number + 1} of {self.runs}", file=sys.stderr)
        return {key: medians(runs) for key, runs in found.items()}


def medians(runs):
    figures = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    figures["cold"] = statistics.median(run["init"] + run["first"] for run in runs)
    return figures


def number(value):
    return f"{value:.1f}" if value < 20 else f"{value:.0f}"


def cell(figures):
    if figures is None:
        return "–"
    return f"{number(figures['init'])} + {number(figures['first'])} · {number(figures['warm'])}"


def megabytes(size):
    return f"{size / 1e6:.2f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    name = model[1] if model else platform.machine()
    return f"{os.cpu_count()} cores, {name}, Linux {platform.release().split('-')[0]}"


def stamp(bench):
    return (f"Measured on {datetime.date.today()} on {machine()}; medians of {bench.runs} runs with "
            f"{bench.calls} warm calls each.")


def cold_table(bench, all_subjects, sizes, figures):
    lines = ["| | zip | memory | one vCPU | 256 MB | 128 MB |", "|---|--:|--:|--:|--:|--:|"]
    for subject in all_subjects:
        name = f"**{subject.name}**" if subject.ours else subject.name
        cells = [cell(figures.get((subject.name, size))) for size in SIZES]
        memory = f"{figures[subject.name, FULL]['memory']:.0f} MiB"
        lines.append(f"| {' | '.join([name, megabytes(subject.zipped()), memory, *cells])} |")
    _, roots = bench.stack.authority.with_system_roots()
    lines += ["", f"INIT + first call · warm call, in ms. {stamp(bench)} Nothing of AWS was involved: the "
              "Runtime API is the script's own, DynamoDB and S3 are the local stack's over TLS on loopback, "
              "so there is no network and no loading of the package. Memory sizes are emulated by a CPU "
              f"quota from the first call on. Peers load {roots} roots, as their users' functions do."]
    if FULL in sizes and len(sizes) == 1:
        lines[-1] += f" Not measured: the memory sizes ({bench.share.problem})."
    return "\n".join(lines)


def promises(all_subjects, figures):
    """What must hold: pairs of a sentence and whether it does; None if it couldn't be measured."""
    for subject in all_subjects:
        if subject.ours:
            size = subject.zipped()
            yield f"{subject.name}: its zip is {megabytes(size)}, of at most {megabytes(ZIP_BYTES)}", size <= ZIP_BYTES
    us = figures.get(("create-object", 256))
    for peer, limit in (("rust-stock", OF_RUST_STOCK), ("rust-hello", OF_RUST_HELLO)):
        other = figures.get((peer, 256))
        if us and other:
            ratio = us["cold"] / other["cold"]
            yield f"create-object, 256 MB: INIT + first call is {ratio:.3f} of {peer}'s, of at most {limit}", ratio <= limit
        else:
            yield f"create-object against {peer}: not measured", None


def write_between(path, marker, text):
    """Replaces what is between the markers of a Markdown file."""
    content = path.read_text()
    pattern = re.compile(f"(<!-- {marker}:begin -->\n).*?(<!-- {marker}:end -->)", re.DOTALL)
    if not pattern.search(content):
        sys.exit(f"{path} has no markers {marker}:begin and {marker}:end")
    path.write_text(pattern.sub(lambda match: f"{match[1]}{text}\n{match[2]}", content))


def everything(bench, sizes, arguments):
    wanted = arguments.only or [*subjects.EVENTS, *subjects.PEERS]
    chosen = [
        *subjects.ours(names=[name for name in subjects.EVENTS if name in wanted]),
        *subjects.peers([name for name in subjects.PEERS if name in wanted]),
    ]
    figures = bench.measure(chosen, sizes)
    table = cold_table(bench, chosen, sizes, figures)
    print(table)
    if arguments.write:
        write_between(ROOT / "README.md", "bench", table)
    verdicts = list(promises(chosen, figures))
    for sentence, holds in verdicts:
        print({True: "holds", False: "DOESN'T HOLD", None: "unknown"}[holds], sentence, sep=": ", file=sys.stderr)
    return all(holds is not False for _, holds in verdicts)


def rows(bench, chosen, sizes, figures):
    sizes = [size for size in sizes if size] or [FULL]
    heads = [f"{size} MB" if size else "one vCPU" for size in sizes]
    lines = [f"| | binary | zip | {' | '.join(heads)} |", f"|---|--:|--:|{'--:|' * len(heads)}"]
    for subject in chosen:
        binary = Path(subject.command[0]).stat().st_size
        cells = [cell(figures[subject.name, size]) for size in sizes]
        lines.append(f"| {' | '.join([subject.name, megabytes(binary), megabytes(subject.zipped()), *cells])} |")
    return "\n".join([*lines, "", stamp(bench)])


def one_function(bench, sizes, arguments, marker, chosen):
    figures = bench.measure(chosen, sizes)
    table = rows(bench, chosen, sizes, figures)
    print(table)
    if arguments.write:
        write_between(ROOT / "docs" / "PERFORMANCE.md", marker, table)
    return True


def connection_subjects():
    for value, name in (("true", "connected at INIT"), ("false", "connected by the first call")):
        (subject,) = subjects.ours(names=["create-object"])
        subject.name, subject.environment = name, {"STOWAGE_CONNECT_AT_INIT": value}
        yield subject


def profile_subjects():
    built = subjects.TARGET / "profiles"
    for directory in sorted(built.glob("*/create-object")):
        (subject,) = subjects.ours(directory.parent, ["create-object"])
        subject.name = directory.parent.name.replace("_", " ")
        yield subject
    # Other allocators, as far as this machine has them (Debian: libmimalloc2.0, libjemalloc2).
    for library in ("libmimalloc.so.2", "libjemalloc.so.2"):
        if found := next(iter(sorted(Path("/usr/lib").glob(f"*/{library}"))), None):
            (subject,) = subjects.ours(built / SHIPPED, ["create-object"])
            subject.name = f"{SHIPPED.replace('_', ' ')}, {library} preloaded"
            subject.environment = {"LD_PRELOAD": str(found)}
            yield subject


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--calls", type=int, default=20, help="warm calls after the first")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these functions and peers")
    parser.add_argument("--write", action="store_true", help="put the table into its document")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--connection", action="store_true")
    what.add_argument("--profiles", action="store_true")
    arguments = parser.parse_args()
    if arguments.only and arguments.write:
        parser.error("--only makes a part of the table, which --write would take for the whole")
    try:
        os.nice(-15)  # everything started here goes before what else the machine does
    except PermissionError:
        pass
    share = Share()
    if share.problem:
        print(f"only the whole CPU is measured: {share.problem}", file=sys.stderr)
    sizes = [size for size in SIZES if size is FULL or not share.problem]
    with tempfile.TemporaryDirectory() as directory:
        stack = Stack(directory)
        try:
            bench = Bench(stack, share, arguments.runs, arguments.calls)
            if arguments.connection:
                good = one_function(bench, sizes, arguments, "connection", list(connection_subjects()))
            elif arguments.profiles:
                good = one_function(bench, sizes, arguments, "profiles", list(profile_subjects()))
            else:
                good = everything(bench, sizes, arguments)
        finally:
            stack.close()
            share.close()
    sys.exit(not good)


if __name__ == "__main__":
    main()
