"""`compare` writes files and speaks to GitHub Actions, beside what it prints."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import tallystick as ts
from tallystick.cli.app import app
from traps.hostile import PAYLOADS
from unit.exported import rows

STATUSES = {"ok": 0, "alert": 1, "undetermined": 4}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gate")
    (folder / "churn.toml").write_text('schema = 1\nmodel = { name = "churn" }\n')
    before = ts.profile(rows(20_000), spec=folder / "churn.toml")
    before.save(folder / "before.tally")
    now = {
        "ok": rows(20_000, seed=6),
        "alert": rows(20_000, shift=9.0, missing=0.2, seed=6),
        "undetermined": rows(60, seed=6),
    }
    for name, table in now.items():
        ts.profile(table, plan=before.plan).save(folder / f"{name}.tally")
    return folder


@pytest.fixture
def run(data, tmp_path, monkeypatch):
    monkeypatch.chdir(data)
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    runner = CliRunner()

    def invoke(status: str, *more: str):
        return runner.invoke(app, ["compare", "before.tally", f"{status}.tally", *more])

    return invoke


def test_every_format_at_once(run, tmp_path):
    files = [tmp_path / f"m.{end}" for end in ("parquet", "arrow", "csv", "json", "xml", "md")]
    points = [tmp_path / f"c.{end}" for end in ("parquet", "csv")]
    asked = [word for file in files for word in ("--output", str(file))]
    done = run("alert", *asked, *[word for file in points for word in ("--curves", str(file))])
    assert done.exit_code == 1, done.output
    for file in (*files, *points):
        assert re.search(rf"^  wrote {re.escape(str(file))}, \d", done.stdout, re.MULTILINE)
    table = pq.read_table(files[0])
    assert table["metric"].to_pylist() == ipc.open_file(files[1]).read_all()["metric"].to_pylist()
    assert len(files[2].read_text().splitlines()) == table.num_rows + 1
    assert len(json.loads(files[3].read_text())["measurements"]) == table.num_rows
    assert ET.parse(files[4]).getroot().tag == "testsuites"  # noqa: S314 - our own
    assert files[5].read_text().startswith("### ALERT: 1 of 3 instruments")
    assert pq.read_table(points[0]).column_names[4] == "curve"
    assert points[1].read_text().startswith('"instrument"')


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("choice", ["fail", "pass"])
def test_junit_follows_the_choice_about_undetermined(run, tmp_path, status, choice):
    file = tmp_path / "junit.xml"
    done = run(status, "-o", str(file), "--undetermined", choice)
    assert done.exit_code == (
        0 if (status, choice) == ("undetermined", "pass") else STATUSES[status]
    )
    root = ET.parse(file).getroot()  # noqa: S314 - our own
    red = int(root.get("failures")) + int(root.get("errors"))
    assert (red > 0) == (done.exit_code != 0)


def test_json_stays_alone_on_standard_output(run, tmp_path):
    done = run("alert", "--json", "--github", "-o", str(tmp_path / "x.json"))
    assert done.exit_code == 1
    assert json.loads(done.stdout) == json.loads((tmp_path / "x.json").read_text())
    assert all(re.match("::(error|warning) ", line) for line in done.stderr.splitlines())
    assert done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["-o", "x.parq"], 2, "did you mean"),
        (["-o", "x"], 2, "got none"),
        (["--curves", "x.xml"], 2, "for a table, got .xml"),
        (["-o", "x.csv", "--curves", "x.csv"], 2, "named twice"),
        (["-o", "x.csv", "-o", "./x.csv"], 2, "named twice"),
        (["-o", "no/x.csv"], 3, "mkdir -p no"),
        (["-o", "."], 3, "it is a folder"),
    ],
)
def test_wrong_files_are_refused_before_counting(run, monkeypatch, arguments, code, says):
    monkeypatch.setattr("tallystick.cli.inputs.open_side", lambda *_, **__: pytest.fail("counted"))
    done = run("ok", *arguments)
    assert done.exit_code == code
    assert says in re.sub(r"[\s│]+", " ", done.output)
    assert not Path("x.csv").exists()


def test_an_input_is_not_overwritten(data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("day-1.parquet", "day-2.parquet"):
        pq.write_table(pa.table(rows(100)), name)
    held = Path("day-2.parquet").read_bytes()
    for current in ("day-2.parquet", "day-*.parquet"):
        arguments = ["compare", str(data / "before.tally"), current, "-o", "day-2.parquet"]
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 2, done.output
        assert Path("day-2.parquet").read_bytes() == held


def test_a_file_that_cannot_be_written_is_no_verdict(run, tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    done = run("alert", "-o", str(tmp_path / "x.csv"))
    assert done.exit_code == 3
    assert "x.csv: cannot be written: No space left on device" in done.stderr
    assert list(tmp_path.iterdir()) == []


def commands(log: str) -> list[str]:
    """Lines that the runner of GitHub Actions takes for commands: none between the quotes."""
    found, quoted = [], None
    for line in log.splitlines():
        line = line.lstrip()
        if quoted is None and line.startswith("::stop-commands::"):
            quoted = line.removeprefix("::stop-commands::")
        elif quoted is not None and line == f"::{quoted}::":
            quoted = None
        elif quoted is None and line.startswith("::"):
            found.append(line)
    assert quoted is None, "commands are taken again at the end"
    return found


@pytest.mark.parametrize("status", STATUSES)
def test_github_is_told(run, data, tmp_path, monkeypatch, status):
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(data.parent))
    done = run(status, "--github", "--spec", "churn.toml")
    assert done.exit_code == STATUSES[status]
    assert summary.read_text().startswith(f"\n### {status.upper()}: churn")
    found = commands(done.stdout)
    assert bool(found) == (status != "ok")
    assert all(f" file={data.name}/churn.toml,title=" in line for line in found)


def test_without_a_summary_there_are_annotations_alone(run, tmp_path):
    done = run("alert", "--github")
    assert commands(done.stdout)
    assert "file=" not in "".join(commands(done.stdout))


def test_a_spec_outside_of_the_repository_is_not_named(run, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    done = run("alert", "--github", "--spec", "churn.toml")
    assert "file=" not in "".join(commands(done.stdout))


def test_names_of_the_data_give_no_commands(tmp_path):
    hostile = f"aaa {'b' * 40} {PAYLOADS['line']} ::error::z"
    before = {"c": ["a", "b"] * 1000, hostile: [1, 2] * 1000}
    plan = ts.profile(before)
    plan.save(tmp_path / "a.tally")
    ts.profile({"c": [hostile, "::set-env::q"] * 1000}, plan=plan.plan).save(tmp_path / "b.tally")
    for width in range(60, 100, 3):
        done = subprocess.run(
            [sys.executable, "-m", "tallystick", "compare", "a.tally", "b.tally", "--github"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={**os.environ, "COLUMNS": str(width)},
            check=False,
        )
        assert done.returncode == 1, done.stderr
        page = done.stdout.partition("\n")[2].rpartition("\n::")[0]
        if re.search(r"^\s*::", page, re.MULTILINE):
            break
    else:
        pytest.fail("no page of these begins a line so: the test shows nothing")
    found = commands(done.stdout)
    assert all(re.match(r"::(error|warning) title=[^:]*::", line) for line in found)
