"""Counting over threads: one accumulator each, stopped by the first error or by Ctrl-C."""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

import pyarrow as pa  # type: ignore[import-untyped]

from tallystick.errors import ParameterError
from tallystick.reading.progress import NoProgress, Progress
from tallystick.reading.source import Source, Unit

MEMORY_BUDGET_BYTES = 512 * 1024 * 1024
THREADS_VARIABLE = "TALLYSTICK_THREADS"

_POLL_SECONDS = 0.05
# How long workers may take to reach their next batch before an interrupt is passed on.
_GRACE_SECONDS = 0.1
# How long the interpreter's exit waits for workers that are still inside a native call: a
# daemon thread that comes back from one after the end can bring the process down.
_EXIT_SECONDS = 1.0


class Accumulator(Protocol):
    """Counts batches. `count` should release the GIL when a batch takes a while."""

    def count(self, batch: pa.RecordBatch) -> Any:
        """Add the rows of the batch."""


A = TypeVar("A", bound=Accumulator)


def run(
    source: Source,
    make_worker: Callable[[], A],
    threads: int | None = None,
    progress: Progress | None = None,
    *,
    memory_budget_bytes: int = MEMORY_BUDGET_BYTES,
) -> list[A]:
    """Count all rows of the source and return the accumulators, at least one.

    Each thread counts into its own accumulator, so nothing is shared and nothing waits; adding
    the accumulators up is the caller's part. Which thread gets which unit is left to chance.

    Args:
        source: The rows.
        make_worker: Makes an accumulator; called in the calling thread, once per worker.
        threads: Number of threads; see `thread_count`.
        progress: Told about the rows counted, from the calling thread only.
        memory_budget_bytes: What the readers may hold together; bounds the default of `threads`.

    Raises:
        InputError: The source cannot be read.
        KeyboardInterrupt: Passed on within about 200 ms, even if a worker is in a native call.
        BaseException: Whatever an accumulator raised, as it was raised.
    """
    units = source.units()
    workers = 1
    if not source.inline:
        workers = min(thread_count(source, threads, memory_budget_bytes), max(len(units), 1))
    accumulators = [make_worker() for _ in range(workers)]
    progress = NoProgress() if progress is None else progress
    progress.start(source.rows, source.description)
    try:
        if source.inline:
            _count_here(units, accumulators[0], progress)
        elif units:
            _Crew(units, accumulators).work(progress)
    finally:
        progress.stop()
    return accumulators


def thread_count(
    source: Source, threads: int | None = None, memory_budget_bytes: int = MEMORY_BUDGET_BYTES
) -> int:
    """Return how many threads to read with.

    `threads` if given; else the variable TALLYSTICK_THREADS, else the processors this process
    may use, but not more than the memory budget has room for readers.

    Raises:
        ParameterError: `threads` or the variable is not a whole number above 0.
    """
    limit = processors(threads)
    if threads is None and source.reader_bytes:
        limit = min(limit, max(memory_budget_bytes // source.reader_bytes, 1))
    return limit


def processors(threads: int | None = None) -> int:
    """Return how many threads to compute with.

    `threads` if given; else the variable TALLYSTICK_THREADS, else the processors this process
    may use.

    Raises:
        ParameterError: `threads` or the variable is not a whole number above 0.
    """
    if threads is not None:
        return _positive(threads, "threads")
    variable = os.environ.get(THREADS_VARIABLE, "").strip()
    if variable:
        return _positive(variable, THREADS_VARIABLE)
    if hasattr(os, "sched_getaffinity"):  # respects containers and taskset, where it exists
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _positive(value: int | str, name: str) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if number < 1 or isinstance(value, bool) or number != float(value):
        raise ParameterError(f"{name}: expected a whole number above 0, got {value!r}", name=name)
    return number


def _count_here(units: Iterable[Unit], accumulator: Accumulator, progress: Progress) -> None:
    for unit in units:
        for batch in unit.read():
            accumulator.count(batch)
            progress.advance(batch.num_rows)


class _Crew:
    """Threads that work through one list of units."""

    def __init__(self, units: Iterable[Unit], accumulators: Iterable[Accumulator]):
        self._units = deque(units)
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._failure: BaseException | None = None
        self._lock = threading.Lock()
        self._rows = 0
        self._threads = [
            threading.Thread(target=self._worker, args=(a,), name="tallystick-reader", daemon=True)
            for a in accumulators
        ]
        self._busy = len(self._threads)

    def work(self, progress: Progress) -> None:
        """Run to the end, the first failure, or an interrupt."""
        shown = 0
        try:
            for number, thread in enumerate(self._threads):
                thread.start()
                _place(thread, number)
            while not self._ended.wait(_POLL_SECONDS):
                rows = self._rows
                progress.advance(rows - shown)
                shown = rows
        finally:
            self._stop.set()
            self._leave()
        if self._failure is not None:
            raise self._failure
        progress.advance(self._rows - shown)

    def _leave(self) -> None:
        """Wait a little for the workers; leave to the exit those in a long native call."""
        deadline = time.monotonic() + _GRACE_SECONDS
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(deadline - time.monotonic(), 0))
        _leftover.extend(thread for thread in self._threads if thread.is_alive())

    def _worker(self, accumulator: Accumulator) -> None:
        try:
            self._drain(accumulator)
        except BaseException as error:
            with self._lock:
                if self._failure is None:
                    self._failure = error
            self._stop.set()
            self._ended.set()
        finally:
            with self._lock:
                self._busy -= 1
                if not self._busy:
                    self._ended.set()

    def _drain(self, accumulator: Accumulator) -> None:
        while not self._stop.is_set():
            try:
                unit = self._units.popleft()
            except IndexError:
                return
            for batch in unit.read():
                if self._stop.is_set():
                    return
                accumulator.count(batch)
                with self._lock:
                    self._rows += batch.num_rows


def _place(thread: threading.Thread, number: int) -> None:
    """Starts threads on different processors; the system may move them from there.

    Linux takes the processor that was least busy lately: after a serial phase that is the same one
    for two threads, which share it until the next tick, some 4 ms.
    """
    if thread.native_id is None or not hasattr(os, "sched_setaffinity"):
        return
    with contextlib.suppress(OSError):  # It has ended already, or may not be moved.
        allowed = sorted(os.sched_getaffinity(thread.native_id))
        os.sched_setaffinity(thread.native_id, {allowed[number % len(allowed)]})
        os.sched_setaffinity(thread.native_id, allowed)


_leftover: list[threading.Thread] = []


@atexit.register
def _await_leftover() -> None:
    deadline = time.monotonic() + _EXIT_SECONDS
    for thread in _leftover:
        thread.join(max(deadline - time.monotonic(), 0))
