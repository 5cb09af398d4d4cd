"""Anything that holds rows, as Arrow record batches of the wanted columns only."""

from tallystick.reading.dispatch import open_source
from tallystick.reading.progress import NoProgress, Progress, RichProgress
from tallystick.reading.source import Source, Unit
from tallystick.reading.threads import (
    MEMORY_BUDGET_BYTES,
    Accumulator,
    processors,
    run,
    thread_count,
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
    "processors",
    "run",
    "thread_count",
]
