"""What people read: whole pages against golden texts, and text that must not harm a terminal.

After a wanted change write the pages anew with `UPDATE_GOLDEN=1 pytest tests/unit/test_terminal.py`
and read the difference.
"""

from __future__ import annotations

import io
import os
import re
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

import tallystick as ts
from tallystick.rendering import contents_text, printable, render, to_text
from tallystick.rendering.page import wrap

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "terminal"
DAY = 86_400
START = 20_667 * DAY  # 2026-08-02
EVIL = "\x1b[31mred\u202egnp\n"
SPEC = {
    "schema": 1,
    "model": {
        "name": "churn",
        "version": "v14",
        "owner": "growth-ml",
        "runbook": "https://runbooks.example/churn",
    },
    "log": {"time": "scored_at"},
    "segments": ["channel"],
    "columns": {
        "income_eur": {"tolerance": {"missing_share": 0.02}},
        "plan": {"tolerance": {"other_share": 0.01}},
        "age": {"tolerance": {"psi": 0.003}},
    },
}


def customers(days: range, a_day: int, now: bool) -> pa.Table:
    """Rows by arithmetic, so that they are the same everywhere; `now` brings the changes."""
    rows = range(len(days) * a_day)
    when = [START + days[i // a_day] * DAY + i % a_day for i in rows]
    mixed = [i * 7919 % 10_007 for i in rows]
    channel = ["app" if m % 3 == 0 else "web" for m in mixed]
    app_now = [now and one == "app" for one in channel]
    plans = ["free", "basic", "pro"]
    columns = {
        "scored_at": pa.array(when, pa.timestamp("s")),
        "channel": pa.array(channel),
        "age": pa.array([20 + m % 60 for m in mixed]),
        "income_eur": pa.array(
            [
                None if m % 100 == 0 or (lost and m % 5 < 2) else 1000.0 + m / 2
                for m, lost in zip(mixed, app_now, strict=True)
            ]
        ),
        "plan": pa.array(
            [
                EVIL if a and m % 7 == 0 else "pro_2027" if a and m % 7 < 3 else plans[m % 3 % 2]
                for m, a in zip(mixed, app_now, strict=True)
            ]
        ),
        "sessions_30d": pa.array(
            [m % 97 // (2 if a else 1) for m, a in zip(mixed, app_now, strict=True)]
        ),
        "region": pa.array(["eu"] * len(mixed)),
        "tenure": pa.array([str(m) for m in mixed] if now else mixed),
        "empty": pa.nulls(len(mixed), pa.float64()),
    }
    if now:
        columns["campaign_id"] = pa.array(mixed)
    else:
        columns["device"] = pa.array(["ios" if m % 2 else "android" for m in mixed])
    return pa.table(columns)


@pytest.fixture(scope="module")
def baseline():
    return ts.profile(customers(range(13), 2000, now=False), spec=SPEC, window="1d")


@pytest.fixture(scope="module")
def alert(baseline):
    current = customers(range(14, 15), 6000, now=True)
    return ts.compare(
        reference=baseline, current=ts.profile(current, plan=baseline.plan, window="1d")
    )


@pytest.fixture(scope="module")
def fine():
    table = customers(range(13), 2000, now=False).drop_columns(["scored_at", "empty", "region"])
    return ts.compare(reference=table, current=table.slice(0, 20_000))


@pytest.fixture(scope="module")
def open_verdict():
    few = {"age": [20 + i * 7 % 60 for i in range(200)], "plan": ["pro", "free"] * 100}
    return ts.compare(reference=few, current=few)


def masked(text: str) -> str:
    """The page without what differs from run to run, or with the format of states."""
    text = re.sub(r"\b\d+\.\d s\b", "#.# s", text)
    return re.sub(r"\b(plan|spec)(\s+)[0-9a-f]{7}\b", r"\1\2#######", text)


def check(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.txt"
    text = masked(text) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [80, 100])
def test_the_page_of_an_alert(alert, width):
    check(f"alert-{width}", to_text(alert, width, peak_memory_bytes=118 * 2**20))


def test_the_page_of_an_ok(fine):
    check("ok-80", to_text(fine, 80))


def test_the_page_of_what_cannot_be_judged(open_verdict):
    check("undetermined-80", to_text(open_verdict, 80))


@pytest.mark.parametrize("side", ["reference", "current"])
def test_the_page_of_a_profile(alert, side):
    check(f"profile-{side}-80", contents_text(getattr(alert, side), 80))


def test_the_page_of_a_column(alert):
    check("columns-80", contents_text(alert.current, 80, columns=["plan", "income_eur"]))


def test_the_verdict_comes_first(alert, fine, open_verdict):
    first = [to_text(one, 80).split()[0] for one in (alert, fine, open_verdict)]
    assert first == ["ALERT", "OK", "UNDETERMINED"]


def test_a_comparison_shows_itself_as_its_page(fine, monkeypatch):
    monkeypatch.setenv("COLUMNS", "90")
    assert repr(fine) == to_text(fine, 90) == fine.to_text(90)


@pytest.mark.parametrize("width", [60, 80, 100, 300])
def test_pages_fit_their_width(alert, fine, open_verdict, width):
    pages = [to_text(one, width) for one in (alert, fine, open_verdict)]
    pages += [contents_text(alert.current, width, columns=["plan", "age"])]
    for line in "\n".join(pages).splitlines():
        assert cell_len(line) <= min(width, 100), line


def test_pages_are_plain_text_without_what_data_could_smuggle_in(alert):
    for text in (to_text(alert, 80), contents_text(alert.current, 80, columns=["plan"])):
        assert not {"Cc", "Cf"} & {unicodedata.category(c) for c in text if c != "\n"}
        assert '"red' in text


def test_colours_change_no_word(alert):
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=True, color_system="standard")
    render(alert, console)
    assert "\x1b[1;31mALERT" in stream.getvalue()
    plain = "\n".join(line.rstrip() for line in printable_lines(stream.getvalue()))
    assert masked(plain.strip("\n")) == masked(to_text(alert, 80))


def printable_lines(text: str) -> list[str]:
    return [printable(line) for line in text.split("\n")]


def test_what_is_not_judged_says_what_it_takes(alert):
    text = " ".join(to_text(alert, 100).split())
    needed = next(m.n_needed for m in alert.undetermined if m.instrument == "age")
    assert f"6,000 of the {needed:,} rows needed at tolerance 0.003" in text


def test_a_lost_column_is_told_once(alert):
    table = to_text(alert, 100).split("NOT JUDGED")[0].split("BEYOND TOLERANCE")[1]
    lines = [line.split() for line in table.splitlines() if "device" in line]
    assert lines == [["page", "device", "column", "missing"]]


def test_many_alerts_are_cut_and_counted():
    names = [f"x{i:02}" for i in range(40)]
    before = {name: [i % 50 for i in range(5000)] for name in names}
    after = {name: [25 + i % 50 for i in range(5000)] for name in names}
    text = to_text(ts.compare(reference=before, current=after), 80)
    assert "40 of 40 instruments beyond tolerance" in text
    assert "... and 28 more: --json has all" in text


def test_columns_without_rows_end_in_a_reason():
    full = {"age": list(range(1000)), "plan": ["a", "b"] * 500}
    none = pa.table({"age": pa.array([], pa.int64()), "plan": pa.array([], pa.string())})
    text = to_text(ts.compare(reference=full, current=none), 80)
    assert text.startswith("UNDETERMINED")
    assert "the current data has no rows" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain [red] text", "plain [red] text"),
        ("\x1b[2J\x1b]0;title\x07gone", "gone"),
        ("\x9b31mred", "red"),
        ("a\u202eb\u2066c", "a�b�c"),
        ("one\ntwo\r\t", "one�two��"),
        ("日本語", "日本語"),
        ("\ud800", "�"),
    ],
)
def test_text_of_the_data_is_made_safe(text, expected):
    assert printable(text) == expected


@given(st.text(), st.integers(2, 40))
def test_no_text_moves_the_cursor_or_grows(text, width):
    shown = printable(text, width)
    assert cell_len(shown) <= width
    assert not {"Cc", "Cf", "Cs", "Zl", "Zp"} & {unicodedata.category(c) for c in shown}


@given(st.lists(st.text("ab %日", max_size=30)).map(" ".join), st.integers(4, 30))
def test_wrapping_keeps_every_character_and_the_width(text, width):
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
