"""The log of a search: what is written comes back, and what is not whole or not ours is refused."""

import json

import numpy as np
import pytest

from grucli.errors import AccessError, CheckpointError, ConfigError
from grucli.training.tuning.trial import Trial
from grucli.training.tuning.trial_log import TrialLog

HEAD = {"schema": "grucli.tune/1", "--tune": "3", "config": {"seed": 0}}
LOSSES = np.array([0.1, 1 / 3])


def trial(number):
    changes = {"model.dropout": 0.1} if number > 1 else {}
    return Trial(number=number, changes=changes, epochs=2, rungs=(1 / 3,), ended="whole", loss=0.2)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "m.tune.jsonl"
    log = TrialLog(path=path, head=HEAD)
    log.begin()
    log.add(trial(1), LOSSES)
    log.add(trial(2), LOSSES)
    return path


def resumed(path, head=HEAD):
    log = TrialLog(path=path, head=head)
    log.resume()
    return log


def test_what_is_written_comes_back_to_the_last_bit(path):
    log = resumed(path)
    assert log.trials == [trial(1), trial(2)]
    assert (log.losses == LOSSES).all()
    assert not log.is_over
    log.end(trial(2))
    log.end(trial(2))
    assert [json.loads(line) for line in path.read_text().splitlines()[3:]] == [{"winner": 2}]
    assert resumed(path).is_over


def test_names_in_it_cannot_act_on_a_terminal(tmp_path):
    head = HEAD | {"config": {"data": {"label": "标\x9b31m\u202e\udcff"}}}
    log = TrialLog(path=tmp_path / "m.tune.jsonl", head=head)
    log.begin()
    assert (tmp_path / "m.tune.jsonl").read_bytes().isascii()
    assert resumed(log.path, head).trials == []


def test_only_the_first_trial_has_the_loss_of_each_row(path):
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    assert ["losses" in entry for entry in entries] == [False, True, False]


def test_a_line_that_was_cut_off_is_dropped(path):
    whole = path.read_bytes()
    path.write_bytes(whole[:-10])
    log = resumed(path)
    assert log.trials == [trial(1)]
    log.add(trial(2), LOSSES)
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: "{\n" + text,
        lambda text: text.replace('"epochs"', '"epoch"'),
        lambda text: text.replace('"whole"', '"won"'),
        lambda text: text + "[]\n",
    ],
)
def test_a_damaged_one_is_refused(path, damage):
    path.write_text(damage(path.read_text()))
    with pytest.raises(CheckpointError, match="no whole log of a search"):
        resumed(path)


def test_one_of_another_search_is_refused_with_what_differs(path):
    with pytest.raises(ConfigError) as refused:
        resumed(path, HEAD | {"--tune": "4", "config": {"seed": 1}})
    assert refused.value.problems[0] == "--tune: was 3 in the run to resume, is 4"
    assert refused.value.problems[1].startswith("seed: was 0 in the run to resume, is 1; ")


def test_one_that_is_not_there_is_named(tmp_path):
    with pytest.raises(AccessError, match=r"no\.tune\.jsonl"):
        resumed(tmp_path / "no.tune.jsonl")
