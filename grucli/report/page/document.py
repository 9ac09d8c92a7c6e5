"""What every page is made of: its head, lists of facts, and tables.

A page is one file without a script and without a reference to anything outside. Every string that
comes from data is escaped where the element is made. Should one slip through, the policy in the
head still lets nothing run and nothing be fetched.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.cells import cell_len

from grucli import __version__
from grucli.report.model_card import FactLines
from grucli.report.page.markup import Child, Markup, joined, tag
from grucli.report.page.plot_style import PLOT_STYLE
from grucli.report.page.style import STYLE

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

HtmlRows = Sequence[Sequence[Child]]
MANY_COLUMNS = 4  # that may have no room on a phone
LONG_NAME = 12  # columns: a longer one may break anywhere, so that figures stay in sight


def document(title: str, *body: Child) -> str:
    """Return a page with this title and what is in its body."""
    return "<!doctype html>\n" + tag("html", _head(title), tag("body", *body), lang="en") + "\n"


def facts(found: FactLines) -> Markup:
    """Return names, each with what is said of it."""
    return tag("dl", *(joined(tag("dt", name), tag("dd", text)) for name, text in found))


def table(heading: Sequence[str], rows: HtmlRows, align: str) -> Markup:
    """Return a table, which scrolls within its place, also by keys.

    Args:
        heading: of the columns.
        rows: their cells.
        align: of each column "l", "r", "w" for pairs at the right that may be on two lines, or "n"
            for names that come from data.
    """

    def line(kind: str, cells: Sequence[Child]) -> Markup:
        each = zip(cells, align, strict=True)
        return tag("tr", *(tag(kind, cell, class_=_side(cell, letter)) for cell, letter in each))

    lines = [line("td", row) for row in rows]
    return scrolling(tag("table", line("th", heading), *lines), len(align))


def scrolling(inner: Markup, columns: int) -> Markup:
    """Return a table of so many columns in a box; where it may be too wide, keys reach the box."""
    return tag("div", inner, class_="wide", tabindex=0 if columns >= MANY_COLUMNS else None)


def footer(schema: str) -> Markup:
    """Return what made a page, and the schema of the JSON that has its figures."""
    made = (
        f"grucli {__version__}, NumPy {np.__version__}; the figures are those of --json ({schema})"
    )
    return tag("footer", made)


def name_class(name: str) -> str | None:
    """Return the class of a name that is long."""
    return "n" if cell_len(name) > LONG_NAME else None


def _side(cell: Child, letter: str) -> str | None:
    """Return the class of a cell: names that are short stand as others do."""
    if letter == "n":
        return name_class(cell or "")
    return {"r": "r", "w": "r w"}.get(letter)


def _head(title: str) -> Markup:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", Markup(STYLE + PLOT_STYLE)),
    )
