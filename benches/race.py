"""Runs the race and writes docs/benchmarks.md: python -m benches.race [SECTION ...].

Without sections all are run. With some, the others keep the figures of the last run, if that was
on the same machine.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from benches import machine, run, timing
from benches.case import Case, Group
from benches.cases import NAMES, group
from benches.page import render


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(NAMES))
    parser.add_argument("--rounds", type=int, help="instead of each case's own; for trying out")
    parser.add_argument("--page-only", action="store_true", help="write the page of the last run")
    arguments = parser.parse_args()
    if unknown := set(arguments.sections) - set(NAMES):
        parser.error(f"no such section: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if not arguments.page_only:
        one_thread()
        for name in arguments.sections or NAMES:
            run.save(run.joined(run.load(), _raced(name, arguments.rounds)))
    render.write(run.load())


def one_thread() -> None:
    """Holds the libraries of this process to one thread; called before they are imported."""
    for variable in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[variable] = "1"
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    import polars as pl

    assert pl.thread_pool_size() == 1


def _raced(name: str, rounds: int | None) -> run.Run:
    """A run of one section; saved at once, so that a later failure loses nothing."""
    section: Group = group(name)
    now = datetime.now(UTC).isoformat(timespec="minutes")
    cases = {case.name: _case(case, rounds) for case in section.cases()}
    raced = {"title": section.title, "note": section.note, "date": now, "cases": cases}
    return {
        "machine": machine.machine(),
        "versions": machine.versions(),
        "groups": {name: raced},
    }


def _case(case: Case, rounds: int | None) -> dict[str, Any]:
    say(f"{case.name}: {', '.join(case.engines)}")
    figures = timing.race(case, rounds=rounds)
    for name, one in figures["engines"].items():
        say(f"  {name:40} {one['rate'] / 1e6:10.2f} M/s {one['ratio']:8.2f}")
    for name, why in figures.get("unavailable", {}).items():
        say(f"  {name:40} {why}")
    return figures


def say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    main()
