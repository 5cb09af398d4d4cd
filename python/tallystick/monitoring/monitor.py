"""The evaluator: collects, compares closed windows with a baseline, decides, tells."""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tallystick.comparison import Comparison, compare
from tallystick.errors import ParameterError, StoreError
from tallystick.judging.decisions import Decision
from tallystick.judging.rules import Rules
from tallystick.monitoring.collector import Collected, Collector
from tallystick.monitoring.notices import bodies, deliver
from tallystick.monitoring.seasons import ALL, Seasons
from tallystick.monitoring.sinks import LogSink, Sink
from tallystick.profiling import Profile, load
from tallystick.profiling.windows import window_seconds
from tallystick.reading import NoProgress, Progress
from tallystick.spec import load_spec
from tallystick.storage import Retention, Store, StoredWindow

if TYPE_CHECKING:
    from tallystick.spec import Spec
    from tallystick.storage.leases import Lease

_LOGGER = logging.getLogger("tallystick.monitor")
# Windows before this one that it is compared with as well: is it new, or has it been so?
PREVIOUS_WINDOWS = 7
# An evaluator that is killed leaves its lease for so long at most.
_LEASE_SECONDS = 120.0


@dataclass(slots=True)
class Run:
    """What one run of a monitor has done.

    Attributes:
        status: "alert" while anything is raised; "undetermined" when nothing is and the latest
            window could not be judged in full, or there is none; else "ok".
        collected: What came from the spool; None without one.
        leader: Whether this process held the lease; the others only collect.
        windows: Windows that were compared, oldest first.
        decisions: What was decided about them.
        raised: What stands raised now.
        told: Alerts that were told, to all sinks together.
        untold: Alerts that could not be told yet; they are kept.
        folded: Windows that were added up to days.
        dropped: Windows that were deleted for their age.
    """

    status: str = "undetermined"
    collected: Collected | None = None
    leader: bool = True
    windows: list[StoredWindow] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    raised: list[Decision] = field(default_factory=list)
    told: int = 0
    untold: int = 0
    folded: int = 0
    dropped: int = 0

    def acted(self, action: str) -> list[Decision]:
        """Decisions of this run with that action: "raised" or "cleared"."""
        return [one for one in self.decisions if one.action == action]


class Monitor:
    """Watches a model: what recorders write is stored, compared and judged, once.

    Any number of processes may run the same monitor on one store: all of them collect, one at a
    time holds the lease, compares, and tells, so that each window is judged once. It keeps nothing
    in memory that matters: another one goes on where it ended.

    Args:
        baseline: What is usual: a profile, or the path of a saved one. One with windows (profiled
            with `window=`) knows what is usual between them, and its seasons.
        store: A `Store`, or its path or URL.
        spool: Folder that recorders write to; None compares what is in the store already.
        spec: Tolerances, names and severities; None takes the baseline's.
        model: Whose rows; None takes the spec's `model.name`, else "model".
        rules: When to raise and to clear.
        season: Which part of the baseline a window is compared with: "auto", "all",
            "hour_of_week", "hour_of_day" or "day_of_week", in UTC.
        sinks: Whom to tell.
        retention: How long what is kept.
        quiet: A window that has ended and got no rows for so long is judged, even if no recorder
            has said that it is over.
        false_alarm_rate: Of one comparison; None takes the spec's.
        clock: Seconds since 1970; for tests.

    Raises:
        ParameterError: A parameter is out of its domain.
        StoreError: The store cannot be opened.

    Cost: about 20 microseconds a column and segment for each of two comparisons a window.

    Example:
        >>> import tallystick as ts
        >>> baseline = ts.profile({"plan": ["pro", "free"] * 5000})
        >>> with ts.Recorder(baseline, spool="spool", window="5m") as rec:
        ...     rec.log_batch({"plan": ["pro"] * 9000}, time=1_700_000_000)
        >>> run = ts.Monitor(baseline, spool="spool", store="model.db").run_once()
        >>> run.status, [(one.instrument, one.reason) for one in run.raised]
        ('alert', [('plan', 'severe')])
    """

    def __init__(
        self,
        baseline: Profile | str | os.PathLike[str],
        *,
        store: Store | str | os.PathLike[str],
        spool: str | os.PathLike[str] | None = None,
        spec: Any = None,
        model: str | None = None,
        rules: Rules | None = None,
        season: str = "auto",
        sinks: Sequence[Sink] | None = None,
        retention: Retention | None = None,
        quiet: str = "15m",
        false_alarm_rate: float | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.baseline = baseline if isinstance(baseline, Profile) else load(baseline)
        self.spec: Spec | None = self.baseline._spec if spec is None else load_spec(spec)
        named = self.spec.model.name if self.spec is not None else None
        self.model = model or named or "model"
        self.store = store if isinstance(store, Store) else Store(store, clock=clock)
        self.rules = rules or Rules()
        self.sinks = [LogSink()] if sinks is None else list(sinks)
        if len({sink.name for sink in self.sinks}) < len(self.sinks):
            raise ParameterError("sinks: expected names of their own", hint="name=", name="sinks")
        self.retention = retention or Retention()
        self.failed_runs = 0
        self._seasons = Seasons(self.baseline, season)
        self._quiet_seconds = window_seconds(quiet, name="quiet")
        self._false_alarm_rate = false_alarm_rate
        self._collector = None if spool is None else Collector(spool, self.store, model=self.model)
        self._holder = uuid.uuid4().hex

    def run_once(self, *, progress: Progress | None = None) -> Run:
        """Collects, and, if nobody else does, compares, decides, tells and tidies up.

        Raises:
            InputError: The spool is no folder.
            StoreError: The store does not do what is asked. Nothing that was written before is
                lost: the spool keeps what is not stored, the store what is not told.
        """
        run = Run()
        if self._collector is not None:
            run.collected = self._collector.collect()
        lease = self._lease()
        run.leader = lease.take(seconds=_LEASE_SECONDS)
        if run.leader:
            try:
                self.store.close_windows(model=self.model, quiet_seconds=self._quiet_seconds)
                self._work(run, lease, progress or NoProgress())
            finally:
                _let_go(lease)
        self._conclude(run)
        return run

    def replay(
        self,
        data: Any,
        *,
        window: str | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Run:
        """Reads a log by the time of its rows, and judges its windows as if they had been recorded.

        The same log read again replaces its windows, and those already decided about stay so: for
        other rules or another baseline use a store of its own.

        Args:
            data: Anything `ts.profile` accepts, with the plan's time column.
            window: Length of the windows; None takes the baseline's.
            threads: Reading threads; default one per core.
            progress: Told about rows as they are read and compared.

        Raises:
            ParameterError: The length is not known, or recorders have written to these windows.
            MissingColumnError: The data has no time column.
            InputError: The data cannot be read.
            StoreError: The store does not do what is asked.

        Example:
            >>> import numpy as np
            >>> import tallystick as ts
            >>> day = np.repeat(np.arange("2026-11-01", "2026-11-15", dtype="M8[D]"), 2000)
            >>> log = {"at": day.astype("M8[s]"), "plan": ["pro", "free"] * 14_000}
            >>> baseline = ts.profile(log, spec={"schema": 1, "log": {"time": "at"}}, window="1d")
            >>> run = ts.Monitor(baseline, store="replay.db").replay(log)
            >>> run.status, len(run.windows), run.raised
            ('ok', 14, [])
        """
        from tallystick.monitoring.replay import replay

        replay(
            data,
            self.store,
            baseline=self.baseline,
            spec=self.spec,
            model=self.model,
            window=window,
            threads=threads,
            progress=progress,
        )
        self.store.close_windows(model=self.model, quiet_seconds=self._quiet_seconds, logs=True)
        return self.run_once(progress=progress)

    def run(
        self, *, every: str = "1m", stop: threading.Event | None = None, most: int | None = None
    ) -> None:
        """Runs until it is stopped. What the store refuses is counted and tried again.

        Args:
            every: Time between runs.
            stop: Ends it when set; Ctrl-C does as well.
            most: Ends it after so many runs.

        Raises:
            InputError: The spool is no folder.
            StoreError: The store is of no use, and asking again would not help.
        """
        seconds = window_seconds(every, name="every")
        stop = stop or threading.Event()
        done = 0
        while True:
            try:
                self.run_once()
            except StoreError as error:
                if not error.context.get("retryable"):
                    raise
                self.failed_runs += 1
                _LOGGER.warning("tried again in %s: %s", every, error.message)
            done += 1
            if (most is not None and done >= most) or stop.wait(seconds):
                return

    def compare_window(self, window: StoredWindow) -> tuple[Comparison, str, Comparison | None]:
        """A stored window against the baseline, the season taken for it, and against those before.

        Raises:
            StoreError: The store cannot be read.
        """
        from tallystick.storage.evaluations import before

        current = self.store.profile_of(window)
        usual, season = self.baseline, ALL
        if window.start_second is not None and window.end_second is not None:
            usual, season = self._seasons.matching(window.start_second, window.end_second)
        report = self._compare(usual, current)
        earlier = before(self.store, window, PREVIOUS_WINDOWS)
        if not earlier:
            return report, season, None
        previous = self.store.profile_of(earlier[0])
        for one in earlier[1:]:
            previous = previous + self.store.profile_of(one)
        return report, season, self._compare(previous, current)

    def _work(self, run: Run, lease: Lease, progress: Progress) -> None:
        """What one process does for all."""
        if not self._evaluate(run, lease, progress):
            return
        run.told, run.untold = deliver(self.store, self.model, self.sinks)
        # After comparing: nothing is added up to days that was not looked at.
        run.folded, run.dropped = self.store.compact(self.retention, model=self.model)

    def _evaluate(self, run: Run, lease: Lease, progress: Progress) -> bool:
        """Compares the windows that nobody has, in their order; whether the lease has held."""
        from tallystick.storage.evaluations import Evaluation, pending, record

        windows = pending(self.store, self.model)
        progress.start(sum(window.rows for window in windows), "comparing windows")
        try:
            for window in windows:
                # Taken anew, so that a long list is not cut off by the end of the lease.
                if not lease.take(seconds=_LEASE_SECONDS):
                    return False
                report, season, before = self.compare_window(window)
                batch = None if before is None else before.to_arrow()
                evaluation = Evaluation(window, report.to_arrow(), season, batch)
                made = record(
                    self.store, evaluation, lease=lease, rules=self.rules, tell=self._bodies
                )
                if made is not None:
                    run.windows.append(window)
                    run.decisions += made
                progress.advance(window.rows)
        finally:
            progress.stop()
        return True

    def _compare(self, reference: Profile, current: Profile) -> Comparison:
        return compare(
            reference=reference,
            current=current,
            spec=self.spec,
            false_alarm_rate=self._false_alarm_rate,
        )

    def _bodies(
        self, window: StoredWindow, decisions: Sequence[Decision]
    ) -> Mapping[str, Mapping[str, Any]]:
        return bodies(window, decisions, self.sinks)

    def _conclude(self, run: Run) -> None:
        """The status, from what stands in the store: every process says the same."""
        standing = self.store.standing(model=self.model)
        last = max((one.window_start for one in standing), default=0)
        latest = [one for one in standing if one.window_start == last]
        run.raised = [
            one for one in standing if one.raised_at is not None and not _is_gone(one, last)
        ]
        if run.raised:
            run.status = "alert"
        elif not latest or any(one.status == "undetermined" for one in latest):
            run.status = "undetermined"
        else:
            run.status = "ok"

    def _lease(self) -> Lease:
        from tallystick.storage.leases import Lease

        return Lease(self.store, f"monitor:{self.model}", self._holder)


def _let_go(lease: Lease) -> None:
    # Others need not wait for a lease that nobody uses; if the store is gone they have to.
    try:
        lease.give_back()
    except StoreError as error:
        _LOGGER.warning("the lease ends by itself: %s", error.message)


def _is_gone(one: Decision, last: int) -> bool:
    """Whether a segment, or a plan, has not been seen for a while: nothing could clear it."""
    return last - one.window_start > PREVIOUS_WINDOWS * (one.window_end - one.window_start)
