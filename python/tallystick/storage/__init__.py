"""The store: windows, measurements and decisions that outlive the processes that made them."""

from tallystick.storage.records import (
    Frame,
    Heard,
    Ingested,
    Retention,
    StoredRecorder,
    StoredWindow,
)
from tallystick.storage.store import Store

__all__ = [
    "Frame",
    "Heard",
    "Ingested",
    "Retention",
    "Store",
    "StoredRecorder",
    "StoredWindow",
]
