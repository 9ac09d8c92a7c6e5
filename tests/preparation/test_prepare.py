"""From a file to examples: what is fitted on the training part, what is said, what is refused.

Covers: data/labelled, data/text/subwords, preparation/encoders, preparation/findings,
preparation/linear_path, preparation/settle, preparation/training_file.
"""

import json

import numpy as np
import pytest

from grucli.config.resolve import resolve
from grucli.data.labelled import read_table
from grucli.data.records import ReadOptions
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.vocabulary import Vocabulary
from grucli.errors import ConfigError, DataError
from grucli.model.network import Architecture
from grucli.preparation.encoders import Origin
from grucli.preparation.prepare import prepare
from grucli.tasks.classify.task import Classify
from grucli.training import new_run

from .helpers import prepared, write_csv


def test_rows_are_split_and_every_setting_is_filled(reviews):
    result = prepared(reviews, "data.valid=0.2")
    assert result.task.labels == ("neg", "pos")
    assert (len(result.train), len(result.valid)) == (80, 20)
    assert np.bincount(result.valid.targets).tolist() == [8, 12]
    config = result.config.model_dump()
    missing = [k for s in ("model", "training") for k, v in config[s].items() if v is None]
    assert missing == [
        "vectors",
        "momentum",
        "epoch_rows",
        "loss",
        "recall",
        "precision",
        "workers",
    ]
    assert set(result.reasons) >= {"model.hidden_size", "training.epochs", "data.max_length"}
    findings = "\n".join(result.findings)
    assert "100 rows" in findings
    assert "neg 40, pos 60" in findings
    assert "20 rows held out" in findings


def test_given_settings_stand_and_have_no_reason(reviews):
    result = prepared(reviews, "model.hidden_size=7", "data.max_length=2", "data.min_count=3")
    assert result.config.model.hidden_size == 7
    assert result.encoder.max_length == 2
    assert result.train.lengths.max() == 2
    assert not {"model.hidden_size", "data.max_length"} & set(result.reasons)


def test_vocabulary_comes_from_the_training_part_alone(reviews):
    result = prepared(reviews, "data.valid=0.3", "data.min_count=1")
    known = set(result.encoder.vocabulary.tokens)
    numbers = {str(k) for k in range(60)} & known
    assert 0 < len(numbers) < 60
    used = set(result.train.steps.tolist())
    assert used == set(range(2, len(result.encoder.vocabulary)))


def test_what_reads_tokens_of_another_kind_has_the_settings_of_texts(reviews, monkeypatch):
    usual = prepared(reviews, "data.valid=0.2")
    monkeypatch.setattr(TextEncoder, "kind", "tokens")
    other = prepared(reviews, "data.valid=0.2")
    assert (other.config, other.reasons) == (usual.config, usual.reasons)


def test_scaling_comes_from_the_training_part_alone(tmp_path):
    x = np.random.default_rng(0).normal(3, 2, (50, 6, 2)).astype(np.float32)
    np.savez(tmp_path / "d.npz", X=x, y=np.arange(50) % 2)
    result = prepared(str(tmp_path / "d.npz"), "data.valid=0.2", "data.channels=[values, shape]")
    np.testing.assert_allclose(result.train.steps.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(result.train.steps.std(axis=0), 1, atol=1e-4)
    assert abs(result.valid.steps.mean()) > 1e-4
    assert "2 channels" in "\n".join(result.findings)


@pytest.mark.parametrize(
    ("cell", "assignments", "expected"),
    [
        ("good words", ("model.wide=false",), (8192, "characters")),
        ("good words", (), (False, "")),
        ("不错", ("model.wide=false",), (False, "")),
        ("不错", ("model.subwords=64",), (64, "tokens")),
        ("good words", ("model.subwords=64",), (64, "characters")),
        ("good words", ("model.wide=false", "model.subwords=false"), (False, "")),
    ],
)
def test_ngrams_count_where_they_pay_or_are_asked_for(tmp_path, cell, assignments, expected):
    path = tmp_path / "t.csv"
    path.write_text("text,label\n" + f"{cell},a\n{cell},b\n" * 20, encoding="utf-8")
    prepared = prepare(str(path), resolve(assignments=list(assignments)).config, "stop")
    model = new_run.first_model(prepared)
    assert (prepared.config.model.subwords, model.architecture.subwords) == expected
    assert model.architecture.buckets == int(expected[0])
    assert ("model.subwords" in prepared.reasons) == (not any("subw" in a for a in assignments))


def test_numbers_have_no_ngrams(tmp_path):
    np.savez(tmp_path / "d.npz", X=np.zeros((20, 4, 3), np.float32), y=np.arange(20) % 2)
    config = resolve(assignments=["model.subwords=64"]).config
    with pytest.raises(ConfigError, match=r"model\.subwords: numeric sequences have no n-grams"):
        prepare(str(tmp_path / "d.npz"), config, "stop")


def test_one_class_is_refused(tmp_path):
    path = write_csv(tmp_path / "t.csv", ["a,pos", "b,pos"])
    with pytest.raises(DataError, match=r"t\.csv.*one class \(pos\).*two"):
        prepared(path, "data.label=label", "data.text=text")


def test_bad_rows_stop_with_their_places_or_are_skipped_and_counted(tmp_path):
    rows = ["good,pos", "bad", "fine,pos", "a,b,c", "poor,neg", "worse,neg"]
    path = write_csv(tmp_path / "t.csv", rows)
    with pytest.raises(DataError) as caught:
        prepared(path)
    assert [":3:" in caught.value.problems[0], ":5:" in caught.value.problems[1]] == [True, True]
    result = prepared(path, "data.valid=0", on_bad_row="skip")
    assert len(result.train) == 4
    assert "skipped 2 rows" in "\n".join(result.findings)


def test_many_bad_rows_show_only_the_first_five(tmp_path):
    path = write_csv(tmp_path / "t.csv", ["good,pos", "bad,neg"] + ["x"] * 50)
    with pytest.raises(DataError) as caught:
        prepared(path)
    assert len(caught.value.problems) == 5


def test_the_schema_refuses_what_defaults_cannot_mend(reviews):
    with pytest.raises(ConfigError):
        prepared(reviews, "model.hidden_size=0")


def weighted(tmp_path, weights, header="text,label,w"):
    rows = [f"film number {k},{'np'[k % 2]}os,{w}" for k, w in enumerate(weights)]
    return write_csv(tmp_path / "w.csv", rows, header)


def test_weights_reach_the_examples_and_a_validation_file_needs_none(tmp_path, reviews):
    path = weighted(tmp_path, ["1", "2.5", ".5", "+1e1", " 3 ", "7"])
    result = prepared(path, "data.weight=w", "data.valid=0")
    assert result.train.weights.tolist() == [1, 2.5, 0.5, 10, 3, 7]
    assert "weights: column 'w', 0.5 to 10" in result.findings
    result = prepared(path, "data.weight=w", "data.text=text", f"data.valid={reviews}")
    assert set(result.valid.weights) == {1.0}
    assert set(prepared(reviews).train.weights) == {1.0}


@pytest.mark.parametrize("weight", ["0", "-1", "", "nan", "inf", "1_0", "١", "0x1", "1e7", "two"])
def test_a_weight_that_is_none_has_its_place(tmp_path, weight):
    path = weighted(tmp_path, ["1", "1", weight, "1"])
    with pytest.raises(DataError, match=r"w\.csv:4: .*weight"):
        prepared(path, "data.weight=w")


@pytest.mark.parametrize("key", ["weight", "group"])
def test_columns_that_are_not_there_are_said(tmp_path, key):
    path = weighted(tmp_path, ["1"] * 6, "text,label,weigth")
    with pytest.raises(DataError, match=r"w\.csv:1: no column 'weight'.*did you mean 'weigth'"):
        prepared(path, f"data.{key}=weight")
    np.savez(tmp_path / "d.npz", X=np.zeros((4, 2)), y=[0, 1, 0, 1])
    with pytest.raises(DataError, match=rf"d\.npz: .*{key}.* no columns"):
        prepared(str(tmp_path / "d.npz"), f"data.{key}=weight")
    (tmp_path / "t.txt").write_text("__label__a b\n__label__b c\n")
    with pytest.raises(DataError, match=rf"t\.txt: .*{key}.* no columns"):
        prepared(str(tmp_path / "t.txt"), f"data.{key}=weight")


def test_several_text_columns_are_joined_in_order_and_remembered(tmp_path):
    rows = [f"head{k},tail{k},{'np'[k % 2]}os" for k in range(20)]
    path = write_csv(tmp_path / "t.csv", rows, "title,body,label")
    result = prepared(path, "data.text=[body, title]", "data.valid=0", "data.tokens=word")
    tokens = [result.encoder.vocabulary.token(int(k)) for k in result.train.steps[:4]]
    assert tokens == ["tail0", "head0", "tail1", "head1"]
    assert result.remembered.text == ("body", "title")
    assert "'body' + 'title'" in "\n".join(result.findings)
    other = write_csv(tmp_path / "o.csv", ["x,nos,head3,7,tail3"], "id,label,title,n,body")
    (record,) = read_table(other, ReadOptions(), result.remembered).records
    assert (record.text, record.label) == ("tail3\nhead3", "nos")
    assert result.encoder.encode([record]).known == 1
    missing = write_csv(tmp_path / "m.csv", ["x,nos"], "title,label")
    with pytest.raises(DataError, match=r"m\.csv:1: no column 'body' \(columns: title,label\)"):
        read_table(missing, ReadOptions(), result.remembered)


def test_the_parts_of_a_joined_text_stay_apart_in_characters(tmp_path):
    rows = [f"ab,c,{'np'[k % 2]}os" if k % 4 else f"a,bc,{'np'[k % 2]}os" for k in range(20)]
    path = write_csv(tmp_path / "t.csv", rows, "title,body,label")
    result = prepared(path, "data.text=[title, body]", "data.valid=0", "data.tokens=char")
    assert "\n" in result.encoder.vocabulary.tokens
    ends = np.cumsum(result.train.lengths)[:-1]
    assert len({tuple(steps.tolist()) for steps in np.split(result.train.steps, ends)}) == 2


def test_what_is_left_auto_follows_the_model_to_start_from(reviews):
    architecture = Architecture(
        cell="gru", vocabulary_size=9, input_size=5, hidden_size=7, num_layers=1,
        bidirectional=False, pooling=("last",), dropout=0.0, token_dropout=0.0, num_outputs=3,
    )  # fmt: skip
    origin = Origin(
        architecture=architecture,
        encoder=TextEncoder(Vocabulary(list("zyx")), "char", 5000),
        linear=None,
        task=Classify(labels=("pos", "mixed")),
        sha256="0123456789ab",
    )
    config = resolve(assignments=["model.pooling=mean"]).config
    result = prepare(reviews, config, "stop", origin)
    model = result.config.model
    assert (model.embedding_size, model.hidden_size, model.bidirectional) == (5, 7, False)
    assert model.pooling == ("mean",)
    assert result.encoder.mode == "char"
    assert result.encoder.vocabulary.tokens[:3] == ("z", "y", "x")
    assert result.encoder.max_length == 5000
    assert result.task.labels == ("pos", "mixed", "neg")
    assert "--init-from" in result.reasons["model.hidden_size"]


def test_json_lines_weigh_and_group_alike(tmp_path):
    rows = [
        {"text": f"film {k}", "label": "np"[k % 2], "w": k + 1, "band": k // 2} for k in range(8)
    ]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    path = str(tmp_path / "t.jsonl")
    result = prepared(path, "data.weight=w", "data.group=band", "data.valid=0")
    assert result.train.weights.tolist() == list(range(1, 9))
    halves = prepared(path, "data.group=band", "data.valid=0.5")
    assert len(halves.train) == len(halves.valid) == 4
    with pytest.raises(DataError, match="did you mean 'band'"):
        prepared(path, "data.group=bend")
