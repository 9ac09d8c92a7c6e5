"""The lists within JSON that arrives piece by piece: where each element begins and ends.

Brackets and strings are told apart, nothing else: what an element is, its own reader says. Memory
is that of one element, which is known as soon as its last bracket has come.
"""

import re
from collections.abc import Callable, Generator
from typing import Final

Path = tuple[str, ...]
"""The keys from a document to a list in it; none for a document that is a list itself."""
Take = Callable[[Path | None, int, str], None]
"""What is done with an element: of which list, the line it begins on, from 1, and its text."""

DEEPEST: Final = 4
"""Objects in objects in which a list is looked for."""
MOST_KEYS: Final = 10_000
LONGEST_KEY: Final = 2**16
"""Characters by which keys are told apart; a value of any length is passed over."""
IS_WHOLE: Final = "is the file whole?"
_NO_COMMA: Final = "take out the comma before it"

_BLANKS = re.compile(r"[ \t\r\n]*")
_MARK = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|[\[\]{}"]')
_INSIDE = re.compile(r'[^"\\\n]*(?:\\.[^"\\\n]*)*')
_SCALAR = re.compile(r"[^\s,\[\]{}\"]+")
_Steps = Generator[None, None, None]


class ScanError(ValueError):
    """What has come is no JSON, or none whose elements can be told apart.

    Attributes:
        line: on which it breaks.
        mend: what to do.
    """

    def __init__(self, line: int, problem: str, mend: str) -> None:
        super().__init__(problem)
        self.line = line
        self.mend = mend


class ListScanner:
    """Documents of JSON, one after the other, whose elements are taken as they come.

    Attributes:
        begun: documents that have begun,
        documents: that have ended.
        first_lines: on which the first of them stands.
        keys: of the objects that are documents, in their order, so many as tell what they are.
    """

    def __init__(self, take: Take, *, are_records: bool = False, longest: int = 2**24) -> None:
        """Call `take` for each element of each list whose first element is an object.

        Args:
            take: see there.
            are_records: whether a document is an element itself, of the list None.
            longest: characters of an element that are kept; it is cut one behind them.
        """
        self.begun = 0
        self.documents = 0
        self.first_lines = 0
        self.keys: list[str] = []
        self._take = take
        self._longest = longest
        self._text = ""
        self._at = 0
        self._line = 1
        self._counted = 0  # up to where in the text lines are counted
        self._kept: list[str] | None = None
        self._begin = 0
        self._is_last = False
        self._steps = self._documents(are_records=are_records)

    def feed(self, text: str, *, is_last: bool = False) -> None:
        """Take in more text.

        Raises:
            ScanError: it breaks here, or `is_last` and a document has not ended.
        """
        if self._kept is not None and sum(map(len, self._kept)) <= self._longest:
            self._kept.append(self._text[self._begin : self._at])
        self._line = self._here()
        self._text = self._text[self._at :] + text
        self._at = self._counted = self._begin = 0
        self._is_last = is_last
        next(self._steps, None)

    def _here(self) -> int:
        """Return the line of what comes."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _fault(self, problem: str, *, mend: str = IS_WHOLE) -> ScanError:
        return ScanError(self._here(), problem, mend)

    def _more(self, problem: str = "it ends before its last bracket") -> _Steps:
        if self._is_last:
            raise self._fault(problem)
        yield

    def _sign(self) -> Generator[None, None, str]:
        """Go to what is no blank and return it, "" at the end."""
        while True:
            blanks = _BLANKS.match(self._text, self._at)
            self._at = blanks.end() if blanks else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if self._is_last:
                return ""
            yield

    def _next(self, wanted: str) -> Generator[None, None, str]:
        """Go to one of the signs that are `wanted` and return it."""
        sign = yield from self._sign()
        if not sign:
            yield from self._more()
        if sign not in wanted:
            raise self._fault(f"{' or '.join(wanted)} is due, not {sign}")
        return sign

    def _behind_comma(self, end: str) -> _Steps:
        """Go behind a comma; a ScanError says that it is too many."""
        self._at += 1
        if (yield from self._sign()) == end:
            wanted = "a value" if end == "]" else '"'
            raise self._fault(f"{wanted} is due, not {end}", mend=_NO_COMMA)

    def _documents(self, *, are_records: bool) -> _Steps:
        while sign := (yield from self._sign()):
            line = self._here()
            self.begun += 1
            if sign not in "[{":
                raise self._fault("a document begins with [ or {")
            if are_records:
                yield from self._element(None)
            else:
                yield from (self._list(()) if sign == "[" else self._object(()))
            self.first_lines = self.first_lines or self._here() - line + 1
            self.documents += 1

    def _list(self, path: Path) -> _Steps:
        """Go through a list; take its elements if the first is an object."""
        self._at += 1
        sign = yield from self._sign()
        is_taken = sign == "{"
        while sign != "]":
            yield from (self._element(path) if is_taken else self._value())
            sign = yield from self._next(",]")
            if sign == ",":
                yield from self._behind_comma("]")
        self._at += 1

    def _object(self, path: Path) -> _Steps:
        """Go through an object, and the lists in it."""
        self._at += 1
        sign = yield from self._next('"}')
        while sign != "}":
            yield from self._next('"')
            inner = (*path, (yield from self._string()))
            if not path and len(self.keys) < MOST_KEYS:
                self.keys.append(inner[0])
            yield from self._next(":")
            self._at += 1
            sign = yield from self._sign()
            if sign == "[":
                yield from self._list(inner)
            elif sign == "{" and len(inner) < DEEPEST:
                yield from self._object(inner)
            else:
                yield from self._value()
            sign = yield from self._next(",}")
            if sign == ",":
                yield from self._behind_comma("}")
        self._at += 1

    def _element(self, path: Path | None) -> _Steps:
        yield from self._sign()
        line, self._kept, self._begin = self._here(), [], self._at
        yield from self._value()
        parts, self._kept = [*self._kept, self._text[self._begin : self._at]], None
        self._take(path, line, "".join(parts)[: self._longest + 1])

    def _value(self) -> _Steps:
        """Go behind a value of any kind."""
        sign = yield from self._sign()
        if sign not in '"[{':
            yield from self._scalar()
            return
        depth = 0
        while True:
            mark = _MARK.search(self._text, self._at)
            if mark is None:
                self._at = len(self._text)
                yield from self._more()
                continue
            if mark[0] == '"':
                self._at = mark.start()
                yield from self._string()
            else:
                self._at = mark.end()
                depth += (mark[0] in "[{") - (mark[0] in "]}")
            if depth <= 0:
                return

    def _scalar(self) -> _Steps:
        begin = self._at
        while True:
            scalar = _SCALAR.match(self._text, self._at)
            self._at = scalar.end() if scalar else self._at
            if self._at < len(self._text):
                break
            yield from self._more()
            begin = -1
        if self._at == begin:
            raise self._fault(f"a value is due, not {self._text[self._at]}")

    def _string(self) -> Generator[None, None, str]:
        """Go behind a string and return what stands between its quotes, as far as a key goes."""
        self._at += 1
        key = ""
        while True:
            inside = _INSIDE.match(self._text, self._at)
            if inside:
                key += inside[0][: LONGEST_KEY - len(key)]
                self._at = inside.end()
            rest = self._text[self._at : self._at + 2]
            if rest.startswith('"'):
                self._at += 1
                return key
            if rest not in ("", "\\"):
                raise self._fault("a string does not close on its line")
            yield from self._more()
