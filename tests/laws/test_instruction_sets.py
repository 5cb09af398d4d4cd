"""Every instruction set gives the same bytes."""

import os
import subprocess
import sys

from laws.rows import PLAN, TABLE, count

CODE = """
import sys
import pyarrow as pa
import tallystick as ts
table = pa.ipc.open_stream(sys.stdin.buffer.read()).read_all()
plan = ts.Plan.load(sys.argv[1])
sys.stdout.buffer.write(ts.profile(table, plan=plan, threads=1).to_bytes())
"""


def test_every_set_counts_alike(tmp_path):
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, TABLE.schema) as writer:
        writer.write_table(TABLE)
    path = PLAN.save(tmp_path / "plan.tally")
    written = {
        isa: subprocess.run(
            [sys.executable, "-c", CODE, path],
            input=sink.getvalue().to_pybytes(),
            env={**os.environ, "TALLYSTICK_ISA": isa},
            capture_output=True,
            check=True,
        ).stdout
        for isa in ("baseline", "avx2", "avx512")
    }
    assert len(set(written.values())) == 1
    assert len(written["baseline"]) > 1_000
    assert count(TABLE).rows == TABLE.num_rows
