"""Texts as targets: fitted, encoded, judged, answered, and back from JSON.

Covers: tasks/generate/answering, tasks/writing_task.
"""

import dataclasses
import json

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.symbols import END, UNKNOWN, Symbols
from grucli.data.text.vocabulary import Vocabulary
from grucli.engine.steps import Steps
from grucli.errors import ConfigError, DataError
from grucli.tasks import reported, task_from_json, task_type
from grucli.tasks.columns import AnswerOptions
from grucli.tasks.drafts import Draft, Drafts
from grucli.tasks.writing_task import give_copies_

PAIRS = [("cat", "K AE T"), ("hat", "HH AE T"), ("cat", "K AH T"), ("a", "AH"), ("", "")]
RECORDS = [Record(number=k, text=a, label=b) for k, (a, b) in enumerate(PAIRS, 1)]
GENERATE = task_type("generate")


@pytest.fixture(name="task")
def _task():
    symbols = Symbols.fit([label for _, label in PAIRS], "space")
    return GENERATE(symbols=symbols, longest=4)


def draft(task, text, score=-0.5, **more):
    (ids,) = task.symbols.encode([text]).per_sequence()
    return Draft(symbols=tuple(ids[:-1].tolist()), score=score, **more)


def drafts(task, *texts):
    return Drafts(rows=[[draft(task, text)] for text in texts])


def test_targets_become_symbols_and_back(task):
    targets = task.encode(RECORDS)
    assert task.symbols.kind == "space"
    assert targets.lengths.tolist() == [4, 4, 4, 2, 1]
    assert all(own[-1] == END for own in targets.per_sequence())
    assert task.written(targets) == [label for _, label in PAIRS]
    assert (task.longest, task.num_outputs, task.labels) == (4, len(task.symbols), ())
    assert task.known(targets).all()
    assert not task.strata(targets).any()
    assert task.can_learn_from(targets)
    assert not task.can_learn_from(targets[np.array([0, 0])])


def test_a_file_tells_the_symbols_and_the_longest_text():
    task = GENERATE.fit("t.csv", RECORDS)
    assert (task.symbols.kind, task.longest) == ("char", len("HH AE T") + 1)
    assert task.written(task.encode(RECORDS)) == [label for _, label in PAIRS]


def test_all_targets_alike_teach_nothing():
    with pytest.raises(DataError, match="all targets are the same text"):
        GENERATE.fit("t.csv", RECORDS[:1] * 3)


def test_a_target_longer_than_any_answer_is_refused_before_it_is_learned(task):
    fits = [Record(number=1, text="a", label="x" * 65_535), RECORDS[0]]
    found = GENERATE.fit("t.csv", fits)
    assert task_from_json(found.to_json()) == found
    longer = [Record(number=1, text="a", label="x " * 65_536), RECORDS[0]]
    for fit in (GENERATE.fit, task.grown):
        with pytest.raises(DataError, match=r"t\.csv: a target has .*, 65,535 can be written"):
            fit("t.csv", longer)


def test_a_task_is_what_its_json_says(task):
    meta = json.loads(json.dumps(task.to_json()))
    again = task_from_json(meta)
    assert again == task
    assert again.num_outputs == task.num_outputs
    assert "words" not in reported(task)
    assert task.head_json() == {"num_symbols": task.num_outputs}
    assert task_from_json(meta | {"growth": 0.5}) == dataclasses.replace(task, growth=0.5)
    assert task_from_json({k: v for k, v in meta.items() if k != "growth"}) == task  # as before
    lengths = ({"longest": 0}, {"longest": True}, {"longest": 1 << 40}, {"growth": -0.5})
    for damage in (*lengths, {"growth": 1}, {"growth": 1e9}, {"words": {}}):
        with pytest.raises((KeyError, TypeError, ValueError)):
            task_from_json(meta | damage)


def test_a_grown_task_writes_all_that_it_could_and_more(task):
    more = [Record(number=1, text="zoo", label="Z UW UW UW UW")]
    grown = task.grown("more.csv", more)
    assert grown.symbols.texts[: len(task.symbols.texts)] == task.symbols.texts
    assert (grown.longest, len(grown.symbols)) == (6, len(task.symbols) + 2)
    assert grown.outputs_from(task).shape == (len(grown.symbols), len(task.symbols))
    assert grown.grown("more.csv", more) == grown


@pytest.mark.parametrize(
    ("lengths", "sizes", "growth", "room"),
    [
        ([1, 2, 3, 4], [3, 5, 7, 9], 2.0, 1),  # on a line
        ([2, 4, 6, 8], [3, 9, 4, 6], 0.2, 9),  # 0.2 n + 4.5, raised to the 9 at 4
        ([3, 3, 3], [2, 5, 4], 0.0, 5),  # nothing tells how they grow
        ([1, 2, 3], [9, 5, 2], 0.0, 9),  # shorter answers to longer inputs are none that grow
    ],
)
def test_answers_may_be_as_long_as_the_line_above_all_targets(task, lengths, sizes, growth, room):
    lengths, sizes = np.array(lengths), np.array(sizes)
    targets = Steps(values=np.zeros(sizes.sum(), np.int32), lengths=sizes)
    found = task.bounded(lengths, targets)
    assert (found.growth, found.longest) == (growth, room)
    assert (found.limits(lengths) >= sizes).all()
    assert (found.limits(lengths) == sizes).any()
    assert found.limits(np.array([100])).tolist() == [room + int(growth * 100)]
    assert found.limits(np.array([10**9]))[0] <= 1 << 16
    assert f"{room - 1}" in found.listed


def test_held_out_rows_are_judged_by_symbols_and_as_a_whole(task):
    targets = task.encode(RECORDS[:2])
    log_p = np.log([0.5, 0.5, 1, 1, 0.25, 1, 1, 1])
    right = np.array([1, 1, 1, 1, 0, 1, 1, 1])
    scores = Steps(values=np.stack((log_p, right), axis=1), lengths=targets.lengths)
    found = task.held_out(scores, targets)
    assert found.loss == pytest.approx(-log_p.mean())
    assert found.figures == {"exact_match": 0.5, "symbol_accuracy": 7 / 8}
    assert task.row_losses(scores, targets) == pytest.approx([-log_p[:4].sum(), -log_p[4:].sum()])
    assert task.blend([scores], targets).tolist() == [1.0]
    assert task.calibrated(scores, targets, {}) is task
    assert task.calibration == ()
    assert task.calibration_error(scores, targets) is None


def test_answers_are_texts_and_say_where_they_were_cut(task):
    cut = draft(task, "K AE", score=-2.0, is_ended=False)
    rows = Drafts(rows=[[draft(task, "K AE T"), cut], [cut]])
    assert [one.text for one in task.typed_answers(rows)] == ["K AE T", "K AE"]
    assert [one.finish for one in task.typed_answers(rows)] == ["end", "length"]
    found = task.answers(rows, AnswerOptions(top_k=2))
    assert found.table["text_2"] == ["K AE", ""]
    copied = Draft(symbols=(UNKNOWN, UNKNOWN), copied=("x", "y"))
    assert task.texts(Drafts(rows=[[copied]])) == ["x y"]


def test_the_scorecard_counts_each_input_once_with_all_that_is_true_of_it(task):
    answers = drafts(task, "K AH T", "HH AH T", "K AH T", "AH", "")
    card = task.measure(answers, task.encode(RECORDS), RECORDS)
    assert (card.rows, card.figures[0].measure.name) == (5, "exact_match")
    assert card.figures[0].value == pytest.approx(3 / 4)
    right = task.right(answers, task.encode(RECORDS))
    assert right.tolist() == [False, False, True, True, True]


def test_wrong_answers_the_most_confident_first(task):
    rows = Drafts(
        rows=[[draft(task, "AH", -0.9)], [draft(task, "HH AE T", -0.1)], [draft(task, "K", -0.2)]]
    )
    targets = task.encode(RECORDS[:3])
    found = task.mistakes(rows, targets)
    assert found.rows.tolist() == [2, 0]
    assert found.answers == {"predicted": ["K", "AH"], "score": [-0.2, -0.9]}
    assert task.pictures(rows, targets).errors.sizes.tolist() == [1, 0, 1]
    assert task.certainty(rows).tolist() == [-0.9, -0.1, -0.2]
    assert task.support(rows, targets).tolist() == [0, 1, 0]
    assert task.num_answers(rows) == 3
    assert task.agree(rows, rows[np.array([0, 2, 1])]).tolist() == [True, False, False]
    assert task.distance(rows, rows).tolist() == [0, 0, 0]
    assert task.arrays(rows, targets)["predictions"].tolist() == ["AH", "HH AE T", "K"]


def test_what_is_said_of_a_file(task):
    assert task.describe(RECORDS).startswith("targets: 5 texts of 0 to 3 symbols, median 3, ")
    assert task.facts(RECORDS) == {"target_median": 3.0, "target_longest": 3}
    assert task.named_facts({"a": 1}) == {"a": 1}
    assert task.target_facts(RECORDS).figures["distinct_targets"] == 5
    assert task.listed == f"texts of at most 3 of {len(task.symbols)} symbols"
    blind = task.baseline(task.encode([*RECORDS, RECORDS[0]]))
    assert (blind.value, blind.subject) == (pytest.approx(2 / 6), "K AE T")
    assert task.has_learned({}, {"kept_exact_match": 0.1})
    assert not task.has_learned({}, {"valid_exact_match": 0.0})
    assert task.has_learned({}, {})


def test_settings_and_flags_that_texts_do_not_have(task):
    settings = {"label_smoothing": 0.1, "class_weight": "none", "loss": None}
    assert task.objective(settings).label_smoothing == 0.1
    assert task.row_factors(task.encode(RECORDS), settings) is None
    refusing = [
        lambda: task.objective(settings | {"loss": "huber"}),
        lambda: task.row_factors(task.encode(RECORDS), settings | {"class_weight": "balanced"}),
        lambda: task.sure(drafts(task, "AH"), 0.5),
        lambda: task.check_target("AH"),
        lambda: task.explained(drafts(task, "AH"), None),
    ]
    for ask in refusing:
        with pytest.raises(ConfigError):
            ask()


def test_copies_are_the_symbols_that_tokens_spell(task):
    vocabulary = Vocabulary(["AH", "zz", "T"])
    found = task.copies_of(vocabulary)
    assert found[:2].tolist() == [UNKNOWN, UNKNOWN]  # of <unknown> and <empty>
    assert [task.symbols.pieces([k])[0] for k in found[[2, 4]].tolist()] == ["AH", "T"]
    assert found[3] == UNKNOWN
    encoder = TextEncoder(vocabulary, "space", 9)
    give_copies_(encoder, task)
    assert encoder.encode([Record(number=1, text="AH zz")]).copies is encoder.copies


def test_another_beam_is_no_other_task(task):
    assert task.searching(9).beam == 9
    assert task.searching(9) == task
    assert dataclasses.replace(task, longest=9) != task
