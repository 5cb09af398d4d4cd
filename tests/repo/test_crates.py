"""Rust crates depend in one direction: python -> arrow, recorder -> core -> kernels."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from repo.source import ROOT, RUST, name

# What each crate may use of ours, and what it must never have heard of.
MAY_USE = {
    "kernels": set(),
    "core": {"tallystick-kernels"},
    "arrow": {"tallystick-core", "tallystick-kernels"},
    "recorder": {"tallystick-core"},
    "python": {"tallystick-arrow", "tallystick-core", "tallystick-recorder"},
}
NEVER = {
    "kernels": ("",),
    "core": ("arrow", "pyo3", "parquet"),
    "arrow": ("pyo3",),
    "recorder": ("arrow", "pyo3", "parquet"),
    "python": (),
}


def manifest(crate: str) -> dict[str, Any]:
    return tomllib.loads((RUST / crate / "Cargo.toml").read_text())


def dependencies(table: dict[str, Any]) -> Iterator[str]:
    """Names of what is built in, also for single targets; dev-dependencies are free."""
    yield from table.get("dependencies", {})
    yield from table.get("build-dependencies", {})
    for target in table.get("target", {}).values():
        yield from dependencies(target)


def test_every_crate_has_its_place():
    crates = {path.parent.name for path in RUST.glob("*/Cargo.toml")}
    assert crates == set(MAY_USE)


@pytest.mark.parametrize("crate", sorted(MAY_USE))
def test_crates_point_downward(crate):
    used = set(dependencies(manifest(crate)))
    ours = {n for n in used if n.startswith("tallystick")}
    assert ours <= MAY_USE[crate]
    assert not [n for n in used - ours if n.startswith(NEVER[crate])]


@pytest.mark.parametrize("crate", sorted(MAY_USE))
def test_every_crate_keeps_the_common_lints_and_version(crate):
    table = manifest(crate)
    assert table["lints"] == {"workspace": True}, name(RUST / crate)
    for key in ("version", "edition", "rust-version", "license"):
        assert table["package"][key] == {"workspace": True}


def test_the_version_has_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" in project["dynamic"]
    assert "version" not in project
