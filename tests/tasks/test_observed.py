"""What is known of targets, observation by observation."""

import numpy as np

from grucli.data.records import Record
from grucli.engine.steps import Steps
from grucli.tasks import task_type
from grucli.tasks.observed import LEAST_SEEN, MOST_ANSWERS, OF_LABEL, OF_SET, Observed
from tests.tasks.tag.helpers import tagged


def of_classes(classes):
    return Observed.of_classes(np.array(classes), "abcdefgh".__getitem__, "label", OF_LABEL)


def labelled(*labels):
    return [Record(number=k, text="x", label=own) for k, own in enumerate(labels, 1)]


def test_unknown_targets_are_no_observations():
    found = of_classes([1, -1, 0, 1])
    assert found.names == ("a", "b")
    assert found.values.tolist() == [[False, True], [True, False], [False, True]]
    assert found.rows.tolist() == found.places.tolist() == [0, 2, 3]
    assert found.differ
    assert not of_classes([2, 2]).differ
    numbers = Observed.of_numbers(np.array([3.0, np.nan, -1.0]), OF_LABEL)
    assert (numbers.names, numbers.values.tolist()) == ((), [[3.0], [-1.0]])
    assert numbers.rows.tolist() == [0, 2]


def test_what_few_have_or_lack_is_left_out_where_there_is_more():
    many = [0] * LEAST_SEEN + [1] * LEAST_SEEN
    assert of_classes([*many, 2, 3, 3]).names == ("a", "b")
    assert of_classes([0, 1, 1, 2]).names == ("a", "b", "c")
    has = np.zeros((40, 3), bool)
    has[:LEAST_SEEN, 0] = has[: 41 - LEAST_SEEN, 1] = has[:20, 2] = True
    assert Observed.of_sets(has, "xyz", OF_SET).names == ("x", "z")  # nine lack the second


def test_of_many_answers_the_most_frequent_ones_count():
    sizes = np.arange(MOST_ANSWERS + 6) + LEAST_SEEN
    found = Observed.of_classes(
        np.repeat(np.arange(len(sizes)), sizes), "{}".format, "symbol", OF_LABEL
    )
    assert found.names == tuple(map(str, range(6, len(sizes))))


def test_steps_know_their_rows():
    tags = Steps(values=np.array([0, 1, -1, 1, 0]), lengths=np.array([2, 0, 3]))
    found = Observed.of_classes(tags, "ab".__getitem__, "tag", OF_LABEL)
    assert found.rows.tolist() == [0, 0, 2, 2]
    assert found.places.tolist() == [0, 1, 3, 4]
    fewer = found.thinned(2)
    assert (fewer.rows.tolist(), fewer.places.tolist()) == ([0, 2], [0, 4])
    assert fewer.values.tolist() == [[True, False], [True, False]]
    assert found.thinned(4) is found


def test_each_task_says_what_its_targets_are():
    rows = labelled(*"aab")
    found = task_type("classify").fit("d", rows)
    assert found.observed(found.encode(rows)).names == ("a", "b")
    rows = labelled("1.5", "3", "9")
    found = task_type("regress").fit("d", rows)
    assert found.observed(found.encode(rows)).values[:, 0].tolist() == [1.5, 3, 9]
    assert found.observed(found.encode(rows)).truth.is_error
    sets = enumerate([("a",), (), ("a", "b")])
    rows = [Record(number=k, text="x", labels=own) for k, own in sets]
    found = task_type("multilabel").fit("d", rows)
    assert found.observed(found.encode(rows)).values.tolist() == [
        [True, False],
        [False, False],
        [True, True],
    ]
    rows = tagged("B-X I-X O", "O")
    found = task_type("tag").fit("d", rows)
    own = found.observed(found.encode(rows))
    assert [own.names[k] for k in own.values.argmax(axis=1)] == ["B-X", "I-X", "O", "O"]
    rows = labelled("no", "on", "é")
    found = task_type("generate").fit("d", rows)
    own = found.observed(found.encode(rows))
    said = [own.names[k] for k in own.values.argmax(axis=1)]
    assert said == ["n", "o", "<end>", "o", "n", "<end>", "é", "<end>"]
    assert own.rows.tolist() == [0, 0, 0, 1, 1, 1, 2, 2]
