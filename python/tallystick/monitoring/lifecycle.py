"""Recorders over the life of a process: a fork gives a child its own, an exit writes the rest.

No signal handlers are installed: those belong to the server. A process that ends by a signal it
does not handle loses what was logged since the last flush.
"""

from __future__ import annotations

import atexit
import os
import sys
import uuid
from weakref import WeakSet

from tallystick import _core

_living: WeakSet[_core.Recorder] = WeakSet()


def watch(recorder: _core.Recorder) -> None:
    """Looks after a recorder for as long as somebody else holds it."""
    _living.add(recorder)


def close_all() -> None:
    """Writes what every recorder of this process holds, and ends their threads."""
    for recorder in list(_living):
        recorder.close()


def _renew_all() -> None:
    for recorder in list(_living):
        recorder._renew(uuid.uuid4().bytes)
    if (util := sys.modules.get("multiprocessing.util")) is not None:
        # Its children end without atexit, but run what was registered after the fork.
        util.register_after_fork(_Child, _Child.begin)


class _Child:
    """A process that multiprocessing forked."""

    @staticmethod
    def begin(_: object) -> None:
        from multiprocessing.util import Finalize

        Finalize(None, close_all, exitpriority=0)


atexit.register(close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)
