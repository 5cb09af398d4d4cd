"""NannyML's univariate drift of two Parquet files, in ten chunks."""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

import nannyml as nml
import pandas as pd
from measured import measured


def work() -> dict[str, Any]:
    reference, current = (pd.read_parquet(path) for path in sys.argv[1:3])
    names = list(reference.columns)
    calculator = nml.UnivariateDriftCalculator(column_names=names, chunk_number=10)
    drift = calculator.fit(reference).calculate(current)
    return {"results": len(drift.filter(period="analysis").to_df().columns)}


measured(work)
