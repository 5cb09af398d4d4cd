"""Scores with their labels: calibration errors, and everything that both tell."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from sklearn import metrics as sk

import tallystick as ts
from benches import child, data
from benches.case import OURS, ROOFLINE, Case, Engines, Group, UnavailableError
from benches.engines import loops, numpy, polars, roofline
from benches.run import ROOT

BINS = 15
ROWS = data.SIZES["memory"]
PROFILE = f"{OURS}, profile with drift of both columns"
SKLEARN = "scikit-learn, 5 functions"
TORCH = "torchmetrics"
FEWER = 1_000_000
FOLDER = ROOT / ".benchmarks" / "labels"

NOTE = f"""\
`ts.evaluate(score=, label=, threads=1)` on {ROWS:,} float64 scores and boolean labels: the
calibration error in {BINS} equal bins with the Brier score, and then all metrics that need labels,
with intervals and brackets. Errors and Brier scores are asserted to be the same number; areas and
average precisions of scikit-learn to lie in our brackets. torchmetrics runs on one thread in an
environment of its own. scikit-learn gets {FEWER:,} rows; its rates are per
row. The loop by hand:

{loops.source(loops.calibration)}"""


def cases() -> Iterator[Case]:
    scores, labels = data.scored(ROWS)
    yield _errors(scores, labels)
    yield _everything(scores, labels)


def _errors(scores: data.Floats, labels: data.Flags) -> Case:
    arrays = pa.array(scores), pa.array(labels)
    by_torch = _by_torch(scores, labels)
    frame = pl.DataFrame({"p": scores, "y": labels})
    engines: Engines = {
        OURS: partial(_ours, *arrays, ("ece", "brier")),
        "numba loop by hand": partial(loops.calibration, scores, labels, BINS),
        "numpy by hand": partial(numpy.calibration, scores, labels, BINS),
        "polars by hand": partial(polars.calibration, frame, BINS),
        TORCH: partial(child.sample, *by_torch, environment=TORCH),
        ROOFLINE: partial(roofline.read_all, [{"p": scores}]),
    }
    return Case(
        name="labels-ece",
        title=f"ECE and Brier score, {ROWS:,} rows",
        values=ROWS,
        engines=engines,
        agree=partial(_same_errors, engines, by_torch),
        unit="rows",
    )


def _by_torch(scores: data.Floats, labels: data.Flags) -> tuple[str, object, int]:
    """A child and its arguments: torchmetrics has an environment of its own."""
    path = FOLDER / f"{len(scores)}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, scores=scores, labels=labels)
    return "labels_torchmetrics.py", path, BINS


def _everything(scores: data.Floats, labels: data.Flags) -> Case:
    table = pa.table({"p": scores, "y": labels})
    spec = {
        "schema": 1,
        "score": {"column": "p", "threshold": 0.5},
        "label": {"column": "y"},
    }
    plan = ts.Plan.fit(table, spec=spec)
    some = scores[:FEWER], labels[:FEWER]
    engines: Engines = {
        OURS: partial(_ours, table["p"], table["y"], None),
        PROFILE: partial(ts.profile, table, plan=plan, threads=1),
        SKLEARN: partial(_sklearn, *some),
        ROOFLINE: partial(roofline.read_all, [{"p": scores}]),
    }
    return Case(
        name="labels-all",
        title=f"everything from score and label, {ROWS:,} rows",
        values=ROWS,
        engines=engines,
        agree=partial(_same_areas, *some, engines),
        rounds=7,
        fewer={SKLEARN: FEWER},
        unit="rows",
    )


def _ours(
    scores: pa.Array, labels: pa.Array, metrics: tuple[str, ...] | None
) -> dict[str, ts.Measurement]:
    return ts.evaluate(score=scores, label=labels, threshold=0.5, metrics=metrics, threads=1)


def _sklearn(scores: data.Floats, labels: data.Flags) -> tuple[float, ...]:
    decided = scores >= 0.5
    return (
        sk.roc_auc_score(labels, scores),
        sk.average_precision_score(labels, scores),
        sk.log_loss(labels, scores),
        sk.brier_score_loss(labels, scores),
        sk.f1_score(labels, decided),
    )


def _same_errors(engines: Engines, by_torch: tuple[str, object, int]) -> None:
    ours = engines[OURS]()
    expected = ours["ece"].value, ours["brier"].value
    for name, run in engines.items():
        if name not in {OURS, ROOFLINE, TORCH}:
            assert run() == pytest.approx(expected, abs=1e-11), name
    try:
        found = child.answer(*by_torch, environment=TORCH)
    except UnavailableError:
        return  # The race asks again, and notes why.
    # Its edges of bins are of single precision.
    assert (found["ece"], found["brier"]) == pytest.approx(expected, abs=1e-6)


def _same_areas(scores: data.Floats, labels: data.Flags, engines: Engines) -> None:
    ours = _ours(pa.array(scores), pa.array(labels), None)
    area, precision, loss, brier, f1 = engines[SKLEARN]()
    assert ours["auc"].lower <= area <= ours["auc"].upper
    assert ours["average_precision"].lower <= precision <= ours["average_precision"].upper
    assert ours["log_loss"].value == pytest.approx(loss, rel=1e-10)
    assert ours["brier"].value == pytest.approx(brier, rel=1e-10)
    assert ours["f1"].value == pytest.approx(f1, rel=1e-10)
    assert np.isfinite(ours["ece_debiased"].value)


GROUP = Group("labels", "Scores with labels", NOTE, cases)
