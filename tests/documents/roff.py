"""Text as roff, the language of man pages: ASCII alone, and no line that is taken for a request."""

from collections.abc import Iterable

ESCAPED = {
    "\\": r"\(rs",
    "-": r"\-",
    "'": r"\(aq",
    "`": r"\(ga",
    '"': r"\(dq",
    "^": r"\(ha",
    "~": r"\(ti",
    "…": "...",  # which terminals without Unicode have, too
}


def plain(text: str) -> str:
    """Return a text of one or more lines whose every character stands for itself."""
    lines = ("".join(map(_escaped, line)) for line in text.split("\n"))
    return "\n".join(rf"\&{line}" if line.startswith(".") else line for line in lines)


def bold(text: str) -> str:
    r"""Return `\fBtext\fR`."""
    return rf"\fB{plain(text)}\fR"


def italic(text: str) -> str:
    r"""Return `\fItext\fR`."""
    return rf"\fI{plain(text)}\fR"


def title(name: str, source: str) -> str:
    """Return the first line of a page; it has no date, so that a page is made alike every day."""
    return f'.TH "{plain(name.upper())}" "1" "" "{plain(source)}" "User Commands"'


def section(name: str, *lines: str) -> str:
    """Return a section under its heading."""
    return "\n".join([f'.SH "{name}"', *lines])


def paragraph(text: str) -> str:
    """Return a paragraph of words that are filled."""
    return f".PP\n{plain(' '.join(text.split()))}"


def item(tag: str, words: str) -> str:
    """Return a paragraph that hangs below a tag, which is roff already."""
    return f".TP\n{tag}\n{plain(' '.join(words.split()))}"


def examples(lines: Iterable[str]) -> str:
    """Return lines as they stand, set off."""
    return "\n".join([".PP", ".RS 4", ".EX", *map(plain, lines), ".EE", ".RE"])


def _escaped(character):
    other = character if character.isascii() else rf"\[u{ord(character):04X}]"
    return ESCAPED.get(character, other)
