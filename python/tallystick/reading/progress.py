"""Progress on the terminal, for work that takes over a second."""

from __future__ import annotations

import sys
import time
from typing import Any, Protocol

_PATIENCE_SECONDS = 1.0


class Progress(Protocol):
    """What `run` tells about its progress; it always ends with `stop`."""

    def start(self, total_rows: int | None, label: str) -> None:
        """Begin; the total is None when only reading will tell."""

    def advance(self, rows: int) -> None:
        """Take note of further rows; called several times a second, also with none."""

    def stop(self) -> None:
        """End, for whatever reason; may be called more than once."""


class NoProgress:
    """Shows nothing."""

    def start(self, total_rows: int | None, label: str) -> None:
        """See `Progress`."""

    def advance(self, rows: int) -> None:
        """See `Progress`."""

    def stop(self) -> None:
        """See `Progress`."""


class RichProgress:
    """A bar on stderr if that is a terminal, once the work has taken over a second."""

    def __init__(self, patience_seconds: float = _PATIENCE_SECONDS):
        """Wait that long before anything is shown."""
        self._patience = patience_seconds
        self._total: int | None = None
        self._label = ""
        self._rows = 0
        self._show_at: float | None = None
        self._bar: Any = None
        self._task: Any = None

    def start(self, total_rows: int | None, label: str) -> None:
        """See `Progress`."""
        self.stop()
        self._total, self._label, self._rows = total_rows, label, 0
        visible = sys.stderr is not None and sys.stderr.isatty()
        self._show_at = time.monotonic() + self._patience if visible else None

    def advance(self, rows: int) -> None:
        """See `Progress`."""
        self._rows += rows
        if self._bar is not None:
            self._bar.update(self._task, completed=self._rows)
        elif self._show_at is not None and time.monotonic() >= self._show_at:
            self._show()

    def stop(self) -> None:
        """Remove the bar and give the cursor back; see `Progress`."""
        self._show_at = None
        bar, self._bar = self._bar, None
        if bar is not None:
            bar.stop()

    def _show(self) -> None:
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f} rows"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(
            escape(self._label), total=self._total, completed=self._rows
        )
        self._bar.start()
