"""A run without a command line: what it tells, what it writes, how it is cut short and resumed.

Covers: training/new_run, training/saver.
"""

import sys
from pathlib import Path

import pytest

from grucli.config.resolve import resolve
from grucli.data.labelled import read_table
from grucli.data.records import ReadOptions
from grucli.errors import AccessError, ConfigError
from grucli.modelfile import checkpoint
from grucli.preparation import training_rules
from grucli.training import log, new_run, run_files
from grucli.training.progress import EpochInfo, StepInfo
from grucli.training.saver import RunFiles
from grucli.training.session import DataReady, RunRequest, Session, TrainerReady, WeightsTaken

REVIEWS = Path(__file__).parents[2] / "sample_data" / "reviews_train.csv"
SMALL = ("model.hidden_size=4", "model.embedding_size=4", "training.epochs=3", "data.valid=0.2")


def request_for(*settings, **asked):
    config = resolve(flags={"data.train": str(REVIEWS)}, assignments=[*SMALL, *settings]).config
    return RunRequest(config=config, **asked)


def run(request, interrupt_after=None):
    """Train to the end, or interrupt after that many steps; return the session and its events."""
    session = Session(request)
    with session.locked():
        events = list(session.begin())
        assert session.resume() == ()
        for info in session.train():
            events.append(info)
            if sum(isinstance(event, StepInfo) for event in events) == interrupt_after:
                session.interrupt()
    return session, events


def test_events_come_in_order_and_nothing_is_printed(tmp_path, capsys):
    base = tmp_path / "base.npz"
    run(request_for(files=RunFiles(model=base)))
    request = request_for(files=RunFiles(model=tmp_path / "m.npz"), init_from=str(base))
    _, events = run(request)
    kinds = [type(event) for event in events]
    assert kinds[:3] == [DataReady, WeightsTaken, TrainerReady]
    assert set(kinds[3:]) == {StepInfo, EpochInfo}
    assert [event.epoch for event in events if isinstance(event, EpochInfo)] == [1, 2, 3]
    assert capsys.readouterr() == ("", "")


def test_without_files_the_same_weights_are_learned_and_nothing_is_written(tmp_path, monkeypatch):
    files = RunFiles(model=tmp_path / "m.npz", log=tmp_path / "log.jsonl")
    written, _ = run(request_for(files=files))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.jsonl", "m.last.npz", "m.npz"]
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    kept, _ = run(request_for())
    assert not list(Path().iterdir())
    assert kept.trainer.progress.history == written.trainer.progress.history
    ours, theirs = kept.trainer.best, written.trainer.best
    assert ours.params.flat.tobytes() == theirs.params.flat.tobytes()
    assert ours.table.tobytes() == theirs.table.tobytes()


def test_records_in_memory_teach_what_their_file_does(tmp_path):
    files = RunFiles(model=tmp_path / "m.npz")
    run(request_for(files=files))
    config = resolve(assignments=SMALL).config
    table = read_table(str(REVIEWS), ReadOptions())
    session, _ = run(RunRequest(config=config, table=table))
    checkpoint.save(tmp_path / "learned.npz", session.best_model)
    assert (tmp_path / "learned.npz").read_bytes() == files.model.read_bytes()


def test_an_interrupted_session_goes_on_to_the_same_bytes(tmp_path):
    whole = RunFiles(model=tmp_path / "whole.npz", log=tmp_path / "whole.jsonl")
    run(request_for(files=whole))
    files = RunFiles(model=tmp_path / "m.npz", log=tmp_path / "m.jsonl")
    cut, _ = run(request_for(files=files), interrupt_after=2)
    assert cut.trainer.progress.step == 2
    assert not files.model.exists()
    assert not files.log.read_text()
    again, events = run(request_for(files=files, resume_from=files.last))
    assert again.trainer.is_done
    assert isinstance(events[-1], EpochInfo)
    assert files.model.read_bytes() == whole.model.read_bytes()
    assert files.log.read_text() == whole.log.read_text()
    progress, fold = again.trainer.progress, again.trainer.fold
    assert files.log.read_text().splitlines() == log.lines(progress, fold)


@pytest.mark.parametrize("times", [1, 2])
def test_a_save_that_fails_is_tried_once_more(tmp_path, monkeypatch, times):
    fails, save = iter([True] * times), run_files.save_last

    def failing(*arguments):
        if next(fails, False):
            raise AccessError("cannot write m.last.npz: no space left on device")
        save(*arguments)

    monkeypatch.setattr(run_files, "save_last", failing)
    request = request_for(files=RunFiles(model=tmp_path / "m.npz"))
    if times == 2:
        with pytest.raises(AccessError, match="no space left"):
            run(request)
    else:
        assert run(request)[0].trainer.is_done
    assert (tmp_path / "m.npz").exists() == (times == 1)


def test_time_that_is_up_ends_a_session_with_a_model(tmp_path):
    files = RunFiles(model=tmp_path / "m.npz")
    session, events = run(request_for(files=files, max_seconds=0.0))
    assert session.trainer.progress.stopped == "time"
    assert [type(event) for event in events[-2:]] == [StepInfo, EpochInfo]
    assert session.trainer.progress.step == 1
    assert checkpoint.load(files.model).card["epoch"] == 1


@pytest.mark.parametrize("parts", ["training.folds=2", "training.shards=2"])
@pytest.mark.parametrize("workers", ["auto", "1"])
def test_where_no_worker_can_start_only_who_has_asked_for_it_is_told(monkeypatch, parts, workers):
    alone, _ = run(request_for("data.valid=auto", parts, "training.workers=0"))
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    monkeypatch.setattr(new_run, "usable_cores", lambda: 2)
    monkeypatch.setattr(training_rules, "FEW_STEPS", 0)
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    request = request_for("data.valid=auto", parts, f"training.workers={workers}")
    if workers == "1":
        with pytest.raises(AccessError, match="cannot start workers"):
            run(request)
        return
    session, _ = run(request)
    assert session.prepared.config.training.workers
    assert session.trainer.is_done
    ours, theirs = session.trainer.model.arrays(), alone.trainer.model.arrays()
    assert all((a == b).all() for (_, a), (_, b) in zip(ours, theirs, strict=True))


def test_a_log_of_another_run_is_not_replaced(tmp_path):
    files = RunFiles(model=tmp_path / "m.npz", log=tmp_path / "m.jsonl")
    run(request_for(files=files))
    for other in ('{"epoch": 1, "loss": 9}\n', "notes of mine\n"):
        files.log.write_text(other)
        session = Session(request_for("training.epochs=4", files=files, resume_from=files.last))
        list(session.begin())
        with pytest.raises(AccessError, match="is no log of this run"):
            session.resume()
        assert files.log.read_text() == other


def test_two_sessions_cannot_write_one_model(tmp_path):
    request = request_for(files=RunFiles(model=tmp_path / "m.npz"))
    with (
        Session(request).locked(),
        pytest.raises(AccessError, match=r"m\.npz"),
        Session(request).locked(),
    ):
        pass


def test_what_no_run_can_do_is_refused_at_once():
    with pytest.raises(ConfigError, match="DATA: is missing"):
        RunRequest(config=resolve().config)
    with pytest.raises(ConfigError, match=r"model\.vectors: --init-from"):
        request_for("model.vectors=v.vec", init_from="base.npz")
