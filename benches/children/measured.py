"""Times one piece of work in a process of its own and prints what it took, as JSON.

Needs nothing but the standard library: it also runs in the rivals' environments.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def measured(work: Callable[[], dict[str, Any]]) -> None:
    """Prints seconds, processor time, peak memory and what `work` returns. Imports are over."""
    gc.collect()
    started, busy = time.perf_counter(), time.process_time()
    answer = work()
    seconds, cpu = time.perf_counter() - started, time.process_time() - busy
    figures = {"seconds": seconds, "cpu_seconds": cpu, "peak_rss_bytes": peak_bytes(), **answer}
    sys.stdout.write(json.dumps(figures) + "\n")


def peak_bytes() -> int:
    """The most memory that this process had resident.

    Where there is one, from /proc: `ru_maxrss` begins with the size of the process that started
    this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
