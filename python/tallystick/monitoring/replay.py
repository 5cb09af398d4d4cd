"""A log replayed by the time of its rows: what would have been raised, window by window."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from tallystick import _core
from tallystick.errors import MissingColumnError, ParameterError, did_you_mean
from tallystick.monitoring.batches import by_window, instants, start_of
from tallystick.profiling import Plan, Profile, profile
from tallystick.profiling.windows import window_seconds
from tallystick.reading import Progress, Source, open_source, run
from tallystick.spec import Spec
from tallystick.storage import Store

# Windows counted at a time, by each thread: rows of others go to the store first.
_OPEN = 64


@dataclass(slots=True)
class Replayed:
    """What was read of a log.

    Attributes:
        rows: Rows in windows.
        untimed_rows: Rows without a time; they are in no window.
        windows: Windows that got rows.
    """

    rows: int = 0
    untimed_rows: int = 0
    windows: set[int] = field(default_factory=set)


def replay(
    data: Any,
    store: Store,
    *,
    baseline: Profile,
    spec: Spec | None,
    model: str,
    window: str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Replayed:
    """Counts a log by the windows of its time column, each window into the store.

    The same log read again replaces what it has stored, so that nothing counts twice; rows may
    stand in any order.

    Args:
        data: Anything `ts.profile` accepts.
        store: Where to.
        baseline: How to count.
        spec: Names of columns; None for the plan's own.
        model: Whose rows.
        window: Length of the windows; None takes the baseline's.
        threads: Reading threads; default one per core.
        progress: Told about rows as they are read.

    Raises:
        ParameterError: The windows' length is not known, or recorders have written to them.
        MissingColumnError: The data has no time column.
        InputError: The data cannot be read.
        StoreError: The store does not take them.
    """
    plan, seconds = baseline.plan, _length(baseline, window)
    source = open_source(data)
    aliases = {} if spec is None else _aliases(spec)
    _require_time(plan, source, aliases)
    names = {column["name"] for column in plan.columns} | {plan.time}
    wanted = [name for name in source.schema.names if aliases.get(name, name) in names]
    keeper = _Keeper(store, model, seconds)
    workers = run(
        source.select(wanted),
        lambda: _Worker(plan, spec, seconds, aliases, keeper),
        threads,
        progress,
    )
    # Together, so that a window that several threads have seen is stored once.
    whole = workers[0]
    for worker in workers[1:]:
        whole.merge(worker)
    whole.keep(most=0)
    return keeper.report


def _length(baseline: Profile, window: str | None) -> int:
    if window is not None:
        return window_seconds(window)
    lengths = {end - start for start, end in baseline.window_seconds}
    if len(lengths) != 1:
        raise ParameterError(
            "window: expected a length, as the baseline has no windows to take it from",
            hint="window='1d', or profile the baseline with it",
            name="window",
        )
    return lengths.pop()


def _aliases(spec: Spec) -> dict[str, str]:
    return {alias: name for name, column in spec.columns.items() for alias in column.also_named}


def _require_time(plan: Plan, source: Source, aliases: dict[str, str]) -> None:
    if plan.time is None:
        raise ParameterError(
            "baseline: expected one that knows the time column, to tell windows apart",
            hint='add log = { time = "..." } to its spec, and profile it again',
            name="baseline",
        )
    present = [aliases.get(name, name) for name in source.schema.names]
    if plan.time not in present:
        raise MissingColumnError(
            f"the time column {plan.time} is not in {source.description}",
            hint=did_you_mean(plan.time, present),
            columns=[plan.time],
        )


class _Keeper:
    """Puts windows into the store, one thread at a time."""

    def __init__(self, store: Store, model: str, seconds: int) -> None:
        self.report = Replayed()
        self._store = store
        self._model = model
        self._seconds = seconds
        self._lock = threading.Lock()

    def keep(self, start: int, core: _core.Profile) -> None:
        with self._lock:
            # What this reading has stored is added to; what an earlier one has is replaced.
            add = start in self.report.windows
            self.report.windows.add(start)
            self.report.rows += core.rows
            end = start + self._seconds
            self._store.put(Profile(core), start=start, end=end, model=self._model, add=add)

    def leave_out(self, rows: int) -> None:
        with self._lock:
            self.report.untimed_rows += rows


class _Worker:
    """One thread's open windows, the one used last at the end."""

    def __init__(
        self, plan: Plan, spec: Spec | None, seconds: int, aliases: dict[str, str], keeper: _Keeper
    ) -> None:
        self._plan = plan
        self._spec = spec
        self._seconds = seconds
        self._aliases = aliases
        self._keeper = keeper
        self._open: OrderedDict[int, _core.Profile] = OrderedDict()

    def count(self, batch: Any) -> None:
        import pyarrow as pa  # type: ignore[import-untyped]

        table = pa.Table.from_batches([batch])
        table = table.rename_columns([self._aliases.get(n, n) for n in table.column_names])
        micros = instants(table, None, self._plan.time)
        for part, instant in by_window(table, micros, self._seconds):
            start = start_of(instant, self._seconds)
            if start is None:
                self._keeper.leave_out(part.num_rows)
            else:
                self._add(start, part)
        self.keep(most=_OPEN)

    def _add(self, start: int, part: Any) -> None:
        length = f"{self._seconds}s"
        counted = profile(part, spec=self._spec, plan=self._plan, window=length, threads=1)
        self._take(start, counted._core)

    def _take(self, start: int, core: _core.Profile) -> None:
        known = self._open.pop(start, None)
        if known is not None:
            known.merge(core)
        self._open[start] = core if known is None else known

    def merge(self, other: _Worker) -> None:
        """Takes over what another thread has open."""
        for start, core in other._open.items():
            self._take(start, core)

    def keep(self, *, most: int) -> None:
        """Stores open windows until there are no more than that."""
        while len(self._open) > most:
            self._keeper.keep(*self._open.popitem(last=False))
