import dataclasses

import numpy as np
import pytest

from grucli.data.batches import pack
from grucli.data.text.vocabulary import EMPTY
from grucli.inspection.attribution import explain, spans
from grucli.model.network import Model
from grucli.model.runner import Runner
from grucli.tasks.classify.task import Classify
from grucli.training.trainer import Trainer
from tests.examples import joined
from tests.inspection.helpers import alone, architecture, random_model, random_tokens, softmax
from tests.training.helpers import RECIPE

NOTHING = np.array([EMPTY], np.int32)
WAYS = [
    {},
    {"cell": "rnn"},
    {"cell": "mingru"},
    {"num_outputs": 1, "bidirectional": False, "pooling": ("last",)},
]


def each_alone(model, sequences):
    return scores_of([alone(model, one) for one in sequences])


def together(model, sequences):
    """Return what `each_alone` does, in one batch."""
    batch = pack(joined(sequences), np.arange(len(sequences)))
    logits = Runner(model).forward(batch)
    ordered = np.empty_like(logits)
    ordered[batch.rows] = logits
    return ordered


def explained(model, steps, most=99, target=None, seed=0, score=each_alone):
    def run(kept):
        left = [steps[mask] for mask in kept]
        return score(model, [one if len(one) else NOTHING for one in left]), None

    parts = spans(len(steps), most)
    with_nothing = steps.ndim == 1
    task = Classify(labels=tuple(map(str, range(max(2, model.architecture.num_outputs)))))
    why = explain(
        run,
        parts,
        lambda scores: task.explained(scores, None if target is None else str(target)),
        seed=seed,
        with_nothing=with_nothing,
    )
    return why, parts


def scores_of(logits):
    """Logits of all classes as the head gives them: of two, the difference alone."""
    logits = np.array(logits)
    return logits[:, 1:] - logits[:, :1] if logits.shape[1] == 2 else logits


@pytest.mark.parametrize("changes", WAYS)
@pytest.mark.parametrize("most", [99, 4])
def test_effects_and_running_probabilities_are_those_of_running_it_again(changes, most):
    model = random_model(scale=1.5, **changes)
    (ids,) = random_tokens((11,))
    why, parts = explained(model, ids, most)
    order = np.argsort(-alone(model, ids))
    target, other = why.explained.target, why.explained.other
    assert (target, other) == (order[0], order[1])

    def margin(kept):
        logits = alone(model, kept)
        return logits[target] - logits[other]

    assert why.margin == pytest.approx(margin(ids), abs=1e-12)
    for k, (start, stop) in enumerate(parts):
        without = np.delete(ids, np.s_[start:stop])
        assert why.effect[k] == pytest.approx(margin(ids) - margin(without), abs=1e-12)
        p = softmax(alone(model, ids[:stop]))
        assert why.running[k] == pytest.approx(p[target], abs=1e-12)
        assert why.leading[k] == str(p.argmax())
    assert why.level == why.explained.probabilities[target]
    assert why.explained.probabilities.argmax() == target


def test_the_check_is_what_deleting_and_keeping_the_top_gives():
    model = random_model(scale=1.5)
    (ids,) = random_tokens((10,))
    why, _ = explained(model, ids)
    top = np.argsort(-why.effect)[:2]

    def p(kept):
        return softmax(alone(model, kept))[why.explained.target]

    assert why.check.parts == 2
    assert why.check.comprehensiveness == pytest.approx(p(ids) - p(np.delete(ids, top)))
    assert why.check.sufficiency == pytest.approx(p(ids) - p(ids[np.sort(top)]))
    other, _ = explained(model, ids, seed=1)
    assert other.check.comprehensiveness == why.check.comprehensiveness
    assert other.check.random_comprehensiveness != why.check.random_comprehensiveness
    same, _ = explained(model, ids)
    assert same.check == why.check


def test_a_target_is_set_against_the_best_other():
    model = random_model(scale=1.5)
    (ids,) = random_tokens((6,))
    order = np.argsort(-alone(model, ids))
    for target, other in ((order[0], order[1]), (order[1], order[0]), (order[2], order[0])):
        why, _ = explained(model, ids, target=int(target))
        assert (why.explained.target, why.explained.other) == (target, other)
        logits = alone(model, ids)
        assert why.margin == pytest.approx(logits[target] - logits[other])


@pytest.mark.parametrize("seed", range(6))
def test_what_would_change_the_answer_is_the_fewest_of_the_strongest(seed):
    model = random_model(seed, scale=1.5)
    (ids,) = random_tokens((9,), seed=seed)
    why, _ = explained(model, ids)
    order = [k for k in np.argsort(-why.effect, kind="stable").tolist() if why.effect[k] > 0]
    for number in range(1, len(order) + 1):
        left = np.delete(ids, order[:number])
        answer = str(alone(model, left if len(left) else NOTHING).argmax())
        if answer != why.leading[-1]:
            break
    if not order:
        assert why.turn is None
        return
    assert why.turn.spans == tuple((k, k + 1) for k in order[:number])
    assert why.turn.answer == answer
    assert why.turn.is_another == (answer != why.leading[-1])
    p = softmax(alone(model, left if len(left) else NOTHING))
    assert why.turn.level == pytest.approx(p[why.explained.target])


def test_of_numbers_one_part_is_left():
    model = random_model(vocabulary_size=0, scale=1.5)
    steps = np.random.default_rng(0).normal(size=(2, 3)).astype(np.float32)
    for target in (0, 1, 2):
        turn = explained(model, steps, target=target)[0].turn
        assert turn is None or len(turn.spans) == 1


@pytest.mark.parametrize("length", [23, 24, 50, 131])
def test_stretches_of_a_series_are_left_out_as_one(length):
    model = random_model(vocabulary_size=0, scale=1.5)
    steps = np.random.default_rng(0).normal(size=(length, 3)).astype(np.float32)
    why, parts = explained(model, steps, 60)
    if length < 24:
        assert why.stretches == ()
        return
    c, o = why.explained.target, why.explained.other
    assert [one.start for one in why.stretches[1:]] == [one.stop for one in why.stretches[:-1]]
    assert (why.stretches[0].start, why.stretches[-1].stop) == (0, length)
    assert len(why.stretches) == 12
    ends = {stop for _, stop in parts}
    for one in why.stretches:
        assert one.stop in ends
        rest = alone(model, np.delete(steps, np.s_[one.start : one.stop], axis=0))
        assert one.effect == pytest.approx(why.margin - (rest[c] - rest[o]))
    if why.turn is not None:
        assert set(why.turn.spans) <= {(one.start, one.stop) for one in why.stretches}


def test_a_text_has_no_stretches():
    (ids,) = random_tokens((40,))
    assert explained(random_model(), ids)[0].stretches == ()


def test_a_single_token_leaves_an_empty_text():
    model = random_model()
    (ids,) = random_tokens((1,))
    why, _ = explained(model, ids)
    whole, empty = alone(model, ids), alone(model, NOTHING)
    c, o = why.explained.target, why.explained.other
    assert why.effect[0] == pytest.approx((whole[c] - whole[o]) - (empty[c] - empty[o]))
    assert why.check is None


def test_a_single_step_of_numbers_leaves_nothing():
    model = random_model(vocabulary_size=0)
    steps = np.ones((1, 3), np.float32)
    why, _ = explained(model, steps)
    assert np.isnan(why.effect).tolist() == [True]
    assert why.check is None


def test_numbers_are_deleted_by_windows():
    model = random_model(vocabulary_size=0, scale=1.5)
    steps = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    why, parts = explained(model, steps, 3)
    assert parts == ((0, 3), (3, 6), (6, 7))
    rest = alone(model, np.concatenate((steps[:3], steps[6:])))
    c, o = why.explained.target, why.explained.other
    assert why.effect[1] == pytest.approx(why.margin - (rest[c] - rest[o]))


def test_a_stride_is_not_divided():
    assert spans(10, 60, 4) == ((0, 4), (4, 8), (8, 10))
    assert [stop - start for start, stop in spans(500, 60, 4)] == [12] * 41 + [8]
    assert spans(3, 60, 4) == ((0, 3),)


def test_spans():
    assert spans(3, 5) == ((0, 1), (1, 2), (2, 3))
    for length in range(1, 130):
        parts = spans(length, 60)
        assert len(parts) <= 60
        assert [step for start, stop in parts for step in range(start, stop)] == list(range(length))


CUES = {2: 0, 3: 0, 4: 1, 5: 1}  # tokens that decide; the others are fillers
PLANTED = {"vocabulary_size": 30, "input_size": 8, "hidden_size": 12, "num_outputs": 1}


def planted(rows, seed):
    rng = np.random.default_rng(seed)
    sequences, targets, places = [], [], []
    for _ in range(rows):
        ids = rng.integers(6, 30, rng.integers(5, 13)).astype(np.int32)
        cue = int(rng.choice([*CUES]))
        place = int(rng.integers(len(ids)))
        ids[place] = cue
        sequences.append(ids)
        targets.append(CUES[cue])
        places.append(place)
    return sequences, targets, places


def auc(model, sequences, places):
    """How often the deciding token has a greater effect than another token of its text."""
    wins = []
    for ids, place in zip(sequences, places, strict=True):
        effect = explained(model, ids, score=together)[0].effect
        others = np.delete(effect, place)
        wins.append(np.mean((effect[place] > others) + 0.5 * (effect[place] == others)))
    return np.mean(wins)


def test_planted_tokens_are_found_in_a_trained_model_and_not_in_a_random_one():
    model = Model(architecture(**PLANTED))
    model.initialise(np.random.default_rng(0))
    sequences, targets, _ = planted(600, 0)
    recipe = dataclasses.replace(
        RECIPE,
        weight_decay=0.0,
        batch_size=32,
        epochs=8,
        averaging=None,
        schedule="constant",
        warmup_steps=0,
        label_smoothing=0.0,
        dtype="float64",
    )
    train, task = joined(sequences, targets), Classify(labels=("a", "b"))
    trainer = Trainer(model, train, None, recipe, seed=0, task=task)
    for _ in trainer.run():
        pass
    sequences, targets, places = planted(60, 1)
    right = [alone(model, ids).argmax() == y for ids, y in zip(sequences, targets, strict=True)]
    assert np.mean(right) > 0.95
    assert auc(model, sequences, places) >= 0.95
    checks = [explained(model, ids, score=together)[0].check for ids in sequences]
    assert np.mean([c.comprehensiveness for c in checks]) > 0.4
    assert np.mean([c.random_comprehensiveness for c in checks]) < 0.25
    chance = []
    for seed in range(10):
        model.initialise(np.random.default_rng(seed))
        chance.append(auc(model, sequences[:20], places[:20]))
    assert 0.4 < np.mean(chance) < 0.6
    effects = np.concatenate([explained(model, ids, score=together)[0].effect for ids in sequences])
    assert np.mean(np.abs(effects) < 0.1) > 0.99  # people are shown dots


def test_what_the_linear_path_adds_is_part_of_the_effect_and_named():
    rng = np.random.default_rng(5)
    own, added = rng.normal(size=(2, 9, 3))

    def run(kept):
        """Logits that are sums over the steps that are left."""
        masks = np.array(kept)
        return masks @ (own + added), masks @ added

    task = Classify(labels=("a", "b", "c"))
    why = explain(
        run, spans(9, 99), lambda scores: task.explained(scores, None), seed=0, with_nothing=True
    )
    c, o = why.explained.target, why.explained.other
    whole = (own + added).sum(axis=0)
    assert list(np.argsort(-whole)[:2]) == [c, o]
    assert why.margin == pytest.approx(whole[c] - whole[o])
    assert why.linear_margin == pytest.approx(np.sum(added[:, c] - added[:, o]))
    np.testing.assert_allclose(why.linear_effect, added[:, c] - added[:, o])
    np.testing.assert_allclose(why.effect, (own + added)[:, c] - (own + added)[:, o])
    assert why.effect.sum() == pytest.approx(why.margin)
    alone_, _ = explained(random_model(), np.arange(2, 6, dtype=np.int32))
    assert alone_.linear_margin is None
    assert alone_.linear_effect is None
