"""`assert_no_drift` in tests of their own."""

from __future__ import annotations

import pytest

import tallystick as ts
from tallystick.errors import ParameterError
from tallystick.integrations.pytest import assert_no_drift
from unit.exported import rows

pytest_plugins = ["pytester"]

TESTS = """
    import pytest
    from tallystick.integrations.pytest import assert_no_drift

    LIKE = {"age": list(range(20, 80)) * 100, "plan": ["free", "pro"] * 3000}
    OLDER = {"age": list(range(50, 80)) * 200, "plan": ["free", "pro"] * 3000}
    FEW = {"age": list(range(20, 80)), "plan": ["free", "pro"] * 30}

    def test_same():
        assert_no_drift(LIKE, LIKE)

    def test_older():
        assert_no_drift(LIKE, OLDER)

    def test_few():
        assert_no_drift(LIKE, FEW)

    def test_few_skips():
        assert_no_drift(LIKE, FEW, undetermined="skip")

    def test_few_passes():
        assert assert_no_drift(LIKE, FEW, undetermined="pass").status == "undetermined"
"""


def test_what_a_run_shows(pytester):
    pytester.makepyfile(TESTS)
    done = pytester.runpytest_subprocess("-rs", "-p", "no:cacheprovider")
    done.assert_outcomes(passed=2, failed=2, skipped=1)
    done.stdout.fnmatch_lines(
        [
            "E * AssertionError: ALERT  1 of 2 instruments beyond tolerance",
            "E * warn  age *psi * 0.10",
            "E * at least 50 % of rows would have to move to undo it*",
            "E * AssertionError: UNDETERMINED  none of 2 instruments beyond tolerance, 2 *",
            "E * NOT JUDGED (is not ok)",
            "SKIPPED [[]1[]] test_what_a_run_shows.py:18: UNDETERMINED *",
        ]
    )
    # The trace ends where the assertion stands, not in our own files.
    done.stdout.no_fnmatch_line("*integrations/pytest.py*Error*")
    done.stdout.no_fnmatch_line("*__tracebackhide__*")


def test_the_message_is_that_of_the_terminal():
    report = ts.compare(reference=rows(20_000), current=rows(20_000, shift=9.0))
    with pytest.raises(AssertionError) as raised:
        assert_no_drift(rows(20_000), rows(20_000, shift=9.0))
    assert str(raised.value) == report.to_short_text()
    page = report.to_text(100)
    assert all(line in page for line in report.to_short_text().splitlines())


def test_it_takes_profiles_files_and_what_compare_takes(tmp_path):
    profile = ts.profile(rows(20_000))
    path = profile.save(tmp_path / "a.tally")
    for reference in (profile, path, str(path)):
        report = assert_no_drift(reference, rows(20_000, seed=6), false_alarm_rate=0.02)
        assert report.status == "ok"
    spec = {"schema": 1, "columns": {"fare": {"tolerance": {"psi": 9.0}}}}
    assert assert_no_drift(profile, rows(20_000, shift=9.0), spec=spec)["fare"]
    with pytest.raises(AssertionError):
        assert_no_drift(profile, rows(20_000, shift=9.0))


def test_wrong_words():
    with pytest.raises(ParameterError, match="expected fail, skip, pass, got ok"):
        assert_no_drift(rows(10), rows(10), undetermined="ok")
