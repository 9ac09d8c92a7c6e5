"""The n-grams that weigh most for each answer, as text for people."""

from __future__ import annotations

from rich.cells import cell_len

from grucli.errors import counted
from grucli.inspection.ngram_weights import NgramWeights, Side, WeighedNgram
from grucli.report.tables import field, fit, flow

SHOWN = 8  # n-grams of a side
MOST_SIDES = 24  # of more, those that have the heaviest n-grams
NGRAM_WIDTH, NAME_WIDTH, BESIDE = 30, 60, 16
"""Columns of an n-gram, of what it speaks for, and of such a name that has n-grams beside it."""
MARKS = {
    "characters": "… the rest of a word",
    "placed": "@3 where it begins with the third token",
}


def ngrams(found: NgramWeights) -> list[str]:
    """Return a legend, then a paragraph for each answer, below a name that is too long."""
    shown = shown_sides(found)
    names = [name(side) for side in shown]
    indent = 2 + max((cell_len(own) for own in names if cell_len(own) <= BESIDE), default=0)
    lines = field("N-GRAMS", legend(found), indent=9)
    for side, head in zip(shown, names, strict=True):
        pieces = [f"{spelled(one)} {weight(one)}" for one in side.ngrams[:SHOWN]]
        if found.texts is not None:
            counts = [f"({one.texts:,})" for one in side.ngrams[:SHOWN]]
            pieces = [" ".join(pair) for pair in zip(pieces, counts, strict=True)]
        if cell_len(head) > BESIDE:
            lines.append(head)
            head = ""
        head += " " * (indent - cell_len(head))
        lines += flow(pieces or ["none"], head, indent, "   ")
    if len(found.sides) > len(shown):
        lines.append(f"and of {len(found.sides) - len(shown):,} more in --json")
    return lines


def shown_sides(found: NgramWeights) -> list[Side]:
    """Return what n-grams speak for, of very much that for which they do so most."""

    def first(place: int) -> float:
        ngrams = found.sides[place].ngrams
        return -ngrams[0].weight if ngrams else 0.0

    heaviest = sorted(range(len(found.sides)), key=first)[:MOST_SIDES]
    return [found.sides[place] for place in sorted(heaviest)]


def name(side: Side) -> str:
    """Return what n-grams speak for."""
    return fit(side.name or "<empty>", NAME_WIDTH)


def legend(found: NgramWeights, place: str = "in brackets") -> str:
    """Return what is listed, what the marks mean that occur, and where the texts are counted."""
    share = f"{found.found:,} of the {found.known:,} that the model knows"
    if found.texts is None:
        where = f"of one token of the vocabulary ({share}; DATA has longer ones)"
        count = ""
    else:
        where = f"of {counted(found.texts, 'text')} of the sample ({share})"
        count = f", {place} the texts that have it"
    kinds = {one.ngram.kind for side in found.sides for one in side.ngrams[:SHOWN]}
    marks = [words for kind, words in MARKS.items() if kind in kinds]
    what = "that weigh most for each answer: what was learned of one x its rarity (idf)"
    return "; ".join([f"{where} {what}{count}", *marks])


def spelled(one: WeighedNgram) -> str:
    """Return an n-gram as it can be seen, and others that the model takes for it."""
    text = one.text if one.text == one.text.strip() else one.text.replace(" ", "␣")
    text, ngram = fit(text, NGRAM_WIDTH), one.ngram
    if ngram.kind == "characters":
        text = f"{'' if ngram.begins else '…'}{text}{'' if ngram.ends else '…'}"
    else:
        text = f"{'(begin) ' if ngram.begins else ''}{text}{' (end)' if ngram.ends else ''}"
    if ngram.place is not None:
        text += f" @{ngram.place:,}"
    same = f" or {fit(one.others[0], NGRAM_WIDTH)}" if one.others else ""
    return text + same


def weight(one: WeighedNgram) -> str:
    """Return its weight with three digits."""
    return f"{one.weight:#.3g}".rstrip(".")
