"""The page for people from the command line."""

from __future__ import annotations

import json
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import tallystick as ts
from tallystick.cli.app import app


@pytest.fixture
def folder(tmp_path, monkeypatch):
    random = np.random.default_rng(11)
    fares = random.gamma(2.0, 9.0, 5000)
    before = pa.table({"fare": fares})
    pq.write_table(pa.table({"fare": fares + 30.0}), tmp_path / "shifted.parquet")
    pq.write_table(before, tmp_path / "same.parquet")
    ts.profile(before).save(tmp_path / "before.tally")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_compare_writes_a_page_for_people(folder):
    done = run("compare", "before.tally", "shifted.parquet", "--html", "report.html")
    assert done.exit_code == 1
    assert "wrote report.html" in done.output
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "before.tally" in page
    done = run("compare", "before.tally", "same.parquet", "--html", "report.html", "--json")
    assert json.loads(done.stdout)["status"] == "ok"
    assert (folder / "report.html").read_text(encoding="utf-8") != page


def test_a_page_that_cannot_be_written_is_refused_before_the_work(folder):
    done = run("compare", "no.tally", "no.parquet", "--html", "nowhere/report.html")
    assert done.exit_code == 3
    assert "nowhere/report.html: cannot be written" in done.output
    assert "no.tally" not in done.output


def test_a_missing_package_is_named_before_the_work(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "altair", None)
    done = run("compare", "no.tally", "no.parquet", "--html", "report.html")
    assert done.exit_code == 3
    assert "pip install 'tallystick[report]'" in done.output
    assert "no.tally" not in done.output


def test_a_page_is_an_output_like_others_and_nothing_else(folder):
    done = run("compare", "before.tally", "same.parquet", "-o", "a.html", "--html", "b.html")
    assert done.exit_code == 0
    assert (folder / "a.html").read_bytes() == (folder / "b.html").read_bytes()
    done = run("compare", "before.tally", "same.parquet", "--html", "report.xml")
    assert done.exit_code == 2
    assert "expected a name that ends in .html" in done.output
    assert not (folder / "report.xml").exists()
