"""Files that are not there, not whole or not ours: an error that names the file, and no data."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import traceback

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tallystick as ts
from tallystick.errors import CorruptStateError, InputError, TallystickError

CANARY = "canary-7f3a91-0xdeadbeef"
TABLE = pa.table({"x": [CANARY] * 2_000 + ["a"] * 10, "n": np.arange(2_010.0)})


def refusal(call, *arguments, **keywords) -> TallystickError:
    with pytest.raises(TallystickError) as caught:
        call(*arguments, **keywords)
    assert CANARY not in str(caught.value)
    assert CANARY not in repr(caught.value.context)
    return caught.value


def test_a_file_that_is_not_there(tmp_path):
    (tmp_path / "week.tally").write_bytes(b"")
    for call in (ts.load, ts.Plan.load):
        error = refusal(call, tmp_path / "weak.tally")
        assert isinstance(error, InputError)
        assert "weak.tally" in str(error)
        assert "week.tally" in str(error)
    for name in ("none.parquet", "none.csv", "*.parquet", "sub/none.parquet"):
        error = refusal(ts.profile, tmp_path / name)
        assert isinstance(error, InputError)
        assert name in str(error)


def test_a_folder_where_a_file_is_expected(tmp_path):
    for call in (ts.load, ts.Plan.load):
        error = refusal(call, tmp_path)
        assert isinstance(error, InputError)
        assert str(tmp_path) in str(error)
    profile = ts.profile({"x": [1, 2]})
    (tmp_path / "taken.tally").mkdir()
    error = refusal(profile.save, tmp_path / "taken.tally")
    assert isinstance(error, InputError)
    assert "taken.tally" in str(error)
    assert os.listdir(tmp_path) == ["taken.tally"]


def test_an_empty_folder(tmp_path):
    error = refusal(ts.profile, tmp_path)
    assert isinstance(error, InputError)
    assert str(tmp_path) in str(error)


def test_a_folder_that_does_not_exist(tmp_path):
    error = refusal(ts.profile({"x": [1, 2]}).save, tmp_path / "no" / "a.tally")
    assert isinstance(error, InputError)
    assert "a.tally" in str(error)


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    """Root may write everywhere, so the refusal is the operating system's word, put in here."""
    path = tmp_path / "a.tally"
    opened = open

    def refuse(file, mode="r", *rest, **more):
        if "x" in mode or "w" in mode:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))
        return opened(file, mode, *rest, **more)

    monkeypatch.setattr("builtins.open", refuse)
    error = refusal(ts.profile({"x": [1, 2]}).save, path)
    monkeypatch.undo()
    assert isinstance(error, InputError)
    assert "a.tally" in str(error)
    assert os.strerror(errno.EACCES) in str(error)
    assert os.listdir(tmp_path) == []


def parquet(tmp_path):
    path = tmp_path / "log.parquet"
    pq.write_table(TABLE, path, row_group_size=500, compression="none", use_dictionary=False)
    data = path.read_bytes()
    assert CANARY.encode() in data
    return path, data


@pytest.mark.parametrize("keep", [0, 4, 100, 0.5, -1, -8])
def test_a_truncated_parquet_file(keep, tmp_path):
    path, data = parquet(tmp_path)
    path.write_bytes(data[: int(len(data) * keep) if isinstance(keep, float) else keep])
    error = refusal(ts.profile, path)
    assert isinstance(error, InputError)
    assert "log.parquet" in str(error)


def refusal_or_none(path, **keywords) -> TallystickError | None:
    """The error of reading a file, when there is one; anything else than ours is raised."""
    try:
        ts.profile(path, **keywords)
    except TallystickError as error:
        return error
    return None


def test_a_parquet_file_damaged_within(tmp_path):
    """A value may change unseen, as Parquet pages carry no checksum here; nothing else happens."""
    path, data = parquet(tmp_path)
    plan = ts.Plan.fit(TABLE)
    random = np.random.default_rng(3)
    errors = []
    for _ in range(60):
        changed = bytearray(data)
        place = int(random.integers(4, len(data)))
        changed[place : place + 8] = random.bytes(len(changed[place : place + 8]))
        path.write_bytes(bytes(changed))
        errors += filter(None, [refusal_or_none(path, plan=plan), refusal_or_none(path)])
    assert len(errors) > 10
    assert all(isinstance(error, InputError) for error in errors)
    assert all("log.parquet" in str(error) and CANARY not in str(error) for error in errors)


def test_one_damaged_file_among_many_is_named(tmp_path):
    for i in range(4):
        pq.write_table(TABLE, tmp_path / f"part-{i}.parquet")
    broken = tmp_path / "part-2.parquet"
    broken.write_bytes(broken.read_bytes()[:-100])
    assert "part-2.parquet" in str(refusal(ts.profile, tmp_path))
    assert "part-2.parquet" in str(refusal(ts.profile, tmp_path, threads=2))


@pytest.mark.parametrize("name", ["log.parquet", "log.csv", "log.arrow", "log.feather"])
def test_text_under_the_wrong_name(name, tmp_path):
    path = tmp_path / name
    path.write_text(f"{CANARY}\n" * 50)
    if name == "log.csv":
        assert ts.profile(path).rows > 0
    else:
        error = refusal(ts.profile, path)
        assert isinstance(error, InputError)
        assert name in str(error)


def test_a_state_that_is_damaged_says_nothing_of_what_it_held(tmp_path):
    path = ts.profile(TABLE).save(tmp_path / "a.tally")
    data = path.read_bytes()
    assert CANARY.encode() in data
    path.write_bytes(data[:-20])
    assert isinstance(refusal(ts.load, path), CorruptStateError)
    assert isinstance(refusal(ts.Plan.load, path), CorruptStateError)


MISTAKES = {
    "mixed": lambda: ts.profile({"x": [1, CANARY]}),
    "mixed rows": lambda: ts.profile([{"x": 1}, {"x": CANARY}]),
    "nested": lambda: ts.profile({"x": [[CANARY]]}),
    "lengths": lambda: ts.profile({"x": [CANARY], "y": [1, 2]}),
    "bytes": lambda: ts.profile({"x": [CANARY.encode()]}),
    "decimal": lambda: ts.profile(pa.table({"x": pa.array([7]).cast(pa.decimal128(20))})),
    "no overlap": lambda: ts.profile({"z": [CANARY]}, plan=ts.Plan.fit({"x": [CANARY]})),
    "other plan": lambda: ts.profile({"x": [CANARY]}) + ts.profile({"x": ["b", CANARY]}),
    "numeric segment": lambda: ts.profile(
        {"x": [CANARY]}, spec={"schema": 1, "columns": {"x": {"kind": "numeric"}}}
    ),
    "score": lambda: ts.profile({"x": [CANARY]}, spec={"schema": 1, "score": {"column": "x"}}),
    "window": lambda: ts.profile({"x": [CANARY]}, window="1d"),
    "time": lambda: ts.profile(
        {"x": [CANARY]}, spec={"schema": 1, "log": {"time": "x"}}, window="1d"
    ),
    "a value": lambda: ts.profile(CANARY.encode()),
    "generator": lambda: ts.profile(iter([CANARY])),
    "no such window": lambda: ts.profile({"x": [CANARY]}).window("2026-01-01"),
    "no such instrument": lambda: ts.compare(reference={"x": [CANARY]}, current={"x": [CANARY]})[
        "y"
    ],
    "rate": lambda: ts.compare(
        reference={"x": [CANARY]}, current={"x": [CANARY]}, false_alarm_rate=2.0
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_no_value_of_the_data_is_in_any_message(name):
    error = refusal(MISTAKES[name])
    assert len(str(error)) > 10
    # Nor in what a traceback prints of the errors behind it.
    assert CANARY not in "".join(traceback.format_exception_only(error))
    told = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    assert CANARY not in str(told)


def test_a_traceback_shows_no_value(tmp_path):
    """What a log would keep of an uncaught error: the chain of causes is printed with it."""
    code = (
        "import tallystick as ts\n"
        "import sys\n"
        "secret = sys.stdin.read()\n"
        "ts.profile({'x': [1, secret]})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=CANARY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "tallystick.errors." in done.stderr
    assert CANARY not in done.stderr
