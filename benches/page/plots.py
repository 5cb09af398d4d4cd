"""Plots of a run: small SVG files that read well on light and on dark pages."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benches.case import BOUNDS, OURS

# Mid-grey on a transparent ground; blue and orange are told apart by everyone, and by lightness.
INK, OURS_COLOUR, RIVAL_COLOUR, BOUND_COLOUR = "#7f7f7f", "#e07b00", "#4c8bbf", "#a8a8a8"
LARGEST_BYTES = 60_000
CASES_IN_ONE = 4  # more would not fit into so many bytes, nor on a screen


def parts(name: str, group: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The plots of a section, by file name, and the cases on each."""
    cases = list(group["cases"].values())
    starts = range(0, len(cases), CASES_IN_ONE)
    names = [f"{name}.svg", *(f"{name}-{i}.svg" for i in range(2, len(starts) + 1))]
    return {
        file: cases[start : start + CASES_IN_ONE]
        for file, start in zip(names, starts, strict=False)
    }


def rates(cases: list[Any], path: Path) -> None:
    """A bar for each engine in each case, on one logarithmic axis of rates."""
    pyplot = _pyplot()
    heights = [len(case["engines"]) for case in cases]
    figure, axes = pyplot.subplots(
        len(cases),
        1,
        figsize=(7.5, 0.55 * len(cases) + 0.21 * sum(heights)),
        height_ratios=heights,
        sharex=True,
        squeeze=False,
    )
    for axis, case in zip(axes[:, 0], cases, strict=True):
        _bars(axis, case)
    unit = cases[0]["unit"]
    axes[-1, 0].set_xlabel(f"million {unit} per second, logarithmic; longer is faster")
    _save(figure, path)


def lines(table: Mapping[str, Any], path: Path) -> None:
    """Seconds over rows and over columns, both axes logarithmic: linear cost is a straight line."""
    pyplot = _pyplot()
    figure, axes = pyplot.subplots(1, len(table), figsize=(7.5, 3.0), squeeze=False)
    for axis, (name, points) in zip(axes[0], table.items(), strict=True):
        sizes, seconds = ([point[key] for point in points] for key in ("size", "seconds"))
        axis.loglog(sizes, seconds, "o-", color=OURS_COLOUR, markersize=4)
        through = [seconds[-1] * size / sizes[-1] for size in sizes]
        axis.loglog(sizes, through, ":", color=INK, linewidth=1)
        axis.set_xlabel(name)
        axis.set_ylabel("seconds")
    _save(figure, path)


def _bars(axis: Any, case: Mapping[str, Any]) -> None:
    engines = sorted(case["engines"].items(), key=lambda item: item[1]["rate"])
    names = [name for name, _ in engines]
    millions = [one["rate"] / 1e6 for _, one in engines]
    bars = axis.barh(names, millions, color=[_colour(name) for name in names], height=0.75)
    axis.bar_label(bars, [short(one) for one in millions], padding=3, fontsize=7, color=INK)
    for label, name in zip(axis.get_yticklabels(), names, strict=True):
        label.set_fontweight("bold" if name.startswith(OURS) else "normal")
    axis.set_xscale("log")
    axis.minorticks_off()  # they would be most of the file
    axis.margins(x=0.12)
    axis.set_title(case["title"], fontsize=9, loc="left", color=INK)


def short(figure: float) -> str:
    """Three digits, and no powers of ten."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def _colour(name: str) -> str:
    if name in BOUNDS:
        return BOUND_COLOUR
    return OURS_COLOUR if name.startswith(OURS) else RIVAL_COLOUR


def _pyplot() -> Any:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update(
        {
            "svg.fonttype": "none",  # text stays text: small, and in the reader's font
            "svg.hashsalt": "tallystick",  # the same run gives the same file
            "font.family": "sans-serif",
            "font.size": 8,
            "text.color": INK,
            "axes.edgecolor": INK,
            "axes.labelcolor": INK,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "xtick.color": INK,
            "ytick.color": INK,
        }
    )
    from matplotlib import pyplot as plt

    return plt


def _save(figure: Any, path: Path) -> None:
    figure.tight_layout()
    text = io.StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    _pyplot().close(figure)
    # matplotlib ends some lines with a space.
    svg = "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"
    assert len(svg) <= LARGEST_BYTES, f"{path.name}: {len(svg)} bytes"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg, encoding="utf-8")
