"""Tables of a run, in Markdown that also reads well as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benches.case import OURS
from benches.page.plots import short
from benches.targets import TARGETS, Check, best_rival

Row = Sequence[str]


def table(head: Row, rows: Sequence[Row], *, left: int = 1) -> str:
    """Columns of equal width; all but the first `left` are numbers."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    rule = ["---" if i < left else "---:" for i in range(len(head))]
    return "\n".join(_line(row, widths, left) for row in (head, rule, *rows))


def _line(row: Row, widths: list[int], left: int) -> str:
    cells = [
        cell.ljust(width) if i < left else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "| " + " | ".join(cells) + " |"


def targets(cases: Mapping[str, Any]) -> str:
    """Every target with what was reached."""
    rows = [row for target in TARGETS for row in _target(target.work, target.checks, cases)]
    head = ("work", "target", "reached", "best rival", "its time over ours", "met")
    return table(head, rows, left=2)


def _target(work: str, checks: Sequence[Check], cases: Mapping[str, Any]) -> list[Row]:
    if not checks:
        return [(work, "", "not built yet", "", "", "")]
    names = [work] + [""] * (len(checks) - 1)
    return [(name, *_check(check, cases)) for name, check in zip(names, checks, strict=True)]


def _check(check: Check, cases: Mapping[str, Any]) -> Row:
    engines = cases.get(check.case, {}).get("engines", {})
    rival = best_rival(engines)
    ratio = _times(engines[rival]["ratio"]) if rival else ""
    reached, met = check.reached(cases), check.met(cases)
    if reached is None:
        return (_asked(check), "not measured", rival, ratio, "")
    verdict = "met" if met else "**not met**"
    return (_asked(check), shown(check.figure, reached), rival, ratio, verdict)


def _asked(check: Check) -> str:
    sign = "<=" if check.at_most else ">="
    return f"{sign} {shown(check.figure, check.limit)} {check.says}".strip()


def shown(figure: str, value: float) -> str:
    """A figure with its unit."""
    if figure == "rate":
        return f"{value / 1e6:,.0f} M/s" if value >= 1e7 else f"{value / 1e6:.2f} M/s"
    if figure == "of_roofline":
        return f"{value:.0%}"
    if figure == "seconds":
        return f"{value * 1e6:.2f} us"
    if figure == "peak_bytes":
        return f"{value / 2**20:,.0f} MiB"
    return _times(value)


def _times(ratio: float) -> str:
    return f"{ratio:,.2f}x" if ratio < 10 else f"{ratio:,.0f}x"


def engines(case: Mapping[str, Any]) -> str:
    """One case: an engine a line, fastest first, ours in bold."""
    found = sorted(case["engines"].items(), key=lambda item: item[1]["ratio"])
    columns = _columns(found[0][1], case["unit"])
    rows = [
        (_name(name, one, case), *(_cell(one, key) for key in columns.values()))
        for name, one in found
    ]
    rows += [(name, "not run", *[""] * (len(columns) - 1)) for name in case.get("unavailable", {})]
    return table(("engine", *columns), rows)


def _columns(one: Mapping[str, Any], unit: str) -> dict[str, str]:
    """Heading and figure; those that this case has."""
    every = {
        f"M {unit}/s": "rate",
        "seconds": "seconds",
        "time": "ratio",
        "quartiles": "ratio_low",
        "of roofline": "of_roofline",
        "CPU beyond decoding": "cpu_over_decode",
        "peak MiB": "peak_bytes",
        "cores": "cores",
    }
    unwanted = "rate" if "peak_bytes" in one else "seconds"
    return {head: key for head, key in every.items() if key in one and key != unwanted}


def _cell(one: Mapping[str, Any], key: str) -> str:
    if key == "ratio_low":
        return f"{one['ratio_low']:.2f}-{one['ratio_high']:.2f}"
    if key == "rate":
        return short(one["rate"] / 1e6)
    if key == "of_roofline":
        return f"{one[key]:.1%}"
    if key == "peak_bytes":
        return f"{one[key] / 2**20:,.0f}"
    return f"{one[key]:.2f}"


def _name(name: str, one: Mapping[str, Any], case: Mapping[str, Any]) -> str:
    if "values" in one:
        name += f" (first {one['values']:,})"
    return f"**{name}**" if name.startswith(OURS) else name
