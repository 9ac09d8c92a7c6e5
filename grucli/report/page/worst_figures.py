"""The worst answers one by one: what was read, and which parts of it decided."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.cells import cell_len

from grucli.errors import counted, excerpt
from grucli.inspection.sequences import Example
from grucli.inspection.worst_answers import SHOWN, WorstAnswer
from grucli.report.page.markup import Markup, joined, tag
from grucli.report.page.sections import Section
from grucli.report.page.sequences import shade
from grucli.report.page.series import drawn
from grucli.report.predictions import as_texts
from grucli.report.sequences import legend, mark, token
from grucli.tasks.columns import Mistakes, Quantities, quantity

TEXT_WIDTH = 400
NAME_WIDTH = 60
FULL_WIDTH = 4  # columns of two Chinese characters
AROUND = 6  # parts beside one that counts
MOST_DECIDING = 24  # parts whose effect is shown


def worst_section(shown: Sequence[WorstAnswer], found: Mistakes) -> Section | None:
    """Return a section of the worst answers; None where none is wrong."""
    if not shown:
        return None
    answers = {name: as_texts(column) for name, column in found.answers.items()}
    explained = [one.example for one in shown if one.example is not None]
    key = None
    if explained:
        key = tag(
            "p", f"{legend(explained)}; blue for the answer, orange against it", class_="faint"
        )
    column = next(iter(found.answers.values()))
    decimals = column.decimals if isinstance(column, Quantities) else None
    articles = [_article(one, answers, decimals) for one in shown]
    return Section(
        name="worst",
        question="Which answers are the worst?",
        answer=_said(found, len(shown), decimals, are_explained=bool(explained)),
        content=(key, tag("div", *articles, class_="cards wide worst")),
        is_wide=True,
    )


def _said(found: Mistakes, shown: int, decimals: int | None, *, are_explained: bool) -> str:
    """Return how many there are, and which are shown; numbers are near or far."""
    number = len(found.rows)
    fault = "not right" if decimals is None else "more or less far off"
    if number == 1:
        return f"1 answer is {fault}: this one{', with what decided it' if are_explained else ''}."
    which = "these are the worst" if shown < number else "this is all of them, the worst first"
    which += f" {shown}" if shown < number else ""
    return (
        f"{counted(number, 'answer')} are {fault}; {which}"
        f"{', with what decided each' if are_explained else ''}. --errors FILE writes them all."
    )


def _article(
    one: WorstAnswer, answers: Mapping[str, Sequence[str]], decimals: int | None
) -> Markup:
    """Return one of them; `decimals` of numbers, None of other answers."""
    own = {name: column[one.place] for name, column in answers.items()}
    said = ", ".join(f"{name} {excerpt(text, NAME_WIDTH)}" for name, text in own.items())
    where = f"#{one.record.number}"
    if one.record.span is not None:
        where += f" ({' to '.join(excerpt(time, NAME_WIDTH) for time in one.record.span)})"
    heading = f"{where}: true {excerpt(_truth(one, decimals), NAME_WIDTH)}, {said}"
    if one.step is not None:
        heading = (
            f"{where}, step {one.step + 1} '{_token(one)}': {heading.removeprefix(where + ': ')}"
        )
    body = tag("p", excerpt(one.record.text or "", TEXT_WIDTH), dir="auto")
    if one.example is not None:
        body = _decided(one.example, one.step)
    return tag("article", tag("h3", heading), body)


def _truth(one: WorstAnswer, decimals: int | None) -> str:
    if decimals is not None:
        return quantity(float(one.record.label or "nan"), decimals)
    if one.step is not None and one.record.tags is not None:
        return one.record.tags[one.step]
    return one.record.label or ", ".join(one.record.labels or ()) or "nothing"


def _token(one: WorstAnswer) -> str:
    tokens = one.record.tokens
    return "" if tokens is None or one.step is None else excerpt(tokens[one.step], NAME_WIDTH)


def _decided(one: Example, step: int | None) -> Markup:
    """Return what was read, with the effects of its parts: a series as lines."""
    return _parts(one, step) if one.series is None else drawn(one, one.series, SHOWN)


def _parts(one: Example, step: int | None) -> Markup:
    """Return the parts that count with their effects, and those around them."""
    effect, faint = one.attribution.effect.tolist(), one.attribution.explained.faint
    sizes = [0.0 if math.isnan(size) else abs(size) for size in effect]
    order = sorted(range(len(sizes)), key=lambda k: -sizes[k])
    counting = {k for k in order[:MOST_DECIDING] if sizes[k] >= faint}
    near = {k for at in counting or {0} for k in range(at - AROUND, at + AROUND + 1)}
    most = max(sizes, default=0.0)
    spans, plain = list[Markup](), list[str]()
    for k, part in enumerate(one.parts):
        if k in counting:
            spans += _plain(plain)
            text = joined(token(part), tag("i", mark(effect[k], faint)))
            kind = "f" if effect[k] > 0 else "a"
            spans.append(tag("span", text, class_=kind, style=shade(effect[k], most)))
        elif k in near or step == k:
            plain.append(token(part))
        elif plain[-1:] != ["…"]:
            plain.append("…")
    return tag("p", *spans, *_plain(plain), class_="tokens", dir="auto")


def _plain(pieces: list[str]) -> list[Markup]:
    """Return pieces without an effect as one, and forget them."""
    text = ""
    for piece in pieces:  # Chinese has no spaces
        is_close = text and cell_len(text[-1]) + cell_len(piece[:1]) == FULL_WIDTH
        text += piece if is_close or not text else f" {piece}"
    pieces.clear()
    return [tag("span", text)] if text else []
