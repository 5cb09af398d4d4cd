"""The JSON Schema of spec v1, for editors and other tools.

It is generated from the models and kept in the package as `spec-v1.schema.json`; write it anew
with `python -m tallystick.spec.schema` after a change of the models. It knows types, keys and
bounds; the rules of `check` go beyond what JSON Schema can say.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tallystick.spec.model import Spec

SCHEMA_PATH = Path(__file__).with_name("spec-v1.schema.json")


def spec_json_schema() -> dict[str, Any]:
    """Returns the JSON Schema of a spec file.

    Example:
        >>> spec_json_schema()["required"]
        ['schema']
    """
    generated = Spec.model_json_schema(by_alias=True, mode="validation")
    return generated | {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tallystick spec v1",
        "description": "The declared instruments of one model.",
    }


def schema_text() -> str:
    """Returns the text of the file, with sorted keys and a last line break."""
    return json.dumps(spec_json_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA_PATH.write_text(schema_text(), encoding="utf-8")
