"""One size of the scaling study: python scale.py columns ROWS COLUMNS, or log LOG BASELINE.

The stream sends a few batches, made beforehand, again and again: peak memory is that of counting,
and time spent on making rows is not measured.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from measured import measured

import tallystick as ts

BATCH_VALUES = 1_000_000
POOL = 4  # distinct batches


def columns(rows: int, count: int) -> None:
    """Profiles a stream of normal columns under a plan made before."""
    stream = Stream(rows, count)
    plan = ts.Plan.fit(pa.Table.from_batches([stream.pool[0]]))

    def work() -> dict[str, Any]:
        profile = ts.profile(stream.reader(), plan=plan, threads=1)
        assert profile.rows == rows
        return {"rows": profile.rows}

    measured(work)


class Stream:
    """Record batches of bounded size, `rows` in all."""

    def __init__(self, rows: int, count: int) -> None:
        self.rows = rows
        self.batch = max(1, min(rows, BATCH_VALUES // count, 65_536))
        random = np.random.default_rng(40)
        names = [f"f{i:04}" for i in range(count)]
        self.pool = [
            pa.RecordBatch.from_arrays(
                [pa.array(random.normal(size=self.batch)) for _ in names], names=names
            )
            for _ in range(POOL)
        ]

    def reader(self) -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_batches(self.pool[0].schema, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        for i, start in enumerate(range(0, self.rows, self.batch)):
            yield self.pool[i % POOL].slice(0, min(self.batch, self.rows - start))


def log(path: str, baseline: str) -> None:
    """Profiles a Parquet log and compares it with its baseline."""
    kept = ts.load(baseline)

    def work() -> dict[str, Any]:
        report = ts.compare(reference=kept, current=path)
        return {"measurements": len(report.measurements)}

    measured(work)


if __name__ == "__main__":
    if sys.argv[1] == "log":
        log(sys.argv[2], sys.argv[3])
    else:
        columns(int(sys.argv[2]), int(sys.argv[3]))
