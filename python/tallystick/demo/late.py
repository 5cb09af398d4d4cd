"""A model that says how likely a flight is to arrive more than 15 minutes late.

It knows what is known weeks before: airline, airport, hour, weekday, distance. Trained on every
other day of January to June, checked on the days between, and used from July on.
"""

from __future__ import annotations

from typing import Any

from tallystick.errors import MissingDependencyError

LIMIT_MINUTES = 15
SPEC = """\
schema     = 1
model      = { name = "late" }
hypothesis = "Of flights scored 0.30, 30 % arrive more than 15 minutes late, in every month"
log.time   = "scheduled_at"
score      = { column = "p_late", threshold = 0.30 }
label      = { column = "late" }
segments   = ["carrier"]
"""


def scored(flights: Any) -> tuple[Any, Any]:
    """The model's score and label for every flight: the days it is checked on, and July on.

    Cancelled flights and those that were diverted have no label.

    Raises:
        MissingDependencyError: scikit-learn is not installed.
    """
    import numpy as np
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.compute as pc  # type: ignore[import-untyped]

    late = pc.greater(flights["arr_delay"], LIMIT_MINUTES)
    month, day = flights["month"].to_numpy(), flights["day"].to_numpy()
    first_half, known = month <= 6, late.is_valid().to_numpy()
    trained = first_half & (day % 2 == 0)
    features = _features(flights)
    model = _fitted(features[trained & known], late.fill_null(False).to_numpy()[trained & known])
    score = model.predict_proba(features)[:, 1].astype(np.float64)
    log = flights.select(["scheduled_at", "origin", "carrier"])
    log = log.append_column("p_late", pa.array(score)).append_column("late", late)
    return log.filter(pa.array(first_half & ~trained)), log.filter(pa.array(~first_half))


def _features(flights: Any) -> Any:
    """Airline, airport, hour and weekday as codes, and the distance in thousands of miles."""
    import numpy as np

    def codes(name: str) -> Any:
        return flights[name].combine_chunks().dictionary_encode().indices.to_numpy()

    days = flights["scheduled_at"].to_numpy().astype("M8[D]").astype(np.int64)
    hours = flights["sched_dep_time"].to_numpy() // 100
    distance = flights["distance"].to_numpy() / 1000
    return np.column_stack([codes("carrier"), codes("origin"), hours, days % 7, distance])


def _fitted(features: Any, late: Any) -> Any:
    try:
        from sklearn.compose import make_column_transformer  # type: ignore[import-untyped]
        from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
        from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
        from sklearn.preprocessing import OneHotEncoder  # type: ignore[import-untyped]
    except ImportError:
        raise MissingDependencyError.of("scikit-learn", extra="demo") from None
    encoded = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), [0, 1, 2, 3]), remainder="passthrough"
    )
    return make_pipeline(encoded, LogisticRegression(max_iter=300)).fit(features, late)
