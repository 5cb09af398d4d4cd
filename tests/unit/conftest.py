"""What several files of tests need made, and cleaned up."""

from __future__ import annotations

import pytest

from unit.monitored import World, usual


@pytest.fixture(scope="session")
def monitored():
    return usual()


@pytest.fixture
def world(tmp_path, monitored):
    made = World(tmp_path, monitored)
    yield made
    made.recorder.close()
