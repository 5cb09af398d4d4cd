"""The import law, and a package that is light to import."""

import json
import subprocess
import sys

import pytest

from repo.source import ROOT

HEAVY = [
    "altair",
    "jinja2",
    "mlflow",
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
    "pydantic",
    "rich",
    "sqlalchemy",
    "typer",
    "vl_convert",
]
# Of extras: not loaded before they are used, either.
EXTRA = ["google.protobuf", "grpc", "opentelemetry", "prometheus_client", "requests"]
LOADED = """
import json, sys
import {module}
print(json.dumps([name for name in {heavy} if name in sys.modules]))
"""


def loaded_by(module: str) -> list[str]:
    code = LOADED.format(module=module, heavy=HEAVY + EXTRA)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_by("tallystick") == []


def test_a_serving_process_loads_no_database():
    assert "sqlalchemy" not in loaded_by("tallystick.monitoring")


def test_the_page_of_text_loads_nothing_that_draws():
    drawing = {"altair", "jinja2", "vl_convert"}
    assert not drawing & set(loaded_by("tallystick.rendering"))


def test_an_integration_loads_its_host_when_it_is_used():
    assert "mlflow" not in loaded_by("tallystick.integrations.mlflow")


@pytest.mark.parametrize("name", ["opentelemetry", "prometheus", "pushgateway"])
def test_an_exporter_loads_its_library_when_it_is_used(name):
    found = loaded_by(f"tallystick.exporting.{name}")
    assert not set(found) & set(EXTRA)


def test_the_command_loads_no_extra():
    assert not set(loaded_by("tallystick.cli.app")) & set(EXTRA)


@pytest.mark.parametrize("module", ["rich", "numpy", "altair", "prometheus_client"])
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
