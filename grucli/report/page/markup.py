"""HTML and SVG elements whose text and attributes are escaped, unless they are Markup already."""

from __future__ import annotations

import html

from grucli.errors import show

VOID = frozenset({"br", "meta"})


class Markup(str):
    """Markup that stands as it is; every other string is text."""

    __slots__ = ()


Child = str | None
"""Text, Markup, or nothing."""


def tag(name: str, /, *children: Child, **attributes: object) -> Markup:
    """Return an element.

    Args:
        name: of the element.
        children: what is in it, in order.
        attributes: by their names, "_" standing for "-"; "class_" is "class"; None leaves one out.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Markup:
    """Return the children one after the other."""
    given = (child for child in children if child is not None)
    return Markup("".join(one if isinstance(one, Markup) else escaped(one) for one in given))


def escaped(text: object) -> str:
    """Return text that can act neither on a browser nor on its reader's eyes."""
    return html.escape(show(text), quote=True)
