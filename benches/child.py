"""Runs an engine in a process of its own, and reads what it measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benches.case import Sample, UnavailableError
from benches.run import ROOT

CHILDREN = Path(__file__).parent / "children"
LONGEST_SECONDS = 1800


def sample(script: str, *arguments: object, environment: str | None = None) -> Sample:
    """What one run took; `environment` names a rival's."""
    figures = answer(script, *arguments, environment=environment)
    return Sample(figures["seconds"], figures["cpu_seconds"], figures["peak_rss_bytes"])


def answer(script: str, *arguments: object, environment: str | None = None) -> dict[str, Any]:
    """The JSON that a child prints last."""
    python = _python(environment)
    command = [str(python), str(CHILDREN / script), *map(str, arguments)]
    # Children are not held to one thread, as the race in this process is.
    held = {"POLARS_MAX_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"}
    variables = {name: value for name, value in os.environ.items() if name not in held}
    variables["PYTHONPATH"] = str(ROOT) if environment is None else ""
    try:
        done = subprocess.run(
            command,
            env=variables,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"no answer after {LONGEST_SECONDS} s") from None
    if done.returncode:
        if environment is None:
            raise RuntimeError(f"{script}: {done.stderr}")
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise UnavailableError(said[-1])
    return json.loads(done.stdout.strip().splitlines()[-1])


def _python(environment: str | None) -> Path:
    """The interpreter, or why there is none: the last line that pip said."""
    if environment is None:
        return Path(sys.executable)
    folder = ROOT / f".venv-{environment}"
    failed = folder / "failed.log"
    if failed.exists():
        raise UnavailableError(
            "cannot be installed: " + failed.read_text().strip().splitlines()[-1]
        )
    if not (folder / ".done").exists():
        raise UnavailableError(f"not installed: make .venv-{environment}/.done")
    return folder / "bin" / "python"
