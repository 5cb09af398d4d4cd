"""What every test gets: reproducible hypothesis, and no silent skips in CI."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}

# Shared machines stall; a deadline would only measure the neighbours.
settings.register_profile("local", deadline=None)
# The same examples on every run, so that a red run can be repeated.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if IN_CI else "local")

OUTSIDE = Path(__file__).with_name("outside")

_skipped: list[str] = []


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    # Real servers and a browser: `make test-all` asks for them by name.
    asked = any(Path(arg.split("::")[0]).resolve().is_relative_to(OUTSIDE) for arg in config.args)
    return True if collection_path == OUTSIDE and not asked else None


def _note(report: pytest.TestReport | pytest.CollectReport) -> None:
    # Reports of expected failures are "skipped" as well: neither has shown anything.
    if report.skipped:
        _skipped.append(report.nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _note(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _note(report)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if (
        IN_CI
        and _skipped
        and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if IN_CI and _skipped:
        terminalreporter.section("skipped or expected to fail: not allowed in CI", red=True)
        for nodeid in _skipped:
            terminalreporter.line(nodeid)
