"""Rows and files that the tests of reading share."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tallystick.errors import InputError
from tallystick.reading import open_source, run

PRIVATE = "hunter2@example.test"


class Collect:
    """Keeps what it is given."""

    def __init__(self):
        self.batches = []

    def count(self, batch):
        self.batches.append(batch)


def collected(source, **options):
    return [batch for worker in run(source, Collect, **options) for batch in worker.batches]


def values(batches, name):
    return [v for b in batches if name in b.schema.names for v in b.column(name).to_pylist()]


def table(rows, start=0):
    numbers = np.arange(start, start + rows)
    return pa.table({"x": numbers, "f": numbers / 7, "s": pa.array((numbers % 11).astype(str))})


def write(path, rows=100, start=0, group=30):
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table(rows, start), path, row_group_size=group)
    return path


def refusal(data, **options):
    with pytest.raises(InputError) as caught:
        open_source(data, **options)
    return str(caught.value)
