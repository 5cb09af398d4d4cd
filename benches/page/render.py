"""Writes docs/benchmarks.md and its plots from a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benches import run
from benches.page import plots, tables

PAGE = run.ROOT / "docs" / "benchmarks.md"
SCALING = run.FOLDER / "scaling.json"

INTRODUCTION = """\
# Benchmarks

This page, its plots and its tables are written by `make bench`, each section from one run, all on
one machine. The figures are in [run.json](benchmarks/run.json).

## Targets

A target is a figure that was set before the code was written. "Best rival" is whoever came closest
among those who do the same work in the same run, by hand or by library; 2.00x took twice our time,
0.50x half of it. Nothing is left out: what is not met stands here as well.
"""

HOW_TO_READ = """\
## How to read it

Everything goes through the public Python API on Arrow data, with one thread unless it is said
otherwise. Before anything is timed, the engines' answers are asserted to agree. Then each engine
runs once a round, in an order that moves on by one, and what is shown is the median of the rounds:
a busy machine slows all of them.

- **time** is the engine's time over tallystick's in the same round, **quartiles** those of the
  rounds. Compare these. Rates depend on the machine and on who else is using it.
- **of roofline** is the time of reading the same bytes once, on one thread, over the engine's. It
  is a bound that no engine can reach that does anything else.
- **cores** is processor time over elapsed time; well below 1 means that the machine was busy or
  that the engine waited.
"""

# Below this share of a core an engine that does not wait for anything was kept waiting.
WAITED = 0.95


def write(kept: run.Run, folder: Path | None = None) -> None:
    """The page and its plots; `folder` is where the page goes."""
    path = PAGE if folder is None else folder / PAGE.name
    scaling = run.load(SCALING)
    for name, group in kept["groups"].items():
        for file, cases in plots.parts(name, group).items():
            plots.rates(cases, path.parent / "benchmarks" / file)
    if scaling:
        plots.lines(scaling["lines"], path.parent / "benchmarks" / "scaling.svg")
    path.write_text(page(kept, scaling), encoding="utf-8")


def page(kept: run.Run, scaling: run.Run) -> str:
    """The whole page of one run and, if there is one, of a scaling study."""
    cases = {**run.cases(kept), **scaling.get("cases", {})}
    parts = [INTRODUCTION, tables.targets(cases) + "\n", HOW_TO_READ, *_circumstances(kept)]
    for name, group in kept["groups"].items():
        parts += _section(name, group)
    if scaling:
        parts += _scaling(scaling)
    return "\n".join(parts)


def _circumstances(kept: run.Run) -> Iterator[str]:
    machine = kept["machine"]
    yield "## The run\n"
    yield (
        f"{machine['processor']}; {machine['usable_cores']} of {machine['cores']} cores usable; "
        f"{machine['caches']}; {machine['memory_gib']} GiB; {machine['system']}; "
        f"Python {machine['python']}. Instruction set in use: {machine['instruction_set']}.\n"
    )
    yield ", ".join(f"{name} {number}" for name, number in kept["versions"].items()) + ".\n"
    dates = ", ".join(f"{name} {group['date']}" for name, group in kept["groups"].items())
    yield f"Sections can be of different builds; they were measured, in UTC: {dates}.\n".replace(
        "+00:00", ""
    )
    engines = [
        one
        for case in run.cases(kept).values()
        for one in case["engines"].values()
        if "peak_bytes" not in one
    ]
    waited = sum(one["cores"] < WAITED for one in engines)
    if waited:
        yield (
            f"The processor was shared: in {waited} of {len(engines)} rows the median round had "
            f"less than {WAITED:.0%} of a core.\n"
        )


def _section(name: str, group: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {group['title']}\n"
    yield group["note"].strip() + "\n"
    for file in plots.parts(name, group):
        yield f"![Rates of all engines](benchmarks/{file})\n"
    for case in group["cases"].values():
        yield f"{case['title']}, {case['rounds']} rounds\n"
        yield tables.engines(case) + "\n"
        for engine, why in case.get("unavailable", {}).items():
            yield f"{engine} was not run: `{why}`\n"


def _scaling(scaling: run.Run) -> Iterator[str]:
    yield "## How cost grows\n"
    yield scaling["note"].strip() + "\n"
    yield "![Seconds over rows and columns](benchmarks/scaling.svg)\n"
    for name, points in scaling["lines"].items():
        rows = [
            (
                f"{one['size']:,}",
                f"{one['seconds']:.3g}",
                f"{one['seconds'] / one['values'] * 1e9:.2f}",
                f"{one['peak_bytes'] / 2**20:,.0f}",
            )
            for one in points
        ]
        yield tables.table((name, "seconds", "ns per value", "peak MiB"), rows) + "\n"
    rows = [
        (one["title"], f"{one['seconds']:.1f}", f"{one['peak_bytes'] / 2**20:,.0f}")
        for case in scaling["cases"].values()
        for one in [{"title": case["title"], **case["engines"]["tallystick"]}]
    ]
    yield tables.table(("one run of", "seconds", "peak MiB"), rows) + "\n"
