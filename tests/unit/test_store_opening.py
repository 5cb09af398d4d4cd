"""Opening stores: again, for reading only, of a later release, and what is none."""

from __future__ import annotations

import sqlite3

import pytest

import tallystick as ts
from tallystick.errors import (
    CorruptStateError,
    ParameterError,
    StateVersionError,
    StoreError,
)
from tallystick.storage import Retention
from unit.store_rows import frame

FRAMES = [frame("a", 1, 0, 41, 42), frame("a", 2, 0, 43, 44, 45), frame("b", 1, 1, 50, 51)]


def state(store) -> dict[str, bytes]:
    return {one.start: store.profile_of(one).to_bytes() for one in store.windows()}


def test_a_store_is_opened_again_with_what_was_in_it(tmp_path):
    store = ts.Store(tmp_path / "model.db")
    store.ingest(FRAMES)
    before = state(store)
    store.close()
    again = ts.Store(f"sqlite:///{tmp_path}/model.db")
    assert state(again) == before
    assert again.ingest(FRAMES).frames == 0


def test_a_reader_writes_nothing(tmp_path):
    ts.Store(tmp_path / "model.db").ingest(FRAMES)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    reader = ts.Store(tmp_path / "model.db", read_only=True)
    assert [one.rows for one in reader.windows()] == [5, 2]
    with pytest.raises(StoreError, match="opened for reading"):
        reader.ingest([frame("z", 1, 0, 1)])
    assert before["model.db"] == (tmp_path / "model.db").read_bytes()


def test_a_reader_makes_no_store(tmp_path):
    with pytest.raises(StoreError) as caught:
        ts.Store(tmp_path / "model.db", read_only=True)
    assert not (tmp_path / "model.db").exists()
    assert caught.value.context["retryable"]


def test_a_later_store_is_refused_by_name(tmp_path):
    ts.Store(tmp_path / "model.db")
    with sqlite3.connect(tmp_path / "model.db") as connection:
        connection.execute("UPDATE tallystick_schema SET version = 99")
    connection.close()
    with pytest.raises(StateVersionError, match="version 2 or before, got 99") as caught:
        ts.Store(tmp_path / "model.db")
    assert "upgrade" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "said"), [(b"not a database at all" * 99, "no SQLite database")]
)
def test_what_is_no_store_is_refused_and_left_alone(tmp_path, content, said):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=said) as caught:
        ts.Store(path)
    assert not caught.value.context["retryable"]
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("url", "error", "said"),
    [
        ("sqlite://", ParameterError, "expected a file"),
        ("mysql://host/x", ParameterError, "got mysql"),
        ("://", ParameterError, "path of a file or a URL"),
        ("no-such-folder/model.db", StoreError, "there is no folder"),
    ],
)
def test_places_that_cannot_be(url, error, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=said):
        ts.Store(url)


def test_errors_do_not_show_passwords():
    with pytest.raises(StoreError) as caught:
        ts.Store("postgresql://user:s3cret@127.0.0.1:1/db")
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(caught.value.__context__)
    assert caught.value.context["retryable"]


def changed(path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path, isolation_level=None)
    found = connection.execute(statement).fetchall()
    connection.close()
    return found


def test_damaged_counts_are_told_and_never_shown(tmp_path):
    store = ts.Store(tmp_path / "model.db")
    store.ingest(FRAMES)
    ((data,),) = changed(
        tmp_path / "model.db", "SELECT profile FROM tallystick_counts WHERE window_id = 1"
    )
    for at in range(len(data)):
        flipped = bytearray(data)
        flipped[at] ^= 1
        changed(
            tmp_path / "model.db",
            f"UPDATE tallystick_counts SET profile = x'{flipped.hex()}' WHERE window_id = 1",  # noqa: S608
        )
        with pytest.raises(CorruptStateError, match="checksum"):
            store.profile_of(store.windows()[0])
        if at > 40:
            break
    assert store.profile_of(store.windows()[1]).rows == 2


def test_a_plan_is_stored_once_and_as_long_as_it_is_used(tmp_path):
    store = ts.Store(tmp_path / "model.db", clock=lambda: 2e9)
    store.ingest(FRAMES)
    count = "SELECT count(*) FROM tallystick_plans"
    assert changed(tmp_path / "model.db", count) == [(1,)]
    store.put(ts.profile({"x": [1.0]}), start=10**9, end=10**9 + 60, model="old")
    assert changed(tmp_path / "model.db", count) == [(2,)]
    store.close_windows(model="old", logs=True)
    store.put(ts.profile({"x": [1.0, 2.0]}), start=19 * 10**8, end=19 * 10**8 + 60, model="old")
    store.close_windows(model="old", logs=True)
    store.compact(Retention(), model="old")
    assert len(store.windows(model="old")) == 1
    assert changed(tmp_path / "model.db", count) == [(2,)]
