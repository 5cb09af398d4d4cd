"""A comparison as an HTML page, and as a cell of a notebook.

What the page is made with is an extra: it is asked for first, and imported then.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.rendering.charts.choice import need

if TYPE_CHECKING:
    from tallystick.comparison import Comparison

__all__ = ["require", "to_html", "to_notebook"]


def require() -> None:
    """Asks for what the page is made with.

    Raises:
        MissingDependencyError: It is not installed.
    """
    need("altair", "jinja2", "vl_convert")


def to_html(comparison: Comparison, path: str | os.PathLike[str] | None = None) -> str:
    """Returns a comparison as an HTML page, and writes it when there is a path.

    The page is one file that needs no network, no script and no other file. It follows the
    reader's choice of light or dark, fits a phone, and can be printed.

    Args:
        comparison: What to show.
        path: Where to write it, whole or not at all.

    Returns:
        The page, up to about 1 MB; every text that came with the data is escaped.

    Raises:
        MissingDependencyError: The packages that draw are not installed.
        InputError: The file cannot be written.

    Cost: up to 0.1 s for each of the first 50 instruments, 1 ms for each of the others, and that
        of `comparison.by_window()`.

    Example:
        >>> import tallystick as ts
        >>> rows = {"plan": ["pro", "free"] * 500}
        >>> page = ts.compare(reference=rows, current=rows).to_html()
        >>> page.startswith("<!DOCTYPE html>"), "<script" in page
        (True, False)
    """
    require()
    from tallystick.profiling.files import write_state
    from tallystick.rendering.html.page import page_of

    page = page_of(comparison)
    if path is not None:
        write_state(Path(path), page.encode())
    return page


def to_notebook(comparison: Comparison) -> str | None:
    """Returns a comparison as a cell of a notebook: the verdict and the first instruments.

    Without jinja2 it is None, and a notebook shows the page of text instead.
    """
    if importlib.util.find_spec("jinja2") is None:
        return None
    from tallystick.rendering.html.notebook import cell_of

    return cell_of(comparison)
