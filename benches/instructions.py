"""Counts the instructions of the hottest loops: python -m benches.instructions [--write].

Under valgrind, so that it does not matter who else uses the machine. It knows no AVX-512: counted
are the clones for the baseline and for AVX2. Counts belong to one compiler; with another they are
shown and not judged.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from typing import Any

from benches import run

COUNTS = run.FOLDER / "instructions.json"
SETS = ("baseline", "avx2")
# A kernel is called so often, and twice as often: the difference is that of the calls alone.
CALLS = 4
VALUES = 32 * 1024  # of one call, as in rust/kernels/benches/kernels.rs
LARGEST_LOSS = 0.05


def losses(now: run.Run, kept: run.Run) -> list[str]:
    """Kernels that take more instructions than was committed, in words."""
    return [
        f"{kernel} ({name}): {count:.2f} instructions a value, {before:.2f} committed"
        for name, counts in now["sets"].items()
        for kernel, count in counts.items()
        if (before := kept["sets"].get(name, {}).get(kernel))
        and count > before * (1 + LARGEST_LOSS)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="commit to these counts")
    arguments = parser.parse_args()
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is not installed; apt-get install valgrind, or its like")
    now, kept = _counted(), run.load(COUNTS)
    if arguments.write or not kept:
        run.save(now, COUNTS)
    elif kept["compiler"] != now["compiler"]:
        _say(f"counted with {kept['compiler']}, this is {now['compiler']}: not judged")
    elif lost := losses(now, kept):
        sys.exit("\n".join(lost))


def _counted() -> run.Run:
    program = _program()
    listed = subprocess.run([program, "list"], capture_output=True, text=True, check=True)
    sets: dict[str, dict[str, float]] = {name: {} for name in SETS}
    for name, counts in sets.items():
        for kernel in listed.stdout.split():
            once, twice = (_instructions(program, kernel, n * CALLS, name) for n in (1, 2))
            counts[kernel] = round((twice - once) / (CALLS * VALUES), 3)
            _say(f"{kernel:28} {name:10} {counts[kernel]:8.2f} a value")
    return {"compiler": _compiler(), "sets": sets}


def _program() -> str:
    """The benchmark binary, built if need be."""
    command = ["cargo", "bench", "--locked", "--package", "tallystick-kernels", "--bench"]
    command += ["kernels", "--no-run", "--message-format", "json"]
    built = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=run.ROOT)
    messages: list[Any] = [json.loads(line) for line in built.stdout.splitlines()]
    found = [m["executable"] for m in messages if m.get("executable")]
    return str(found[-1])


def _instructions(program: str, kernel: str, calls: int, name: str) -> int:
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run(
        [*valgrind, program, "run", kernel, str(calls)],
        env={**os.environ, "TALLYSTICK_ISA": name},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"Collected\s*:\s*(\d+)", done.stderr)
    assert found, done.stderr
    return int(found[1])


def _compiler() -> str:
    return subprocess.run(
        ["rustc", "--version"], capture_output=True, text=True, check=True, cwd=run.ROOT
    ).stdout.strip()


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    main()
