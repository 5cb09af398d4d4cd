"""Profiles of two Parquet files by whylogs, and their drift scores."""

from __future__ import annotations

import sys
from typing import Any

import pandas as pd
import whylogs as why
from measured import measured
from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores


def work() -> dict[str, Any]:
    reference, current = (why.log(pd.read_parquet(path)).view() for path in sys.argv[1:3])
    scores = calculate_drift_scores(
        target_view=current, reference_view=reference, with_thresholds=True
    )
    return {"results": sum(score is not None for score in scores.values())}


measured(work)
