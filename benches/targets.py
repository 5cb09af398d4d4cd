"""What is to be reached, and whether a run has reached it: the first table of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benches.case import BOUNDS, OURS

Cases = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Check:
    """One figure of one case that has to reach a limit.

    Attributes:
        case: Its key in the run.
        says: What is asked for, in words; the limit stands before it.
        figure: The figure of an engine: "rate" in values a second, "of_roofline", "ratio" over
            ours, "cpu_over_decode", "seconds" or "peak_bytes".
        limit: What it must reach.
        engine: Whose figure; "" is the best rival.
        at_most: Whether the figure has to stay below the limit.
    """

    case: str
    says: str
    figure: str
    limit: float
    engine: str = OURS
    at_most: bool = False

    def reached(self, cases: Cases) -> float | None:
        """The figure, or None if it was not measured."""
        engines = cases.get(self.case, {}).get("engines", {})
        name = self.engine or best_rival(engines)
        figure = engines.get(name, {}).get(self.figure)
        if figure is not None and self.figure == "ratio" and self.engine.startswith(OURS):
            return 1 / figure  # Ours with more threads: how much faster.
        return figure

    def met(self, cases: Cases) -> bool | None:
        """None if it was not measured."""
        reached = self.reached(cases)
        if reached is None:
            return None
        return reached <= self.limit if self.at_most else reached >= self.limit


@dataclass(frozen=True, slots=True)
class Target:
    """One piece of work with what is asked of it; no checks: nothing of it exists yet."""

    work: str
    checks: tuple[Check, ...] = ()


def best_rival(engines: Mapping[str, Any]) -> str:
    """Who comes closest to ours, or is further ahead; "" if nobody runs."""
    rivals = [name for name in engines if not name.startswith(OURS) and name not in BOUNDS]
    return min(rivals, key=lambda name: engines[name]["ratio"], default="")


def _rate(case: str, millions: float, says: str = "") -> Check:
    return Check(case, says, "rate", millions * 1e6)


def _over(case: str, engine: str, limit: float, says: str) -> Check:
    return Check(case, says, "ratio", limit, engine=engine)


_MIB = 2.0**20

TARGETS = (
    Target(
        "uniform histogram of float64, exact",
        (
            _rate("histogram-50-cache", 1000, "50 bins, in the cache"),
            _rate("histogram-500-cache", 1000, "500 bins, in the cache"),
            _over("histogram-50-memory", "boost-histogram", 2, "boost-histogram, 50 bins"),
            _over("histogram-500-memory", "boost-histogram", 2, "boost-histogram, 500 bins"),
            Check("histogram-50-memory", "memory read, 50 bins", "of_roofline", 0.45),
            Check("histogram-500-memory", "memory read, 500 bins", "of_roofline", 0.45),
        ),
    ),
    Target(
        "irregular edges",
        tuple(
            _rate(f"edges-{cells}-cache", rate, f"{cells} cells, in the cache")
            for cells, rate in ((10, 1300), (20, 900), (50, 650), (240, 600))
        ),
    ),
    Target(
        "full numeric column: statistics, exact sums, cells",
        (
            _rate("column", 400),
            _over("column-threads", f"{OURS}, 2 threads", 1.8, "one thread, on two"),
        ),
    ),
    Target(
        "log-linear sketch and statistics",
        (
            _rate("sketch", 900, "ts.quantiles"),
            Check(
                "sketch",
                "profile",
                "rate",
                900e6,
                engine=f"{OURS}, profile with log-linear cells",
            ),
        ),
    ),
    Target(
        "PSI, 100 columns of 1,000,000 rows, reference from raw",
        (_over("psi", "", 6, "the best by hand"),),
    ),
    Target(
        "exact KS",
        (
            _over("ks-1000000", "numpy sort + numba merge", 3, "the best sort, 1e6 a side"),
            _over("ks-10000000", "numpy sort + numba merge", 3, "the best sort, 1e7 a side"),
            _over("ks-1000000", "scipy ks_2samp", 10, "scipy, 1e6 a side"),
            _over("ks-10000000", "scipy ks_2samp", 10, "scipy, 1e7 a side"),
        ),
    ),
    Target("ECE and Brier, 1e7", (_rate("labels-ece", 600),)),
    Target(
        "everything from score and label",
        (
            _rate("labels-all", 200),
            Check(
                "labels-all",
                "in a profile",
                "rate",
                200e6,
                engine=f"{OURS}, profile with drift of both columns",
            ),
        ),
    ),
    Target(
        "dictionary codes",
        (
            _rate("codes-20", 2000, "20 categories"),
            _rate("codes-1000", 2000, "1,000 categories"),
        ),
    ),
    Target(
        "a record in serving",
        (
            _rate("serving-record", 1 / 1.2, "as a dict"),
            Check("serving-record", "as a tuple", "rate", 1e6 / 0.6, engine=f"{OURS}, as a tuple"),
            _rate("serving-scalar", 1e3 / 60, "a single number"),
            Check("serving-p999", "no flush seen at p99.9", "seconds", 5e-6, at_most=True),
            _rate("serving-asgi", 1 / 3, "a request through the ASGI middleware"),
        ),
    ),
    Target(
        "Parquet log against a reference, whole report",
        (
            Check("log", "decode's CPU for counting", "cpu_over_decode", 1.0, at_most=True),
            Check("log", "resident", "peak_bytes", 600 * _MIB, at_most=True),
            Check("scaling-log", "resident, 2e7 rows", "peak_bytes", 600 * _MIB, at_most=True),
            _over("log", "polars by hand", 10, "polars by hand"),
        ),
    ),
)
