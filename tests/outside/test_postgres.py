"""The store on a server of PostgreSQL: the same code, the same promises."""

from __future__ import annotations

import os
import pwd
import random
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

import tallystick as ts
from tallystick.errors import StoreError
from tallystick.judging.rules import Rules
from tallystick.monitoring import CallbackSink, Collector, Monitor
from tallystick.storage import Retention
from tallystick.storage.leases import Lease
from tallystick.storage.schema import METADATA
from unit.store_rows import LENGTH, START, frame, status

USER = "postgres"
NEEDED = "Debian's package postgresql is needed: apt-get install postgresql"


class Server:
    """A server of our own, on a socket in a folder of its own."""

    def __init__(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        assert found, NEEDED
        self.programs = found[-1].parent
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        # The server refuses to run as root.
        self.as_user: list[str] = []
        if os.geteuid() == 0:
            owner = pwd.getpwnam(USER)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.as_user = ["runuser", "-u", USER, "--"]
        self.call("initdb", "-D", str(self.folder / "data"), "-U", USER, "-A", "trust")
        self.start()

    def call(self, program: str, *arguments: str) -> None:
        command = [*self.as_user, str(self.programs / program), *arguments]
        # Not captured: the server would hold the pipe open.
        with open(self.folder.with_suffix(".log"), "a") as log:
            done = subprocess.run(command, stdout=log, stderr=log, cwd="/", check=False)
        assert done.returncode == 0, self.folder.with_suffix(".log").read_text()

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses=''"
        self.call("pg_ctl", "-D", f"{self.folder}/data", "-w", "-o", options, "start")

    def stop(self) -> None:
        self.call("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", "immediate", "stop")

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)
        self.folder.with_suffix(".log").unlink()


@pytest.fixture(scope="module")
def server():
    started = Server()
    yield started
    started.remove()


@pytest.fixture
def url(server):
    """A database of its own."""
    name = f"t{random.SystemRandom().getrandbits(48)}"
    engine = sa.create_engine(
        server.url().replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.url(name)


FRAMES = [frame("abc"[i % 3], i // 3 + 1, i % 4, i % 90) for i in range(60)]


def test_frames_count_once_whoever_brings_them(url):
    reports, errors = [], []

    def collect(seed: int) -> None:
        try:
            # Also made by all of them at once.
            with ts.Store(url) as store:
                shuffled = random.Random(seed).sample(FRAMES, len(FRAMES))
                for at in range(0, 60, 7):
                    reports.append(store.ingest(shuffled[at : at + 7]))
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=collect, args=[seed]) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    with ts.Store(url) as store:
        assert sum(one.rows for one in store.windows()) == 60
        assert sum(one.frames for one in reports) == 60
        assert store.window(START).rows == 15
        assert {one.missing_frames for one in store.recorders()} == {0}


def test_windows_close_fold_and_go(url):
    with ts.Store(url, clock=lambda: START + 9e6) as store:
        store.ingest(FRAMES, [status("a", 99, START + 4 * LENGTH)])
        assert store.close_windows() == 4
        store.ingest([frame("z", 1, 400, 1)], [status("z", 2, START + 500 * LENGTH)])
        store.close_windows()
        assert store.compact(Retention(windows="1d", measurements="2d", keep="30d")) == (4, 0)
        assert [(one.rows, one.folded) for one in store.windows()] == [(60, True), (1, False)]


def test_leases_are_held_by_one(url):
    now = [0.0]
    with ts.Store(url, clock=lambda: now[0]) as store:
        mine, yours = Lease(store, "m", "me"), Lease(store, "m", "you")
        assert mine.take(seconds=9)
        assert not yours.take(seconds=9)
        now[0] = 10
        assert yours.take(seconds=9)


def test_a_monitor_watches_tells_once_and_keeps_names_as_they_are(url, tmp_path):
    told, names = [], ["n\0ul", "'; DROP TABLE tallystick_windows; --", "\u202egnp"]
    random_rows = np.random.default_rng(3)
    size = 9_000
    rows = {
        "at": (START + np.arange(size)).astype("M8[s]"),
        "amount": random_rows.normal(0, 1, size),
        # No array of numpy: Arrow cuts its texts at a character of number 0.
        "city": [names[at] for at in random_rows.integers(0, 3, size)],
    }
    spec = {"schema": 1, "segments": ["city"], "log": {"time": "at"}}
    usual = ts.profile(rows, spec=spec, window="5m")
    monitors = [
        Monitor(usual, store=url, rules=Rules(), sinks=[CallbackSink(told.append)], season="all")
        for _ in range(3)
    ]
    drifted = {**rows, "amount": rows["amount"] + 3}
    run = monitors[0].replay(drifted)
    assert run.status == "alert"
    assert [monitor.run_once().status for monitor in monitors[1:]] == ["alert", "alert"]
    ids = [one["id"] for one in told]
    assert ids
    assert len(ids) == len(set(ids))
    store = monitors[0].store
    segments = {one.segment for one in store.decisions()}
    assert segments == {"all", *(f"city={name}".replace("\0", "␀") for name in names)}
    table = store.measurements(metric="psi")
    assert table.num_rows == 2 * len(store.windows())
    for monitor in monitors:
        monitor.store.close()


def test_an_old_store_is_upgraded(url):
    with ts.Store(url) as store:
        store.ingest(FRAMES)
        shape = shape_of(store)
        with store.database.write() as connection:
            # What version 1 did not have.
            for table in ("decisions", "notices", "monitors"):
                connection.execute(sa.text(f"DROP TABLE tallystick_{table}"))
            lost = "ALTER TABLE tallystick_windows DROP COLUMN evaluated_revision"
            connection.execute(sa.text(lost))
            connection.execute(sa.text("UPDATE tallystick_schema SET version = 1"))
    with ts.Store(url) as store:
        assert shape_of(store) == shape
        assert set(shape) == set(METADATA.tables)
        assert sum(one.rows for one in store.windows()) == 60


def shape_of(store) -> dict[str, set[str]]:
    with store.database.read() as connection:
        inspector = sa.inspect(connection)
        return {
            table: {
                f"{c['name']} {c['type']} {c['nullable']}" for c in inspector.get_columns(table)
            }
            for table in inspector.get_table_names()
        }


def test_while_the_server_is_away_nothing_is_lost(server, url, tmp_path):
    usual = ts.profile({"age": [31, 42, 53]})
    rec = ts.Recorder(usual, spool=tmp_path / "spool", window="5m")
    store = ts.Store(url)
    collector = Collector(tmp_path / "spool", store, model="m")
    rec.log({"age": 1}, time=START)
    rec.flush()
    assert collector.collect().ingested.rows == 1
    server.stop()
    try:
        rec.log({"age": 2}, time=START)
        assert rec.flush()
        with pytest.raises(StoreError) as caught:
            collector.collect()
        assert caught.value.context["retryable"]
    finally:
        server.start()
    assert collector.collect().ingested.rows == 1
    assert [one.rows for one in store.windows()] == [2]
    rec.close()
    store.close()


def test_a_reader_may_read(url):
    with ts.Store(url) as store:
        store.ingest(FRAMES)
    with ts.Store(url, read_only=True) as reader:
        assert len(reader.windows()) == 4
        with pytest.raises(StoreError, match="opened for reading"):
            reader.ingest(FRAMES)


def test_databases_that_are_not_there_are_named_without_a_retry(server):
    with pytest.raises(StoreError, match="no such database") as caught:
        ts.Store(server.url("nowhere"))
    assert not caught.value.context["retryable"]
