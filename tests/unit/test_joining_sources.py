"""Joined sources, in memory and by way of the disk."""

from __future__ import annotations

import os
import stat
import threading
import tracemalloc

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.dataset as pds
import pyarrow.parquet as pq
import pytest

from tallystick.errors import InputError
from tallystick.reading import run
from tallystick.reading.joining import terms
from tallystick.reading.joining.workspace import Workspace
from unit.joining_rows import join, labels_of, many, naive, rows_of
from unit.reading_sources import Collect, values

SMALL = 2**20  # the least budget: about 5,000 labels fit


@pytest.fixture
def temporary(monkeypatch, tmp_path):
    """Where temporary files go, and nothing else is."""
    root = tmp_path / "temporary"
    root.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(root))
    return root


# --- sources -------------------------------------------------------------------------------


@pytest.mark.parametrize("budget", [SMALL, 10**8])
@pytest.mark.parametrize("kind", ["files", "memory", "dataset", "csv", "stream", "iterator"])
def test_every_source_keeps_its_rows_and_their_order_in_units(tmp_path, temporary, budget, kind):
    sent, came, expected = many(40_000)
    pq.write_table(sent, tmp_path / "sent.parquet", row_group_size=7_000)
    pq.write_table(came, tmp_path / "came.parquet")
    if kind == "csv":
        pc.write_csv(sent, tmp_path / "sent.csv")
    data = {
        "files": lambda: tmp_path / "sent.parquet",
        "memory": lambda: sent,
        "dataset": lambda: pds.dataset(tmp_path / "sent.parquet"),
        "csv": lambda: tmp_path / "sent.csv",
        "stream": lambda: sent.to_reader(1_000),
        "iterator": lambda: iter(sent.to_batches(max_chunksize=1_000)),
    }[kind]()
    with join(data, tmp_path / "came.parquet", memory_budget_bytes=budget) as joined:
        source = joined.source
        assert source.columns == ("row", "id", "x", "y")
        assert source.rereadable
        for _ in range(2):
            assert rows_of(source, "row", "y") == list(enumerate(expected))
        for names in (["y"], ["y", "row"], ["x", "y", "id"]):
            narrow = source.select(names)
            assert narrow.columns == tuple(names)
            batches = [batch for unit in narrow.units() for batch in unit.read()]
            assert all(batch.schema.names == names for batch in batches)
            assert values(batches, "y") == expected
        assert source.select(["x"]).columns == ("x",)
        sample = source.sample(max_rows=500)
        assert sum(batch.num_rows for batch in sample) == 500
        rows = zip(values(sample, "row"), values(sample, "y"), strict=True)
        assert all(expected[row] == y for row, y in rows)
        counted = run(source, Collect, threads=3)
        batches = [batch for worker in counted for batch in worker.batches]
        assert sorted(values(batches, "row")) == list(range(40_000))
        assert sum(batch["y"].null_count for batch in batches) == 20_000
    assert list(temporary.iterdir()) == []


def test_what_a_source_says_of_itself(tmp_path):
    pq.write_table(pa.table({"id": [1, 2]}), tmp_path / "sent.parquet")
    joined = join(tmp_path / "sent.parquet", {"id": [1], "y": [True]})
    assert (
        joined.source.description == f"{tmp_path / 'sent.parquet'} joined with mapping of columns"
    )
    assert (joined.source.rows, joined.source.files) == (2, 1)
    assert joined.source.schema == pa.schema([("id", pa.int64()), ("y", pa.bool_())])


def test_the_callers_iterators_are_pulled_in_the_callers_thread():
    seen = set()

    def pulled(table):
        for batch in table.to_batches(max_chunksize=1_000):
            seen.add(threading.get_ident())
            yield batch

    sent, came, expected = many(5_000)
    assert labels_of(join(pulled(sent), pulled(came))) == expected
    assert seen == {threading.get_ident()}


# --- memory and disk -----------------------------------------------------------------------


@pytest.mark.parametrize("text", [False, True], ids=["numbers", "texts"])
def test_memory_is_bounded_and_files_are_private(temporary, text, tmp_path):
    sent, came, expected = many(600_000, text=text)
    for name, table in (("sent", sent), ("came", came)):
        pq.write_table(table, tmp_path / f"{name}.parquet", row_group_size=20_000)
    del sent, came
    budget = 4 * 2**20
    arrow = pa.total_allocated_bytes()
    tracemalloc.start()
    with join(
        tmp_path / "sent.parquet", tmp_path / "came.parquet", memory_budget_bytes=budget
    ) as j:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # Pieces of 65,536 rows that threads are at come on top; all labels are 12 MB, all
        # keys of the predictions 19 MB, and twice that while they are sorted.
        assert peak < budget + 16 * 2**20
        assert pa.total_allocated_bytes() - arrow < budget
        (root,) = temporary.iterdir()
        assert stat.S_IMODE(root.stat().st_mode) == 0o700
        assert labels_of(j) == expected
        assert j.report.duplicate_predictions == 0
    assert list(temporary.iterdir()) == []


def test_one_id_over_and_over_needs_no_memory(temporary):
    sent = pa.table({"id": np.zeros(200_000, np.int64), "row": np.arange(200_000)})
    came = pa.table({"id": np.zeros(200_000, np.int64), "y": np.ones(200_000)})
    with join(sent, came, memory_budget_bytes=SMALL) as joined:
        assert set(labels_of(joined)) == {1.0}
        assert joined.report.duplicate_predictions == 199_999
        assert (joined.report.duplicate_labels, joined.report.conflicting) == (1, 0)


def test_a_part_that_is_too_large_is_divided_again(temporary, monkeypatch):
    monkeypatch.setattr(terms, "_LEAST_BYTES", 1)
    sent, came, expected = many(4_000)
    with join(sent, came, memory_budget_bytes=10_000) as joined:
        assert labels_of(joined) == expected
        predictions = [(name, None) for name in sent["id"].to_pylist()]
        labels = [(*row, None) for row in zip(*came.to_pydict().values(), strict=True)]
        assert joined.report.to_dict() == naive(predictions, labels)[1]


class Stop(BaseException):
    pass


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, Stop])
@pytest.mark.parametrize("side", ["sent", "came"])
def test_nothing_is_left_behind_when_it_ends_early(temporary, error, side):
    sent, came, _ = many(50_000)

    def ending(table):
        yield from table.to_batches(max_chunksize=5_000)
        assert list(temporary.iterdir()) != []
        raise error

    sides = {"sent": sent, "came": came}
    sides[side] = ending(sides[side])
    with pytest.raises(error):
        join(**sides, memory_budget_bytes=SMALL)
    assert list(temporary.iterdir()) == []


def test_files_go_with_the_last_reference_and_after_the_block_nothing_is_read(temporary):
    sent, came, expected = many(30_000)
    source = join(sent, came, memory_budget_bytes=SMALL).source
    assert [y for (y,) in rows_of(source, "y")] == expected
    assert list(temporary.iterdir()) != []
    del source
    assert list(temporary.iterdir()) == []
    for budget in (SMALL, 10**8):
        with join(sent, came, memory_budget_bytes=budget) as joined:
            unit = joined.source.units()[0]
        for read in (
            joined.source.units,
            joined.source.sample,
            lambda unit=unit: list(unit.read()),
        ):
            with pytest.raises(InputError, match="closed"):
                read()
        joined.close()


def test_removing_follows_no_links(temporary, tmp_path):
    treasure = tmp_path / "treasure"
    treasure.mkdir()
    (treasure / "kept").write_text("kept")
    workspace = Workspace()
    workspace.new_file()
    os.symlink(treasure, os.path.join(workspace.root, "link"))
    workspace.close()
    assert (treasure / "kept").read_text() == "kept"
    assert list(temporary.iterdir()) == []
    with pytest.raises(InputError, match="closed"):
        workspace.new_file()


def test_a_full_or_missing_disk_is_an_input_error(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    sent, came, _ = many(50_000)
    with pytest.raises(InputError, match="temporary directory: no such file") as caught:
        join(sent, came, memory_budget_bytes=SMALL)
    assert "TMPDIR" in str(caught.value.hint)


def test_files_that_change_after_the_join_are_refused(tmp_path, temporary):
    sent, came, _ = many(20_000)
    pq.write_table(sent, tmp_path / "sent.parquet")
    with join(tmp_path / "sent.parquet", came, memory_budget_bytes=SMALL) as joined:
        pq.write_table(sent.slice(1), tmp_path / "sent.parquet")
        with pytest.raises(InputError, match="changed"):
            labels_of(joined)
