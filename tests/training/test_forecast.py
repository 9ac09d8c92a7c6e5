"""How much of a run is done: known at its end, and guessed before from what folds have taken."""

import pytest

from grucli.config.resolve import resolve
from grucli.training.board import Count
from grucli.training.forecast import Forecast, Work
from grucli.training.progress import EpochInfo, Fold, Progress
from grucli.training.session import RunRequest, Session
from grucli.training.tuning.trial import Trial

SMALL = ("model.embedding_size=4", "model.hidden_size=4", "model.wide=false")


def begun(folder, *settings):
    path = folder / "d.csv"
    rows = "".join(f"{'good' if k % 2 else 'bad'} {k},{k % 2}\n" for k in range(60))
    path.write_text(f"text,label\n{rows}")
    config = resolve(flags={"data.train": str(path)}, assignments=[*SMALL, *settings]).config
    session = Session(RunRequest(config=config))
    assert list(session.begin())
    return session, Forecast(session.prepared)


def followed(session, forecast):
    """Train; return how much is done and left after each step."""
    return [forecast.of(session.trainer.progress) for _ in session.train()]


def test_without_patience_all_is_known_from_the_start(tmp_path):
    session, forecast = begun(
        tmp_path, "data.valid=0", "training.epochs=4", "training.batch_size=7"
    )
    assert forecast.of(session.trainer.progress) == Work(done=0, left=240)
    works = followed(session, forecast)
    assert all(work.done + work.left == pytest.approx(240) for work in works)
    assert works[-1] == Work(done=240, left=0)
    assert len(works) == 36


def test_an_epoch_that_is_a_part_counts_the_rows_of_a_part(tmp_path):
    parts = ("training.epoch_rows=25", "training.batch_size=10", "training.epochs=4")
    session, forecast = begun(tmp_path, "data.valid=0", *parts)
    works = followed(session, forecast)
    assert all(work.done + work.left == pytest.approx(4 * 30) for work in works)
    assert works[-1] == Work(done=4 * 30, left=0)


def test_two_passes_are_expected_where_an_epoch_is_a_small_part(tmp_path):
    parts = ("training.epoch_rows=5", "training.batch_size=5", "training.epochs=200")
    _, forecast = begun(tmp_path, "data.valid=0.1", "training.patience=5", *parts)
    assert forecast.of(Progress()).left == pytest.approx(2 * 54 + 5 * 5)
    late = Progress(epoch=40, batch=0, best_epoch=39, history=[None] * 40)
    assert forecast.of(late).left == pytest.approx(5 * (44 - 39))


def test_folds_and_the_training_that_follows_count_their_own_rows(tmp_path):
    session, forecast = begun(tmp_path, "training.folds=3", "training.epochs=9")
    works = followed(session, forecast)
    done = [work.done for work in works]
    assert done == sorted(done)
    folds = session.trainer.progress.folds
    taken = sum(len(fold.history) for fold in folds)
    last = len(session.trainer.progress.history)
    assert works[-1] == Work(done=40 * taken + 60 * last, left=0)
    assert all(work.left > 0 for work in works[:-1])


def test_a_fold_is_guessed_by_its_patience_and_by_those_before(tmp_path):
    _, forecast = begun(tmp_path, "training.folds=3", "training.epochs=50", "training.patience=5")
    assert forecast.num_folds == 3
    assert forecast.of(Progress()) == Work(done=0, left=3 * 40 * 10 + 60 * 5)
    done = Fold(best_epoch=7, history=[None] * 12)
    second = Progress(folds=[done], epoch=1, batch=0)
    work = forecast.of(second)
    assert work.done == 12 * 40
    assert work.left == pytest.approx(9 * 40 + (12 + 9) / 2 * 40 + 60 * (7 + 4) / 2)
    late = Progress(folds=[done], epoch=21, batch=0, best_epoch=20)
    assert forecast.of(late).left == pytest.approx(5 * 40 + (12 + 25) / 2 * 40 + 60 * (7 + 20) / 2)


def test_what_workers_have_done_ahead_counts(tmp_path):
    _, forecast = begun(tmp_path, "training.folds=3", "training.epochs=50", "training.patience=5")
    rest = {"batch": 2, "best_epoch": 1}
    ahead = {
        1: Count(epoch=4, is_over=False, **rest),
        3: Count(epoch=3, is_over=False, **rest),
    }
    work = forecast.of(Progress(), ahead)
    second, every = 3 + 2 / 5, 2 + 2 / 8  # batches of 8: five of a fold, eight of all rows
    assert work.done == pytest.approx(second * 40 + every * 60)
    left = (10 + 10 - second + 10) * 40 + (5 - every) * 60
    assert work.left == pytest.approx(left)
    over = forecast.of(Progress(), {**ahead, 1: Count(epoch=4, is_over=True, **rest)})
    assert over.left == pytest.approx(left - (10 - second) * 40)


def test_a_search_counts_its_trials_and_the_training_that_follows(tmp_path):
    _, forecast = begun(tmp_path, "data.valid=0", "training.epochs=6")
    trial = Trial(number=1, changes={}, epochs=6, rungs=(), ended="whole")
    work = forecast.of_search([trial], Progress(), 4)
    assert work == Work(done=360, left=3 * 360 + 360)
    stopped = Trial(number=2, changes={}, epochs=2, rungs=(), ended="stopped")
    work = forecast.of_search([trial, stopped], Progress(epoch=1), 4)
    assert work == Work(done=8 * 60, left=2 * 4 * 60 + 360)
    assert forecast.of_search([trial], Progress(), None).left == 360


def test_an_epoch_event_is_the_end_of_its_epoch(tmp_path):
    session, forecast = begun(tmp_path, "data.valid=0", "training.epochs=2")
    ends = [
        forecast.of(session.trainer.progress).done
        for info in session.train()
        if isinstance(info, EpochInfo)
    ]
    assert ends == [60, 120]
