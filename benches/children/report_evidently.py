"""Evidently's drift report of two Parquet files, as its guide has it."""

from __future__ import annotations

import sys
from typing import Any

import pandas as pd
from evidently import Dataset, Report
from evidently.presets import DataDriftPreset
from measured import measured


def work() -> dict[str, Any]:
    reference, current = (Dataset.from_pandas(pd.read_parquet(path)) for path in sys.argv[1:3])
    snapshot = Report([DataDriftPreset()]).run(current, reference)
    return {"results": len(snapshot.dict()["metrics"])}


measured(work)
