"""Recorders on a disk of a few pages, and on one that is read-only for a while."""

import json
import shutil
import subprocess
import sys
import textwrap

import pytest

import tallystick as ts

DATA = {"i": list(range(9_000)), "kind": ["a", "b", "c"] * 3_000}
PRELUDE = """
import json, os, subprocess, sys
import tallystick as ts
folder, plan = sys.argv[1], ts.Plan.load(sys.argv[2])
def log(start, end):
    for i in range(start, end):
        rec.log({"i": i, "kind": "abc"[i % 3]}, time=i)
def remount(how):
    subprocess.run(["mount", "-o", "remount," + how, folder], check=True)
rec = ts.Recorder(plan, spool=folder, window="1m", flush_seconds=0.01)
"""
READ = """
spool = ts.read_spool(folder)
open(sys.argv[3], "wb").write(spool.profile.to_bytes())
print(json.dumps({**said, **rec.counters, "rows": spool.profile.rows,
                  "torn": spool.torn_bytes + spool.damaged_bytes}))
"""


@pytest.fixture
def on_a_small_disk(tmp_path):
    """Runs code in a process that sees a disk of 256 KiB; what it says, and what it reads."""
    for program in ("unshare", "mount"):
        if shutil.which(program) is None:
            pytest.fail(f"{program} is not installed: apt install util-linux mount")
    plan = ts.Plan.fit(DATA, spec={"schema": 1, "segments": ["kind"]})
    plan.save(tmp_path / "plan.tally")
    (tmp_path / "disk").mkdir()

    def run(code):
        program = PRELUDE + textwrap.dedent(code) + READ
        mounted = 'mount -t tmpfs -o size=256k none "$1" && exec "$2" -c "$3" "$1" "$4" "$5"'
        paths = [tmp_path / "disk", sys.executable, program, tmp_path / "plan.tally"]
        command = ["unshare", "--map-root-user", "--mount", "sh", "-c", mounted, "sh", *paths]
        done = subprocess.run(
            [*map(str, command), str(tmp_path / "read.tally")],
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), ts.load(tmp_path / "read.tally")

    expected = ts.Recorder(plan, window="1m")
    for i, kind in zip(DATA["i"], DATA["kind"], strict=True):
        expected.log({"i": i, "kind": kind}, time=i)
    return run, expected.profile()


def test_a_full_disk_stops_nothing_and_loses_nothing(on_a_small_disk):
    run, expected = on_a_small_disk
    said, found = run("""
    log(0, 1000)
    said = {"first": rec.flush()}
    with open(folder + "/junk", "wb", buffering=0) as junk:
        try:
            while junk.write(b"x" * 1024): pass
        except OSError:
            pass
    log(1000, 8000)
    said["full"] = rec.flush()
    os.unlink(folder + "/junk")
    log(8000, 9000)
    said["last"] = rec.close()
    """)
    assert (said["first"], said["full"], said["last"]) == (True, False, True)
    assert said["failed_writes"] >= 1
    assert (said["rows"], said["rows_lost"], said["torn"]) == (9_000, 0, 0)
    assert found == expected


def test_a_disk_that_is_read_only_for_a_while_loses_nothing(on_a_small_disk):
    run, expected = on_a_small_disk
    said, found = run("""
    remount("ro")
    log(0, 8000)
    said = {"ro": rec.flush()}
    remount("rw")
    log(8000, 9000)
    said["rw"] = rec.close()
    """)
    assert (said["ro"], said["rw"]) == (False, True)
    assert said["failed_writes"] >= 1
    assert (said["rows"], said["rows_lost"], said["torn"]) == (9_000, 0, 0)
    assert found == expected
