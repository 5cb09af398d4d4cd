"""Every example that a reader may copy works.

Python blocks of a page run from top to bottom in one namespace, in a folder of their own. A
block with `>>>` is a doctest; any other must simply run. What a page needs but a reader does not
(making a small input file, say) stands in a comment that renders as nothing:

    <!-- python
    ...
    -->
"""

import doctest
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from repo.source import PACKAGE, ROOT, files, name

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
BLOCK = re.compile(
    r"^```python[^\n]*\n(?P<shown>.*?)^```[ \t]*$|^<!-- python\n(?P<hidden>.*?)^-->[ \t]*$",
    re.MULTILINE | re.DOTALL,
)


def blocks(text: str) -> Iterator[tuple[int, str]]:
    """Line before the block's first one, and its code."""
    for match in BLOCK.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match["shown"] or match["hidden"] or ""


def check(test: doctest.DocTest) -> None:
    report: list[str] = []
    # The namespace outlives one block: the next one goes on from here.
    result = doctest.DocTestRunner(optionflags=OPTIONS).run(
        test, out=report.append, clear_globs=False
    )
    assert result.failed == 0, "".join(report)


def run_page(text: str, page: str) -> None:
    namespace: dict[str, object] = {"__name__": "__main__"}
    for line, code in blocks(text):
        if ">>>" in code:
            test = doctest.DocTestParser().get_doctest(code, namespace, page, page, line)
            test.globs = namespace
            check(test)
        else:
            # Blank lines in front make a traceback point into the page.
            exec(compile("\n" * line + code, page, "exec"), namespace)  # noqa: S102


def pages() -> list[Path]:
    """The README, and every other page with an example."""
    others = [p for p in files(".md", under=ROOT / "docs") if any(blocks(p.read_text()))]
    return [ROOT / "README.md", *others]


def modules() -> list[str]:
    paths = [p for p in files(".py", under=PACKAGE) if ">>> " in p.read_text()]
    dotted = [".".join(p.relative_to(PACKAGE.parent).with_suffix("").parts) for p in paths]
    return [n.removesuffix(".__init__") for n in dotted]


@pytest.mark.parametrize("page", pages(), ids=name)
def test_examples_of_a_page(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_page(page.read_text(), name(page))


def test_the_readme_has_an_example():
    assert any(blocks((ROOT / "README.md").read_text()))


@pytest.mark.parametrize("module", modules())
def test_examples_of_a_module(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for test in doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(module)):
        check(test)


PAGE = """
<!-- python
x = 1
-->
```python
y = x + 1
```
```python
>>> y
2
```
"""


def test_blocks_run_in_order_in_one_namespace():
    run_page(PAGE, "page.md")


@pytest.mark.parametrize(
    ("good", "bad", "error"),
    [("2\n", "3\n", AssertionError), ("y = x + 1", "y = z + 1", NameError)],
)
def test_a_wrong_example_fails(good, bad, error):
    with pytest.raises(error):
        run_page(PAGE.replace(good, bad), "page.md")
