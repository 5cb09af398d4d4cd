"""Writes docs/benchmarks.md from the JSON of pytest-benchmark.

python -m pytest benches --benchmark-json=.benchmarks/run.json
python -m benches.report .benchmarks/run.json
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"

INTRODUCTION = """\
# Benchmarks

This page is written by a program from one run on one machine:

```console
$ make bench
$ .venv/bin/python -m pytest benches --benchmark-json=.benchmarks/run.json
$ .venv/bin/python -m benches.report .benchmarks/run.json
```

## How to read it

Every engine has one thread and the same data. Before anything is timed, the engines' answers are
asserted to agree: counts to the row, sums to their rounding. Then each engine runs once a round,
in an order that moves on by one, and what is shown is the median over the rounds.

- **time** is the engine's time over tallystick's in the same round: 2.0 took twice as long.
  Compare these. Nanoseconds depend on the machine and on who else is using it.
- **at best** is the same of every engine's fastest round. Where it differs much from *time*, the
  run was disturbed.
- **of roofline** is the time of reading the same bytes from memory once, on one thread, over the
  engine's. It is an upper bound that no engine can reach that does anything else.
- **cores** is processor time over elapsed time; well below 1 means that the machine was busy or
  that the engine waited.

tallystick always makes a whole profile: besides the cells, null, NaN, infinite and zero values,
minimum and maximum, and sums of differences and their squares that do not depend on the order.
"""

# Below this share of a core an engine that does not wait for anything was kept waiting.
WAITED = 0.95

TITLES = {
    "test_histogram": "Histogram of 5,000,000 float64 between explicit, irregular edges",
    "test_psi": "PSI of 100 columns, 200,000 float64 on each side, from raw values",
    "test_psi_baseline_kept": "The same, the baseline made before",
    "test_parquet_log": "Profile of a Parquet log, 1,000,000 rows of 20 float64, 5 int64, 5 texts",
}

NOTES = {
    "test_histogram": (
        "The first three rivals count cells only (numpy.histogram not even those beyond the outer "
        'edges); "all of a profile" adds the other statistics by further numpy passes. NaN is '
        "removed by hand for the rivals."
    ),
    "test_psi": (
        "tallystick learns a plan of some 500 cells a column from the raw reference, counts both "
        "sides and makes every measurement of the comparison; by hand there are ten cells between "
        "deciles, and PSI alone. Its groups are unions of its own cells, not the deciles to the "
        "last row: its PSI is asserted against the formula on numpy's counts of the same groups, "
        "the rivals' against each other."
    ),
    "test_psi_baseline_kept": (
        "What a monitor does every day: only the current side is counted. By hand the deciles "
        "and the reference's counts are kept."
    ),
    "test_parquet_log": (
        "By hand: rows, null, zero, minimum, maximum, mean, standard deviation, 240-odd cells of "
        "every float column, all values of the others, in one query. The file is in the page "
        'cache. "Decoding only" is pyarrow reading the same file and looking at nothing; the '
        "roofline reads as many bytes as the decoded columns take up."
    ),
}


def lines(case: Mapping[str, Any]) -> list[str]:
    """The table of one case, in Markdown that also reads well as text."""
    info = case["extra_info"]
    engines = info["engines"]
    rows = [("engine", "time", "at best", "ns/value", "of roofline", "cores")]
    for name, one in engines.items():
        rows.append(
            (
                name,
                f"{one['times_ours']:.2f}",
                f"{one['times_ours_at_best']:.2f}",
                f"{one['ns_per_value']:.2f}",
                f"{one['share_of_roofline']:.1%}",
                f"{one['cores']:.2f}",
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    title = variant(case["name"]) or "all columns"
    return [f"{title}, {info['rounds']} rounds", ""] + [
        _line(row, widths) for row in (rows[0], ("---", *["---:"] * 5), *rows[1:])
    ]


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [row[0].ljust(widths[0])]
    cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
    return "| " + " | ".join(cells) + " |"


def group(name: str) -> str:
    """The test's name without its parameters."""
    return name.partition("[")[0]


def variant(name: str) -> str:
    """The test's parameters."""
    return name.partition("[")[2].removesuffix("]").replace("-", ", ")


def page(run: Mapping[str, Any]) -> str:
    """The whole page of one run."""
    machine = run["machine_info"]
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    parts = [
        INTRODUCTION,
        "## The run\n",
        f"{machine['cpu'].get('brand_raw', machine['processor'])}, {machine['cpu']['count']} cores "
        f"(one used), {machine['system']}, Python {machine['python_version']}.\n{versions}.\n",
    ]
    parts += _disturbance(run)
    for name, title in TITLES.items():
        cases = [c for c in run["benchmarks"] if group(c["name"]) == name]
        if cases:
            parts += [f"## {title}\n", f"{NOTES[name]}\n"]
            parts += ["\n".join(lines(case)) + "\n" for case in cases]
    return "\n".join(parts)


def _disturbance(run: Mapping[str, Any]) -> list[str]:
    """What the reader should know of a run that had to share the processor."""
    engines = [one for case in run["benchmarks"] for one in _engines(case)]
    waited = sum(one["cores"] < WAITED for one in engines)
    if not waited:
        return []
    return [
        f"The processor was shared: in {waited} of {len(engines)} rows the median round had less "
        f"than {WAITED:.0%} of a core.\n"
    ]


def _engines(case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(case["extra_info"].get("engines", {}).values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="JSON of pytest-benchmark")
    parser.add_argument("--page", type=Path, default=PAGE)
    arguments = parser.parse_args()
    arguments.page.write_text(page(json.loads(arguments.run.read_text())), encoding="utf-8")


if __name__ == "__main__":
    main()
