"""The report as people open it: a browser, no network, light and dark, a phone and paper."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tallystick.comparison import compare
from tallystick.demo import Demo
from tallystick.profiling import profile
from tallystick.reading import NoProgress
from unit.report_cases import PAYLOADS, hostile, ordinary, quiet

CHECKER = Path(__file__).with_name("accessibility.js").read_text(encoding="utf-8")
PHONE, DESK = (390, 844), (1280, 900)
# Where to keep pictures to look at; they are no part of the repository.
PICTURES = os.environ.get("TALLYSTICK_PICTURES")


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("these tests open pages in Debian's browser: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """Real flights, their model, and every odd report, as files."""
    folder = tmp_path_factory.mktemp("report")
    demo = Demo(folder / "demo", progress=NoProgress(), say=lambda _: None)
    reports = {"flights": demo.run()}
    demo.run_model()
    late = str(folder / "demo" / "late.toml")
    base = profile(str(folder / "demo" / "late-2013-01-06.parquet"), spec=late, window="1d")
    now = profile(
        str(folder / "demo" / "late-2013-12.parquet"), spec=late, plan=base.plan, window="1d"
    )
    reports["model"] = compare(reference=base, current=now)
    reports["ordinary"] = ordinary()
    reports |= {f"quiet {name}": report for name, report in quiet().items()}
    reports |= {f"hostile {name}": hostile(payload) for name, payload in PAYLOADS.items()}
    paths = {}
    for name, report in reports.items():
        paths[name] = folder / f"{name.replace(' ', '-')}.html"
        report.to_html(paths[name])
    return paths


NAMES = [
    "flights",
    "model",
    "ordinary",
    *(f"quiet {name}" for name in quiet()),
    *(f"hostile {name}" for name in PAYLOADS),
]


def opened(browser, path: Path, size: tuple[int, int], scheme: str):
    """The page without a network, and all that went wrong or was asked for."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, offline=True
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on(
        "request",
        lambda request: said.append(request.url) if request.url != path.as_uri() else None,
    )
    page.goto(path.as_uri())
    page.wait_for_load_state("load")
    return page, said


def picture(page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_opens_alone_fits_and_can_be_read_by_all(browser, pages, name, size, scheme):
    page, said = opened(browser, pages[name], size, scheme)
    try:
        picture(page, f"{pages[name].stem}-{size[0]}-{scheme}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size[0]
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert page.evaluate(f"({CHECKER})()") == []
        assert said == []
    finally:
        page.context.close()


BAD = """<!DOCTYPE html><title> </title><style>.faint { color: #aaa; } .card { background: #fff; }
</style><div class="card"><h1>One</h1><h3 class="faint">Three, faint</h3><svg width="9" height="9">
</svg><a href="#nowhere">there</a><table><tr><th>x</th></tr></table><ul><p>no item</p></ul>
<p id="a">a</p><p id="a">a</p></div>"""


def test_the_checker_sees_faults(browser, tmp_path):
    path = tmp_path / "bad.html"
    path.write_text(BAD)
    page, _ = opened(browser, path, DESK, "light")
    faults = " ".join(page.evaluate(f"({CHECKER})()"))
    page.context.close()
    for one in (
        "contrast 2.3",
        "heading 3 after 1",
        "a drawing without a name",
        "a link to nowhere",
        "without a scope",
        "a table without a name",
        "a list with no item",
        "an id is there twice",
        "the colour of alert",
        "not one main",
        "no language",
        "no title",
    ):
        assert one in faults


def test_light_and_dark_differ_in_the_drawings_too(browser, pages):
    colors = set()
    for scheme in ("light", "dark"):
        page, _ = opened(browser, pages["ordinary"], DESK, scheme)
        fill = "getComputedStyle(document.querySelector('svg.chart path[fill]')).fill"
        colors.add(
            (page.evaluate("getComputedStyle(document.body).backgroundColor"), page.evaluate(fill))
        )
        page.context.close()
    backgrounds, fills = zip(*colors, strict=True)
    assert len(set(backgrounds)) == len(set(fills)) == 2


@pytest.mark.parametrize("name", ["flights", "model"])
def test_on_paper_it_is_light_fits_and_shows_all_numbers(browser, pages, name):
    page, _ = opened(browser, pages[name], (700, 990), "dark")
    try:
        page.emulate_media(media="print")
        picture(page, f"{pages[name].stem}-print")
        assert page.evaluate("document.documentElement.scrollWidth") <= 700
        ink = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink')")
        assert ink.strip() == "#1c2129"
        table = page.locator("details table").first
        assert table.bounding_box()["height"] > 50
        assert len(page.pdf(format="A4")) > 20_000
    finally:
        page.context.close()


def test_what_scrolls_can_be_scrolled_by_keyboard(browser, pages):
    page, _ = opened(browser, pages["flights"], PHONE, "light")
    try:
        region = page.get_by_role("region", name="All instruments").last
        region.focus()
        page.keyboard.press("ArrowRight")
        # Asked from here: the page's own policy forbids to wait for a text that is evaluated in it.
        waited = 0
        while region.evaluate("one => one.scrollLeft") == 0 and waited < 100:
            page.wait_for_timeout(50)
            waited += 1
        assert region.evaluate("one => one.scrollLeft") > 0
    finally:
        page.context.close()


@pytest.mark.parametrize("scheme", ["#ffffff", "#111111"])
def test_a_cell_is_read_on_a_light_and_on_a_dark_notebook(browser, tmp_path, scheme):
    color = "#111" if scheme == "#ffffff" else "#eee"
    body = f"<body style='background: {scheme}; color: {color}'>"
    path = tmp_path / "cell.html"
    path.write_text(f"<!DOCTYPE html><meta charset='utf-8'>{body}{ordinary()._repr_html_()}")
    page, said = opened(browser, path, PHONE, "light")
    try:
        picture(page, f"cell-{scheme[1:]}")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        assert said == []
        checker = CHECKER.replace('querySelector(".card")', "body")
        faults = [one for one in page.evaluate(f"({checker})()") if one.startswith("contrast")]
        assert [one for one in faults if "of the colour" not in one] == []
    finally:
        page.context.close()
