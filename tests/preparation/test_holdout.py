"""Which rows score the finished model: drawn before anything is learned, or those of a file.

Covers: preparation/bonds.
"""

import dataclasses

import pytest

from grucli.config.resolve import resolve
from grucli.data.labelled import read_table
from grucli.data.records import ReadOptions
from grucli.data.stored import Records
from grucli.errors import ConfigError, DataError
from grucli.preparation.holdout import hold_out
from grucli.preparation.training_file import TrainingFile

from .helpers import prepared, write_csv


def held(path, *assignments, lines=None):
    """Return what is left of a training file and what is held out; `lines` are those of records."""
    config = resolve(assignments=assignments).config
    options = ReadOptions.of(config.data, "stop")
    table = read_table(path, options)
    if lines is not None:
        records = Records.of(
            dataclasses.replace(one, lines=own)
            for one, own in zip(table.records, lines, strict=True)
        )
        table = dataclasses.replace(table, records=records)
    return hold_out(TrainingFile.of(table, options, config, None), config)


def numbers(records):
    return [record.number for record in records]


def logs(tmp_path, spans, labels="ab"):
    """Write series of two steps, each with the times when it begins and ends."""
    rows = []
    for k, span in enumerate(spans):
        rows += [f"m{k},{time},{k}.5,{labels[k % len(labels)]}" for time in span]
    return write_csv(tmp_path / "log.csv", rows, "id,time,value,label")


LOG = ("data.id=id", "data.time=time", "data.values=[value]")


def test_without_the_setting_nothing_is_held_out(reviews):
    for settings in ((), ("data.test=0",)):
        file, holdout = held(reviews, *settings)
        assert holdout is None
        assert len(file.records) == 100


def test_a_share_has_its_part_of_each_label_and_another_seed_draws_others(reviews):
    file, holdout = held(reviews, "data.test=0.25")
    part = holdout.table.records
    assert [record.label for record in part].count("pos") == 15
    assert sorted(numbers(file.records) + numbers(part)) == list(range(1, 101))
    assert holdout.taken == len(part) == 25
    assert holdout.line == (
        "test: 25 of 100 rows held out before anything is learned (25% of each label); 75 are left"
    )
    assert holdout.warnings == ()
    again, other = (held(reviews, "data.test=0.25", f"seed={seed}")[1] for seed in (0, 1))
    assert numbers(again.table.records) == numbers(part) != numbers(other.table.records)


def test_copies_are_on_one_side(tmp_path):
    rows = [f"{'Good' if k % 2 else 'good'} film {k // 2},pos" for k in range(40)]
    rows += [f"bad film {k},neg" for k in range(40)]
    file, holdout = held(write_csv(tmp_path / "t.csv", rows), "data.test=0.3")
    texts = [{one.text.lower() for one in part} for part in (file.records, holdout.table.records)]
    assert texts[0].isdisjoint(texts[1])


def test_labels_of_the_test_part_alone_are_none_that_can_be_answered(tmp_path):
    spans = [(10 * k, 10 * k + 1) for k in range(20)]
    path = logs(tmp_path, spans, "ab" * 8 + "cccc")
    file, holdout = held(path, "data.test=0.2", *LOG)
    assert file.task.labels == ("a", "b")
    texts = [one.text for one in holdout.warnings]
    assert any("4 rows with a label that training lacks" in text for text in texts)
    assert "test part: no row with 'a', 'b'" in texts[-1]


def test_what_follows_in_time_is_held_out_last_whatever_its_place_in_the_file(tmp_path):
    spans = [(10 * k, 10 * k + 9) for k in reversed(range(20))]
    _, holdout = held(logs(tmp_path, spans), "data.test=0.2", *LOG)
    assert numbers(holdout.table.records) == [1, 2, 3, 4]
    assert "(the last 20% in time)" in holdout.line
    _, holdout = held(logs(tmp_path, [(0, 9)] * 20), "data.test=0.2", *LOG)
    assert "(20% of each label)" in holdout.line


def test_rows_that_have_a_line_in_common_with_the_test_part_are_left_out(tmp_path):
    spans = [(10 * k, 10 * k + 19) for k in range(20)]
    lines = [range(10 * k, 10 * k + 20) for k in range(20)]
    file, holdout = held(logs(tmp_path, spans), "data.test=0.2", *LOG, lines=lines)
    assert numbers(holdout.table.records) == [17, 18, 19, 20]
    assert numbers(file.records) == list(range(1, 16))
    assert holdout.taken == 5
    assert "and 1 row over the border left out; 15 are left" in holdout.line


def test_what_tests_nothing_or_leaves_nothing_is_refused(tmp_path, reviews):
    with pytest.raises(ConfigError, match=r"data.test: 0.1% of 100 rows is none"):
        held(reviews, "data.test=0.001")
    twins = write_csv(tmp_path / "twins.csv", ["good,pos", "bad,neg"] * 20)
    with pytest.raises(ConfigError, match="no 20% can be held out: rows with equal inputs"):
        held(twins, "data.test=0.2")
    path = logs(tmp_path, [(10 * k, 10 * k + 1) for k in range(20)], "aaaaaaaaaaaaaaaabbbb")
    with pytest.raises(DataError, match=r"without the test part \(4 rows\) too little is left"):
        held(path, "data.test=0.2", *LOG)


def test_a_file_that_the_model_could_not_read_is_refused_before_training(tmp_path):
    rows = [f"m{k},{t},{k}.5,{t}.5,{'ab'[k % 2]}" for k in range(20) for t in (1, 2)]
    path = write_csv(tmp_path / "two.csv", rows, "id,time,p,q,label")
    test = tmp_path / "t.jsonl"
    test.write_text('{"v": [1, 2, 3], "label": "a"}\n')
    settings = ("data.id=id", "data.time=time", "data.values=[p,q]", f"data.test={test}")
    with pytest.raises(DataError, match=r"t\.jsonl"):
        prepared(path, *settings)
