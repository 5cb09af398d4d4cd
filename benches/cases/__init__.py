"""The sections of the page, in its order."""

from __future__ import annotations

import importlib

from benches.case import Group

NAMES = (
    *("histogram", "edges", "column", "sketch", "psi", "ks", "codes", "labels"),
    *("serving", "log", "reports"),
)


def group(name: str) -> Group:
    """One section; its libraries are imported with it."""
    return importlib.import_module(f"benches.cases.{name}").GROUP
