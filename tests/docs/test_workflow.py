"""The workflow that a reader may copy does what its page says, as far as it is ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from repo.source import ROOT

PAGE = (ROOT / "docs" / "guide" / "ci.md").read_text()
HIDDEN = re.compile(r"^<!-- python\n(.*?)^-->", re.MULTILINE | re.DOTALL)
WORKFLOW = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    """Our own commands in the workflow and in the page, in order."""
    lines = [line.strip() for block in WORKFLOW.findall(PAGE) for line in block.splitlines()]
    lines += [line[2:] for block in CONSOLE.findall(PAGE) for line in block.splitlines()]
    return [line.split() for line in lines if line.startswith("tallystick ")]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(HIDDEN.search(PAGE).group(1), "ci.md", "exec"), {})  # noqa: S102
    return tmp_path


def run(words: list[str], folder) -> subprocess.CompletedProcess[str]:
    # As GitHub does it.
    environment = {
        **os.environ,
        "GITHUB_WORKSPACE": str(folder),
        "GITHUB_STEP_SUMMARY": str(folder / "step.md"),
    }
    command = [sys.executable, "-m", "tallystick", *words[1:]]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=environment, check=False
    )


def test_its_commands_run(folder):
    assert len(commands()) == 3
    for words in commands():
        done = run(words, folder)
        assert done.returncode == 0, done.stdout + done.stderr
    kept = re.search(r"path: \|\n((?: +\S+\n)+)", PAGE).group(1).split()
    assert kept == ["junit.xml", "measurements.parquet", "curves.parquet"]
    assert all((folder / name).stat().st_size for name in kept)
    assert (folder / "step.md").read_text().strip() == (folder / "summary.md").read_text().strip()


def test_they_fail_on_an_alert(folder):
    table = pq.read_table(folder / "scored.parquet")
    worse = pa.compute.add(table["fare"], 5.0)
    pq.write_table(table.set_column(0, "fare", worse), folder / "scored.parquet")
    compare = next(words for words in commands() if "--github" in words)
    done = run(compare, folder)
    assert done.returncode == 1
    assert "\n::warning file=trips.toml,title=fare::psi" in done.stdout
    root = ET.parse(folder / "junit.xml").getroot()  # noqa: S314 - our own
    assert root.get("failures") == "1"
    assert (folder / "step.md").read_text().startswith("\n### ALERT: trips")
