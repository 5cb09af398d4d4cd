"""The run as it is kept: docs/benchmarks/run.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Run = dict[str, Any]

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "benchmarks"
RUN = FOLDER / "run.json"


def load(path: Path = RUN) -> Run:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def save(run: Run, path: Path = RUN) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_compact(run) + "\n", encoding="utf-8")


def joined(old: Run, new: Run) -> Run:
    """The new groups in place of the old; groups of another machine are not kept."""
    if old.get("machine") != new["machine"]:
        return new
    groups = {**old["groups"], **new["groups"]}
    return {**old, **new, "groups": groups}


def cases(run: Run) -> dict[str, Any]:
    """All cases by name."""
    return {
        name: case
        for group in run.get("groups", {}).values()
        for name, case in group["cases"].items()
    }


def _compact(run: Run) -> str:
    """JSON with one engine a line, so that a diff shows which engine moved."""
    pieces: list[str] = []

    def write(value: Any, depth: int) -> None:
        flat = not isinstance(value, dict) or not any(isinstance(v, dict) for v in value.values())
        if flat:
            pieces.append(json.dumps(value, ensure_ascii=False))
            return
        pieces.append("{")
        for i, (key, inner) in enumerate(value.items()):
            pieces.append(("," if i else "") + "\n" + " " * (depth + 1) + json.dumps(key) + ": ")
            write(inner, depth + 1)
        pieces.append("\n" + " " * depth + "}")

    write(run, 0)
    return "".join(pieces)
