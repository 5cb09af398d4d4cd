"""One call a measure: what it accepts, what it refuses, and what it says of empty columns."""

from __future__ import annotations

import inspect

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

import tallystick as ts
from tallystick import _core, metrics
from tallystick.errors import ColumnTypeError, ParameterError
from tallystick.spec.vocabulary import TOLERANCE_OF

REFERENCE = np.random.default_rng(1).normal(size=400)
CURRENT = REFERENCE[:300] * 1.5
COUNTS = {"reference_counts": [500, 300, 200], "current_counts": [400, 400, 200]}
ON_COUNTS = _core.ON_COUNTS
OF_NUMBERS = ["ks", "wasserstein", "mean"]
# Those of scores and labels are called in another way: test_metrics_labels.py.
OTHERS = ("labels", "scores", "segments", "predictions", "classes")
OF_COLUMNS = [m["name"] for m in _core.CATALOGUE if m["needs"] not in OTHERS]
# Of one call that has no reference: the loss of area is judged in comparisons only.
JUDGED_BY_LABELS = {"calibration", "ece_debiased", "selection_rate_ratio", "mae", "top_accuracy"}
JUDGED_BY_LABELS |= {"interval_coverage"}


def numbers(row: ts.Measurement) -> tuple:
    """All that does not tell where the values came from."""
    return tuple(value for name, value in row.to_dict().items() if name != "plan_id")


# What is accepted

HOLDERS = {
    "list": list,
    "tuple": tuple,
    "iterator": lambda values: iter(values.tolist()),
    "numpy": lambda values: values,
    "strided": lambda values: np.repeat(values, 2)[::2],
    "other byte order": lambda values: values.astype(">f8"),
    "objects": lambda values: values.astype(object),
    "masked": lambda values: np.ma.masked_array(values, False),
    "pyarrow": pa.array,
    "chunked": lambda values: pa.chunked_array([values[:7], values[7:]]),
    "polars": lambda values: pl.Series("any", values),
    "pandas": lambda values: pd.Series(values, name="other"),
    "pandas index": pd.Index,
    "pandas nullable": lambda values: pd.Series(values, dtype="Float64"),
    "mapping": lambda values: {"x": values},
    "table": lambda values: pa.table({"x": values}),
    "batch": lambda values: pa.record_batch({"x": values}),
    "reader": lambda values: pa.table({"x": values}).to_reader(max_chunksize=50),
    "dataset": lambda values: ds.dataset(pa.table({"x": values})),
    "polars frame": lambda values: pl.DataFrame({"x": values}),
    "polars lazy": lambda values: pl.LazyFrame({"x": values}),
    "pandas frame": lambda values: pd.DataFrame({"x": values}),
    "duckdb": lambda values: duckdb.arrow(pa.table({"x": values})),
}


@pytest.mark.parametrize("metric", ["psi", "ks"])
@pytest.mark.parametrize("holder", HOLDERS)
def test_values_are_accepted_in_every_holder(holder, metric):
    measure, hold = getattr(metrics, metric), HOLDERS[holder]
    expected = numbers(measure(reference=REFERENCE, current=CURRENT))
    assert numbers(measure(reference=hold(REFERENCE), current=hold(CURRENT))) == expected
    assert numbers(measure(reference=REFERENCE, current=hold(CURRENT))) == expected


@pytest.mark.parametrize("metric", OF_COLUMNS)
def test_a_column_of_a_table_is_measured_as_the_column_alone(metric):
    values = (["a", "b", None] * 50, ["a", "c"] * 40)
    if metric in OF_NUMBERS:
        values = (REFERENCE, CURRENT)
    tables = [{"other": range(len(side)), "x": side} for side in values]
    measure = getattr(metrics, metric)
    alone = measure(reference=values[0], current=values[1])
    assert isinstance(alone, ts.Measurement)
    assert alone.metric == metric
    both = measure(reference=tables[0], current=tables[1], column="x")
    assert numbers(both) == numbers(alone)


@pytest.mark.parametrize(
    "hold",
    [list, tuple, iter, np.array, pa.array, pl.Series, pd.Series, lambda x: np.array(x, float)],
)
@pytest.mark.parametrize("metric", ON_COUNTS)
def test_counts_are_accepted_in_every_holder(metric, hold):
    measure = getattr(metrics, metric)
    held = {side: hold(counts) for side, counts in COUNTS.items()}
    assert measure(**held) == measure(**COUNTS)


def test_counts_and_values_agree():
    sides = {side: np.repeat(["a", "b", "c"], counts) for side, counts in COUNTS.items()}
    for metric in set(ON_COUNTS) - {"ks"}:
        measure = getattr(metrics, metric)
        of_values = measure(
            reference=sides["reference_counts"], current=sides["current_counts"]
        ).to_dict()
        of_counts = measure(**COUNTS).to_dict()
        for name in set(of_values) - {"instrument", "plan_id"}:
            assert of_values[name] == of_counts[name], (metric, name)


@pytest.mark.parametrize("metric", ["psi_corrected", "missing_share"])
def test_one_measure_is_one_test(metric):
    # A report's other tests, of missing values here, are no part of the false-alarm rate.
    reference, current = ["a", "b"] * 1_000, ["a"] * 1_230 + ["b"] * 770
    if metric == "missing_share":
        current[:75] = [None] * 75
    sides = {"reference": reference, "current": current, "tolerance": 0.03}
    measure = getattr(metrics, metric)
    p = measure(**sides).p_tolerance
    assert 1e-4 < p < 0.25
    for rate, status in ((p * 0.99, "undetermined"), (p * 1.01, "alert")):
        row = measure(**sides, false_alarm_rate=rate)
        assert (row.status, row.q_value) == (status, p)


def test_null_and_nan_are_one():
    plain = [0.5, 1.5, 2.5] * 30
    with_nulls = pa.array([*plain, *[None] * 10])
    with_nans = pa.array([*plain, *[float("nan")] * 10])
    for metric in set(OF_COLUMNS) - {"other_share"}:
        measure = getattr(metrics, metric)
        a = measure(reference=with_nulls, current=with_nulls)
        b = measure(reference=with_nulls, current=with_nans)
        assert numbers(a) == numbers(b), metric


@pytest.mark.parametrize("bins", [2, 3, 10, 40])
def test_bins_set_the_number_of_groups(bins):
    values = np.arange(10_000.0)
    psi = metrics.psi(reference=values, current=values, bins=bins)
    # The null level tells how many groups are occupied; the sample's last value has its own.
    groups = round(psi.null_level / (2 / 10_000)) + 1
    assert bins - 1 <= groups <= bins + 1


# Verdicts


def test_the_verdict_is_against_the_tolerance():
    sides = {"reference": REFERENCE.repeat(20), "current": REFERENCE.repeat(20) + 0.5}
    for metric in ("psi_corrected", "ks"):
        measure = getattr(metrics, metric)
        strict, loose = (measure(**sides, tolerance=t) for t in (0.02, 0.6))
        assert (strict.status, strict.reason) == ("alert", "beyond_tolerance")
        assert (loose.status, loose.reason) == ("ok", "within_tolerance")
        assert (strict.tolerance, loose.tolerance) == (0.02, 0.6)
        assert strict.value == loose.value


def test_the_false_alarm_rate_sets_how_sure_an_alert_is():
    counts = {"reference_counts": [1_000, 1_000], "current_counts": [1_230, 770]}
    measured = metrics.psi_corrected(**counts, tolerance=0.03)
    p = measured.p_tolerance
    for rate, status in ((p * 0.99, "undetermined"), (p * 1.01, "alert")):
        judged = metrics.psi_corrected(**counts, tolerance=0.03, false_alarm_rate=rate)
        assert judged.status == status


def test_what_decides_by_default_does_so_on_values_and_on_counts():
    counts = {"reference_counts": [5_000, 5_000], "current_counts": [9_000, 1_000]}
    values = {side: np.repeat(["a", "b"], of) for side, of in counts.items()}
    for row in (
        metrics.psi_corrected(**counts),
        metrics.psi_corrected(
            reference=values["reference_counts"], current=values["current_counts"]
        ),
    ):
        assert (row.status, row.tolerance) == ("alert", 0.1)


def test_200_rows_against_200_without_drift_are_not_judged():
    random = np.random.default_rng(3)
    row = metrics.psi_corrected(
        reference=random.normal(size=200), current=random.normal(size=200), tolerance=0.1
    )
    assert (row.status, row.reason) == ("undetermined", "too_few_rows")


# The data's condition is a status

CONDITIONS = {
    "empty": ([], []),
    "no reference": ([], [1.0, 2.0]),
    "no current": ([1.0, 2.0], []),
    "all null": ([None] * 50, [None] * 50),
    "null reference": ([None] * 50, [1.0] * 50),
    "null current": ([1.0] * 50, [None] * 50),
    "all NaN": ([float("nan")] * 50, [float("nan")] * 50),
    "all infinite": ([float("inf")] * 50, [float("-inf")] * 50),
    "constant": ([1.0] * 50, [1.0] * 50),
    "one row": ([1.0], [2.0]),
    "one row of two": ([1.0], [2.0, 3.0]),
    "retyped": ([1.0, 2.0] * 50, ["a", "b"] * 50),
    "unsupported": ([1.0, 2.0] * 50, [{"a": 1}] * 50),
    "an empty text": ([""] * 3, [""] * 3),
}


def is_about(metric: str, reference: list) -> bool:
    """Whether the metric is about the type of the reference."""
    present = [value for value in reference if value is not None]
    if not present:
        return True
    text = isinstance(present[0], str)
    return metric not in (["other_share"] if not text else OF_NUMBERS)


@pytest.mark.parametrize("metric", OF_COLUMNS)
@pytest.mark.parametrize("condition", CONDITIONS)
def test_no_condition_of_the_data_is_an_exception(condition, metric):
    reference, current = CONDITIONS[condition]
    if not is_about(metric, reference):
        with pytest.raises(ColumnTypeError):
            getattr(metrics, metric)(reference=reference, current=current)
        return
    row = getattr(metrics, metric)(reference=reference, current=current)
    assert row.reason in {
        *("informs", "no_rows", "no_values", "constant", "too_few_rows"),
        *("within_tolerance", "beyond_tolerance", "straddles_tolerance", "retyped"),
    }
    assert (row.n_reference, row.n_current) == (len(reference), len(current))
    if 0 in (len(reference), len(current)) and metric not in ("row_count", "schema"):
        assert row.value is None
        assert row.status != "ok"


@pytest.mark.parametrize("metric", ["psi_corrected", "ks"])
@pytest.mark.parametrize(
    ("condition", "reasons"),
    [
        ("empty", {"no_rows"}),
        ("no reference", {"no_rows"}),
        ("no current", {"no_rows"}),
        ("all null", {"no_values"}),
        ("all NaN", {"no_values"}),
        ("all infinite", {"no_values"}),
        ("constant", {"constant", "too_few_rows"}),
        ("one row", {"too_few_rows"}),
        ("one row of two", {"too_few_rows"}),
    ],
)
def test_what_cannot_be_judged_says_why(condition, reasons, metric):
    reference, current = CONDITIONS[condition]
    row = getattr(metrics, metric)(reference=reference, current=current, tolerance=0.1)
    assert row.status == "undetermined"
    assert row.reason in reasons


@pytest.mark.parametrize("metric", ON_COUNTS)
@pytest.mark.parametrize("counts", [([], []), ([0, 0], [0, 0]), ([5, 5], [0, 0]), ([0], [7])])
def test_counts_without_rows_have_no_value(metric, counts):
    row = getattr(metrics, metric)(reference_counts=counts[0], current_counts=counts[1])
    assert row.value is None
    assert row.status in ("undetermined", "not_applicable")


def test_counts_may_be_as_large_as_promised():
    half = 2**59
    row = metrics.psi(reference_counts=[half, half], current_counts=[half, half - 1])
    assert 0 <= row.value < 1e-30
    with pytest.raises(ParameterError, match="2\\^60"):
        metrics.psi(reference_counts=[half, half + 1], current_counts=[1, 1])


# What they have in common


def test_each_takes_what_it_can_use():
    for metric in metrics.__all__:
        parameters = inspect.signature(getattr(metrics, metric)).parameters
        judged = metric in {*TOLERANCE_OF, *JUDGED_BY_LABELS}
        assert ("tolerance" in parameters) == judged
        assert ("false_alarm_rate" in parameters) == (judged and metric != "calibration")
        assert ("reference_counts" in parameters) == (metric in ON_COUNTS)


def test_numbers_of_numpy_are_numbers():
    plain = metrics.psi_corrected(**COUNTS, bins=5, tolerance=0.25, false_alarm_rate=0.125)
    rows = metrics.psi_corrected(
        **COUNTS,
        bins=np.int64(5),
        tolerance=np.float32(0.25),
        false_alarm_rate=np.float64(0.125),
    )
    assert rows == plain


@pytest.mark.parametrize("metric", metrics.__all__)
def test_everything_is_called_by_keyword(metric):
    parameters = inspect.signature(getattr(metrics, metric)).parameters.values()
    assert all(one.kind is inspect.Parameter.KEYWORD_ONLY for one in parameters)
    with pytest.raises(TypeError):
        getattr(metrics, metric)([1.0], [2.0])


SECTIONS = ["Args:", "Returns:", "Raises:", "Missing data:", "Cost:", "Source:", "Example:"]


@pytest.mark.parametrize("metric", metrics.__all__)
def test_every_docstring_answers_the_same_questions(metric):
    measure = getattr(metrics, metric)
    text = inspect.getdoc(measure)
    places = [text.index(f"\n{section}") for section in SECTIONS]
    assert places == sorted(places)
    assert "Range" in text or metric == "schema"
    for name in inspect.signature(measure).parameters:
        assert f"\n    {name}: " in text
