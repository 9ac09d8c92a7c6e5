"""README and the pages of docs, as blocks of code with the marks that stand before them.

A mark is a comment on a line of its own: `<!-- exit: 3 -->`. One that no rule knows is an error,
as is a block in a language that no rule knows: nothing escapes its test by a slip of the pen.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMANDS = ("sh", "bash")
RUN = (*COMMANDS, "console", "python")
SHOWN = ("", "csv", "tsv", "json", "yaml", "text", "toml", "html", "diff", "c", "roff")
BLOCK_MARKS = ("exit", "shortened", "file", "not run", "job", "test")
PAGE_MARKS = ("needs", "generated", "/generated")
WITH_VALUE = ("exit", "file", "not run", "needs")
FENCE = re.compile(r"( *)(`{3,})([\w+-]*)\s*$")
MARK = re.compile(r"\s*<!-- *(/?[a-z][a-z ]*?)(?:: *(.*?))? *-->\s*$")
COMMENT = re.compile(r"\s*<!--.*-->\s*$")


class PageError(Exception):
    """A page that is not what it says; the message begins with its place."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block of code.

    `line` is that of its fence, counted from 1; `text` ends with a newline.
    """

    page: str
    line: int
    language: str
    text: str
    marks: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def is_active(self) -> bool:
        """Whether it is run or written to a file; the blocks of job and test are run in CI."""
        if {"not run", "job", "test"} & self.marks.keys():
            return False
        return "file" in self.marks or self.language in RUN


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page: its blocks in order, and the names under which it needs the small model."""

    name: str
    blocks: tuple[Block, ...]
    needs: tuple[str, ...]

    @property
    def active(self) -> tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.is_active)


def paths() -> list[Path]:
    """Return README and all pages of docs; those in Chinese last, after their twins."""
    found = sorted((ROOT / "docs").rglob("*.md"), key=lambda path: ("zh" in path.parts, path))
    return [ROOT / "README.md", *found]


def read(path: Path) -> Page:
    """Return the page in a file."""
    path = path.resolve()
    name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
    return parse(path.read_text(encoding="utf-8"), name)


def parse(text: str, name: str) -> Page:
    """Return the page of a text.

    Raises:
        PageError: a mark or language that is not known, a mark without block, a fence left open.
    """
    blocks, needs, marks = [], [], {}
    lines = iter(enumerate(text.splitlines(), start=1))
    for number, line in lines:
        place = f"{name}:{number}"
        if fence := FENCE.match(line):
            body = _body(lines, fence, place)
            block = Block(page=name, line=number, language=fence[3], text=body, marks=marks)
            _check(block)
            blocks.append(block)
            marks = {}
        elif COMMENT.match(line):
            mark, value = _mark(line, place)
            if mark == "needs":
                needs.append(value)
            elif mark in BLOCK_MARKS:
                marks = {**marks, mark: value}
        elif line.strip() and marks:
            raise PageError(f"{place}: after the mark {next(iter(marks))!r} there is no block")
    if marks:
        raise PageError(f"{name}: after the mark {next(iter(marks))!r} there is no block")
    return Page(name=name, blocks=tuple(blocks), needs=tuple(needs))


def _body(lines, fence, place):
    indent, ticks, _ = fence.groups()
    body = []
    for _, line in lines:
        if line.strip().startswith(ticks) and not line.strip().strip("`"):
            return "".join(f"{each}\n" for each in body)
        body.append(line.removeprefix(indent))
    raise PageError(f"{place}: the block has no end")


def _mark(line, place):
    mark = MARK.match(line)
    if not mark or mark[1] not in (*BLOCK_MARKS, *PAGE_MARKS):
        known = ", ".join((*BLOCK_MARKS, "needs"))
        raise PageError(f"{place}: no such mark: {line.strip()}; there are {known}")
    if mark[1] in WITH_VALUE and not mark[2]:
        raise PageError(f"{place}: the mark {mark[1]!r} says nothing")
    if mark[1] == "exit" and not mark[2].isdecimal():
        raise PageError(f"{place}: {mark[2]!r} is no exit code")
    return mark[1], mark[2] or ""


def _check(block):
    if block.language not in (*RUN, *SHOWN):
        raise PageError(f"{block.place}: no such language: {block.language}")
    if "shortened" in block.marks and block.language != "console":
        raise PageError(f"{block.place}: only a console can be shortened")
    if "exit" in block.marks and block.language not in RUN:
        raise PageError(f"{block.place}: what is not run has no exit code")
