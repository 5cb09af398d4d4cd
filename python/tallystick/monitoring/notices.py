"""From decisions to what is told, and telling it until it was heard."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from tallystick.judging.decisions import Decision
from tallystick.monitoring.sinks import Sink
from tallystick.storage import Store, StoredWindow

_LOGGER = logging.getLogger("tallystick.monitor")
# The pauses double from half a minute to an hour: about half a day until it is given up.
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 30.0, 3600.0
_MOST_ATTEMPTS = 18


def bodies(
    window: StoredWindow, decisions: Sequence[Decision], sinks: Sequence[Sink]
) -> dict[str, Mapping[str, Any]]:
    """What each sink is to be told of a window: one body for all that it raised and cleared."""
    told: dict[str, Mapping[str, Any]] = {}
    for sink in sinks:
        own = [one for one in decisions if one.severity in sink.severities]
        raised = [_told(one) for one in own if one.action == "raised"]
        cleared = [_told(one) for one in own if one.action == "cleared"]
        if raised or cleared:
            told[sink.name] = {
                "id": f"{window.model}/{window.plan_id[:12]}/{window.start_second}/{sink.name}",
                "model": window.model,
                "window_start": window.start,
                "window_end": window.end,
                "rows": window.rows,
                "partial": window.partial,
                "raised": raised,
                "cleared": cleared,
            }
    return told


def _told(one: Decision) -> dict[str, Any]:
    names = ("instrument", "segment", "metric", "value", "tolerance", "severity", "measured")
    return {**{name: getattr(one, name) for name in names}, "reason": one.reason}


def deliver(store: Store, model: str, sinks: Sequence[Sink]) -> tuple[int, int]:
    """Tells what waits; how many were told, and how many could not be told yet.

    A process that dies between telling and writing so tells it once more: `id` is the same then.

    Raises:
        StoreError: The store cannot be written to.
    """
    from tallystick.storage.notices import failed, told, waiting

    by_name = {sink.name: sink for sink in sinks}
    done = left = 0
    for notice in waiting(store, model, list(by_name)):
        try:
            by_name[notice.sink].send(notice.body)
        except Exception as error:
            # Whatever it is that a sink cannot do, monitoring goes on.
            left += 1
            pause = min(_FIRST_PAUSE_SECONDS * 2**notice.attempts, _LONGEST_PAUSE_SECONDS)
            again = pause if notice.attempts + 1 < _MOST_ATTEMPTS else None
            failed(store, notice, wait_seconds=again)
            _LOGGER.warning("%s was not told: %s", notice.sink, _reason(error))
        else:
            told(store, notice)
            done += 1
    return done, left


def _reason(error: Exception) -> str:
    # Words of other libraries may hold addresses, and an address may be a secret.
    from tallystick.errors import TallystickError

    return error.message if isinstance(error, TallystickError) else type(error).__name__
