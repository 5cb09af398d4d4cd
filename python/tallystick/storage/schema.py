"""The tables. What changes here needs a step in `migrations`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

VERSION = 2
"""Version of the schema that this release reads and writes."""

# Stands for "no time" where a key may not be null; no calendar reaches it.
UNTIMED = -(2**62)

METADATA = MetaData()
# SQLite numbers rows by itself only under this type.
_ROW = BigInteger().with_variant(Integer, "sqlite")

VERSIONS = Table("tallystick_schema", METADATA, Column("version", Integer, primary_key=True))

FRAMES = Table(
    # Frames taken, as ranges of their numbers: a recorder that misses none has one row.
    "tallystick_frames",
    METADATA,
    Column("recorder", Text, primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)

RECORDERS = Table(
    "tallystick_recorders",
    METADATA,
    Column("recorder", Text, primary_key=True),
    Column("model", Text, nullable=False),
    Column("started", BigInteger),
    Column("watermark", BigInteger),
    Column("finished", Boolean, nullable=False),
    Column("status_sequence", BigInteger, nullable=False),
    Column("counters", Text, nullable=False),
    # When it was heard of last, by the clock of whoever collected.
    Column("seen", Double, nullable=False),
)

WINDOWS = Table(
    "tallystick_windows",
    METADATA,
    Column("id", _ROW, primary_key=True),
    Column("model", Text, nullable=False),
    Column("plan_id", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("window_start", BigInteger, nullable=False),
    Column("window_end", BigInteger, nullable=False),
    # "spool" for recorded rows, "log" for a log that was read, "folded" for what was added up.
    Column("origin", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("late_rows", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("partial", Boolean, nullable=False),
    Column("updated", Double, nullable=False),
    # Revision that was last compared; nobody has compared it when null.
    Column("evaluated_revision", Integer),
    UniqueConstraint("model", "plan_id", "stream", "window_start", "window_end", "origin"),
)

PLANS = Table(
    "tallystick_plans",
    METADATA,
    Column("plan_id", Text, primary_key=True),
    Column("plan", LargeBinary, nullable=False),
)

COUNTS = Table(
    # Apart from the windows, so that looking through those does not read all of these.
    "tallystick_counts",
    METADATA,
    Column("window_id", _ROW, primary_key=True, autoincrement=False),
    Column("profile", LargeBinary, nullable=False),
)

MEASUREMENTS = Table(
    "tallystick_measurements",
    METADATA,
    Column("id", _ROW, primary_key=True),
    Column("model", Text, nullable=False),
    # How the rows of the window were counted; plan_id is the reference's.
    Column("window_plan_id", Text, nullable=False),
    # "baseline" or "previous".
    Column("against", Text, nullable=False),
    # Which part of the baseline: "all", or the season such as "day_of_week".
    Column("season", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("window_start", BigInteger, nullable=False),
    Column("window_end", BigInteger, nullable=False),
    *(Column(name, Text) for name in ("model_version", "spec_id", "plan_id")),
    *(Column(name, Text, nullable=False) for name in ("instrument", "segment", "metric", "unit")),
    *(
        Column(name, Double)
        for name in (
            *("reference_value", "current_value", "value", "lower", "upper"),
            *("ci_lower", "ci_upper", "null_level", "usual_level"),
            *("p_value", "p_tolerance", "q_value", "tolerance"),
        )
    ),
    Column("n_reference", BigInteger, nullable=False),
    Column("n_current", BigInteger, nullable=False),
    Column("n_needed", BigInteger),
    *(Column(name, Text, nullable=False) for name in ("status", "reason", "severity", "method")),
    Column("decides", Boolean, nullable=False),
    Index("tallystick_measurements_window", "model", "window_start"),
    Index("tallystick_measurements_series", "model", "instrument", "metric", "window_start"),
)

LEASES = Table(
    "tallystick_leases",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("expires", Double, nullable=False),
)

DECISIONS = Table(
    "tallystick_decisions",
    METADATA,
    Column("id", _ROW, primary_key=True),
    Column("model", Text, nullable=False),
    Column("window_plan_id", Text, nullable=False),
    Column("window_start", BigInteger, nullable=False),
    Column("window_end", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("instrument", "segment", "metric")),
    # What was measured.
    *(Column(name, Text, nullable=False) for name in ("severity", "status", "measured")),
    Column("value", Double),
    Column("tolerance", Double),
    # What was made of it.
    Column("action", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # Where that leaves the instrument; the next decision starts from here.
    Column("recent", Text, nullable=False),
    Column("raised_at", BigInteger),
    Column("told_at", BigInteger),
    Column("decided", Double, nullable=False),
    Index("tallystick_decisions_window", "model", "window_start"),
    Index("tallystick_decisions_series", "model", "instrument", "metric", "window_start"),
)

NOTICES = Table(
    # What is to be told to whom: written with the decision, so that a crash in between loses
    # nothing, and kept until it was told.
    "tallystick_notices",
    METADATA,
    Column("id", _ROW, primary_key=True),
    Column("model", Text, nullable=False),
    Column("window_end", BigInteger, nullable=False),
    Column("sink", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt", Double, nullable=False),
    # "waiting", "told" or "given_up".
    Column("state", Text, nullable=False),
    Index("tallystick_notices_state", "state", "model"),
)

MONITORS = Table(
    # By which rules a model is watched, for whoever explains decisions.
    "tallystick_monitors",
    METADATA,
    Column("model", Text, primary_key=True),
    Column("rules", Text, nullable=False),
)
