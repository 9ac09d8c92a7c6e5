"""HTML and SVG elements whose text and attributes are escaped, unless they are Markup already."""

from __future__ import annotations

import html
import re
import unicodedata

from grucli.errors import show

_LEFTWARDS = (
    "\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc\\U00010800-\\U00010fff\\U0001e800-\\U0001eeff"
)
_HAS_LEFTWARDS = re.compile(f"[{_LEFTWARDS}]")
_NAME = re.compile(  # in quotes, or words without them
    f"(?<=')[^']*[{_LEFTWARDS}][^']*(?=')"
    f"|[{_LEFTWARDS}](?:[{_LEFTWARDS}\\s._-]*[{_LEFTWARDS}])?\u2026?"
)
_ISOLATED = "\u2068{}\u2069"  # its direction is its own, and turns nothing around it
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
    return html.escape(_told_apart(show(text)), quote=True)


def _told_apart(text: str) -> str:
    """Return text in which a name that is written to the left does not draw figures with it.

    "'שלום': 0.5" would else be shown as "0.5 :'שלום'". Texts that begin so are left as they are.
    """
    if not _HAS_LEFTWARDS.search(text):
        return text
    letters = (unicodedata.bidirectional(character) for character in text)
    is_ours = next((kind for kind in letters if kind in ("L", "R", "AL")), "L") == "L"
    if is_ours or "'" in text or _NAME.fullmatch(text):
        return _NAME.sub(lambda found: _ISOLATED.format(found[0]), text)
    return text
