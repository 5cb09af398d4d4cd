"""Whole reports of two logs, by the libraries that are made for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pyarrow.parquet as pq

from benches import child, data
from benches.case import OURS, Case, Group
from benches.run import ROOT

ROWS = 200_000
WIDTHS = (10, 60)
FOLDER = ROOT / ".benchmarks" / "reports"
RIVALS = {"Evidently": "evidently", "NannyML": "nannyml", "whylogs": "whylogs"}

NOTE = f"""\
Two Parquet files of {ROWS:,} rows, of which a fifth of the columns are texts, and what each
library's own guide says to do with them: Evidently's `DataDriftPreset`, NannyML's
`UnivariateDriftCalculator` in ten chunks, `why.log` of both files with `calculate_drift_scores`,
`ts.compare(reference=path, current=path).to_text()`. They do not give the same answers (NannyML and
Evidently test for drift, whylogs keeps sketches, ours makes every measurement of its catalogue), so
nothing is asserted but that each column was reported on; read the figures as what a user waits for.
Each runs in a process and, as they cannot share one, an environment of its own (`make
bench-rivals`), with as many threads as it takes by itself. Reading the files is timed, imports are
not.
"""


def cases() -> Iterator[Case]:
    for width in WIDTHS:
        paths = [_log(width, side, seed) for side, seed in (("reference", 30), ("current", 31))]
        engines = {OURS: partial(child.sample, "report_tallystick.py", *paths)}
        for name, environment in RIVALS.items():
            script = f"report_{environment}.py"
            engines[name] = partial(child.sample, script, *paths, environment=environment)
        yield Case(
            name=f"reports-{width}",
            title=f"{ROWS:,} rows of {width} columns a side",
            values=ROWS,
            unit="rows",
            engines=engines,
            agree=partial(must_report, paths, width),
            rounds=3,
            fresh=True,
            in_check=False,
        )


def must_report(paths: list[object], width: int) -> None:
    """Every library that is there says something about every column."""
    for name, environment in RIVALS.items():
        try:
            answer = child.answer(f"report_{environment}.py", *paths, environment=environment)
        except child.UnavailableError:
            continue  # The race asks again, and notes why.
        assert answer["results"] >= width, name


def _log(width: int, side: str, seed: int) -> object:
    """The first columns of the log: floats, integers and, to a fifth, texts."""
    path = FOLDER / f"{side}-{width}.parquet"
    if not path.exists():
        whole = data.write_log(FOLDER / f"{side}.parquet", ROWS, seed=seed)
        texts = width // 5
        floats = min(width - texts, data.LOG_FLOATS)
        names = [f"f{i:02}" for i in range(floats)]
        names += [f"i{i:02}" for i in range(width - texts - floats)]
        names += [f"s{i:02}" for i in range(min(texts, len(data.LOG_CATEGORIES)))]
        names += ["score", "label"][: width - len(names)]
        pq.write_table(pq.read_table(whole, columns=names), path)
    return path


GROUP = Group("reports", "Whole reports of other libraries", NOTE, cases)
