"""`tallystick monitor` and `tallystick explain`, as people and machines use them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import tallystick as ts
from tallystick.cli.app import app

START = 1_699_920_000
SPEC = """\
schema = 1
model = { name = "rides" }
log = { time = "at" }
segments = ["city"]
reference = { path = "base.tally" }
"""


def rides(days: int, shifted=(), rows=1_500) -> pa.Table:
    random = np.random.default_rng(11)
    day = np.repeat(np.arange(days), rows)
    at = START + day * 86_400 + np.tile(np.arange(rows) * 50, days)
    fare = random.gamma(2.0, 9.0, days * rows) + 12 * np.isin(day, shifted)
    city = random.choice(["oslo", "bern"], days * rows)
    return pa.table({"at": pa.array(at, pa.timestamp("s")), "fare": fare, "city": city})


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "rides.toml").write_text(SPEC)
    ts.profile(rides(28), spec=tmp_path / "rides.toml", window="1d").save(tmp_path / "base.tally")
    pq.write_table(rides(10), tmp_path / "steady.parquet")
    pq.write_table(rides(10, shifted=[6, 7, 8, 9]), tmp_path / "drifts.parquet")
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, list(arguments))


def test_a_steady_log_is_ok(run):
    done = run("monitor", "steady.parquet", "--spec", "rides.toml", "--store", "a.db")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("OK   model rides")
    assert "judged 10 windows, 15,000 rows, 2023-11-14 to 2023-11-24" in done.stdout
    assert "NOTHING STANDS RAISED" in done.stdout


def test_a_log_that_drifts_is_an_alert_and_explained(run):
    done = run("monitor", "drifts.parquet", "--spec", "rides.toml", "--store", "a.db")
    assert done.exit_code == 1
    assert "STANDS RAISED" in done.stdout
    assert "fare psi_corrected" in done.stdout

    latest = run("explain", "--store", "a.db")
    assert latest.exit_code == 0, latest.output
    assert latest.stdout.startswith("2023-11-23 to 2023-11-24   model rides")
    assert "alert stands" in latest.stdout

    first = run("explain", "fare", "--store", "a.db", "--window", "2023-11-20")
    assert "RAISED" in first.stdout
    assert "one window is enough" in first.stdout
    assert "same weekday (UTC)" in first.stdout
    calm = run("explain", "fare", "--store", "a.db", "--window", "2023-11-15")
    assert "within tolerance" in calm.stdout
    part = run("explain", "fare", "--segment", "city=bern", "--store", "a.db")
    assert "city=bern" in part.stdout


def test_json_says_the_same(run):
    arguments = ["monitor", "drifts.parquet", "--spec", "rides.toml", "--store", "a.db", "--json"]
    told = json.loads(run(*arguments).stdout)
    assert (told["status"], told["model"], len(told["windows"])) == ("alert", "rides", 10)
    assert {one["instrument"] for one in told["newly_raised"]} == {"fare"}
    cases = json.loads(run("explain", "fare", "--store", "a.db", "--json").stdout)["cases"]
    drift = next(one for one in cases if one["decision"]["metric"] == "psi_corrected")
    assert drift["decision"]["reason"] == "already_raised"
    assert drift["measured"]["value"] > drift["measured"]["tolerance"]
    assert drift["season"] == "day_of_week"
    assert drift["against_previous"]["n_reference"] == 7 * 1_500
    assert len(drift["history"]) == 10
    every = json.loads(run("explain", "--store", "a.db", "--json").stdout)
    assert every["rules"]["of_windows"] == 3
    assert all(one["why"] for one in every["decisions"])


def test_the_rules_explained_are_those_that_were_used(run):
    run(
        *("monitor", "drifts.parquet", "--spec", "rides.toml", "--store", "a.db"),
        *("--cooldown", "3d"),
    )
    told = run("explain", "fare", "--store", "a.db")
    assert "not again before 2023-11-24" in told.stdout


def test_a_spool_is_watched_once(run, tmp_path):
    usual = ts.profile({"fare": np.random.default_rng(1).gamma(2.0, 9.0, 9_000)})
    usual.save(tmp_path / "u.tally")
    with ts.Recorder(usual, spool="spool", window="5m") as rec:
        rec.log_batch({"fare": np.random.default_rng(2).gamma(2.0, 9.0, 3_000)}, time=START)
    told = json.loads(
        run(
            *("monitor", "--baseline", "u.tally", "--spool", "spool", "--store", "a.db"),
            *("--once", "--json"),
        ).stdout
    )
    assert told["status"] == "ok"
    assert told["collected"]["ingested"]["rows"] == 3_000
    assert told["windows"][0]["partial"]
    nothing = run("monitor", "-b", "u.tally", "--spool", "spool", "--store", "a.db", "--once")
    assert "no window was closed" in nothing.stdout


def test_undetermined_ends_in_4_or_passes(run, tmp_path):
    pq.write_table(rides(3, rows=9), tmp_path / "few.parquet")
    arguments = ["monitor", "few.parquet", "--spec", "rides.toml", "--store", "a.db"]
    assert run(*arguments).exit_code == 4
    passed = run(*arguments, "--undetermined", "pass")
    assert passed.exit_code == 0
    assert "exit code 0" in passed.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["monitor", "--store", "a.db", "--once"], 2, "either a --spool, or a log"),
        (["monitor", "x.parquet", "--spool", "s", "--store", "a.db"], 2, "either a --spool"),
        (["monitor", "steady.parquet"], 2, "expected a store"),
        (["monitor", "steady.parquet", "--store", "a.db"], 2, "expected a baseline"),
        (["explain"], 2, "expected a store"),
        (["explain", "--store", "none.db"], 3, "it cannot be opened"),
        (
            ["monitor", "-b", "base.tally", "--spool", "spol", "--store", "a.db", "--once"],
            3,
            "folder that recorders write to",
        ),
        (
            ["monitor", "steady.parquet", "-b", "base.tally", "--store", "a.db", "--season", "x"],
            3,
            "expected one of auto, all",
        ),
        (
            ["monitor", "steady.parquet", "-b", "base.tally", "--store", "a.db", "--cooldown", "x"],
            3,
            "cooldown: expected a length",
        ),
    ],
)
def test_wrong_use_is_told(run, arguments, code, said):
    done = run(*arguments)
    assert done.exit_code == code, done.output
    assert said in " ".join(done.output.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["far"], 'did you mean "fare"?'),
        (["fare", "--segment", "city=rome"], "city=bern"),
        (["fare", "--metric", "psi"], "psi_corrected"),
        (["--window", "2001-01-01"], "judged windows: 2023-11-14"),
        (["--model", "ride"], 'did you mean "rides"?'),
    ],
)
def test_what_cannot_be_explained_says_what_can(run, arguments, said):
    run("monitor", "steady.parquet", "--spec", "rides.toml", "--store", "a.db")
    done = run("explain", *arguments, "--store", "a.db")
    assert done.exit_code == 3
    assert said in " ".join(done.stderr.split())


HOSTILE = [
    "</script><script>alert(1)</script>",
    '"} 1\nup{',
    "=cmd|' /C calc'!A0",
    "\x1b[31mred",
    "\u202egnp.exe",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text(run, tmp_path, name):
    random = np.random.default_rng(3)
    cities = random.choice(["oslo", name], 15_000)
    at = START + np.arange(15_000) * 6
    usual = {"at": at.astype("M8[s]"), name: random.normal(0, 1, 15_000), "city": cities}
    spec = {"schema": 1, "log": {"time": "at"}, "segments": ["city"], "model": {"name": "m"}}
    base = ts.profile(usual, spec=spec, window="1h")
    drifted = {**usual, name: usual[name] + 3}
    ts.Monitor(base, store="h.db", sinks=[]).replay(drifted)
    for arguments in (
        ["explain"],
        ["explain", name],
        ["explain", name, "--segment", f"city={name}"],
    ):
        done = run(*arguments, "--store", "h.db")
        assert done.exit_code == 0, done.output
        assert "\x1b[31m" not in done.stdout
        assert "\u202e" not in done.stdout
        assert "\nup{" not in done.stdout
    json.loads(run("explain", name, "--store", "h.db", "--json").stdout)


def test_a_monitor_runs_until_it_is_interrupted(run, tmp_path):
    usual = ts.profile({"fare": np.random.default_rng(1).gamma(2.0, 9.0, 9_000)})
    usual.save(tmp_path / "u.tally")
    rec = ts.Recorder(usual, spool="spool", window="5m", lateness="1s")
    rec.log_batch({"fare": np.random.default_rng(2).gamma(2.0, 9.0, 3_000) + 90}, time=START)
    rec.log({"fare": 1.0}, time=START + 400)
    rec.flush()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tallystick", "monitor", "--baseline", "u.tally"),
            *("--spool", "spool", "--store", "a.db", "--every", "1s"),
        ],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    # It tells on its own: the line is what is waited for, up to the limit of any test.
    line = process.stderr.readline()
    while "raised" not in line and line:
        line = process.stderr.readline()
    assert '"instrument": "fare"' in line
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    rec.close()
