"""Names and categories of the data are text in every file, and in every place that shows one."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pyarrow.csv as pc
import pyarrow.ipc as ipc
import pyarrow.parquet as pq
import pytest
from markdown_it import MarkdownIt

import tallystick as ts
from tallystick.exporting import to_annotations
from tallystick.rendering.words import name
from traps.hostile import PAYLOADS, SEGMENT, hostile_report

# What spreadsheets and OWASP call the beginning of a formula.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.fixture(scope="module", params=PAYLOADS.values(), ids=PAYLOADS)
def payload(request):
    return request.param


@pytest.fixture(scope="module")
def report(payload):
    report = hostile_report(payload)
    assert report.status == "alert"
    return report


def hides_nothing(text: str) -> bool:
    return not any(unicodedata.category(c) in HIDDEN for c in text.replace("\n", ""))


@pytest.mark.parametrize("table", ["measurements", "curves"])
@pytest.mark.parametrize(
    ("suffix", "read"),
    [("arrow", lambda p: ipc.open_file(p).read_all()), ("parquet", pq.read_table)],
)
def test_arrow_and_parquet_hold_them_as_they_are(report, payload, tmp_path, table, suffix, read):
    back = read(report.write(tmp_path / f"x.{suffix}", table=table))
    ours = report.to_arrow() if table == "measurements" else report.curves()
    assert back["instrument"].to_pylist() == ours["instrument"].to_pylist()
    assert {payload, "plan"} <= set(back["instrument"].to_pylist())
    if table == "measurements":
        assert f"{SEGMENT}={payload}" in back["segment"].to_pylist()
    else:
        assert payload in back["label"].to_pylist()


@pytest.mark.parametrize("table", ["measurements", "curves"])
def test_no_cell_of_csv_is_a_formula_and_every_text_comes_back(report, tmp_path, table):
    path = report.write(tmp_path / "x.csv", table=table)
    ours = report.to_arrow() if table == "measurements" else report.curves()
    options = pc.ConvertOptions(
        column_types={f.name: f.type for f in ours.schema},
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    parse = pc.ParseOptions(newlines_in_values=True)
    back = pc.read_csv(path, parse_options=parse, convert_options=options)
    texts = [f.name for f in ours.schema if f.type == "string"]
    for column in texts:
        cells = back[column].to_pylist()
        assert not [c for c in cells if c and c.startswith(FORMULA)]
        restored = [c if c is None else re.sub("^'", "", c) for c in cells]
        assert restored == ours[column].to_pylist()
    numbers = [f.name for f in ours.schema if f.name not in texts]
    assert back.select(numbers).to_pylist() == ours.select(numbers).to_pylist()


def test_a_plain_reader_of_csv_sees_the_same_rows(report, tmp_path):
    text = report.write(tmp_path / "x.csv").read_bytes().decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in rows} == {len(report.to_arrow().schema)}
    assert len(rows) == report.to_arrow().num_rows + 1


@pytest.mark.parametrize("table", ["measurements", "curves"])
def test_json_escapes_them(report, payload, tmp_path, table):
    text = report.write(tmp_path / "x.json", table=table).read_text()
    assert text.isascii()
    assert hides_nothing(text)
    assert payload in {row["instrument"] for row in json.loads(text)[table]}


def test_junit_is_xml_and_hides_nothing(report, payload):
    root = ET.fromstring(report.to_junit())  # noqa: S314 - our own
    told = [*root.itertext(), *(value for one in root.iter() for value in one.attrib.values())]
    assert all(map(hides_nothing, told))
    tags = {"testsuites", "testsuite", "testcase", "properties", "property", "failure", "skipped"}
    assert {one.tag for one in root.iter()} <= tags
    shown = name(payload).removesuffix("…").replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    assert any(one.get("name", "").startswith(shown) for one in root)


class Page(HTMLParser):
    """Tags, and text outside of code spans."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.everything = ""
        self.attributes: list[tuple[str, str | None]] = []
        self.in_code = 0

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        self.in_code += tag in ("code", "span")

    def handle_endtag(self, tag):
        self.in_code -= tag in ("code", "span")

    def handle_data(self, data):
        self.everything += data
        # What GitHub's filters see: neighbouring texts are apart.
        self.text += "\n" if self.in_code else data


def rendered(markdown: str) -> Page:
    # It passes tags on: those of the payloads would show.
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)
    page = Page()
    page.feed(html)
    page.close()
    return page


BECOMES_A_LINK = re.compile(r"@[\w-]|#\w|\bGH-\d|https?://|www\.\w|:[\w+-]+:|\$\w")


def test_markdown_shows_them_as_text(report, payload):
    page = rendered(report.to_markdown())
    allowed = {"h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code"}
    assert page.tags - {"span"} == allowed
    assert not [name for name, _ in page.attributes if name != "style"]
    assert not BECOMES_A_LINK.search(page.text), page.text
    assert hides_nothing(page.everything.replace("\u200b", ""))
    seen = " ".join(page.everything.replace("\u200b", "").split())
    assert " ".join(name(payload).split()) in seen
    cells = len(re.findall(r"(?<!\\)\|", report.to_markdown().split("\n")[4]))
    for line in report.to_markdown().split("\n"):
        if line.startswith(("| page", "| warn")):
            assert len(re.findall(r"(?<!\\)\|", line)) == cells, line


def test_annotations_are_one_command_a_line(report):
    found = to_annotations(report, file="a,b:c%.toml")
    assert found
    for line in found:
        assert "\n" not in line
        assert hides_nothing(line)
        place = re.fullmatch(
            r"::(error|warning) file=a%2Cb%3Ac%25\.toml,title=([^:,\r\n]*)::[^\r\n]*", line
        )
        assert place, line
        assert not re.search("%(?!25|0A|0D|3A|2C)", line)


def test_the_message_of_an_assertion_hides_nothing(report):
    assert hides_nothing(report.to_short_text())


def test_a_category_with_a_zero_byte_is_text(tmp_path):
    report = ts.compare(reference={"c": ["a", "b"] * 500}, current={"c": ["a\x00b", "b"] * 500})
    assert "a\ufffdb" in report.to_markdown()
    assert "\x00" not in report.to_junit() + "".join(to_annotations(report))
    json.loads(report.write(tmp_path / "x.json").read_text())
