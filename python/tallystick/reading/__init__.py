"""Anything that holds rows, as Arrow record batches of the wanted columns only."""

from tallystick.reading.dispatch import open_source
from tallystick.reading.progress import NoProgress, Progress, RichProgress
from tallystick.reading.source import Source, Unit
from tallystick.reading.threads import (
    MEMORY_BUDGET_BYTES,
    Accumulator,
    run,
    thread_count,
    thread_limit,
)

__all__ = [
    "MEMORY_BUDGET_BYTES",
    "Accumulator",
    "NoProgress",
    "Progress",
    "RichProgress",
    "Source",
    "Unit",
    "open_source",
    "run",
    "thread_count",
    "thread_limit",
]
