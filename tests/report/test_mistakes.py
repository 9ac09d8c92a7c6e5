"""Wrong answers as CSV and as JSON Lines."""

import numpy as np

from grucli.data.records import Record
from grucli.report.mistakes import MistakeList
from grucli.tasks.classify.task import Classify
from tests.tasks.helpers import logits_of
from tests.tasks.tag.helpers import fitted, scores_of, tagged


def test_mistakes_are_sorted_and_ties_keep_the_order_of_rows():
    truths = ("a", "b", "unseen", "b", "a")
    records = [Record(number=k, text=f"t{k}", label=label) for k, label in enumerate(truths, 1)]
    scores = logits_of([(0.4, 0.6), (0.1, 0.9), (0.7, 0.3), (0.9, 0.1), (0.4, 0.6)])
    found = Classify(labels=("a", "b")).mistakes(scores, np.array([0, 1, -1, 1, 0]))
    assert MistakeList(records=records, found=found).csv() == (
        "row,label,predicted,probability,text\n"
        "4,b,a,0.900000,t4\n"
        "3,unseen,a,0.700000,t3\n"
        "1,a,b,0.600000,t1\n"
        "5,a,b,0.600000,t5\n"
    )


def test_of_tags_each_wrong_step_has_a_line_with_its_token():
    records = tagged("D N", "N V", words=["the dog", "dogs run"])
    task = fitted(records)
    scores = scores_of(task, "D D", "N N")
    scores.values[3] = np.log([0.1, 0.7, 0.2])
    found = task.mistakes(scores, task.encode(records))
    assert MistakeList(records=records, found=found).csv() == (
        "row,step,token,tag,predicted,probability,text\n"
        "1,2,dog,N,D,0.999753,the dog\n"
        "2,2,run,V,N,0.700000,dogs run\n"
    )


def test_what_is_kept_stands_between_place_and_truth():
    records = [
        Record(number=1, line=2, text='a "b"', label="a", cells=("x,1", "7")),
        Record(number=2, line=5, text="c", label="b", cells=("", "8")),
    ]
    scores = logits_of([(0.2, 0.8), (0.6, 0.4)])
    found = Classify(labels=("a", "b")).mistakes(scores, np.array([0, 1]))
    wrong = MistakeList(records=records, found=found, kept=("id", "predicted"))
    assert wrong.csv() == (
        "row,line,id,keep.predicted,label,predicted,probability,text\n"
        '1,2,"x,1",7,a,b,0.800000,"a ""b"""\n'
        "2,5,,8,b,a,0.600000,c\n"
    )
    assert wrong.jsonl() == (
        '{"row": 1, "line": 2, "label": "a", "predicted": "b", "probability": 0.8, '
        '"text": "a \\"b\\"", "keep": {"id": "x,1", "predicted": "7"}}\n'
        '{"row": 2, "line": 5, "label": "b", "predicted": "a", "probability": 0.6, '
        '"text": "c", "keep": {"id": "", "predicted": "8"}}\n'
    )


def test_of_tags_json_has_a_step_a_line():
    records = tagged("D N", words=["the dog"])
    task = fitted(records)
    found = task.mistakes(scores_of(task, "D D"), task.encode(records))
    assert MistakeList(records=records, found=found).jsonl() == (
        '{"row": 1, "step": 2, "token": "dog", "tag": "N", "predicted": "D", '
        '"probability": 0.999877, "text": "the dog"}\n'
    )


def test_without_mistakes_there_is_a_header_alone():
    records = [Record(number=1, label="a", values=np.ones((2, 1)))]
    found = Classify(labels=("a", "b")).mistakes(logits_of([(0.8, 0.2)]), np.array([0]))
    wrong = MistakeList(records=records, found=found, kept=("id",))
    assert wrong.csv() == "row,id,label,predicted,probability\n"
    assert wrong.jsonl() == ""
