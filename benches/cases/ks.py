"""The exact Kolmogorov-Smirnov distance of two samples."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from scipy import stats

import tallystick as ts
from benches import data
from benches.case import OURS, ROOFLINE, Case, Engines, Group
from benches.engines import loops, polars, roofline

SIZES = (1_000_000, 10_000_000)

NOTE = f"""\
`ts.metrics.ks(reference=, current=, threads=1)` on normal float64, shifted by a twentieth of a
deviation. All answers are asserted to be the same number, ours also to be its own bracket. Rates
count the values of both sides. The loop by hand:

{loops.source(loops.merge)}"""


def cases() -> Iterator[Case]:
    for count in SIZES:
        first = data.normal(2 * count)
        second = first[count:] + 0.05
        engines = _engines(first[:count], second)
        yield Case(
            name=f"ks-{count}",
            title=f"{count:,} values a side",
            values=2 * count,
            engines=engines,
            agree=partial(must_agree, engines),
            rounds=5,
            in_check=count == SIZES[0],
        )


def _engines(first: data.Floats, second: data.Floats) -> Engines:
    reference, current = pa.array(first), pa.array(second)
    frames = pl.DataFrame({"x": first}), pl.DataFrame({"x": second})
    return {
        OURS: lambda: ts.metrics.ks(reference=reference, current=current, threads=1),
        "numpy sort + numba merge": lambda: loops.merge(np.sort(first), np.sort(second)),
        "numba sort + merge": partial(loops.sort_and_merge, first, second),
        "scipy ks_2samp": lambda: stats.ks_2samp(first, second, method="asymp").statistic,
        "polars by hand": partial(polars.ks, *frames),
        ROOFLINE: partial(roofline.read_all, [{"first": first, "second": second}]),
    }


def must_agree(engines: Engines) -> None:
    ours = engines[OURS]()
    assert ours.value == ours.lower == ours.upper
    for name, run in engines.items():
        if name not in {OURS, ROOFLINE}:
            assert run() == pytest.approx(ours.value, abs=1e-12), name


GROUP = Group("ks", "Exact Kolmogorov-Smirnov distance", NOTE, cases)
