"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

StorePlace = Annotated[
    str,
    typer.Option(
        "--store", help="Path of an SQLite file, made if it is not there, or URL of PostgreSQL."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a page.")]
Model = Annotated[
    str | None, typer.Option("--model", help="Whose rows; the spec's model.name if left out.")
]
