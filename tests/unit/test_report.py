"""The HTML page: sound structure, every text escaped, nothing loaded, and light enough."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser

import numpy as np
import pytest

import tallystick as ts
from tallystick.errors import InputError, MissingDependencyError
from tallystick.rendering import printable
from tallystick.rendering.charts import theme
from unit.report_cases import PAYLOADS, hostile, ordinary, quiet

VOID = {"meta", "link", "img", "br", "hr", "input", "path", "circle", "rect"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""
    parents: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """What a browser would make of it, as far as the tests ask; unbalanced tags fail."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.texts: list[str] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()
        assert not self._open, [one.tag for one in self._open]

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        assert len(names) == len(set(names)), (tag, names)
        found = {name: value or "" for name, value in attributes}
        element = Element(tag, found, parents=[e.tag for e in self._open])
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attributes):
        self.elements.append(Element(tag, {name: value or "" for name, value in attributes}))

    def handle_endtag(self, tag):
        assert self._open, tag
        assert self._open[-1].tag == tag, (self._open[-1].tag, tag)
        self._open.pop()

    def handle_data(self, data):
        for element in self._open:
            element.text += data
        if not self._open or self._open[-1].tag != "style":
            self.texts.append(data)

    def all(self, *tags: str) -> list[Element]:
        return [one for one in self.elements if one.tag in tags]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def page() -> str:
    return ordinary().to_html()


@pytest.fixture(scope="module")
def parsed(page) -> Page:
    return Page(page)


def test_the_verdict_comes_first_in_words(parsed):
    first = parsed.text
    assert "3 of 6 instruments beyond tolerance" in first
    order = ["Alert", "What changed most", "Not judged", "Within tolerance", "Over time"]
    places = [first.index(one) for one in order]
    assert places == sorted(places)
    assert "9.1 % of rows have no value, against 0.0 % in the reference." in first
    assert "the reference needs more than its 6,000 rows" in first


def test_headings_are_in_order_and_one_is_first(parsed):
    levels = [int(one.tag[1]) for one in parsed.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert all(one.text.strip() for one in parsed.all("h1", "h2", "h3", "h4"))


def test_every_drawing_has_a_name_or_is_hidden_from_readers(parsed):
    drawings = parsed.all("svg")
    named = [one for one in drawings if one.attributes.get("aria-hidden") != "true"]
    assert len(named) >= 20
    for one in named:
        assert one.attributes["role"] == "img"
        assert len(one.attributes["aria-label"]) > 10


def test_everything_that_can_be_drawn_of_a_score_is(parsed):
    text = parsed.text
    for title in (
        "Distribution, share of rows",
        "Reliability: are scores what happens?",
        "ROC: area",
        "Precision and recall: area",
        "Decisions at 0.35",
        "At 0.35, current (2,400 labelled rows)",
        "True positive rate, against the rest",
        "Rows with a label",
        "ece_debiased by window",
        "label_coverage by window",
        "missing_share, all rows and segments",
    ):
        assert text.count(title) >= 1, title
    assert text.count("ece_debiased by window") == 1
    assert any(
        one.attributes.get("aria-label") == "Instruments by window" for one in parsed.elements
    )


def test_the_confusion_is_that_of_the_rows(parsed):
    rows = ordinary().current["p_churn"]
    text = parsed.text
    table = text[text.index("At 0.35, current") :][:200]
    shares = [float(one) / 100 for one in re.findall(r"(\d+\.\d) %", table)[:4]]
    assert rows["rows"] == 2400
    assert sum(shares) == pytest.approx(1.0, abs=0.002)
    from unit.report_cases import customers

    log = customers(4, start="2026-10-11", seed=2, now=True)
    selected, positive = log["p_churn"] >= 0.35, log["churned"]
    cells = [selected & positive, ~selected & positive, selected & ~positive, ~selected & ~positive]
    assert shares == pytest.approx([cell.mean() for cell in cells], abs=0.0006)


def test_nothing_runs_and_nothing_is_loaded(page, parsed):
    assert not parsed.all("script", "iframe", "object", "embed", "img", "link", "base", "form")
    for one in parsed.elements:
        assert not [name for name in one.attributes if name.startswith("on") or name == "style"]
        for name in ("src", "srcset", "data", "action", "xlink:href"):
            assert name not in one.attributes
        href = one.attributes.get("href", "#")
        assert href.startswith("#"), href
    style = parsed.all("style")[0].text
    assert "url(" not in style
    assert "@import" not in style
    assert "http" not in page.replace("http-equiv", "")


def test_the_policy_allows_this_style_and_nothing_else(parsed):
    policy = next(
        one.attributes["content"]
        for one in parsed.all("meta")
        if one.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    digest = hashlib.sha256(parsed.all("style")[0].text.encode()).digest()
    allowed = f"style-src 'sha256-{base64.b64encode(digest).decode()}'"
    assert policy == f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def test_colours_of_drawings_follow_the_page(page):
    drawings = re.findall(r'<svg class="chart".*?</svg>', page, re.DOTALL)
    colors = {one for each in drawings for one in re.findall(r'(?:fill|stroke)="([^"]+)"', each)}
    assert colors - {"none"} == {c for c in colors if c.startswith("var(--")}
    assert {one[6:-1] for one in colors - {"none"}} <= set(theme.ROLES)
    assert set(theme.ROLES) == set(theme.DARK)
    assert len(set(theme.ROLES.values())) == len(theme.ROLES)
    style = page[page.index("<style>") : page.index("</style>")]
    assert all(style.count(f"--{role}:") == 2 for role in theme.ROLES)


def test_links_lead_somewhere(parsed):
    places = {one.attributes["id"] for one in parsed.elements if "id" in one.attributes}
    targets = {one.attributes["href"][1:] for one in parsed.all("a")}
    assert targets <= places
    assert len(targets) >= 6
    named = [one.attributes["aria-labelledby"] for one in parsed.all("section", "article")]
    assert set(named) <= places


def test_the_same_comparison_gives_the_same_page(page):
    assert ordinary().to_html() == page


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize("made", ["to_html", "_repr_html_"])
def test_what_came_with_the_data_is_text(payload, made):
    text = getattr(hostile(payload), made)()
    page = Page(text)
    plain = {"html", "head", "meta", "title", "style", "body", "div", "a", "header", "main", "b"}
    plain |= {"svg", "path", "text", "circle", "rect", "span", "section", "h1", "h2", "h3", "p"}
    plain |= {"ul", "ol", "li", "dl", "dt", "dd", "i", "table", "thead", "tbody", "tr", "th", "td"}
    plain |= {"article", "figure", "figcaption", "details", "summary", "footer", "br"}
    assert {one.tag for one in page.elements} <= plain
    for one in page.elements:
        assert not [name for name in one.attributes if name.startswith("on") or name == "style"]
        assert one.attributes.get("href", "#").startswith("#")
    assert "\x1b" not in text
    assert "\u202e" not in text
    shown = " ".join(printable(payload, 40).split())
    assert shown.rstrip("…") in page.text


def test_a_runbook_is_a_link_only_where_it_is_one():
    rows = {"x": [1.0, 2.0] * 50}

    def links(runbook: str) -> list[str]:
        spec = {"schema": 1, "model": {"name": "m", "runbook": runbook}}
        made = Page(ts.compare(reference=rows, current=rows, spec=spec).to_html())
        return [one.attributes["href"] for one in made.all("a") if "rel" in one.attributes]

    assert links("https://runbooks.example/churn") == ["https://runbooks.example/churn"]
    assert links("javascript:alert(1)") == []
    assert links("data:text/html,x") == []


@pytest.mark.parametrize("name", quiet())
def test_reports_with_little_to_draw_are_pages_too(name):
    report = quiet()[name]
    page = Page(report.to_html())
    word = {"ok": "Ok", "alert": "Alert", "undetermined": "Undetermined"}[report.status]
    assert page.text.startswith(f"{word}: ")
    if report.status == "undetermined":
        assert "Not judged, which is not ok" in page.text
    assert "nan" not in page.text.lower().split()
    cell = Page(report._repr_html_())
    assert next(one.text for one in cell.all("span")) == word


def wide(columns: int) -> ts.Comparison:
    random = np.random.default_rng(5)

    def rows(shift: float) -> dict:
        made = {f"n{i}": random.normal(shift * (i % 7 == 0), 1, 2000) for i in range(columns - 1)}
        return {**made, "segment": random.choice(["a", "b", "c", "d"], 2000)}

    spec = {"schema": 1, "segments": ["segment"]}
    return ts.compare(reference=ts.profile(rows(0.0), spec=spec), current=rows(0.5))


def test_fifty_instruments_fit_a_megabyte():
    page = wide(50).to_html()
    assert len(page.encode()) <= 1_000_000
    assert len(Page(page).all("article")) == 50


def test_more_instruments_are_lines_and_the_first_are_cards():
    page = Page(wide(200).to_html())
    assert len(page.all("article")) == 50
    lines = [one for one in page.all("th") if one.attributes.get("scope") == "row"]
    assert sum(one.text.startswith("n") for one in lines) >= 199
    assert "The 50 to look at first" in page.text
    # What alerts is among the cards: every seventh column has moved.
    shown = {one.text for one in page.all("h3")}
    assert {f"n{i}" for i in range(0, 199, 7)} <= shown


def test_it_is_written_whole_or_not_at_all(tmp_path, page):
    path = tmp_path / "report.html"
    path.write_text("before")
    assert ordinary().to_html(path) == page
    assert path.read_text(encoding="utf-8") == page
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(InputError, match="cannot be written"):
        ordinary().to_html(tmp_path / "missing" / "report.html")


def test_a_cell_of_a_notebook_is_small_and_keeps_its_style_to_itself():
    cell = ordinary()._repr_html_()
    page = Page(cell)
    assert len(cell) < 20_000
    assert not page.all("script", "link", "img", "html", "body")
    assert "3 of 6 instruments beyond tolerance" in page.text
    rules = re.findall(r"([^{}]+)\{", page.all("style")[0].text)
    assert rules
    assert all(part.strip().startswith(".tallystick") for rule in rules for part in rule.split(","))


def without(monkeypatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)


@pytest.mark.parametrize(
    ("package", "named"),
    [("altair", "altair"), ("jinja2", "jinja2"), ("vl_convert", "vl-convert-python")],
)
def test_a_missing_package_names_the_extra(monkeypatch, package, named):
    without(monkeypatch, package)
    with pytest.raises(MissingDependencyError, match=named) as caught:
        ordinary().to_html()
    assert caught.value.hint == "pip install 'tallystick[report]'"


def test_without_jinja_a_notebook_shows_text(monkeypatch):
    without(monkeypatch, "jinja2")
    assert ordinary()._repr_html_() is None
    assert repr(ordinary()).startswith("ALERT")
