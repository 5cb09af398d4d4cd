"""Merging is addition: any grouping and order, an identity, one plan."""

from __future__ import annotations

import copy
import functools
import operator
import pickle

import pyarrow as pa
import pytest

import tallystick as ts
from laws.rows import PLAN, ROWS, SPEC, TABLE, count
from tallystick.errors import MergeError, ParameterError

PARTS = [count(TABLE.slice(a, 700)) for a in range(0, ROWS, 700)]
EMPTY = count(TABLE.slice(0, 0))
WHOLE = count(TABLE)


def test_any_order():
    for a in PARTS:
        for b in PARTS:
            assert (a + b).to_bytes() == (b + a).to_bytes()


def test_any_grouping():
    a, b, c, *_ = PARTS
    assert ((a + b) + c).to_bytes() == (a + (b + c)).to_bytes()


def test_the_sum_of_the_parts_is_one_pass():
    assert sum(PARTS) == WHOLE
    assert functools.reduce(operator.add, reversed(PARTS)).to_bytes() == WHOLE.to_bytes()


def test_no_rows_are_the_identity():
    assert EMPTY.rows == 0
    for a in (*PARTS, EMPTY, WHOLE):
        assert (a + EMPTY).to_bytes() == a.to_bytes() == (EMPTY + a).to_bytes()
        assert sum([a]).to_bytes() == a.to_bytes()


def test_adding_changes_neither_side():
    a, b = PARTS[:2]
    before = a.to_bytes(), b.to_bytes()
    a + b
    assert (a.to_bytes(), b.to_bytes()) == before


def test_a_profile_added_to_itself_doubles_every_count():
    twice = (WHOLE + WHOLE).to_arrow().to_pylist()
    once = WHOLE.to_arrow().to_pylist()
    assert [{**row, "rows": 2 * row["rows"]} for row in once] == twice
    for name, facts in WHOLE.columns().items():
        assert (WHOLE + WHOLE)[name].get("mean") == facts.get("mean")


def test_windows_add_up_to_the_rows_with_a_time():
    dated = sum(WHOLE.window(start) for start in WHOLE.windows)
    missing = next(s.rows for s in WHOLE.slices if (s.segment, s.window) == ("all", "missing"))
    assert dated.rows == ROWS - missing
    assert missing > 0
    with pytest.raises(ParameterError):
        dated + WHOLE


def test_different_plans_name_the_columns_that_differ():
    other = ts.profile(TABLE.slice(0, 300), spec=SPEC)
    with pytest.raises(MergeError) as caught:
        other + WHOLE
    named = caught.value.context["columns"]
    assert named == other.plan.differences(PLAN) == PLAN.differences(other.plan)
    assert "f64" in named
    # Explicit, log-linear and uniform cells ask the sample for the pivot of the sums only.
    ids = [{c["name"]: c["binning_id"] for c in plan.columns} for plan in (PLAN, other.plan)]
    assert named == sorted(n for n in ids[0] if ids[0][n] != ids[1][n])
    assert all(name in str(caught.value) for name in named)
    assert "plan=baseline.plan" in str(caught.value)


def test_a_column_more_is_named():
    table = pa.table({"a": [1.0, 2.0], "b": [1.0, 2.0]})
    narrow = ts.profile(table.select(["a"]))
    wide = ts.profile(table, plan=narrow.plan.extend(table, columns=["b"]))
    with pytest.raises(MergeError) as caught:
        narrow + wide
    assert caught.value.context["columns"] == ["b"]


def test_another_time_column_is_named():
    table = TABLE.select(["at", "seen", "score"])
    plans = [ts.Plan.fit(table, spec={"schema": 1, "log": {"time": t}}) for t in ("at", "seen")]
    with pytest.raises(MergeError) as caught:
        ts.profile(table, plan=plans[0]) + ts.profile(table, plan=plans[1])
    assert caught.value.context["columns"] == ["at", "seen"]


def test_windows_of_different_lengths_do_not_add_up():
    with pytest.raises(ParameterError, match="one length"):
        count(TABLE, window="1d") + count(TABLE, window="1h")


@pytest.mark.parametrize("other", [1, 0.5, "profile", None])
def test_anything_else_is_refused(other):
    with pytest.raises((TypeError, MergeError)):
        WHOLE + other
    with pytest.raises((TypeError, MergeError)):
        other + WHOLE


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_engines_ship_profiles_as_their_bytes(protocol):
    for shipped in (WHOLE, PLAN, WHOLE.window(WHOLE.windows[0])):
        function, arguments = shipped.__reduce__()[:2]
        assert function == type(shipped).from_bytes
        assert arguments == (shipped.to_bytes(),)
        pickled = pickle.dumps(shipped, protocol)
        assert pickle.loads(pickled).to_bytes() == shipped.to_bytes()  # noqa: S301 - our own
        assert copy.deepcopy(shipped).to_bytes() == shipped.to_bytes()


def test_shipped_profiles_add_up():
    shipped = [pickle.loads(pickle.dumps(part)) for part in PARTS]  # noqa: S301 - our own
    assert sum(shipped) == WHOLE
