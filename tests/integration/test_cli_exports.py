"""What `tallystick compare` writes and pushes besides the page."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

import tallystick as ts
from tallystick.cli.app import app

SPEC = 'schema = 1\nmodel = { name = "rides" }\n'


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(11)
    (tmp_path / "rides.toml").write_text(SPEC)
    usual = ts.profile({"fare": random.gamma(2.0, 9.0, 20_000)}, spec="rides.toml")
    usual.save("before.tally")
    for name, shift in (("same", 0.0), ("shifted", 30.0)):
        now = {"fare": random.gamma(2.0, 9.0, 8_000) + shift}
        ts.profile(now, plan=usual.plan).save(f"{name}.tally")
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_compare_writes_metrics_beside_the_page(run, tmp_path):
    sides = ["compare", "before.tally", "shifted.tally", "--spec", "rides.toml"]
    done = run(*sides, "-o", str(tmp_path / "rides.prom"))
    assert done.exit_code == 1
    assert "rides.prom" in done.stdout.splitlines()[-1]
    written = (tmp_path / "rides.prom").read_text()
    assert 'tallystick_report_status{model="rides",status="alert"} 1.0' in written
    as_json = run(*sides, "-o", str(tmp_path / "again.prom"), "--json")
    assert json.loads(as_json.stdout)["status"] == "alert"
    assert (tmp_path / "again.prom").read_text() == written


def test_a_push_that_fails_is_an_error_and_no_verdict(run):
    sides = ["compare", "before.tally", "same.tally", "--push-to"]
    page = run(*sides, "http://me:word@127.0.0.1:1")
    assert page.exit_code == 3
    assert "reference" in page.stdout
    assert "127.0.0.1:1: cannot be reached: Connection refused" in page.stderr
    assert "word" not in page.output
    # One document whatever happens.
    as_json = run(*sides, "http://127.0.0.1:1", "--json")
    assert json.loads(as_json.stdout)["error"]["code"] == "export"
    assert as_json.exit_code == 3


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (["-o", "nowhere/rides.prom"], "there is no folder nowhere"),
        (["--push-to", "localhost:9091"], "the address of a Pushgateway"),
    ],
)
def test_an_export_that_cannot_be_is_refused_before_any_work(run, option, said):
    done = run("compare", "no-such.tally", "neither.parquet", *option)
    assert done.exit_code == 3
    assert said in done.stderr
