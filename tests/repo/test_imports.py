"""The import law, and a package that is light to import."""

import json
import subprocess
import sys

import pytest

from repo.source import ROOT

HEAVY = ["numpy", "pandas", "polars", "pyarrow", "pydantic", "rich", "sqlalchemy", "typer"]
LOADED = """
import json, sys
import {module}
print(json.dumps([name for name in {heavy} if name in sys.modules]))
"""


def loaded_by(module: str) -> list[str]:
    code = LOADED.format(module=module, heavy=HEAVY)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_by("tallystick") == []


def test_a_serving_process_loads_no_database():
    assert "sqlalchemy" not in loaded_by("tallystick.monitoring")


@pytest.mark.parametrize("module", ["rich", "numpy"])
def test_the_check_sees_what_is_loaded(module):
    assert module in loaded_by(module)


def test_rooms_import_only_from_rooms_below():
    code = (
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
