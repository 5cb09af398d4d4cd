"""States written by every format so far are read for ever and written back byte for byte."""

import pytest

import tallystick as ts
from golden.make_states import STATES, labelled, profile
from tallystick import _core

PROFILES = sorted(STATES.glob("profile-v*.tally"))
PLANS = sorted(STATES.glob("plan-v*.tally"))


def test_every_format_has_its_files():
    formats = range(1, _core.FORMAT + 1)
    assert {path.stem for path in PROFILES} == {f"profile-v{v}" for v in formats}
    assert {path.stem for path in PLANS} == {f"plan-v{v}" for v in formats}


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_a_profile_is_read_and_written_back(path):
    state = ts.load(path)
    assert state.to_bytes() == path.read_bytes()
    assert (state.rows, state["word"]["other"], state["amount"]["nan"]) == (80, 40, 4)
    assert state.windows == ["1970-01-01", "1970-01-02", "1970-01-03"]
    assert (state["amount"]["maximum"], state["id"]["mean"]) == (1e308, 2.0**53)


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_a_plan_is_read_and_written_back(path):
    assert ts.Plan.load(path).to_bytes() == path.read_bytes()


def test_the_same_rows_still_make_the_same_bytes():
    assert profile().to_bytes() == (STATES / f"profile-v{_core.FORMAT}.tally").read_bytes()


@pytest.mark.parametrize("path", sorted(STATES.glob("labels-v*.tally")), ids=lambda p: p.stem)
def test_scores_with_labels_are_read_and_written_back(path):
    state = ts.load(path)
    assert state.to_bytes() == path.read_bytes()
    assert state.plan.outcomes[0]["positive"] == "yes"


def test_the_same_labels_still_make_the_same_bytes():
    assert labelled().to_bytes() == (STATES / f"labels-v{_core.FORMAT}.tally").read_bytes()
