"""Wrong answers as CSV."""

import numpy as np

from grucli.data.records import Record
from grucli.report.mistakes import mistakes
from grucli.tasks.classify.task import Classify
from tests.tasks.helpers import logits_of
from tests.tasks.tag.helpers import fitted, scores_of, tagged


def test_mistakes_are_sorted_and_ties_keep_the_order_of_rows():
    truths = ("a", "b", "unseen", "b", "a")
    records = [Record(number=k, text=f"t{k}", label=label) for k, label in enumerate(truths, 1)]
    scores = logits_of([(0.4, 0.6), (0.1, 0.9), (0.7, 0.3), (0.9, 0.1), (0.4, 0.6)])
    found = Classify(labels=("a", "b")).mistakes(scores, np.array([0, 1, -1, 1, 0]))
    assert mistakes(records, found) == (
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
    assert mistakes(records, found) == (
        "row,step,token,tag,predicted,probability,text\n"
        "1,2,dog,N,D,0.999753,the dog\n"
        "2,2,run,V,N,0.700000,dogs run\n"
    )
