"""One thread for everybody, and the ratios printed at the end."""

from __future__ import annotations

import os

# polars reads this when it is first imported.
os.environ["POLARS_MAX_THREADS"] = "1"

from importlib.metadata import version

import polars as pl
import pyarrow as pa
import pytest
from benches.report import lines

LIBRARIES = ("tallystick", "numpy", "boost-histogram", "polars", "duckdb", "pyarrow")


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    assert pl.thread_pool_size() == 1


def pytest_benchmark_update_machine_info(config, machine_info):
    machine_info["versions"] = {name: version(name) for name in LIBRARIES}


def pytest_terminal_summary(terminalreporter, config):
    session = getattr(config, "_benchmarksession", None)
    cases = [
        {"name": one.name, "extra_info": one.extra_info}
        for one in (session.benchmarks if session else [])
        if "engines" in one.extra_info
    ]
    for case in cases:
        terminalreporter.write_line(f"\n{case['name']}")
        for line in lines(case):
            terminalreporter.write_line(line)
