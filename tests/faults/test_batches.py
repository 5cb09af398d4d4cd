"""Batches that break Arrow's rules are refused by name, without their values."""

import pyarrow as pa
import pytest

import tallystick as ts

PLAN = ts.Plan.fit({"s": ["red", "blue"] * 50})


@pytest.mark.parametrize("keys", [[0, 2], [0, -1], [0, 2, None], [0, 2**31 - 1]])
def test_a_key_beyond_its_dictionary_is_refused(keys):
    bad = pa.DictionaryArray.from_arrays(pa.array(keys, pa.int32()), ["red", "blue"], safe=False)
    with pytest.raises(ts.errors.InputError) as caught:
        ts.profile({"s": bad}, plan=PLAN)
    assert "damaged" in str(caught.value)
    assert "red" not in str(caught.value)


@pytest.mark.parametrize("inside", [False, True], ids=["plain", "in a dictionary"])
def test_text_that_is_not_utf8_is_refused(inside):
    text = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")]
    )
    keys = pa.array([0, 0], pa.int32())
    bad = pa.DictionaryArray.from_arrays(keys, text, safe=False) if inside else text
    with pytest.raises(ts.errors.InputError):
        ts.profile({"s": bad}, plan=PLAN)


def test_an_entry_that_is_there_twice_is_counted_as_what_it_says():
    keys = pa.array([0, 1, 2, 2], pa.int32())
    twice = pa.DictionaryArray.from_arrays(keys, ["red", "blue", "red"])
    spelt = ts.profile({"s": ["red", "blue", "red", "red"]}, plan=PLAN)
    assert ts.profile({"s": twice}, plan=PLAN) == spelt
