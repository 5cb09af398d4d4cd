"""A bounded queue and the thread that empties it, so that nobody waits for a network."""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
_logger = logging.getLogger("tallystick.exporting")

# Beyond the time that a close may take: for a sender that is told to give up.
_GRACE_SECONDS = 0.25
REASONS = ("queue_full", "failed", "closed")
_running: weakref.WeakSet[Queue[object]] = weakref.WeakSet()


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the batches so far: submitted = delivered + dropped + waiting.

    Attributes:
        submitted: Batches handed over, one for each submission and each interval.
        delivered: Those that the receiver took.
        dropped: The others, by reason: "queue_full" (the oldest made room), "failed" (not taken
            in time, or refused), "closed" (still waiting when time was up).
        waiting: Those in the queue or on the way.

    Example:
        >>> queue = Queue[int](lambda item: item > 1, size=10)
        >>> queue.start()
        >>> for item in (1, 2, 3):
        ...     queue.put(item)
        >>> queue.close(timeout=5.0)
        >>> queue.sent().delivered, queue.sent().dropped
        (2, {'queue_full': 0, 'failed': 1, 'closed': 0})
    """

    submitted: int
    delivered: int
    dropped: dict[str, int]
    waiting: int


class Queue(Generic[Item]):
    """Sends items one after the other in a daemon thread; drops the oldest when it is full.

    Args:
        send: Sends one item and returns whether it arrived; called in the thread only.
        size: Most items that wait.
        tick: Makes an item every `interval` seconds, in the thread; None when there is none.
        interval: Seconds between two ticks.
        prepare: What the thread does first; in a child process it is another thread.
        abort: Makes a `send` that hangs return soon.
    """

    def __init__(
        self,
        send: Callable[[Item], bool],
        *,
        size: int,
        tick: Callable[[], Item | None] | None = None,
        interval: float = 60.0,
        prepare: Callable[[], object] = lambda: None,
        abort: Callable[[], None] = lambda: None,
    ) -> None:
        self._send, self._tick = send, tick
        self._prepare, self._abort = prepare, abort
        self._size, self._interval = size, interval
        self._reset()

    def start(self) -> None:
        """Starts the thread."""
        _running.add(self)  # type: ignore[arg-type]
        self.thread.start()

    def _reset(self) -> None:
        """Everything anew: at first, and in a child process, which has no thread yet."""
        self._changed = threading.Condition()
        self._items: deque[Item] = deque()
        self._submitted, self._delivered = 0, 0
        self._dropped = Counter(dict.fromkeys(REASONS, 0))
        self._on_the_way = False
        self._until: float | None = None
        self._ended = False
        self.thread = threading.Thread(target=self._run, name="tallystick-export", daemon=True)

    def put(self, item: Item) -> None:
        """Hands an item over; never waits."""
        with self._changed:
            self._submitted += 1
            if self._until is not None:
                self._dropped["closed"] += 1
                return
            self._append(item)
            self._changed.notify_all()

    def _append(self, item: Item) -> None:
        if len(self._items) >= self._size:
            self._items.popleft()
            self._dropped["queue_full"] += 1
        self._items.append(item)

    def sent(self) -> Sent:
        """See `Sent`."""
        with self._changed:
            waiting = len(self._items) + self._on_the_way
            return Sent(self._submitted, self._delivered, dict(self._dropped), waiting)

    def flush(self, timeout: float) -> bool:
        """Waits until nothing is waiting; returns whether that was in time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._items and not self._on_the_way, timeout)

    def close(self, timeout: float) -> None:
        """Sends what is waiting, for at most `timeout` seconds, and ends; again does nothing."""
        with self._changed:
            if self._until is not None:
                return
            self._until = time.monotonic() + timeout
            self._changed.notify_all()
        if self.thread is threading.current_thread():
            return
        self.thread.join(timeout)
        if self.thread.is_alive():
            self._abort()
            self.thread.join(_GRACE_SECONDS)
        with self._changed:
            self._ended = True
            self._dropped["closed"] += len(self._items) + self._on_the_way
            self._items.clear()
            self._on_the_way = False
            self._changed.notify_all()

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._until is not None

    def _run(self) -> None:
        self._prepare()
        due = time.monotonic() + self._interval
        while True:
            due = self._wait(due)
            item = self._next()
            if item is not None:
                self._deliver(item)
            elif self._until is not None:
                return

    def _wait(self, due: float) -> float:
        """Waits for an item, the next tick or the end; returns when the tick after it is due."""
        tick = self._tick
        with self._changed:
            while not self._items and self._until is None:
                left = None if tick is None else due - time.monotonic()
                if left is not None and left <= 0:
                    break
                self._changed.wait(left)
            last = self._until is not None
        if tick is None or not (last or time.monotonic() >= due):
            return due
        if last:
            self._tick = None
        self._take_tick(tick)
        # What was missed while a send took long is not made up for.
        return time.monotonic() + self._interval

    def _take_tick(self, tick: Callable[[], Item | None]) -> None:
        try:
            item = tick()
        except Exception:
            # Whatever a user's call does, the next tick has another chance.
            _logger.exception("the source of an export failed")
            with self._changed:
                self._submitted += 1
                self._dropped["failed"] += 1
            return
        if item is not None:
            with self._changed:
                self._submitted += 1
                self._append(item)

    def _next(self) -> Item | None:
        with self._changed:
            late = self._until is not None and time.monotonic() >= self._until
            if not self._items or late:
                return None
            self._on_the_way = True
            return self._items.popleft()

    def _deliver(self, item: Item) -> None:
        try:
            arrived = self._send(item)
        except Exception:
            _logger.exception("an export failed")
            arrived = False
        with self._changed:
            # A close that gave up has counted this one.
            if not self._ended:
                self._delivered += arrived
                self._dropped["failed"] += not arrived
                self._on_the_way = False
                self._changed.notify_all()


def _in_child() -> None:
    for queue in list(_running):
        if not queue.closed:
            queue._reset()
            queue.start()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
