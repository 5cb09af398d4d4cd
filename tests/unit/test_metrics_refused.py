"""What the measures refuse: always as an error of ours, never with a value of the data."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tallystick import _core, metrics
from tallystick.errors import ColumnTypeError, InputError, MissingColumnError, ParameterError
from tallystick.spec.vocabulary import TOLERANCE_OF

COUNTS = {"reference_counts": [500, 300, 200], "current_counts": [400, 400, 200]}
ON_COUNTS = _core.ON_COUNTS
OF_NUMBERS = ["ks", "wasserstein", "mean"]
OTHERS = ("labels", "scores", "segments", "predictions", "classes")
OF_COLUMNS = [m["name"] for m in _core.CATALOGUE if m["needs"] not in OTHERS]
SIDES = {"reference": [1.0, 2.0], "current": [2.0, 3.0]}
NOT_BINS = [1, 0, -3, 1001, 2.5, "10", None, True, float("nan")]
NOT_RATES = [0, 0.5, -0.1, 1, float("nan"), "0.01", None, True]
NOT_TOLERANCES = [0, -0.1, float("nan"), float("inf"), "0.1", True, [0.1]]


@pytest.mark.parametrize("metric", OF_COLUMNS)
def test_exactly_one_pair_is_measured(metric):
    measure = getattr(metrics, metric)
    counts = metric in ON_COUNTS
    wrong = [SIDES | COUNTS, {}, {"reference": [1.0], "current_counts": [1]}] if counts else []
    for arguments in [*wrong, {"reference": None, "current": None}]:
        with pytest.raises(ParameterError, match=f"{metric}: expected either"):
            measure(**arguments)
    for name in ("reference", "current"):
        other = "current" if name == "reference" else "reference"
        with pytest.raises(ParameterError, match=f"expected {other}= as well") as caught:
            measure(**{other: None, name: [1.0]})
        assert caught.value.context == {"name": other}


@pytest.mark.parametrize("metric", ON_COUNTS)
def test_counts_of_one_side_are_not_enough(metric):
    for name, counts in COUNTS.items():
        with pytest.raises(ParameterError, match="as well"):
            getattr(metrics, metric)(**{name: counts})


@pytest.mark.parametrize("sides", [SIDES, COUNTS], ids=["values", "counts"])
def test_numbers_out_of_their_domains_are_refused(sides):
    for bins in NOT_BINS:
        with pytest.raises(ParameterError, match=r"^bins: expected a whole number from 2 to 1000"):
            metrics.psi(**sides, bins=bins)
    for metric in ("psi_corrected", "ks"):
        measure = getattr(metrics, metric)
        for rate in NOT_RATES:
            with pytest.raises(ParameterError, match=r"^false_alarm_rate: expected a finite numb"):
                measure(**sides, false_alarm_rate=rate)
        for tolerance in NOT_TOLERANCES:
            with pytest.raises(ParameterError, match=r"^tolerance: expected a finite number abo"):
                measure(**sides, tolerance=tolerance)


@pytest.mark.parametrize("threads", [0, -1, 1.5, True, "many"])
def test_threads_are_a_whole_number_above_0(threads):
    with pytest.raises(ParameterError, match=r"^threads: expected a whole number above 0"):
        metrics.ks(**SIDES, threads=threads)


@pytest.mark.parametrize("metric", sorted(set(TOLERANCE_OF) - {"psi_corrected"}))
def test_a_tolerance_of_shares_is_below_1(metric):
    with pytest.raises(ParameterError, match="above 0 and below 1"):
        getattr(metrics, metric)(**SIDES, tolerance=1)


@pytest.mark.parametrize(
    "counts",
    [
        *([-1, 2], [1.5, 2], ["a", "b"], [None, 1], [float("nan"), 1], [float("inf"), 1]),
        *([2**64, 1], 5, "12", b"12", Counter({1: 2, 3: 4}), np.array([[1, 2]]), [1j, 1]),
    ],
    ids=repr,
)
def test_what_is_no_list_of_whole_numbers_is_refused(counts):
    with pytest.raises(ParameterError, match=r"^current_counts: expected a list of whole num"):
        metrics.psi(reference_counts=[5, 5], current_counts=counts)


def test_counts_are_of_the_same_cells():
    with pytest.raises(ParameterError, match="as many cells"):
        metrics.psi(reference_counts=[1, 2, 3], current_counts=[1, 2])


@pytest.mark.parametrize(
    "text", ["a.parquet", b"a.parquet", Path("a.parquet")], ids=["str", "bytes", "path"]
)
def test_a_path_is_not_measured_by_its_letters(text):
    with pytest.raises(ColumnTypeError, match="expected values, got one") as caught:
        metrics.psi(reference=text, current=text)
    assert "ts.compare" in caught.value.hint


@pytest.mark.parametrize(
    "values",
    [
        *(3.0, ["CANARY", 1], pd.Series(["CANARY", 1])),
        *(np.ones((3, 1)), np.array([1j]), [2**70], object(), [dt.date(2020, 1, 1), "CANARY"]),
        *(pa.array([dt.timedelta(1)]), np.ones(2, np.float16), pa.array([[1]]), [b"CANARY"]),
    ],
    ids=lambda values: type(values).__name__,
)
def test_what_is_no_column_is_refused_without_naming_a_value(values):
    with pytest.raises(ColumnTypeError) as caught:
        metrics.psi(reference=values, current=values)
    assert "CANARY" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.hint


def test_a_metric_of_numbers_names_those_that_take_categories():
    for metric in OF_NUMBERS:
        with pytest.raises(ColumnTypeError, match=f"{metric}: expected numbers, got") as caught:
            getattr(metrics, metric)(reference=["a", "b"], current=["a", "c"])
        assert "psi" in caught.value.hint
    with pytest.raises(ColumnTypeError, match="ks: expected numbers"):
        metrics.ks(reference=[True, False], current=[True, True], tolerance=0.1)
    with pytest.raises(ColumnTypeError, match="other_share: expected categories, got int64"):
        metrics.other_share(reference=[1, 2], current=[1, 3], tolerance=0.1)


def test_the_column_of_a_table_has_to_be_there_and_be_named():
    table = {"age": [1.0, 2.0], "agent": ["a", "b"]}
    with pytest.raises(ParameterError, match="one of the 2 columns of reference"):
        metrics.psi(reference=table, current=table)
    with pytest.raises(MissingColumnError, match="current: no column age"):
        metrics.psi(reference=table, current={"agent": ["a"]}, column="age")
    with pytest.raises(MissingColumnError) as caught:
        metrics.psi(reference=table, current=table, column="aeg")
    assert "age" in caught.value.hint
    with pytest.raises(InputError):
        metrics.psi(reference={"x": ["CANARY", 1]}, current=[1])
