"""The links of documents: files and headings that they name must be there."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from tests.documents.pages import ROOT

FENCED = re.compile(r"^ *(`{3,}).*?^ *\1`*\s*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
INLINE = re.compile(r"\]\(\s*(?:<([^>]*)>|([^()\s]*(?:\([^()\s]*\)[^()\s]*)*))[^()]*\)")
REFERENCE = re.compile(r"^ {0,3}\[[^]]+\]:\s*<?(\S+?)>?\s*$", re.MULTILINE)
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$", re.MULTILINE)
ANCHOR = re.compile(r"<a\s+(?:id|name)=\"([^\"]+)\"")
ELSEWHERE = re.compile(r"[a-z][a-z+.-]*:", re.IGNORECASE)


def documents() -> list[Path]:
    """Return all Markdown files whose links are checked."""
    beside = ("README.md", "CHANGELOG.md", "sample_data/README.md", "findings/README.md")
    found = sorted((ROOT / "docs").rglob("*.md"))
    return [*(ROOT / name for name in beside if (ROOT / name).exists()), *found]


def broken(path: Path) -> list[str]:
    """Return the links of a document that lead nowhere, each with its line and why."""
    text = path.read_text(encoding="utf-8")
    return [
        f"{path.relative_to(ROOT)}:{line}: {target}: {why}"
        for line, target in links(text)
        if (why := _fault(path, target))
    ]


def targets(path: Path) -> set[Path]:
    """Return the files that a document links to."""
    text = path.read_text(encoding="utf-8")
    inside = (link for _, link in links(text) if not ELSEWHERE.match(link))
    return {(path.parent / unquote(link.partition("#")[0])).resolve() for link in inside}


def links(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and target of each link; what stands in code is none."""
    text = _without(text, FENCED, COMMENT, CODE)
    for pattern in (INLINE, REFERENCE):
        for found in pattern.finditer(text):
            target = next(part for part in found.groups() if part is not None)
            yield text.count("\n", 0, found.start()) + 1, target


def anchors(text: str) -> set[str]:
    """Return the anchors of a document as GitHub makes them of its headings."""
    seen: dict[str, int] = {}
    found = set(ANCHOR.findall(text))
    for heading in HEADING.findall(_without(text, FENCED, COMMENT)):
        words = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if slug in seen else slug)
        seen[slug] = seen.get(slug, 0) + 1
    return found


def _fault(path, target):
    """Say why a target is not there; an address on the web is not asked for."""
    if ELSEWHERE.match(target):
        return None
    name, _, anchor = unquote(target).partition("#")
    file = (path.parent / name).resolve() if name else path.resolve()
    if not file.is_relative_to(ROOT):
        return "outside of the project"
    if not file.exists():
        return "no such file"
    if anchor and anchor not in anchors(file.read_text(encoding="utf-8")):
        return "no such heading"
    return None


def _without(text, *patterns):
    """Return a text with blanks for what is found, so that lines keep their numbers."""
    for pattern in patterns:
        text = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text
