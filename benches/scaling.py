"""How cost grows with rows and columns: python -m benches.scaling. Writes into docs/benchmarks.

Each size is a process of its own, run three times; kept are the median of its seconds and the
largest of its peaks.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import tallystick as ts
from benches import child, machine, run
from benches.page import render
from benches.race import say

ROWS = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 20_000_000)
COLUMNS = (1, 3, 10, 30, 100, 300, 1000)
ROWS_OF_COLUMNS, COLUMNS_OF_ROWS = 100_000, 20
LONG_ROWS = 100_000_000
LOG_ROWS, LOG_COLUMNS, LOG_ROW_GROUP = 20_000_000, 20, 131_072
FOLDER = run.ROOT / ".benchmarks" / "scaling"

NOTE = f"""\
`ts.profile(stream, plan=plan, threads=1)` of float64 columns from record batches of at most 65,536
rows and a million values. They are four batches sent again and again, so that their values come
from the cache: what grows here is counting, not reading. Each size runs in a process of its own,
which tells its peak memory; the dotted line is cost in proportion to the largest size. The last
table has a stream of one column, and a Parquet log of {LOG_COLUMNS} columns that is profiled and
compared with a baseline that was kept, with a thread for each core.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fraction", type=float, default=1.0, help="of the rows; for trying out")
    fraction = parser.parse_args().fraction
    by_rows = [
        _point(int(rows * fraction), COLUMNS_OF_ROWS, size=int(rows * fraction)) for rows in ROWS
    ]
    by_columns = [_point(int(ROWS_OF_COLUMNS * fraction), count, size=count) for count in COLUMNS]
    study = {
        "machine": machine.machine(),
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "note": NOTE,
        "lines": {
            f"rows, at {COLUMNS_OF_ROWS} columns": by_rows,
            f"columns, at {int(ROWS_OF_COLUMNS * fraction):,} rows": by_columns,
        },
        "cases": {
            "scaling-stream": _long_stream(int(LONG_ROWS * fraction)),
            "scaling-log": _long_log(int(LOG_ROWS * fraction)),
        },
    }
    run.save(study, render.SCALING)
    if run.RUN.exists():
        render.write(run.load())


def _point(rows: int, columns: int, *, size: int) -> dict[str, Any]:
    figures = _measured("columns", rows, columns)
    say(f"{rows:,} rows of {columns} columns: {figures}")
    return {"size": size, "values": rows * columns, **figures}


def _measured(*arguments: object, times: int = 3) -> dict[str, Any]:
    samples = [child.sample("scale.py", *arguments) for _ in range(times)]
    return {
        "seconds": float(f"{median(one.seconds for one in samples):.4g}"),
        "peak_bytes": max(one.peak_bytes or 0 for one in samples),
    }


def _long_stream(rows: int) -> dict[str, Any]:
    figures = _measured("columns", rows, 1)
    say(f"{rows:,} rows of one column: {figures}")
    return {"title": f"{rows:,} rows of one column, streamed", "engines": {"tallystick": figures}}


def _long_log(rows: int) -> dict[str, Any]:
    path, baseline = FOLDER / f"log-{rows}.parquet", FOLDER / "baseline.tally"
    if not path.exists():
        _write(path, rows)
    ts.profile(pq.ParquetFile(path).read_row_group(0), threads=1).save(baseline)
    figures = _measured("log", path, baseline)
    say(f"{rows:,} rows of a Parquet log: {figures}")
    title = f"{rows:,} rows of {LOG_COLUMNS} columns, Parquet, compared"
    return {"title": title, "engines": {"tallystick": figures}}


def _write(path: Any, rows: int) -> None:
    """A log of floats, a row group at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(41)
    schema = pa.schema([(f"f{i:02}", pa.float64()) for i in range(LOG_COLUMNS)])
    partial = path.with_suffix(".partial")
    with pq.ParquetWriter(partial, schema) as writer:
        for start in range(0, rows, LOG_ROW_GROUP):
            count = min(LOG_ROW_GROUP, rows - start)
            arrays = [pa.array(random.normal(size=count)) for _ in schema]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
    partial.rename(path)


if __name__ == "__main__":
    main()
