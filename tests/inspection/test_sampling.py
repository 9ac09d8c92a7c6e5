from collections import Counter

import pytest

from grucli.data.records import Record
from grucli.errors import ConfigError, DataError
from grucli.inspection.report import InspectionSettings
from grucli.inspection.sampling import draw, quotas
from grucli.tasks.classify.task import Classify

LABEL = Classify(labels=("a", "b")).stratum


def settings(size, seed=0):
    return InspectionSettings(sample=size, seed=seed, saturation=(0.1, 0.9))


def records(labels):
    return [Record(number=k, text=str(k), label=label) for k, label in enumerate(labels, 1)]


def drawn(labels, size, seed=0, asked=()):
    return draw(iter(records(labels)), "d.csv", settings(size, seed), asked, "stop", LABEL)


def test_small_data_are_taken_whole_and_in_order():
    sample = drawn("abcab", 5)
    assert [r.number for r in sample.records] == [1, 2, 3, 4, 5]
    assert (sample.rows, sample.skipped, sample.stratified) == (5, 0, False)


def test_each_label_has_its_share():
    sample = drawn("a" * 700 + "b" * 200 + "c" * 100, 50)
    assert Counter(r.label for r in sample.records) == {"a": 35, "b": 10, "c": 5}
    numbers = [r.number for r in sample.records]
    assert numbers == sorted(set(numbers))
    assert (sample.rows, sample.stratified) == (1000, True)


def test_it_is_a_function_of_the_seed():
    numbers = [[r.number for r in drawn("ab" * 300, 20, seed).records] for seed in (0, 0, 1)]
    assert numbers[0] == numbers[1] != numbers[2]


def test_every_record_has_the_same_chance():
    hits = Counter(r.number for seed in range(400) for r in drawn("a" * 20, 5, seed).records)
    assert all(60 <= hits[number] <= 145 for number in range(1, 21))  # 100 expected, sd 8.7


def test_quotas_add_up():
    for counts in ((1, 1, 1), (5, 3, 9), (1, 999), (7,)):
        for size in (1, 2, 5, 100):
            parts = quotas(Counter({str(k): n for k, n in enumerate(counts)}), size)
            assert sum(parts.values()) == min(size, sum(counts))
            assert all(parts[str(k)] <= n for k, n in enumerate(counts))


def test_records_asked_for_are_kept_outside_the_sample():
    sample = drawn("ab" * 300, 4, asked=(1, 599))
    assert sorted(sample.asked) == [1, 599]
    assert sample.asked[599].text == "599"
    assert len(sample.records) == 4


def test_what_cannot_be_drawn():
    with pytest.raises(ConfigError, match=r"--example 3: d.csv has 2 records"):
        drawn("ab", 5, asked=(3,))
    with pytest.raises(DataError, match="no rows"):
        drawn("", 5)
    broken = [*records("ab"), *(Record(number=k, error=f"d.csv:{k}: bad") for k in range(3, 12))]
    with pytest.raises(DataError) as caught:
        draw(broken, "d.csv", settings(9), (), "stop", LABEL)
    assert caught.value.problems == tuple(f"d.csv:{k}: bad" for k in range(3, 8))
    sample = draw(broken, "d.csv", settings(9), (), "skip", LABEL)
    assert (sample.rows, sample.skipped, len(sample.records)) == (2, 9, 2)
    with pytest.raises(DataError, match=r"d\.csv:4: bad"):
        draw(broken, "d.csv", settings(9), (4,), "skip", LABEL)


def test_strata_are_what_the_task_says_they_are():
    found = draw(iter(records("aabbbbbb")), "d.csv", settings(4), (), "stop", lambda record: None)
    assert (len(found.records), found.stratified) == (4, False)
    found = draw(iter(records("aabbbbbb")), "d.csv", settings(4), (), "stop", LABEL)
    assert Counter(record.label for record in found.records) == {"a": 1, "b": 3}
