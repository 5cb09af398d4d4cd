"""Memory is bounded by the plan, whatever arrives. Measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

COUNTING = """
import os

import numpy as np
import pyarrow as pa
import tallystick as ts

MEBIBYTE = 1 << 20


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def batches(first, count):
    # Made one at a time: what is measured is the counting.
    for start in range(first, first + count, 50_000):
        yield pa.record_batch({batch})
        seen.append(resident())


seen = []
plan = ts.profile(pa.table({batch_of_sample}), spec={spec}).plan
ts.profile(batches(10**9, 50_000), plan=plan, threads=1)
before = resident()
seen.clear()
profile = ts.profile(batches(0, 1_000_000), plan=plan, threads=1)
assert profile.rows == 1_000_000, profile.rows
{check}
print((max(*seen, resident()) - before) / MEBIBYTE)
"""


def grown(batch: str, sample: str, check: str, spec: str = "None") -> float:
    """MiB that counting a million rows adds at most, the allocator warm."""
    code = COUNTING.format(
        batch=batch,
        batch_of_sample=sample,
        check=check,
        spec=spec,
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


@pytest.mark.parametrize("as_dictionary", [False, True])
def test_a_million_distinct_strings(as_dictionary):
    encode = ".dictionary_encode()" if as_dictionary else ""
    texts = "[f'customer {i:09d}' for i in range(start, start + 50_000)]"
    check = (
        "facts = profile['x']\n"
        "assert facts['other'] == 1_000_000 and not facts['unseen_complete']\n"
        # Bottom-k with k = 1,024: relative error 1/sqrt(k - 2), five of them.
        "assert abs(facts['unseen_distinct'] / 1_000_000 - 1) < 5 / 1022 ** 0.5"
    )
    sample = "{'x': [f'known {i}' for i in range(4096)]}"
    assert grown(f"{{'x': pa.array({texts}){encode}}}", sample, check) <= 16


def test_a_million_distinct_numbers():
    values = "np.random.default_rng(start).normal(size=50_000)"
    check = "assert profile['x']['present'] == 1_000_000"
    assert grown(f"{{'x': {values}}}", "{'x': np.linspace(-3, 3, 5_000)}", check) <= 16


def test_a_million_distinct_segments():
    texts = "[f'shop {i}' for i in range(start, start + 50_000)]"
    check = "assert len(profile.slices) <= 36, len(profile.slices)"
    spec = "{'schema': 1, 'segments': ['s']}"
    sample = "{'s': [f'shop {i}' for i in range(5_000)], 'x': np.arange(5_000.0)}"
    batch = f"{{'s': {texts}, 'x': np.arange(50_000.0)}}"
    assert grown(batch, sample, check, spec) <= 16
