"""From figures to sentences, each by one fixed rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grucli.errors import at_end, counted
from grucli.inspection.health import LayerHealth, gates_see_states
from grucli.inspection.living_units import living_times
from grucli.inspection.memory import Horizon
from grucli.inspection.report import Input, Level, Verdict
from grucli.inspection.training_flow import TrainingFlow
from grucli.model.network import Architecture

CANDIDATE_RATIO = 3.0  # horizon over what the keep gates hold
WHOLE_SHARE = 0.9  # of the 95th percentile of the lengths
IGNORED_SHARE = 0.2  # of the median length
VANISHED, EXPLODED = 1e-3, 100.0  # of the gradient by the last state
LISTED_UNITS = 12
DEAD = "is dead", "are dead", "with a state that never varies"  # of one unit, of several, and why
FROZEN = "is frozen", "are frozen", "with keep always above 0.99"
NO_CARRY = "carries nothing", "carry nothing", "with keep always below 0.01"
RESET_SHUT = "always resets", "always reset", "with reset below 0.01"
ADVICE = {
    "gates.dead_units": "try a smaller model.hidden_size, or a lower training.learning_rate",
    "gates.frozen": "fine where memory is long, else try a lower training.learning_rate",
    "gates.no_carry": "fine where steps near by decide, else try model.initialisation=chrono",
    "gates.reset_shut": "fine where scores are good, else try a lower training.learning_rate",
    "gates.constant_keep": "fine, but a smaller model.hidden_size may do",
    "gates.constant_reset": "fine, but a smaller model.hidden_size may do",
    "memory.one_answer": "run data of several answers, or train with more rows of the others",
    "memory.candidate_path": "fine, but for longer spans try model.initialisation=chrono",
    "memory.whole": "keep them whole: data.max_length must not cut them",
    "memory.redundant": "try shorter inputs, and look for a mark that gives the answer away",
    "memory.ignores_start": "try shorter inputs, or model.initialisation=chrono if it matters",
    "memory.ignores_end": "try shorter inputs (data.max_length), or look at what begins them",
    "memory.vanishing_gradient": "fine where the end decides, else try model.initialisation=chrono",
    "memory.exploding_gradient": "try a lower training.learning_rate or training.clip_norm",
    "trust.unlearned": "train on more rows or for more epochs, or look at the columns",
    "trust.idle_recurrence": "fine where scores are good, else train on more rows, for more epochs "
    "or with a higher training.learning_rate",
    "trust.no_effect": "believe no reason that is shown, and look at the scores",
    "trust.disagree": "believe only what all of them name",
    "trust.incomplete": "rely on the other two methods there",
    "trust.believed": "fine, where the data are like these",
    "compare.looks_back": "fine if its scores are no worse, else take the one that looks further",
    "compare.unlearned": "train it further, then compare again",
}
"""What to do, by the id of each rule. The ids stay as they are."""
IDS = tuple(ADVICE)
OF_HORIZONS = (
    "memory.candidate_path",
    "memory.whole",
    "memory.redundant",
    "memory.ignores_start",
    "memory.ignores_end",
)
"""Rules that judge how far back decisions look: of no use where these are guesses, or others'."""


def verdicts(
    architecture: Architecture,
    data: Input,
    health: Sequence[LayerHealth],
    horizons: Sequence[Horizon],
    flow: TrainingFlow | None = None,
) -> tuple[Verdict, ...]:
    """Apply every rule; `flow` is what is known of the training, if anything."""
    found = [verdict for part in health for verdict in _of_units(part, architecture)]
    found += _of_memory(architecture, data, health, horizons)
    if flow is not None and reads_the_end(architecture):
        found += _of_gradients(flow, data)
    return tuple(found)


def units_line(units: Sequence[int]) -> str:
    """Return which units they are: "unit 4", "units 4 17 40"."""
    return f"unit {units[0]}" if len(units) == 1 else f"units {listed(units)}"


def listed(units: Sequence[int]) -> str:
    """Return unit numbers, at most 12: "4 17 40"."""
    numbers = " ".join(map(str, units[:LISTED_UNITS]))
    return f"{numbers} …" if len(units) > LISTED_UNITS else numbers


def _of_units(part: LayerHealth, architecture: Architecture) -> Iterator[Verdict]:
    size = architecture.hidden_size

    def of_units(
        name: str, units: Sequence[int], what: tuple[str, str, str], level: Level = "warning"
    ) -> Iterator[Verdict]:
        one, several, why = what
        if units:
            number, which = f"{len(units)} of {size}", f": {units_line(units)} (counted from 0)"
            if len(units) == size > 1:
                number, which = f"all {size}", ""
            said = f"{one if len(units) == 1 else several}, {why}"
            yield verdict(
                f"gates.{name}",
                f"{part.name}: {number} units {said}{which}",
                (f"{name} of {part.name}", len(units), 0),
                level,
            )

    yield from of_units("dead_units", part.dead, DEAD)
    for gate in part.gates:
        if gate.name == "keep":
            yield from of_units("frozen", gate.open, FROZEN)
            yield from of_units("no_carry", gate.shut, NO_CARRY)
        else:
            yield from of_units("reset_shut", gate.shut, RESET_SHUT)
        gates = f"a constant {gate.name} gate"
        what = f"has {gates}", f"have {gates}", "which could be a bias"
        yield from of_units(f"constant_{gate.name}", gate.constant, what, "note")


def _of_memory(
    architecture: Architecture,
    data: Input,
    health: Sequence[LayerHealth],
    horizons: Sequence[Horizon],
) -> Iterator[Verdict]:
    if architecture.reads_steps:  # what a step needs is no whole, and no end
        return
    if data.answers == 1:
        yield verdict(
            "memory.one_answer",
            "every decision is the same one: the context horizon says nothing",
            ("answers", 1, 1),
            "warning",
        )
        return
    yield from _of_horizons(horizons, data)
    if health[0].gates and reads_the_end(architecture) and gates_see_states(architecture.cell):
        yield from _of_candidate_path(health, horizons)


def reads_the_end(architecture: Architecture) -> bool:
    """Whether the last state alone is read, so that all else must come through it."""
    is_whole = not (architecture.reads_steps or architecture.writes)
    return is_whole and not architecture.bidirectional and architecture.pooling == ("last",)


def _of_gradients(flow: TrainingFlow, data: Input) -> Iterator[Verdict]:
    """Say where the signal of training does not arrive, or is blown up on its way."""
    distance = max((far for far in flow.reach if far < data.median_length), default=None)
    if distance is not None and (left := flow.reach[distance][-1]) < VANISHED:
        yield verdict(
            "memory.vanishing_gradient",
            f"at the end of training {left:.1e} of the gradient was left "
            f"{counted(distance, 'step')} back: what stands there is hardly learned",
            (f"gradient {distance} back / by the last state", left, VANISHED),
            "warning",
        )
    most = max((share for row in flow.reach.values() for share in row), default=0.0)
    if most > EXPLODED:
        yield verdict(
            "memory.exploding_gradient",
            f"gradients grew up to {most:.1e} times on their way back in training",
            ("largest gradient / by the last state", most, EXPLODED),
            "warning",
        )


def _of_candidate_path(
    health: Sequence[LayerHealth], horizons: Sequence[Horizon]
) -> Iterator[Verdict]:
    """Where only the last state is read, what is far must have been kept, or written anew."""
    each = [
        living_times(times, part.dead)
        for part in health
        for times in (part.leak, part.reach)
        if times is not None
    ]
    longest = max((one.longest for one in each if one is not None), default=0.0)
    needed = next(horizon.h99 for horizon in horizons if horizon.side == "end")
    # The last step alone needs no memory, and where all units are dead there is none.
    if longest and needed > max(1, CANDIDATE_RATIO * longest):
        yield verdict(
            "memory.candidate_path",
            f"the keep gates forget in {longest:.1f} steps, but decisions need {needed}: "
            "memory is carried by the candidate path, not by the keep gate",
            (
                "h99 from the end / longest leak time or reach of a keep gate",
                needed / longest,
                CANDIDATE_RATIO,
            ),
        )


def _of_horizons(horizons: Sequence[Horizon], data: Input) -> Iterator[Verdict]:
    """Say what the steps near to either end decide: one verdict at most, of both ends together.

    Where the first steps decide, all others are passed over to reach them from the end: then long
    memory is no use of the whole. Where either end alone decides, neither is ignored.
    """
    whole, ignored = WHOLE_SHARE * data.long_length, IGNORED_SHARE * data.median_length
    deciding = [horizon for horizon in horizons if horizon.h99 < ignored]
    least, most = sorted(horizon.h99 for horizon in horizons)
    if len(deciding) == 2:
        yield verdict(
            "memory.redundant",
            f"either end alone decides, within {counted(most, 'step')}: sequences are redundant",
            ("h99, the longer of both", most, ignored),
        )
    elif deciding:
        yield _of_one_end(deciding[0], ignored)
    elif least >= whole:
        yield verdict(
            "memory.whole",
            f"the model uses whole sequences: it needs {least} steps from either end",
            ("h99, the shorter of both", least, whole),
        )


def _of_one_end(horizon: Horizon, ignored: float) -> Verdict:
    near, far = ("last", "start") if horizon.side == "end" else ("first", "end")
    return verdict(
        f"memory.ignores_{far}",
        f"decided by the {at_end(near, horizon.h99, 'step')}: the model ignores the {far}",
        (f"h99 from the {horizon.side}", horizon.h99, ignored),
    )


def verdict(
    name: str, found: str, judged: tuple[str, float, float], level: Level = "note"
) -> Verdict:
    """Return what is found, followed by what to do; `judged` is a figure, its value and bound."""
    figure, value, threshold = judged
    return Verdict(
        id=name,
        level=level,
        text=f"{found}; {ADVICE[name]}",
        figure=figure,
        value=value,
        threshold=threshold,
    )
