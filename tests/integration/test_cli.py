"""The command as people and machines use it: words, JSON, exit codes, pipes, Ctrl-C."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import tallystick as ts
from tallystick.cli.app import app
from tallystick.spec.schema import SCHEMA_PATH

COMMAND = [sys.executable, "-m", "tallystick"]
SPEC = """\
schema = 1
model = { name = "rides" }
log = { time = "at" }
segments = ["city"]
reference = { path = "before.tally" }
"""


def rides(rows: int, shift: float) -> pa.Table:
    random = np.random.default_rng(11)
    return pa.table(
        {
            "at": pa.array(np.arange(rows) * 60, pa.timestamp("s")),
            "fare": random.gamma(2.0, 9.0, rows) + shift,
            "city": random.choice(["oslo", "bern"], rows),
        }
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rides")
    pq.write_table(rides(20_000, 0.0), folder / "before.parquet")
    pq.write_table(rides(8_000, 0.0).drop_columns(["at"]), folder / "same.parquet")
    pq.write_table(rides(8_000, 30.0), folder / "shifted.parquet")
    pq.write_table(rides(40, 0.0), folder / "few.parquet")
    (folder / "rides.toml").write_text(SPEC)
    ts.profile(folder / "before.parquet", spec=folder / "rides.toml", window="1d").save(
        folder / "before.tally"
    )
    # Without the time column, whose later values would be drift.
    pq.write_table(rides(20_000, 0.0).drop_columns(["at"]), folder / "untimed.parquet")
    return folder


@pytest.fixture
def run(data, monkeypatch):
    monkeypatch.chdir(data)
    monkeypatch.setenv("COLUMNS", "100")
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, list(arguments))


def process(folder: Path, *arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    # A time limit only against hanging for ever.
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, timeout=120, **more
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["compare", "untimed.parquet", "same.parquet"], 0),
        (["compare", "untimed.parquet", "shifted.parquet"], 1),
        (["compare", "untimed.parquet"], 2),
        (["compare", "untimed.parquet", "same.parquet", "--undetermined", "maybe"], 2),
        (["no-such-command"], 2),
        (["compare", "untimed.parquet", "no-such-file.parquet"], 3),
        (["spec", "check", "no-such-spec.toml"], 3),
        (["compare", "untimed.parquet", "few.parquet"], 4),
        (["compare", "untimed.parquet", "few.parquet", "--undetermined=pass"], 0),
    ],
)
def test_exit_codes(data, arguments, code):
    done = process(data, *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_what_passes_undetermined_says_so(data):
    done = process(data, "compare", "untimed.parquet", "few.parquet", "--undetermined=pass")
    assert done.stdout.startswith("UNDETERMINED")
    assert "exit code 0" in done.stderr


@pytest.mark.parametrize(
    ("file", "code", "status"),
    [("same", 0, "ok"), ("shifted", 1, "alert"), ("few", 4, "undetermined")],
)
def test_json_of_compare(data, file, code, status):
    done = process(data, "compare", "untimed.parquet", f"{file}.parquet", "--json")
    assert (done.returncode, done.stderr) == (code, "")
    told = json.loads(done.stdout)
    assert told["status"] == status
    expected = ts.compare(
        reference=data / "untimed.parquet", current=data / f"{file}.parquet"
    ).to_dict()["measurements"]
    assert [m["instrument"] for m in told["measurements"]] == [m["instrument"] for m in expected]


def test_errors_are_one_message_with_a_hint(data):
    done = process(data, "show", "befor.tally")
    assert done.stdout == ""
    assert done.stderr.splitlines()[1:] == ['  hint: did you mean "before.tally"?']
    assert done.stderr.startswith("error: befor.tally: cannot be read")


def test_errors_in_json(run):
    done = run("show", "before.tally", "--column", "fair", "--json")
    assert done.exit_code == 3
    error = json.loads(done.stdout)["error"]
    assert (error["code"], error["hint"]) == ("missing_column", 'did you mean "fare"?')


def test_a_broken_state_is_an_error_and_no_alert(run, data, tmp_path):
    broken = tmp_path / "broken.tally"
    broken.write_bytes((data / "before.tally").read_bytes()[:-9])
    done = run("show", str(broken), "--json")
    assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (3, "corrupt_state")


def test_our_own_bugs_end_in_3_and_say_what_they_are(run, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("tallystick.profiling.profile", fail)
    done = run("profile", "before.parquet", "--json")
    assert done.exit_code == 3
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "internal"
    assert "ZeroDivisionError" in error["message"]
    assert "open an issue" in error["hint"]


def test_profile_saves_what_the_library_counts(run, data, tmp_path):
    path = tmp_path / "out.tally"
    done = run("profile", "before.parquet", "-s", "rides.toml", "-w", "1d", "-o", str(path))
    assert done.exit_code == 0
    assert path.read_bytes() == (data / "before.tally").read_bytes()
    assert "20,000 rows" in done.stdout
    assert "14 days, 1970-01-01 to 1970-01-14" in done.stdout
    assert f"saved {path}" in " ".join(done.stdout.split())


def test_profile_without_output_only_shows(run, data):
    before = sorted(data.iterdir())
    done = run("profile", "before.parquet")
    assert "not saved" in done.stdout
    assert sorted(data.iterdir()) == before


@pytest.mark.parametrize(
    "command", [["profile", "no-such-file.parquet"], ["merge", "no-such-file.tally"]]
)
def test_an_output_without_a_folder_is_refused_before_any_work(run, tmp_path, command):
    done = run(*command, "-o", str(tmp_path / "none" / "out.tally"), "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["error"]["hint"] == f"mkdir -p {tmp_path / 'none'}"


def test_profile_takes_several_files(run):
    done = run("profile", "before.parquet", "shifted.parquet", "--threads", "1", "--json")
    told = json.loads(done.stdout)
    assert (told["rows"], told["saved"]) == (28_000, None)


def test_days_counted_apart_and_merged_are_the_whole(run, tmp_path):
    whole, parts, total = (str(tmp_path / f"{name}.tally") for name in ("whole", "part", "total"))
    plan = ["--plan", "before.tally"]
    run("profile", "before.parquet", "shifted.parquet", *plan, "-o", whole)
    run("profile", "shifted.parquet", *plan, "-o", parts)
    run("profile", "before.parquet", *plan, "-o", total)
    done = run("merge", parts, total, "-o", total)
    assert done.exit_code == 0
    assert Path(total).read_bytes() == Path(whole).read_bytes()


def test_profiles_of_different_plans_do_not_merge(run, tmp_path):
    other = str(tmp_path / "other.tally")
    run("profile", "shifted.parquet", "-o", other)
    done = run("merge", "before.tally", other, "-o", other, "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["error"]["code"] == "merge"


def test_show_as_page_and_as_json(run):
    page = run("show", "before.tally", "--column", "city")
    assert '"oslo"' in page.stdout
    told = json.loads(run("show", "before.tally", "--json").stdout)
    assert {one["name"]: one["rows"] for one in told["columns"]} == {"fare": 20_000, "city": 20_000}
    assert len(told["windows"]) == 14
    assert {one["segment"] for one in told["segments"]} == {"city=oslo", "city=bern"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["before.tally", "shifted.parquet"],
        ["--reference", "before.tally", "--current", "shifted.parquet"],
        ["before.tally", "--current", "shifted.parquet"],
        ["shifted.parquet", "--reference", "before.tally"],
        ["shifted.parquet"],
        ["--current", "shifted.parquet"],
    ],
)
def test_the_two_sides_in_every_order(run, arguments):
    done = run("compare", *arguments, "--spec", "rides.toml", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert (told["reference"]["rows"], told["current"]["rows"]) == (20_000, 8_000)


def test_too_many_sides_are_a_mistake(run):
    done = run("compare", "a", "b", "--current", "c")
    assert done.exit_code == 2


def test_the_reference_of_a_spec_is_relative_to_the_spec(data, tmp_path):
    spec = os.path.relpath(data / "rides.toml", tmp_path)
    done = process(tmp_path, "compare", "--spec", spec, str(data / "shifted.parquet"))
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("ALERT  rides · ")


def test_spec_check_lists_every_problem(run, tmp_path):
    assert run("spec", "check", "rides.toml").exit_code == 0
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('schema = 1\nsegmnts = []\nmodel = { nmae = "x" }\n')
    done = run("spec", "check", str(wrong), "--json")
    assert done.exit_code == 3
    problems = json.loads(done.stdout)["error"]["context"]["problems"]
    assert {one["key"] for one in problems} == {"segmnts", "model.nmae"}


def test_spec_check_against_data(run):
    told = json.loads(
        run("spec", "check", "rides.toml", "--data", "before.parquet", "--json").stdout
    )
    roles = {one["name"]: one["role"] for one in told["columns"]}
    assert roles == {"at": "time", "fare": "feature", "city": "segment"}
    page = run("spec", "check", "rides.toml", "--data", "before.parquet").stdout
    assert re.search(r"city +segment +string", page)


def test_spec_schema_is_the_packages(run):
    assert run("spec", "schema").stdout == SCHEMA_PATH.read_text(encoding="utf-8")


def test_version(run):
    assert run("--version").stdout == f"tallystick {ts.__version__}\n"


@pytest.mark.parametrize(
    "command", [[], ["profile"], ["compare"], ["show"], ["merge"], ["demo"], ["spec", "check"]]
)
def test_help_has_examples(run, command):
    text = run(*command, "--help").stdout
    assert f"  tallystick {' '.join(command)}".rstrip() in text.partition("Examples:")[2]
    assert "1 alert" in text


def test_a_closed_pipe_does_not_change_the_verdict(data):
    running = subprocess.Popen(
        [*COMMAND, "compare", "untimed.parquet", "shifted.parquet"],
        cwd=data,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    running.stdout.close()
    error = running.stderr.read()
    running.stderr.close()
    assert (running.wait(), error) == (1, "")


def test_a_terminal_of_few_characters_gets_question_marks(data):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = process(data, "compare", "shifted.parquet", "--spec", "rides.toml", env=environment)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("ALERT  rides ? ")


class Terminal:
    """A command in a terminal of its own."""

    def __init__(self, *arguments: str, columns: int = 80) -> None:
        self.master, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
        self.running = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**environment, "TERM": "xterm-256color", "CI": ""},
        )
        os.close(inner)
        self.output = b""

    def read_until(self, wanted: bytes | None, seconds: float = 60.0) -> bytes:
        """Reads until the text came, or to the end."""
        deadline = time.monotonic() + seconds
        while wanted is None or wanted not in self.output:
            assert time.monotonic() < deadline, self.output[-2000:]
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    part = os.read(self.master, 65_536)
                except OSError:  # what Linux says when the other end is gone
                    part = b""
                if not part:
                    assert wanted is None, self.output[-2000:]
                    break
                self.output += part
        return self.output

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def close(self) -> int:
        code = self.running.wait()
        os.close(self.master)
        return code


@pytest.fixture
def long_log(tmp_path):
    """Minutes of work under a thousand names; one file's worth of disk."""
    values = np.random.default_rng(3).normal(size=(8, 250_000))
    first = tmp_path / "part-000.parquet"
    pq.write_table(pa.table({f"x{i}": row for i, row in enumerate(values)}), first)
    for number in range(1, 1000):
        (tmp_path / f"part-{number:03}.parquet").symlink_to(first)
    return tmp_path


def test_ctrl_c_leaves_at_once_with_the_terminal_intact(long_log):
    terminal = Terminal("profile", str(long_log), "-o", str(long_log / "out.tally"))
    terminal.read_until(b"\x1b[?25l")
    terminal.read_until(b" rows")
    pressed = time.monotonic()
    terminal.type(b"\x03")
    output = terminal.read_until(None)
    code = terminal.close()
    # About a second is the promise; the rest is for a machine that is busy with other things.
    assert time.monotonic() - pressed < 5.0
    assert code == 130
    assert output.rindex(b"\x1b[?25h") > output.rindex(b"\x1b[?25l")
    assert b"Traceback" not in output
    assert not (long_log / "out.tally").exists()


def test_a_terminal_gets_colours_within_its_width(data):
    terminal = Terminal(
        "compare", str(data / "untimed.parquet"), str(data / "shifted.parquet"), columns=80
    )
    text = terminal.read_until(None).decode()
    assert terminal.close() == 1
    assert "\x1b[1;31mALERT" in text
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)
    assert max(len(line.rstrip()) for line in plain.splitlines()) <= 80
