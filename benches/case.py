"""What is raced: engines that do the same piece of work on the same data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

OURS = "tallystick"
ROOFLINE = "roofline: read the bytes once"
DECODE = "pyarrow, decoding only"
BARE = "no middleware"
# Engines that give no answer: they bound what the others can reach.
BOUNDS = frozenset({ROOFLINE, DECODE, BARE})

Engines = Mapping[str, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Case:
    """One table of the page.

    Attributes:
        name: Key of the case in `run.json` and in the targets.
        title: Its heading.
        values: How many values, rows or records one call of an engine handles.
        engines: By name. Whatever begins with `OURS` is this library; the first of them is what
            the others are held against.
        agree: Fails unless all engines give the same answer. Called before anything is timed.
        rounds: How often each engine is timed.
        repeat: Calls in one timing, for work that one call is too short to time.
        fewer: Engines too slow for all values, with how many they get; rates are per value.
        unit: What is counted.
        fresh: Whether every call is a process of its own: there is nothing to warm up.
        in_check: Whether `make bench-check` runs it.
    """

    name: str
    title: str
    values: int
    engines: Engines
    agree: Callable[[], None]
    rounds: int = 15
    repeat: int = 1
    fewer: Mapping[str, int] = field(default_factory=dict)
    unit: str = "values"
    fresh: bool = False
    in_check: bool = True

    def values_of(self, engine: str) -> int:
        return self.fewer.get(engine, self.values)


@dataclass(frozen=True, slots=True)
class Group:
    """One section of the page: cases made one after another, so that one's data are freed."""

    name: str
    title: str
    note: str
    cases: Callable[[], Iterator[Case]]


@dataclass(frozen=True, slots=True)
class Sample:
    """One timing. Engines that run elsewhere return it themselves."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int | None = None


class UnavailableError(Exception):
    """An engine cannot be run here; the page says why."""
