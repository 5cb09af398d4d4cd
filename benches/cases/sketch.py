"""Quantiles of values that no plan was learned for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa

import tallystick as ts
from benches import data
from benches.case import OURS, ROOFLINE, Case, Engines, Group
from benches.engines import duckdb, roofline, sketches, tallystick

PROFILE = f"{OURS}, profile with log-linear cells"
SHARES = [0.5, 0.9, 0.99, 0.999]
# Python per value: the others would wait for it.
FEWER = {"ddsketch": 100_000}
# How far each answer may be from its share, in ranks, and from the value, relatively.
RANK_ERROR = {"datasketches KLL": 0.02, "pyarrow t-digest": 0.01, "duckdb approx_quantile": 0.01}
RELATIVE_ERROR = {"ddsketch": 0.004}

NOTE = """\
`ts.quantiles(x, [0.5, 0.9, 0.99, 0.999], threads=1)` on log-normal float64, and a whole profile of
the column with `binning = "log_linear"`, which keeps the statistics of the section above as well.
Asserted: numpy's exact quantiles lie in the bracket that ours states; those of the sketches within
the error of each in rank (KLL, t-digest) or value (DDSketch). ddsketch is called once a value, on
the first 100,000.
"""


def cases() -> Iterator[Case]:
    values = data.lognormal(data.SIZES["memory"])
    array, connection = pa.array(values), duckdb.over(t=pa.table({"x": values}))
    plan = tallystick.plan_of(values[:100_000], "log_linear")
    few = values[: FEWER["ddsketch"]]
    engines = {
        OURS: lambda: ts.quantiles(array, SHARES, threads=1),
        PROFILE: partial(tallystick.profile, pa.table({"x": array}), plan),
        "numpy.quantile, exact": partial(sketches.exact, values, SHARES),
        "duckdb quantile_cont, exact": partial(
            duckdb.quantiles, connection, SHARES, function="quantile_cont"
        ),
        "duckdb approx_quantile": partial(
            duckdb.quantiles, connection, SHARES, function="approx_quantile"
        ),
        "datasketches KLL": partial(sketches.kll, values, SHARES),
        "pyarrow t-digest": partial(sketches.t_digest, array, SHARES),
        "ddsketch": partial(sketches.dd, few, SHARES),
        ROOFLINE: partial(roofline.read, values),
    }
    yield Case(
        name="sketch",
        title=f"{len(values):,} values",
        values=len(values),
        engines=engines,
        agree=partial(must_agree, engines, values),
        rounds=7,
        fewer=FEWER,
    )


def must_agree(engines: Engines, values: data.Floats) -> None:
    exact = sketches.exact(values, SHARES)
    ours = engines[OURS]()
    assert (np.asarray(ours.lower) <= exact).all()
    assert (exact <= np.asarray(ours.upper)).all()
    assert engines[PROFILE]()["x"]["rows"] == len(values)
    for name in ("numpy.quantile, exact", "duckdb quantile_cont, exact"):
        np.testing.assert_allclose(engines[name](), exact, rtol=1e-14, err_msg=name)
    for name, error in RANK_ERROR.items():
        ranks = [(values <= one).mean() for one in engines[name]()]
        np.testing.assert_allclose(ranks, SHARES, atol=error, err_msg=name)
    for name, error in RELATIVE_ERROR.items():
        exact = np.quantile(values[: FEWER[name]], SHARES, method="lower")
        np.testing.assert_allclose(engines[name](), exact, rtol=error, err_msg=name)


GROUP = Group("sketch", "Quantiles and log-linear cells", NOTE, cases)
