"""Which of two models looks back less, of models whose memory is known."""

import dataclasses

import numpy as np
import pytest

from grucli.inspection.compared_memory import of_memories
from grucli.inspection.memory import Horizon
from tests.inspection.helpers import forgetful_model, random_model, recall_model
from tests.inspection.reports import report, sample, text_model, texts

FILLER = ["filler"] * 20
CUES = [
    (" ".join([*FILLER[:k], cue, *FILLER[k:]]), cue) for k in range(21) for cue in ("bad", "good")
]
FAR = CUES[:2] * 20
LABELS = ("bad", "good")


def looked_into(model, pairs=CUES):
    return report(text_model(model, LABELS), None, sample(texts(*pairs)))


def said(first, second):
    return [(one.id, one.text.partition(";")[0]) for one in of_memories(first, second)]


def with_horizon(one, h99, **shares):
    """Return a report whose decisions from the end agree so often at so many steps."""
    steps, agreement = zip(*((int(k[1:]), share) for k, share in shares.items()), strict=True)
    end = Horizon(side="end", steps=steps, agreement=agreement, distance=agreement, h99=h99)
    return dataclasses.replace(one, horizons=(end, one.horizons[1]))


@pytest.mark.parametrize("keep", [0.3, 0.4])
def test_whoever_forgets_is_named_with_the_steps_that_its_gate_holds(keep):
    """A cue at a distance of k steps counts while 5 tanh(3) keep^k > 1e-3."""
    held = 1 + int(np.log(1e-3 / (5 * np.tanh(3))) / np.log(keep))
    long, short = looked_into(recall_model()), looked_into(forgetful_model(keep))
    words = f"looks back {held} steps"
    assert said(long, short) == [("compare.looks_back", f"B {words}, A 21: B forgets what A keeps")]
    assert said(short, long) == [("compare.looks_back", f"A {words}, B 21: A forgets what B keeps")]
    (found,), (turned,) = list(of_memories(long, short)), list(of_memories(short, long))
    assert found.value == pytest.approx(held / 21) == pytest.approx(1 / turned.value)
    assert found.value < found.threshold
    assert turned.value > turned.threshold


def test_models_that_look_back_alike_are_not_told_apart():
    one = looked_into(recall_model())
    assert said(one, one) == []
    assert said(one, looked_into(forgetful_model(0.95))) == []


def test_memories_of_models_that_have_not_learned_say_little():
    long, short = (looked_into(one, FAR) for one in (recall_model(), forgetful_model(0.05)))
    words = "has not learned (trust.unlearned): that"
    steps = "looks back 1 step and"
    assert said(long, short) == [
        ("compare.unlearned", f"B {words} B {steps} A 21 says little of its memory")
    ]
    assert said(short, long) == [
        ("compare.unlearned", f"A {words} A {steps} B 21 says little of its memory")
    ]
    mute = [(text, LABELS[k // 2 % 2]) for k, (text, _) in enumerate(FAR)]
    both = [looked_into(one, mute) for one in (recall_model(), forgetful_model(0.05))]
    ((_, words),) = said(*both)
    why = "has not learned (trust.unlearned)"
    assert words.startswith(f"A {why} and B {why}: that B looks back")
    assert words.endswith(" says little of their memories")
    (idle,) = (one for one in short.verdicts if one.id == "trust.unlearned")
    idle = dataclasses.replace(idle, id="trust.idle_recurrence")
    ((_, words),) = said(long, dataclasses.replace(short, verdicts=(idle,)))
    assert words.startswith("B has a recurrence without a say (trust.idle_recurrence): that B")


def test_one_answer_without_labels_says_nothing_of_memory():
    unknown = [dataclasses.replace(one, label=None) for one in texts(*FAR)]
    each = [
        report(text_model(one, LABELS), None, sample(unknown))
        for one in (recall_model(), forgetful_model(0.05))
    ]
    assert each[1].input.answers == 1
    assert said(*each) == []


def test_what_may_be_chance_is_not_said():
    one = looked_into(recall_model())  # 42 sequences
    short = with_horizon(one, 5, k5=1.0, k21=1.0)
    assert said(with_horizon(one, 10, k5=37 / 42, k21=1.0), short) != []
    assert said(with_horizon(one, 10, k5=41 / 42, k21=1.0), short) == []
    assert said(with_horizon(one, 8, k5=37 / 42, k21=1.0), short) == []
    assert said(with_horizon(one, 9, k5=37 / 42, k21=1.0), short) != []


def test_where_more_than_the_last_state_is_read_nothing_is_forgotten():
    every = looked_into(random_model(num_outputs=1, pooling=("mean",)))
    data = dataclasses.replace(every.input, answers=2)
    every = dataclasses.replace(every, verdicts=(), input=data)
    short = with_horizon(every, 3, k3=1.0, k21=1.0)
    long = with_horizon(looked_into(recall_model()), 21, k3=0.5, k21=1.0)
    assert said(long, short) == [
        ("compare.looks_back", "B looks back 3 steps, A 21: B passes over what A uses")
    ]


def test_only_models_that_read_the_same_steps_are_compared():
    long, short = looked_into(recall_model()), looked_into(forgetful_model(0.05))
    other = dataclasses.replace(short.input, steps=short.input.steps - 1)
    assert said(long, dataclasses.replace(short, input=other)) == []
    assert said(report(text_model()), short) == said(short, report(text_model())) == []
