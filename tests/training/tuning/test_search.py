"""A search in one process: trials, interruption, going on, and who wins.

Covers: training/tuning/trial_run.
"""

import dataclasses
import json

import numpy as np
import pytest

from grucli.config.resolve import resolve
from grucli.errors import CheckpointError, ConfigError
from grucli.training.progress import EpochInfo
from grucli.training.saver import RunFiles
from grucli.training.session import RunRequest, Session
from grucli.training.tuning.search import Budget, Search
from grucli.training.tuning.trial_run import Outcome

SMALL = ("model.embedding_size=4", "model.hidden_size=4", "training.epochs=6")
FOUR = Budget(trials=4)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "d.csv"
    rng = np.random.default_rng(0)
    words = [" ".join(rng.choice(list("abcdefgh"), 6)) for _ in range(90)]
    rows = [f"{text},{'yes' if text.count('a') > 0 else 'no'}\n" for text in words]
    path.write_text("text,label\n" + "".join(rows))
    return path


def request(data, folder, *more, resumes=False):
    config = resolve(flags={"data.train": str(data)}, assignments=[*SMALL, *more]).config
    files = RunFiles(model=folder / "m.npz")
    return RunRequest(config=config, files=files, resume_from=files.last if resumes else None)


def begun(asked, budget=FOUR):
    search = Search(asked, budget)
    assert len(list(search.begin())) == 1
    return search


def untimed(trials):
    return [dataclasses.replace(trial, seconds=0.0) for trial in trials]


def test_the_first_trial_is_what_training_with_the_defaults_is(data, tmp_path):
    asked = request(data, tmp_path, "data.valid=0.3")
    search = begun(asked)
    first = next(search.run())
    session = Session(dataclasses.replace(asked, files=None))
    assert list(session.begin())
    infos = [info for info in session.train() if isinstance(info, EpochInfo)]
    assert first.changes == {}
    assert first.epochs == len(infos)
    assert first.loss == pytest.approx(session.trainer.kept.valid.kept.loss)
    assert (first.gain, first.error) == (0.0, 0.0)


def test_of_folds_the_first_one_judges(data, tmp_path):
    asked = request(data, tmp_path, "training.folds=3")
    search = begun(asked)
    first = next(search.run())
    assert search.num_judged == 30
    session = Session(dataclasses.replace(asked, files=None))
    assert list(session.begin())
    infos = [info for info in session.train() if isinstance(info, EpochInfo) and info.fold == 1]
    assert first.epochs == len(infos)
    best = session.trainer.progress.folds[0].best_epoch
    assert first.loss == pytest.approx(infos[best - 1].scores.valid.kept.loss)


def test_folds_that_train_to_the_end_of_a_schedule_are_judged_there(tmp_path):
    path = tmp_path / "d.csv"
    rows = [f"{k % 2 * 3 + k % 5},{k % 3},{k % 2},{'ud'[k % 2]}\n" for k in range(36)]
    path.write_text("v1,v2,v3,label\n" + "".join(rows))
    search = begun(request(path, tmp_path, "training.folds=3"), Budget(trials=2))
    assert "training.augmentation" in search.space.values
    first, second = search.run()
    assert first.ended == "whole"
    assert second.epochs <= first.epochs == 6


def test_equal_searches_have_equal_trials_and_winners(data, tmp_path):
    found = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        search = begun(request(data, tmp_path / name))
        found.append((untimed(search.run()), search.winner.number))
        assert search.is_done
    assert found[0] == found[1]
    assert [trial.number for trial in found[0][0]] == [1, 2, 3, 4]


def test_a_search_that_was_interrupted_goes_on_to_the_same(data, tmp_path):
    whole = begun(request(data, tmp_path))
    trials = untimed(whole.run())
    for stopped_after in (0, 1, 3):
        folder = tmp_path / str(stopped_after)
        folder.mkdir()
        cut = begun(request(data, folder))
        if not stopped_after:
            cut.interrupt()
        done = []
        for trial in cut.run():
            done.append(trial)
            if len(done) == stopped_after:
                cut.interrupt()
        assert not cut.is_done
        assert untimed(done) == trials[:stopped_after]
        later = begun(request(data, folder, resumes=True))
        assert untimed(later.run()) == trials
        assert later.winner.number == whole.winner.number
        assert later.best_request.resume_from is None  # its training has not begun


def test_a_search_that_is_over_is_told_again_and_no_trial_is_run(data, tmp_path, monkeypatch):
    trials = list(begun(request(data, tmp_path), Budget(seconds=0.0)).run())
    assert len(trials) == 1  # the first one begins whatever the clock says
    monkeypatch.setattr("grucli.training.tuning.search.run_trial", None)
    later = begun(request(data, tmp_path, resumes=True), Budget(seconds=0.0))
    assert list(later.run()) == trials
    (tmp_path / "m.last.npz").touch()
    assert later.best_request.resume_from == tmp_path / "m.last.npz"


def test_time_decides_how_many_trials_begin_and_nothing_else(data, tmp_path):
    trials = untimed(begun(request(data, tmp_path)).run())
    (tmp_path / "timed").mkdir()
    timed = begun(request(data, tmp_path / "timed"), Budget(seconds=3600.0))
    assert untimed(trial for _, trial in zip(range(3), timed.run(), strict=False)) == trials[:3]


def test_the_winner_is_trained_with_its_settings(data, tmp_path, monkeypatch):
    def outcome(session, halving):
        yield from ()
        return Outcome(ended="whole", epochs=2, rungs=(), losses=np.zeros(30))

    monkeypatch.setattr("grucli.training.tuning.search.run_trial", outcome)
    search = begun(request(data, tmp_path, "training.folds=3"))
    assert len(list(search.run())) == 4
    assert search.winner.number == 2
    asked = search.best_request
    assert asked.reasons == dict.fromkeys(search.winner.changes, "trial 2 of 4 in a search")
    for key, value in search.winner.changes.items():
        section, name = key.split(".")
        assert getattr(getattr(asked.config, section), name) == value


def test_a_trial_that_diverges_does_not_win_and_does_not_end_the_search(data, tmp_path):
    settings = ("model.wide=false", "training.clip_norm=off", "training.optimizer=sgd")
    search = begun(request(data, tmp_path, *settings))
    rates = {"training.learning_rate": (0.1, 1e38)}
    search.space = dataclasses.replace(search.space, values=rates)
    first, second = search.run()
    assert first.ended == "whole"
    assert (second.ended, second.loss, second.gain) == ("diverged", None, None)
    assert search.winner.number == 1
    entries = (tmp_path / "m.tune.jsonl").read_text().splitlines()
    assert json.loads(entries[2])["ended"] == "diverged"


def test_a_bad_trial_is_stopped_early(data, tmp_path):
    search = begun(request(data, tmp_path, "model.wide=false", "training.patience=off"))
    rates = {"training.learning_rate": (0.01, 1e-9)}
    search.space = dataclasses.replace(search.space, values=rates)
    first, second = search.run()
    assert (first.ended, first.epochs) == ("whole", 6)
    assert (second.ended, second.epochs) == ("stopped", 1)


def test_a_log_with_other_trials_is_refused(data, tmp_path):
    assert list(begun(request(data, tmp_path)).run())
    log = tmp_path / "m.tune.jsonl"
    log.write_text(log.read_text().replace('"changes": {"', '"changes": {"model.cell": "rnn", "'))
    with pytest.raises(CheckpointError, match="trial 2 of the log is of another search"):
        list(begun(request(data, tmp_path, resumes=True)).run())


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (("data.valid=0",), "no row is held out"),
        (
            (
                "training.learning_rate=0.1",
                "training.batch_size=8",
                "training.weight_decay=0",
                "model.num_layers=1",
                "model.dropout=0",
                "model.pooling=max",
                "model.token_dropout=0",
                "model.subwords=false",
            ),
            "all that it searches is set",
        ),
    ],
)
def test_what_cannot_be_searched_is_refused(data, tmp_path, settings, problem):
    with pytest.raises(ConfigError, match=problem):
        begun(request(data, tmp_path, *settings))


@pytest.mark.parametrize(
    ("name", "line", "settings"),
    [
        ("sets.csv", "w{0} 甲{1},甲|乙{1}\n", ("task=multilabel", "data.label_separator=pipe")),
        ("numbers.csv", "good {0} bad{1},{1}.5\n", ("task=regress",)),
        ("tags.conll", "{0}\tNUMBER\n杯{1}\tUNIT\n\n", ()),
    ],
)
def test_every_task_is_searched(tmp_path, name, line, settings):
    path = tmp_path / name
    header = "text,label\n" if name.endswith("csv") else ""
    path.write_text(header + "".join(line.format(k, k % 5) for k in range(40)), encoding="utf-8")
    search = begun(request(path, tmp_path, "data.valid=0.25", *settings), Budget(trials=3))
    trials = list(search.run())
    assert trials[0].ended == "whole"
    assert len(trials) == 3
    assert all(trial.loss is not None and np.isfinite(trial.loss) for trial in trials)
    assert ("model.pooling" in search.space.values) == (name != "tags.conll")
