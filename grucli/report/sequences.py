"""Single sequences for people: marks beside each token, so that they read without colour."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from grucli.errors import at_end, counted, excerpt
from grucli.inspection.attribution import Attribution, Check, Span
from grucli.inspection.report import Picked
from grucli.inspection.sequences import Example, SequencePart
from grucli.model.linear_path import NAMES
from grucli.report.model_card import FactLines
from grucli.report.tables import field, fit, flow, sparkline

TOKEN_WIDTH = 30
LABEL_WIDTH = 20
LISTED_PARTS = 4
LISTED_CHANNELS = 6
SPARKLINE_WIDTH = 60
UNDEFINED = "–"


def examples(shown: Sequence[Example], picked: Sequence[Picked] = ()) -> list[list[str]]:
    """Return a legend and a paragraph for each sequence; nothing if there is none."""
    if not shown:
        return []
    chosen = [line for one in picked for line in field(one.pick, of_how_many(one))]
    return [[*field("WHY", legend(shown)), *chosen], *map(_example, shown)]


def of_how_many(picked: Picked) -> str:
    """Return how many sequences are explained of how many that are so."""
    if not picked.is_order:
        sequences = counted(picked.found, "wrong answer")
        worst = "the least supported first" if picked.found else "nothing to explain"
        more = "; evaluate --errors lists all" if picked.found > picked.shown else ""
        return f"{picked.shown} of {sequences} in the sample, {worst}{more}"
    which = "farthest off" if picked.pick == "wrong" else "least certain"
    return f"the {picked.shown} {which} of {counted(picked.found, 'answer')} in the sample"


def legend(shown: Sequence[Example]) -> str:
    """Return what the marks mean; the rarer ones only where they occur."""
    words = shown[0].attribution.explained.legend
    if any(np.isnan(one.attribution.effect).any() for one in shown):
        words += f"; {UNDEFINED} nothing is left without it"
    if any(not part.known for one in shown for part in one.parts):
        words += "; ‹ › unknown in training"
    return words


def _example(one: Example) -> list[str]:
    why = one.attribution
    lines = field(one.name, decision(one), indent=len(one.name) + 2)
    pieces = (
        f"{token(part)} {mark(effect, why.explained.faint)}"
        for part, effect in zip(one.parts, why.effect.tolist(), strict=True)
    )
    lines += flow(pieces, "  ", 2, "   ")
    for name, sentence in windows(one):
        lines += field(f"  {name}", sentence, indent=11)
    head = f"  running  {sparkline(_drawn(why))}"
    lines += flow(running(one).split(" "), head + "  ", 11, " ")
    further = (("together", together(one)), ("channels", channels(one)), ("change", change(one)))
    for name, sentence in further:
        if sentence:
            lines += field(f"  {name}", sentence, indent=11)
    if why.check is not None:
        lines += field("  check", check(why, why.check), indent=11)
    return lines


def windows(one: Example) -> FactLines:
    """Return what was cut, and how steps were joined to windows."""
    facts, total = [], one.parts[-1].stop
    if total > one.steps:
        kept = at_end("first", one.steps, one.unit)
        facts.append(("cut", f"the recurrence reads the {kept}, {NAMES[one.unit]} all"))
    elif one.truncated:
        facts.append(("cut", f"the model reads the {at_end('first', one.steps, one.unit)}"))
    if total > len(one.parts):
        number, size = counted(len(one.parts), "window"), counted(one.parts[0].stop, one.unit)
        facts.append(("windows", f"of {size} each, {number} for {counted(total, one.unit)}"))
    return facts


def decision(one: Example) -> str:
    """Return the truth, the answer and what is explained of it in words."""
    return f"{answer(one)}; {margin(one)}"


def answer(one: Example) -> str:
    """Return the truth, if it is known, and the answer."""
    truth = f"true {_name(one.label)}, " if one.label is not None else ""
    return f"{truth}predicted {one.attribution.explained.answer}{_at_step(one)}"


def _at_step(one: Example) -> str:
    """Return of which step the answer is, with its token; nothing of a whole sequence."""
    step, part = one.attribution.explained.step, one.answered
    if step is None:
        return ""
    shown = "" if one.series is not None or part is None else f" '{token(part)}'"
    return f" at step {step + 1:,}{shown}"


def margin(one: Example) -> str:
    """Return what is explained of the answer, and how much of it is which branch's."""
    why, explained = one.attribution, one.attribution.explained
    linear = ""
    if why.linear_margin is not None:
        linear = f", of which {NAMES[one.unit]} {signed(why.linear_margin, explained.faint)}"
    return f"{explained.subject} {signed(why.margin, explained.faint)}{linear}"


def strongest(one: Example) -> tuple[list[int], list[int]]:
    """Return the parts that raise the margin most, and those that lower it most, none faint."""
    effect, faint = one.attribution.effect, one.attribution.explained.faint
    order = np.argsort(-effect, kind="stable")
    above = [k for k in order.tolist() if effect[k] >= faint]
    below = [k for k in order[::-1].tolist() if effect[k] <= -faint]
    return above[:LISTED_PARTS], below[:LISTED_PARTS]


def reasons(one: Example) -> FactLines:
    """Return which parts decided, for and against the answer, and what would change it."""
    why = one.attribution
    effect, faint = why.effect.tolist(), why.explained.faint
    facts = [
        (side, ", ".join(f"{part_name(one, k)} {mark(effect[k], faint)}" for k in parts))
        for side, parts in zip(why.explained.sides, strongest(one), strict=True)
        if parts
    ]
    if not facts:
        facts = [("by", f"many together: no {part_noun(one)} alone does more than {faint:.2g}")]
    further = (("together", together(one)), ("channels", channels(one)))
    return facts + [fact for fact in (*further, ("would change it", change(one))) if fact[1]]


def change(one: Example) -> str:
    """Return without what the answer is another one; nothing where that was not asked."""
    why = one.attribution
    if why.turn is None:
        return ""
    turn, level = why.turn, f"{why.explained.level_name} {why.turn.level:.3f}"
    found = _name(turn.answer) if turn.answer else "not answered"
    spans = turn.spans if one.series is None else _merged(turn.spans)
    *first, last = (_span_name(one, start, stop) for start, stop in spans)
    if turn.is_another:
        listed = f"{', '.join(first)} and {last}" if first else last
        return f"without {listed}: {found}, {level}"
    number = len(turn.spans)
    return f"still {found} without {last if number == 1 else f'the {number} strongest'}, {level}"


def _merged(spans: Sequence[Span]) -> list[Span]:
    """Return spans in their order, those beside each other as one."""
    merged: list[Span] = []
    for start, stop in sorted(spans):
        if merged and merged[-1][1] == start:
            merged[-1] = merged[-1][0], stop
        else:
            merged.append((start, stop))
    return merged


def together(one: Example) -> str:
    """Return the stretches that do most; nothing where none was left out, or none does anything."""
    faint = one.attribution.explained.faint
    found = sorted(one.attribution.stretches, key=lambda stretch: -abs(stretch.effect))
    named = (
        f"{steps_name(stretch.start, stretch.stop)} {mark(stretch.effect, faint)}"
        for stretch in found[:LISTED_PARTS]
        if abs(stretch.effect) >= faint
    )
    return ", ".join(named)


def channels(one: Example) -> str:
    """Return the channels that matter most; nothing where there is one, or none was asked about."""
    faint = one.attribution.explained.faint
    found = () if one.series is None else one.series.channels
    known = [(own.name, own.effect) for own in found if own.effect is not None]
    top = sorted(known, key=lambda own: -abs(own[1]))[:LISTED_CHANNELS]
    named = ", ".join(f"{excerpt(name, LABEL_WIDTH)} {mark(effect, faint)}" for name, effect in top)
    return f"each held at its mean: {named}" if named else ""


def part_name(one: Example, k: int) -> str:
    """Return a token in quotes, or the steps of a window."""
    part = one.parts[k]
    return f"'{token(part)}'" if one.series is None else steps_name(part.start, part.stop)


def _span_name(one: Example, start: int, stop: int) -> str:
    """Return what a part, or a stretch of a series, is called."""
    if one.series is not None:
        return steps_name(start, stop)
    return part_name(one, next(k for k, part in enumerate(one.parts) if part.start == start))


def steps_name(start: int, stop: int) -> str:
    """Return some steps, counted from 1."""
    return f"step {stop}" if stop == start + 1 else f"steps {start + 1} to {stop}"


def token(part: SequencePart) -> str:
    """Return a token as it can be seen; of a numeric sequence, the steps from 1 and the values."""
    text = part.text.replace(" ", "␣") if part.text.isspace() else part.text
    text = fit(text, TOKEN_WIDTH) or "<empty>"
    return text if part.known else f"‹{text}›"


def mark(effect: float, faint: float) -> str:
    """Return the sign of an effect as a triangle, and its size; NaN is no effect at all."""
    if math.isnan(effect):
        return UNDEFINED
    if abs(effect) < faint:
        return "·"
    return f"{'▲' if effect > 0 else '▼'}{signed(effect, faint)[1:]}"


def signed(effect: float, faint: float) -> str:
    """Return an effect with its sign, and as many digits as a faint one needs to show two."""
    decimals = max(0, 1 - math.floor(math.log10(faint)))
    return f"{effect:+.{decimals}f}"


def _drawn(why: Attribution) -> list[float]:
    """Return the levels after each part, few enough to be drawn."""
    values: list[float] = why.running.tolist()
    stride = -(-len(values) // SPARKLINE_WIDTH)
    return values[len(values) - 1 :: -stride][::-1]


def last_change(why: Attribution) -> int | None:
    """Return the part from which on the last answer leads; None if from the start on."""
    leading = why.leading or ()
    return next((k for k in reversed(range(1, len(leading))) if leading[k] != leading[k - 1]), None)


def running(one: Example) -> str:
    """Return the level at both ends, and since when the answer stands."""
    why = one.attribution
    first, last = f"{why.running[0]:.3f}", f"{why.running[-1]:.3f}"
    levels = f"{why.explained.level_name} {first} to {last}"
    if why.leading is None:
        return levels
    changed, where = last_change(why), "the start"
    if changed is not None:
        where = f"{part_name(one, changed)} ({changed + 1} of {len(why.running)})"
    return f"{levels}; {_name(why.leading[-1])} leads from {where} on"


def check(why: Attribution, found: Check) -> str:
    """Return what the top parts do to the level, beside as many random ones."""
    name, number = why.explained.level_name, found.parts

    def left(drop: float) -> str:
        return f"{abs(why.level - drop):.3f}"  # a level of 0 may come out below it, by rounding

    return (
        f"without the top {number}: {name} {left(found.comprehensiveness)} ({number} random: "
        f"{left(found.random_comprehensiveness)}); with nothing else: "
        f"{left(found.sufficiency)} (random: {left(found.random_sufficiency)})"
    )


def part_noun(one: Example) -> str:
    """Return what a part is: a token, a step, or a window of them."""
    return one.unit if len(one.parts) == one.parts[-1].stop else "window"


def _name(label: str) -> str:
    return f"'{excerpt(label, LABEL_WIDTH)}'" if label else "nothing"
