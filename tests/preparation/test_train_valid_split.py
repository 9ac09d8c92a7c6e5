"""Which rows are trained on and which ones judge: a file, folds, a share, or none."""

from collections import Counter

import numpy as np
import pytest

from grucli.config.resolve import resolve
from grucli.data.labelled import read_table
from grucli.data.records import ReadOptions
from grucli.errors import ConfigError, DataError
from grucli.preparation.encoders import Origin
from grucli.preparation.holdout import hold_out
from grucli.preparation.train_valid_split import divide
from grucli.preparation.training_file import TrainingFile
from grucli.training import new_run

from .helpers import prepared, write_csv


def divided(path, *assignments, origin=None):
    """Return the parts of a training file, and its records."""
    config = resolve(assignments=assignments).config
    options = ReadOptions.of(config.data, "stop")
    file = TrainingFile.of(read_table(path, options), options, config, origin)
    return divide(file, config), file.records


def numbers(records):
    return sorted(record.number for record in records)


def test_a_share_is_held_out_of_each_label(reviews):
    parts, records = divided(reviews, "data.valid=0.25")
    assert [record.label for record in parts.valid].count("pos") == 15
    assert len(parts.valid) == parts.num_judged == 25
    assert numbers([*parts.train, *parts.valid]) == numbers(records)
    assert parts.folds is None
    assert parts.choices["data.valid"].value == 0.25
    assert parts.choices["training.folds"].value == "off"
    assert "25 rows held out (25% of each label)" in parts.line


def test_few_rows_are_dealt_into_folds_that_all_are_judged_in(reviews):
    parts, records = divided(reviews)
    assert list(parts.train) == list(records)
    assert not parts.valid
    assert parts.num_judged == len(records)
    assert np.bincount(parts.folds).min() > 30
    assert parts.choices["training.folds"].value == 3
    assert parts.choices["data.valid"].value == 0


def test_the_same_seed_divides_alike_and_another_one_does_not(reviews):
    first, again, other = (
        divided(reviews, "data.valid=0.25", f"seed={seed}")[0] for seed in (1, 1, 2)
    )
    assert numbers(first.valid) == numbers(again.valid) != numbers(other.valid)


def test_rows_that_stay_together_make_no_folds(tmp_path):
    path = write_csv(tmp_path / "t.csv", [f"film {k % 2},{'ab'[k % 2]}" for k in range(60)])
    parts, _ = divided(path)
    assert (parts.folds, len(parts.valid)) == (None, 0)
    assert "stay together" in parts.choices["training.folds"].reason
    assert "validation: none (rows with equal inputs" in parts.line
    with pytest.raises(ConfigError, match=r"training\.folds: rows with equal inputs.*--valid FILE"):
        divided(path, "training.folds=3")


def test_folds_and_another_validation_or_other_weights_exclude_each_other(reviews):
    with pytest.raises(ConfigError, match=r"training\.folds: data\.valid says"):
        divided(reviews, "training.folds=3", "data.valid=0.2")
    with pytest.raises(ConfigError, match=r"training\.folds: each fold starts anew"):
        divided(reviews, "training.folds=3", origin=origin_of(reviews))
    assert divided(reviews, origin=origin_of(reviews))[0].folds is None


def origin_of(path):
    """Return an untrained model of a file as what training starts from."""
    data = prepared(path, "data.valid=0")
    architecture = new_run.first_model(data).architecture
    return Origin(
        architecture=architecture,
        encoder=data.encoder,
        linear=None,
        task=data.task,
        sha256="0123456789ab",
    )


def test_a_label_that_the_model_to_start_from_has_is_no_unseen_one(reviews, tmp_path):
    path = write_csv(tmp_path / "new.csv", ["so so,mixed", "dull,mixed", "odd,neg", "sad,neg"])
    valid = write_csv(tmp_path / "valid.csv", ["fine,pos", "meh,mixed", "what,none"])
    for origin, unseen in ((None, "2 rows"), (origin_of(reviews), "1 row ")):
        parts, _ = divided(path, f"data.valid={valid}", origin=origin)
        (line,) = [one.text for one in parts.warnings if one.name == "data.unseen_label"]
        assert f"/valid.csv: {unseen}" in line  # a long path is cut in front
        assert ("pos" in line) == (origin is None)


def test_a_validation_file_is_judged_on_and_what_it_shares_is_said(reviews, tmp_path):
    valid = write_csv(tmp_path / "valid.csv", ["good  FILM number 3,pos", "fine film,neg"])
    parts, records = divided(reviews, f"data.valid={valid}")
    assert list(parts.train) == list(records)
    assert [record.text for record in parts.valid] == ["good  FILM number 3", "fine film"]
    assert parts.line.endswith("valid.csv, 2 rows")
    assert "1 row (50.0%) also in training" in parts.warnings[0].text
    assert "data.valid" not in parts.choices


def test_zero_share_trains_on_all_rows(reviews):
    result = prepared(reviews, "data.valid=0")
    assert result.valid is None
    assert len(result.train) == 100


def test_a_validation_file_may_hold_unseen_labels_which_are_said(reviews, tmp_path):
    valid = write_csv(tmp_path / "valid.csv", ["fine film,pos", "odd film,meh"])
    result = prepared(reviews, f"data.valid={valid}")
    assert len(result.train) == 100
    assert result.valid.targets.tolist() == [1, -1]
    assert [w.name for w in result.warnings if "meh" in w.text] == ["data.unseen_label"]


def test_a_validation_file_without_a_known_label_is_refused(reviews, tmp_path):
    (tmp_path / "v.csv").write_text("text,label\nfine,good\nawful,bad\n")
    with pytest.raises(DataError, match=r"v.csv: no row has a label of .*neg, pos"):
        prepared(reviews, f"data.valid={tmp_path / 'v.csv'}")


def test_a_group_is_never_divided_and_an_empty_one_is_none(tmp_path):
    groups = [f"g{k // 5}" if k < 60 else "" for k in range(100)]
    rows = [f"film number {k},{'np'[k % 2]}os,{g}" for k, g in enumerate(groups)]
    path = write_csv(tmp_path / "g.csv", rows, "text,label,author")
    result = prepared(path, "data.group=author", "data.valid=0.3")
    known = result.encoder.vocabulary
    number = [
        known.token(int(result.train.steps[start + 2])) for start in result.train.starts.tolist()
    ]
    kept = {int(token) for token in number}
    assert all(len(kept & set(range(k, k + 5))) in (0, 5) for k in range(0, 60, 5))
    assert 0 < len(kept & set(range(60))) < 60
    assert 0 < len(kept & set(range(60, 100))) < 40
    assert "each 'author' whole" in "\n".join(result.findings)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (1, "(there is one row)"),
        (5, "(10% of 5 rows is none; --valid takes a larger share or a file)"),
    ],
)
def test_of_few_documents_none_is_held_out_and_why(tmp_path, rows, why):
    documents = ["".join(f"w{k}{n}\t{'XY'[n % 2]}\n" for n in range(30)) for k in range(rows)]
    path = tmp_path / "d.conll"
    path.write_text("\n".join(documents))
    parts, _ = divided(str(path))
    assert f"validation: none {why}, all rows are trained on" in parts.line


WINDOWS = ("data.window=8", "data.step=2", "data.label=state")


def machines(tmp_path, ids, rows):
    """Write a log of several machines, each with a state that changes now and then."""
    lines = [
        f"{k},m{unit},{k % 7}.{unit},{'ab'[(k + 3 * unit) // 13 % 2]}"
        for k in range(rows)
        for unit in range(ids)
    ]
    return write_csv(tmp_path / "log.csv", lines, "time,machine,x,state")


@pytest.mark.parametrize(("ids", "rows"), [(1, 600), (3, 300), (12, 60)])
@pytest.mark.parametrize(
    "settings",
    [
        ("data.valid=0.2",),
        ("training.folds=3",),
        ("data.test=0.2", "data.valid=0.2"),
        ("data.test=0.2", "training.folds=3"),
    ],
)
def test_no_row_of_a_log_is_on_two_sides(tmp_path, ids, rows, settings):
    config = resolve(assignments=[*WINDOWS, *settings]).config
    options = ReadOptions.of(config.data, "stop")
    table = read_table(machines(tmp_path, ids, rows), options)
    file, holdout = hold_out(TrainingFile.of(table, options, config, None), config)
    parts = divide(file, config)
    sides = [parts.train, parts.valid]
    if parts.folds is not None:
        sides = [
            [record for record, fold in zip(parts.train, parts.folds, strict=True) if fold == k]
            for k in range(3)
        ]
    if holdout is not None:
        sides.append(holdout.table.records)
    lines = [{line for record in side for line in record.own_lines} for side in sides]
    assert all(lines[:1] + lines[2:])
    assert sum(map(len, lines)) == len(set().union(*lines))
    assert len(set().union(*lines)) > 0.8 * ids * rows  # few are left out
    for side in filter(None, sides):
        assert {record.label for record in side} == {"a", "b"}


def test_few_machines_are_judged_by_what_is_later_and_many_by_others(tmp_path):
    config = resolve(assignments=[*WINDOWS, "data.valid=0.2"]).config
    options = ReadOptions.of(config.data, "stop")
    said = []
    for ids, rows in ((2, 300), (12, 60)):
        table = read_table(machines(tmp_path, ids, rows), options)
        parts = divide(TrainingFile.of(table, options, config, None), config)
        said.append(parts.line)
        known = {record.window.sequence for record in parts.train}
        if ids == 12:
            assert known.isdisjoint(record.window.sequence for record in parts.valid)
            continue
        for unit in known:
            ends = [r.window.last for r in parts.train if r.window.sequence == unit]
            starts = [r.window.first for r in parts.valid if r.window.sequence == unit]
            assert max(ends) < min(starts)
    assert said == [
        "validation: 58 rows held out (the last 20% in time), and 6 rows over the border left out",
        "validation: 54 rows held out (20% of each label); windows of one sequence stay together",
    ]


def test_a_machine_at_rest_is_no_copy(tmp_path):
    rows = [f"{k},{k % 5 if k // 40 % 2 else 0},{'ab'[k // 40 % 2]}" for k in range(800)]
    path = write_csv(tmp_path / "log.csv", rows, "time,x,state")
    config = resolve(assignments=["data.window=4", "training.folds=3"]).config
    options = ReadOptions.of(config.data, "stop")
    file = TrainingFile.of(read_table(path, options), options, config, None)
    assert len(set(file.keys)) < 20
    assert Counter(divide(file, config).folds.tolist()).keys() == {0, 1, 2}
