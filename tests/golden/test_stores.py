"""Stores of every version that was ever published can be opened, and hold what they held."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

import tallystick as ts
from tallystick.errors import StoreError
from tallystick.storage.leases import Lease
from tallystick.storage.schema import METADATA, VERSION

STORES = Path(__file__).with_name("stores")


@pytest.fixture
def old(tmp_path):
    def make(version: int) -> Path:
        path = tmp_path / "model.db"
        connection = sqlite3.connect(path)
        connection.executescript((STORES / f"version-{version}.sql").read_text())
        connection.close()
        return path

    return make


def shape(path) -> dict[str, set[tuple[str, str, bool]]]:
    engine = sa.create_engine(f"sqlite:///{path}")
    inspector = sa.inspect(engine)
    found = {
        table: {(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)}
        for table in inspector.get_table_names()
    }
    engine.dispose()
    return found


def test_there_is_a_store_of_every_version_before_this():
    names = {path.name for path in STORES.iterdir()}
    assert names == {f"version-{version}.sql" for version in range(1, VERSION)}


@pytest.mark.parametrize("version", range(1, VERSION))
def test_an_old_store_is_upgraded_and_keeps_what_it_holds(old, tmp_path, version):
    path = old(version)
    store = ts.Store(path, clock=lambda: 1_700_000_650.0)
    assert [(w.start, w.rows, w.revision, w.closed) for w in store.windows(model="churn")] == [
        ("2023-11-14T22:10:00Z", 3, 2, True),
        ("2023-11-14T22:15:00Z", 1, 1, False),
    ]
    assert store.window("2023-11-14T22:10:00").columns()["age"]["present"] == 3
    assert store.measurements(model="churn", metric="row_count")["n_current"].to_pylist() == [3]
    assert [one.missing_frames for one in store.recorders()] == [1]
    assert not Lease(store, "monitor:churn", "somebody else").take(seconds=1)
    assert store.decisions() == []
    ts.Store(tmp_path / "new.db")
    assert shape(path) == shape(tmp_path / "new.db")
    assert set(METADATA.tables) == set(shape(path))


def test_an_old_store_is_not_upgraded_by_a_reader(old):
    path = old(1)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="version 2, got one of version 1"):
        ts.Store(path, read_only=True)
    assert path.read_bytes() == before


def test_an_upgraded_store_goes_on_being_watched(old):
    store = ts.Store(old(1), clock=lambda: 1_700_000_650.0)
    baseline = ts.profile({"age": [31, 42, 53], "plan": ["pro", "free", "pro"]})
    run = ts.Monitor(baseline, store=store, model="churn", sinks=[]).run_once()
    # Somebody else held the lease when the store was made.
    assert not run.leader
    later = ts.Store(store.database.url.database, clock=lambda: 1_700_000_700.0)
    run = ts.Monitor(baseline, store=later, model="churn", sinks=[]).run_once()
    assert [one.start for one in run.windows] == ["2023-11-14T22:10:00Z"]
