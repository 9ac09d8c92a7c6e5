"""What the lines of a picture mean, each drawn as it is there."""

from __future__ import annotations

from grucli.report.page.markup import Markup, tag


def line_key(*entries: tuple[str, str]) -> Markup:
    """Return the class of each line as it looks, and its meaning."""
    listed = []
    for kind, meaning in entries:
        line = tag("line", class_=kind, x1=1, y1=5, x2=25, y2=5)
        sample = tag("svg", line, viewBox="0 0 26 10", aria_hidden="true")
        listed.append(tag("span", sample, meaning))
    return tag("span", *listed, class_="keys")
