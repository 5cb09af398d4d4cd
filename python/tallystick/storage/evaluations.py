"""What an evaluator writes of one window: all of it, or none, and only while it holds the lease."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tallystick.comparison import Measurement
from tallystick.comparison.measurement import measurements_of
from tallystick.judging.decisions import Decision
from tallystick.judging.rules import Rules
from tallystick.storage import decisions, measurements, notices
from tallystick.storage.leases import Lease
from tallystick.storage.records import StoredWindow
from tallystick.storage.schema import WINDOWS
from tallystick.storage.windows import listed, named

if TYPE_CHECKING:
    from tallystick.storage.store import Store


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured of a window.

    Attributes:
        window: The window.
        baseline: Measurements against the baseline, as a record batch.
        season: Which part of the baseline: "all", or the season.
        previous: Measurements against the windows before, as a record batch; None for the first.
    """

    window: StoredWindow
    baseline: Any
    season: str
    previous: Any | None

    @property
    def rows(self) -> list[Measurement]:
        """Those against the baseline, typed."""
        return measurements_of(self.baseline)


def pending(store: Store, model: str) -> list[StoredWindow]:
    """Closed windows of rows that nobody has compared since their last revision, oldest first."""
    evaluated = WINDOWS.c.evaluated_revision
    conditions = [
        WINDOWS.c.model == model,
        WINDOWS.c.stream == "",
        WINDOWS.c.origin != "folded",
        WINDOWS.c.closed,
        sa.or_(evaluated.is_(None), evaluated < WINDOWS.c.revision),
    ]
    with store.database.read() as connection:
        return listed(connection, *conditions)


def before(store: Store, window: StoredWindow, most: int) -> list[StoredWindow]:
    """The closed windows of the same kind that came before this one, oldest first."""
    if window.start_second is None or window.end_second is None:
        return []
    length = window.end_second - window.start_second
    conditions = [
        WINDOWS.c.model == window.model,
        WINDOWS.c.plan_id == window.plan_id,
        WINDOWS.c.stream == window.stream,
        WINDOWS.c.origin != "folded",
        WINDOWS.c.closed,
        WINDOWS.c.window_end <= window.start_second,
        # No further back than needed if none is missing, twice over.
        WINDOWS.c.window_start >= window.start_second - 2 * most * length,
        WINDOWS.c.window_end - WINDOWS.c.window_start == length,
    ]
    with store.database.read() as connection:
        return listed(connection, *conditions)[-most:]


def record(
    store: Store,
    evaluation: Evaluation,
    *,
    lease: Lease,
    rules: Rules,
    tell: Callable[[StoredWindow, Sequence[Decision]], Mapping[str, Mapping[str, Any]]],
) -> list[Decision] | None:
    """Stores an evaluation, and decides if the window was not decided about before.

    Args:
        store: The store.
        evaluation: What was measured.
        lease: What the evaluator works under.
        rules: When to raise and to clear.
        tell: From decisions to what each sink is to be told.

    Returns:
        The decisions, none for a later revision; None when somebody else has the lease or has
        been faster: then nothing was stored.
    """
    window = evaluation.window
    with store.database.write() as connection:
        now = store.clock()
        if not lease.is_held(connection) or not _claim(connection, window):
            return None
        for against, batch, season in (
            ("baseline", evaluation.baseline, evaluation.season),
            ("previous", evaluation.previous, "all"),
        ):
            if batch is not None:
                rows = batch.to_pylist()
                measurements.replace(connection, window, rows, against=against, season=season)
        if window.evaluated_revision is not None:
            # A window is decided about once, or late rows would count as further windows.
            return []
        decisions.remember(connection, window.model, rules)
        made = decisions.judge(connection, window, evaluation.rows, rules, now)
        bodies = tell(window, made)
        notices.add(connection, window.model, window.end_second or 0, bodies, now)
        return made


def _claim(connection: sa.Connection, window: StoredWindow) -> bool:
    """Marks the window as compared, unless it was since it was listed."""
    known = WINDOWS.c.evaluated_revision
    same = (
        known.is_(None) if window.evaluated_revision is None else known == window.evaluated_revision
    )
    claim = sa.update(WINDOWS).where(named(window), same, WINDOWS.c.revision >= window.revision)
    return connection.execute(claim.values(evaluated_revision=window.revision)).rowcount == 1
