"""What PyYAML makes of the text of a config: its events, and its faults in words of ours."""

from collections.abc import Iterator
from typing import Any

import yaml

from grucli.config.yaml_text import YamlError
from grucli.errors import excerpt

MAX_DEPTH = 20

TOO_DEEP = f"nesting deeper than {MAX_DEPTH} is not allowed"

# A part of PyYAML's message, and what it says to somebody who writes a config.
_MENDS = (
    ("'\\t'", "a tab is not allowed here; use spaces"),
    ("mapping values are not allowed", "unexpected ': '; put the value in quotes, or indent alike"),
    ("could not find expected ':'", "expected 'key: value'"),
    ("end of stream", "the quotes that open here are never closed"),
    ("expected ',' or", "the bracket that opens here is never closed"),
    ("<block end>", "does not line up with the lines above; indent alike"),
    ("<document start>", "does not line up with the lines above; indent alike"),
    ("expected the node content", "a value is missing; quote one that starts with , ] or }"),
    ("sequence entries are not allowed", "a list is written [a, b]; put a text in quotes"),
    ("cannot start any token", "put the value in quotes"),
    ("expected alphabetic", "put the value in quotes"),
    ("tag", "tags are not allowed"),
)
_NAMED_WHERE_IT_OPENS = ("end of stream", "expected ',' or")


class _Scanner(yaml.SafeLoader):
    """PyYAML's, which looks up to 1,024 brackets ahead of its events: stop it at the first."""

    _settled = -1  # the token, by its number, of which it is known that nothing goes before it

    def check_token(self, *choices: Any) -> bool:
        """Tell whether the next token is one of these: PyYAML settles each time which it is."""
        if self._settled != self.tokens_taken:
            super().check_token()
            self._settled = self.tokens_taken
        return bool(self.tokens) and (not choices or isinstance(self.tokens[0], choices))

    def get_token(self) -> Any:
        """Take the next token."""
        if not self.check_token():
            return None
        self.tokens_taken += 1
        return self.tokens.pop(0)

    def forward(self, length: int = 1) -> None:
        """Go on by so many characters: at once where none of them begins a line."""
        end = self.pointer + length
        if end + 1 < len(self.buffer) and self.buffer[self.pointer : end].isprintable():
            self.pointer, self.index, self.column = end, self.index + length, self.column + length
        else:
            super().forward(length)

    def fetch_flow_collection_start(self, TokenClass: Any) -> None:  # noqa: N803 (PyYAML's name)
        if self.flow_level > MAX_DEPTH:
            raise YamlError.at(self.get_mark(), TOO_DEEP)
        super().fetch_flow_collection_start(TokenClass)


def events(text: str) -> Iterator[Any]:
    """Yield PyYAML's events; whatever its scanner and parser raise becomes a fault."""
    mark: Any = None
    try:
        for event in yaml.parse(text, Loader=_Scanner):
            mark = event.end_mark
            yield event
    except yaml.MarkedYAMLError as error:
        raise _syntax_fault(error, text) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # chr() of an escape such as "\UFFFFFFFF"
        raise YamlError.at(mark, "a number or an escape near here is out of range") from None


def _syntax_fault(error: Any, text: str) -> YamlError:
    problem = str(error.problem)
    mark = error.problem_mark or error.context_mark
    if any(sign in problem for sign in _NAMED_WHERE_IT_OPENS):
        mark = error.context_mark or mark
    before = text[: mark.index].rpartition("\n")[2]
    line = before + text[mark.index :].partition("\n")[0]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        problem = repr("\t")
    mends = (mend for sign, mend in _MENDS if sign in problem)
    return YamlError.at(mark, next(mends, excerpt(problem, 120)))
