"""From a file to examples: what is fitted on the training part, what is said, what is refused."""

import numpy as np
import pytest

from grucli.config import resolve
from grucli.dataset import prepare
from grucli.errors import ConfigError, DataError


def write_csv(path, rows, header="text,label"):
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return str(path)


def prepared(path, *assignments, on_bad_row="stop"):
    return prepare(path, resolve(assignments=list(assignments)).config, on_bad_row)


@pytest.fixture
def reviews(tmp_path):
    rows = [f"good film number {k},pos" for k in range(60)]
    rows += [f"bad film number {k},neg" for k in range(40)]
    return write_csv(tmp_path / "train.csv", rows)


def test_rows_are_split_and_every_setting_is_filled(reviews):
    result = prepared(reviews, "data.valid=0.2")
    assert result.labels == ("neg", "pos")
    assert (len(result.train), len(result.valid)) == (80, 20)
    assert np.bincount(result.valid.targets).tolist() == [8, 12]
    config = result.config.model_dump()
    missing = [k for s in ("model", "training") for k, v in config[s].items() if v is None]
    assert missing == ["momentum"]
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


def test_scaling_comes_from_the_training_part_alone(tmp_path):
    x = np.random.default_rng(0).normal(3, 2, (50, 6, 2)).astype(np.float32)
    np.savez(tmp_path / "d.npz", X=x, y=np.arange(50) % 2)
    result = prepared(str(tmp_path / "d.npz"), "data.valid=0.2")
    np.testing.assert_allclose(result.train.steps.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(result.train.steps.std(axis=0), 1, atol=1e-4)
    assert abs(result.valid.steps.mean()) > 1e-4
    assert "2 channels" in "\n".join(result.findings)


def test_a_validation_file_may_hold_unseen_labels_which_are_said(reviews, tmp_path):
    valid = write_csv(tmp_path / "valid.csv", ["fine film,pos", "odd film,meh"])
    result = prepared(reviews, f"data.valid={valid}")
    assert len(result.train) == 100
    assert result.valid.targets.tolist() == [1, -1]
    assert "1 with a label that training lacks" in "\n".join(result.findings)


def test_zero_share_trains_on_all_rows(reviews):
    result = prepared(reviews, "data.valid=0")
    assert result.valid is None
    assert len(result.train) == 100


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
