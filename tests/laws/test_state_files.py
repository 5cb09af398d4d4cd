"""Damaged bytes are refused, made-up ones refused or consistent; files are whole or not there."""

from __future__ import annotations

import os
import resource
import struct

import numpy as np
import pyarrow as pa
import pytest

import tallystick as ts
from laws.rows import TABLE, count
from laws.test_conservation import assert_conserved
from laws.xxh3 import xxh3_64
from tallystick.errors import (
    CorruptStateError,
    InputError,
    ParameterError,
    StateVersionError,
    TallystickError,
)

HEADER = 55  # magic 8, version 2, flags 4, kind 1, plan id 32, length 8


def small() -> ts.Profile:
    """A profile with every kind of state in few bytes."""
    table = pa.table(
        {
            "x": pa.array([0.5, None, float("nan"), float("inf"), 7.0, -1e300], from_pandas=False),
            "n": pa.array([2**64 - 1, 5, None, 5, 5, 0], pa.uint64()),
            "a": pa.array([1.0, 2.0, -3.0, 0.0, 1e9, None]),
            "g": pa.array(["u", "v", None, "u", "w", "new"]),
            "t": pa.array([0, 86_400, None, 5, 5, 5], pa.timestamp("s")),
        }
    )
    spec = {
        "schema": 1,
        "log": {"time": "t"},
        "segments": ["g"],
        "columns": {
            "x": {"binning": [0.0, 1.0, 2.5]},
            "n": {"binning": [1, 2**63]},
            "a": {"binning": "log_linear"},
            "g": {"categories": ["u", "v"]},
        },
    }
    return ts.profile(table, spec=spec, window="1d")


PROFILE = small()
DATA = PROFILE.to_bytes()
PLAN_DATA = PROFILE.plan.to_bytes()


def sealed(content: bytes) -> bytes:
    """The content with its right checksum."""
    (checksum,) = xxh3_64(np.frombuffer(content, np.uint8)[None, :])
    return content + struct.pack("<Q", checksum)


def framed(body: bytes, data: bytes = DATA) -> bytes:
    """Another body in the same frame, with its right length and checksum."""
    return sealed(data[: HEADER - 8] + struct.pack("<Q", len(body)) + body)


def assert_refused_or_consistent(data: bytes) -> bool:
    """Whether it was read; what is read adds up and can be used."""
    try:
        profile = ts.Profile.from_bytes(data)
    except CorruptStateError:
        return False
    assert_conserved(profile)
    again = ts.Profile.from_bytes(profile.to_bytes())
    assert again.to_bytes() == profile.to_bytes()
    assert (profile + profile).rows == 2 * profile.rows
    ts.compare(reference=profile, current=profile)
    repr(profile), profile.columns(), profile.windows
    return True


def test_the_hash_of_the_tests_is_that_of_the_files():
    big = count(TABLE).to_bytes()
    assert len(DATA) < 1024 < 64 * 1024 < len(big)
    for data in (DATA, big, *(count(TABLE.slice(0, rows)).to_bytes() for rows in range(9))):
        assert sealed(data[:-8]) == data


@pytest.mark.parametrize("read", [ts.Profile.from_bytes, ts.Plan.from_bytes])
def test_every_truncation(read):
    for data in (DATA, PLAN_DATA):
        for length in range(len(data)):
            with pytest.raises(CorruptStateError):
                read(data[:length])


def test_every_single_bit():
    for data, read in ((DATA, ts.Profile.from_bytes), (PLAN_DATA, ts.Plan.from_bytes)):
        for place in range(len(data)):
            for bit in range(8):
                changed = bytearray(data)
                changed[place] ^= 1 << bit
                with pytest.raises(CorruptStateError):
                    read(bytes(changed))


@pytest.mark.parametrize("tail", [b"\0", b"x" * 9, DATA], ids=["zero", "nine", "twice"])
def test_bytes_behind_the_end(tail):
    with pytest.raises(CorruptStateError):
        ts.Profile.from_bytes(DATA + tail)


@pytest.mark.parametrize("data", [b"", b"TALLY", b"PAR1" * 99, bytes(300), DATA[8:], b"\xff" * 300])
def test_bytes_that_are_something_else(data):
    for read in (ts.Profile.from_bytes, ts.Plan.from_bytes):
        with pytest.raises(CorruptStateError):
            read(data)


def test_every_single_bit_under_a_right_checksum():
    """An attacker computes checksums too: nothing crashes, and what is read adds up."""
    body = np.frombuffer(DATA[:-8], np.uint8)
    places = [(place, bit) for place in range(HEADER, len(body)) for bit in range(8)]
    changed = np.tile(body, (len(places), 1))
    for row, (place, bit) in enumerate(places):
        changed[row, place] ^= 1 << bit
    read = 0
    for content, checksum in zip(changed, xxh3_64(changed), strict=True):
        read += assert_refused_or_consistent(content.tobytes() + struct.pack("<Q", checksum))
    assert 0 < read < len(places)


def test_random_damage_under_a_right_checksum():
    random = np.random.default_rng(17)
    body = DATA[HEADER:-8]
    for _ in range(1_500):
        changed = bytearray(body)
        for _ in range(random.integers(1, 4)):
            place = int(random.integers(len(changed)))
            match random.integers(4):
                case 0:
                    changed[place] = int(random.integers(256))
                case 1:
                    del changed[place : place + int(random.integers(1, 9))]
                case 2:
                    changed[place:place] = random.bytes(int(random.integers(1, 9)))
                case _:
                    changed[place:place] = b"\xff" * int(random.integers(1, 19))
        assert_refused_or_consistent(framed(bytes(changed)))


def test_truncated_bodies_under_a_right_checksum():
    body = DATA[HEADER:-8]
    for length in range(200, len(body)):
        assert not assert_refused_or_consistent(framed(body[:length]))


def test_a_huge_length_is_refused_before_anything_is_allocated():
    body = DATA[HEADER:-8]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for place in range(len(body)):
        for huge in (b"\xff" * 4 + b"\x0f", b"\xff" * 8 + b"\x7f"):
            assert_refused_or_consistent(framed(body[:place] + huge + body[place + 1 :]))
    # Kilobytes: the counts of an open window of log-linear cells are 8 bytes for each.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_a_wrong_length_in_the_header():
    for length in (0, 1, 2**63, 2**64 - 1):
        content = DATA[: HEADER - 8] + struct.pack("<Q", length) + DATA[HEADER:-8]
        with pytest.raises(CorruptStateError):
            ts.Profile.from_bytes(sealed(content))


@pytest.mark.parametrize("kind", [2, 3, 255])
def test_an_unknown_kind(kind):
    with pytest.raises(CorruptStateError):
        ts.Profile.from_bytes(sealed(DATA[:14] + bytes([kind]) + DATA[15:-8]))


@pytest.mark.parametrize("version", [2, 3, 65_535])
def test_a_later_version(version):
    data = sealed(DATA[:8] + struct.pack("<H", version) + DATA[10:-8])
    for read in (ts.Profile.from_bytes, ts.Plan.from_bytes):
        with pytest.raises(StateVersionError) as caught:
            read(data)
        assert caught.value.context["found"] == version
        assert "upgrade" in str(caught.value)


def test_a_feature_that_is_not_known():
    with pytest.raises(StateVersionError):
        ts.Profile.from_bytes(sealed(DATA[:10] + struct.pack("<I", 4) + DATA[14:-8]))


def test_version_zero_does_not_exist():
    with pytest.raises(CorruptStateError):
        ts.Profile.from_bytes(sealed(DATA[:8] + bytes(2) + DATA[10:-8]))


def test_a_plan_is_no_profile_and_a_profile_has_a_plan():
    assert ts.Plan.from_bytes(DATA) == PROFILE.plan
    with pytest.raises((ParameterError, CorruptStateError)):
        ts.Profile.from_bytes(PLAN_DATA)


def test_what_is_written_is_read_back(tmp_path):
    path = PROFILE.save(tmp_path / "a.tally")
    assert path.read_bytes() == DATA
    assert ts.load(path).to_bytes() == DATA
    assert ts.load(str(path)) == PROFILE
    plan = PROFILE.plan.save(tmp_path / "plan.tally")
    assert ts.Plan.load(plan) == ts.Plan.load(path) == PROFILE.plan
    assert sorted(os.listdir(tmp_path)) == ["a.tally", "plan.tally"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(call, tmp_path, monkeypatch):
    path = PROFILE.save(tmp_path / "a.tally")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(InputError, match=r"a\.tally"):
        (PROFILE + PROFILE).save(path)
    monkeypatch.undo()
    assert path.read_bytes() == DATA
    assert os.listdir(tmp_path) == ["a.tally"]


def test_a_reader_never_sees_half_a_file(tmp_path, monkeypatch):
    """The bytes reach the disk under another name before the file bears its own."""
    path = tmp_path / "a.tally"
    steps = []
    fsync, replace = os.fsync, os.replace

    def synced(handle):
        steps.append("fsync")
        assert path.exists() == ("replace" in steps)
        fsync(handle)

    def renamed(source, target):
        steps.append("replace")
        with open(source, "rb") as file:
            assert file.read() == DATA
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", renamed)
    PROFILE.save(path)
    assert steps == ["fsync", "replace", "fsync"]


def test_what_was_counted_can_always_be_read_back():
    """Data that does not suit its plan is the data's condition, not the file's damage."""
    whole = ts.profile({"x": np.arange(1_000)})
    odd = np.array([1.5, -2.7, 1e300, -1e300, np.inf, np.nan, 2.0**63, 2.0**64, 1.7e308])
    profile = ts.profile({"x": odd}, plan=whole.plan)
    assert ts.Profile.from_bytes(profile.to_bytes()).to_bytes() == profile.to_bytes()
    days = ts.profile(pa.table({"x": pa.array([0, 1, 2], pa.date32())}))
    ticks = pa.table({"x": pa.array([-(2**63), 2**63 - 1, 0], pa.timestamp("s"))})
    profile = ts.profile(ticks, plan=days.plan)
    assert ts.Profile.from_bytes(profile.to_bytes()).to_bytes() == profile.to_bytes()


def test_every_error_here_is_of_the_tree():
    assert issubclass(CorruptStateError, TallystickError)
    assert issubclass(CorruptStateError, ValueError)
    assert not issubclass(StateVersionError, CorruptStateError)
