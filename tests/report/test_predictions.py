"""Records of predictions as text."""

import csv
import io
import json
import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grucli.data.records import Record
from grucli.errors import ConfigError
from grucli.prediction.window import Predictions
from grucli.report.cell_text import csv_line, json_line
from grucli.report.predictions import WRITERS, Layout
from grucli.tasks.classify.task import Classify
from grucli.tasks.columns import AnswerOptions, Columns, Lists, NamedNumbers
from tests.data.reading import read
from tests.strategies import unicode_text
from tests.tasks.helpers import logits_of

OF_ANY_TASK = [form for form in WRITERS if form != "conll"]
ABC, AB = Classify(labels=("a", "b", "c")), Classify(labels=("a", "b"))


def layout(task: Classify, **options: Any) -> Layout:
    return Layout.of(task, AnswerOptions(**options), kept={})


def predicted(*rows: Sequence[float] | str) -> Predictions:
    """Return predictions with these probabilities, or errors."""
    records = [
        Record(number=number, error=row) if isinstance(row, str) else Record(number=number)
        for number, row in enumerate(rows, 1)
    ]
    p = np.array([row for row in rows if not isinstance(row, str)])
    return Predictions(
        records=records,
        scores=logits_of(p),
        known=np.ones(len(p)),
        truncated=np.zeros(len(p), bool),
    )


def unescaped(field: str) -> str:
    plain = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    return re.sub(r"\\(.)", lambda match: plain[match[1]], field)


@given(st.lists(st.lists(unicode_text, min_size=2, max_size=4), max_size=4))
def test_any_cells_come_back_from_csv(rows):
    text = "".join(csv_line(row) for row in rows)
    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == rows


@given(st.lists(unicode_text.filter(bool), min_size=2, max_size=5, unique=True), st.data())
def test_any_label_comes_back_from_any_format(labels, data):
    number = len(labels)  # whole weights differ by more than a logarithm rounds
    weights = data.draw(st.lists(st.integers(1, 100), min_size=number, max_size=number))
    probabilities = np.array(weights) / sum(weights)
    best = labels[int(probabilities.argmax())]
    shown = layout(Classify(labels=tuple(labels)))
    lines = {form: WRITERS[form](shown).text(predicted(probabilities)) for form in OF_ANY_TASK}
    assert all(line.endswith("\n") for line in lines.values())
    assert [unescaped(field) for field in lines["label"][:-1].split("\t")] == [best]
    assert unescaped(lines["tsv"][:-1].split("\t")[0]) == best
    assert next(csv.reader(io.StringIO(lines["csv"], newline="")))[0] == best
    assert len(lines["jsonl"].splitlines()) == 1
    one = json.loads(lines["jsonl"])
    assert one["label"] == best
    assert list(one["probabilities"]) == labels
    assert abs(sum(one["probabilities"].values()) - 1) <= len(labels) * 5e-7


def test_ties_go_to_the_first_label_with_and_without_ranking():
    rows = predicted((0.4, 0.4, 0.2), (0.2, 0.4, 0.4), (1 / 3,) * 3)
    ranked = layout(ABC, top_k=3)
    assert WRITERS["label"](layout(ABC)).text(rows) == "a\nb\na\n"
    assert WRITERS["label"](ranked).text(rows) == "a\tb\tc\nb\tc\ta\na\tb\tc\n"


def test_the_threshold_is_compared_with_what_is_printed():
    shown = layout(AB, min_probability=0.7, unknown="?")
    text = WRITERS["tsv"](shown).text(predicted((0.6999996, 0.3000004), (0.6999994, 0.3000006)))
    assert text == "a\t0.700000\n?\t0.699999\n"


@pytest.mark.parametrize("form", OF_ANY_TASK)
def test_an_error_stands_between_the_answers_around_it(form):
    shown = layout(AB, top_k=2)
    lines = WRITERS[form](shown).text(predicted((0.3, 0.7), "t.csv:2: broken", (0.9, 0.1)))
    lines = lines.splitlines()
    alone = [WRITERS[form](shown).text(predicted(row))[:-1] for row in ((0.3, 0.7), (0.9, 0.1))]
    assert lines[0] == alone[0]
    assert lines[2] == alone[1].replace('"row": 1', '"row": 3')
    broken = {"tsv": "<error>\t\t\t", "csv": "<error>,,,", "label": "<error>\t"}
    if form == "jsonl":
        assert json.loads(lines[1])["error"] == "t.csv:2: broken"
    else:
        assert lines[1] == broken[form]


def test_numbers_without_a_value_are_never_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_line({"accuracy": math.nan})


def test_columns_that_are_kept_are_looked_through_for_the_names_of_answers_once(monkeypatch):
    asked = []
    monkeypatch.setattr(Layout, "renamed", property(lambda layout: asked.append(layout) or {}))
    shown = Layout.of(AB, AnswerOptions(), kept={f"v{k}": str for k in range(100)})
    assert WRITERS["csv"](shown).header.startswith("v0,v1,v2,")
    assert len(asked) == 1


class Lengths:
    """A task of another kind: a number an input, and where it lies."""

    num_outputs = 1

    def answers(self, scores: np.ndarray, options: AnswerOptions) -> Columns:
        values = scores[:, 0].tolist()
        interval = NamedNumbers(
            names=[("low", "high")] * len(scores), values=scores + np.array([-1, 1])
        )
        table = {"length": values, "unit": ["m"] * len(values)}
        return Columns(
            table=table, answers=["length"], fields={"length": values, "interval": interval}
        )


def test_columns_are_written_without_knowing_the_task():
    shown = Layout.of(Lengths(), AnswerOptions(), kept={})
    window = Predictions(
        records=[Record(number=1), Record(number=2, error="broken"), Record(number=3)],
        scores=np.array([[2.0], [3.25]]),
        known=np.ones(2),
        truncated=np.array([False, True]),
    )
    written = {form: WRITERS[form](shown).text(window) for form in OF_ANY_TASK}
    assert written["tsv"] == "2.000000\tm\n<error>\t\n3.250000\tm\n"
    assert written["label"] == "2.000000\n<error>\n3.250000\n"
    assert WRITERS["csv"](shown).header == "length,unit\n"
    assert written["csv"] == "2.000000,m\n<error>,\n3.250000,m\n"
    first, broken, last = map(json.loads, written["jsonl"].splitlines())
    interval = {"low": 1.0, "high": 3.0}
    assert first == {
        "row": 1,
        "length": 2.0,
        "interval": interval,
        "known": 1.0,
        "truncated": False,
    }
    assert broken == {
        "row": 2,
        "length": "<error>",
        "interval": {},
        "known": None,
        "truncated": False,
        "error": "broken",
    }
    assert last["truncated"] is True


class Vowels(Lengths):
    """A task whose answer is a text for each step, with a number beside it."""

    def answers(self, scores: np.ndarray, options: AnswerOptions) -> Columns:
        tags = ["ae"[:count] for count in scores[:, 0].astype(int)]
        sure = [[1 / 3] * len(each) for each in tags]
        fields = {"tags": Lists(values=list(map(list, tags))), "sure": Lists(values=sure)}
        return Columns(table={"tags": tags}, answers=["tags"], fields=fields, steps="tags")


def test_answers_may_be_lists_of_any_length():
    shown = Layout.of(Vowels(), AnswerOptions(), kept={})
    window = Predictions(
        records=[Record(number=1), Record(number=2, error="broken"), Record(number=3)],
        scores=np.array([[2.0], [0.0]]),
        known=np.ones(2),
        truncated=np.zeros(2, bool),
    )
    first, broken, last = map(json.loads, WRITERS["jsonl"](shown).text(window).splitlines())
    assert (first["tags"], first["sure"]) == (["a", "e"], [0.333333, 0.333333])
    assert (broken["tags"], broken["sure"], broken["error"]) == ([], [], "broken")
    assert (last["tags"], last["sure"]) == ([], [])


def test_tokens_are_written_as_they_were_read_with_a_column_more():
    data = "-DOCSTART- -X- O O\n\n\na X\nb\tY\n\nc Z\n\n\n-DOCSTART-\n"
    source, records = read(data, "a.conll", needs_label=False)
    records[1].error = "broken"
    window = Predictions(
        records=records,
        scores=np.array([[2.0]]),
        known=np.ones(1),
        truncated=np.zeros(1, bool),
    )
    conll = WRITERS["conll"](Layout.of(Vowels(), AnswerOptions(), kept={}))
    written = conll.text(window) + conll.rest(source.rest())
    assert written == data.replace("a X", "a X a").replace("b\tY", "b\tY e").replace(
        "c Z", "c Z <error>"
    )


def test_tokens_of_other_forms_are_written_a_line_each():
    window = Predictions(
        records=[
            Record(number=1, tokens=("New\tYork", "é")),
            Record(number=2, error="broken"),
            Record(number=3, tokens=()),
            Record(number=4, tokens=("b",)),
        ],
        scores=np.array([[2.0], [0.0], [1.0]]),
        known=np.ones(3),
        truncated=np.zeros(3, bool),
    )
    conll = WRITERS["conll"](Layout.of(Vowels(), AnswerOptions(), kept={}))
    assert conll.text(window) == "New\\tYork\ta\né\te\n\n\t<error>\n\n\nb\ta\n\n"


def test_conll_needs_an_answer_for_each_token():
    with pytest.raises(ConfigError, match="--to conll: the model has no answer for each token"):
        WRITERS["conll"](layout(AB))
