"""Which epochs have a line: in a pipe those that matter, and one every few seconds.

Covers: report/epochs.
"""

import re

import pytest
from rich.cells import cell_len

from grucli.cli import show_epochs
from grucli.cli.options import Common
from grucli.cli.show_epochs import PAUSE_S, EpochLines
from grucli.config.resolve import resolve
from grucli.report.epochs import epoch_line, fitted, stage_line, step_words
from grucli.training.progress import EpochInfo
from grucli.training.session import RunRequest, Session

SMALL = ("model.embedding_size=4", "model.hidden_size=4", "model.wide=false")


def session_of(folder, *settings):
    path = folder / "d.csv"
    rows = "".join(
        f"{'good' if k % 2 else 'bad'} {k},{'好' if k % 2 else '坏'}\n" for k in range(60)
    )
    path.write_text(f"text,label\n{rows}", encoding="utf-8")
    config = resolve(flags={"data.train": str(path)}, assignments=[*SMALL, *settings]).config
    session = Session(RunRequest(config=config))
    assert list(session.begin())
    return session


def said(session, capsys, *, epoch_s=0.0, is_terminal=False, **common):
    """Train with epochs that take so long on a clock of our own; return the lines."""
    now_s = [100.0]
    lines = EpochLines(
        session.trainer,
        session.prepared,
        Common(**common),
        is_terminal=is_terminal,
        clock=lambda: now_s[0],
    )
    for info in session.train():
        if isinstance(info, EpochInfo):
            now_s[0] += epoch_s
        lines.show(info)
    lines.close()
    return capsys.readouterr().err.splitlines()


def epochs(lines):
    return [int(re.match(r"epoch +(\d+)", line)[1]) for line in lines]


def test_in_a_pipe_fast_epochs_are_left_out_but_for_the_best_and_the_last(tmp_path, capsys):
    session = session_of(
        tmp_path, "data.valid=0.2", "training.patience=3", "training.learning_rate=1"
    )
    lines = said(session, capsys)
    progress = session.trainer.progress
    wanted = sorted({1, progress.best_epoch, progress.epoch})
    assert epochs(lines) == wanted
    assert sum("  best" in line for line in lines) >= 1
    for before, line in zip(epochs(lines), lines[1:], strict=False):
        last = epochs([line])[0] - 1
        if before == last:
            assert "not shown" not in line
        else:
            shown = f"epochs {before + 1} to {last}" if before + 1 < last else f"epoch {last}"
            assert line.endswith(f"  {shown} not shown")


def test_slow_epochs_each_have_their_line(tmp_path, capsys):
    session = session_of(tmp_path, "data.valid=0", "training.epochs=6")
    assert epochs(said(session, capsys, epoch_s=PAUSE_S)) == [1, 2, 3, 4, 5, 6]


def test_in_a_pipe_a_line_comes_every_few_seconds(tmp_path, capsys):
    session = session_of(tmp_path, "data.valid=0", "training.epochs=9")
    assert epochs(said(session, capsys, epoch_s=PAUSE_S / 3)) == [1, 4, 7, 9]


@pytest.mark.parametrize(("samples", "first"), [((), 9), (("  a", "  b", "  c"), 3)])
def test_a_long_run_has_few_lines_in_a_pipe(tmp_path, capsys, monkeypatch, samples, first):
    """A thousand epochs that take a week together, each the best one, maybe with samples."""
    monkeypatch.setattr(show_epochs, "sample_lines", lambda *_: samples)
    settings = ("data.valid=0", "training.epochs=1000", "training.batch_size=60")
    lines = said(session_of(tmp_path, *settings), capsys, epoch_s=605)
    assert 60 < len(lines) < 200
    of_epochs = epochs(lines[:: 1 + len(samples)])
    assert of_epochs[:first] == list(range(1, first + 1))
    assert of_epochs[-1] == 1000
    assert lines[-len(samples) :] == list(samples) or not samples


def test_a_fold_has_one_line_and_so_has_training_on_all_rows(tmp_path, capsys):
    session = session_of(tmp_path, "training.folds=3", "training.epochs=8")
    first, *lines = said(session, capsys)
    assert first.startswith("fold 1  epoch   1  loss ")
    progress = session.trainer.progress
    for number, (fold, line) in enumerate(zip(progress.folds, lines, strict=False), 1):
        start = f"fold {number}  best epoch {fold.best_epoch} of {len(fold.history)} ("
        assert line.startswith(start)
        scores = fold.history[fold.best_epoch - 1]
        assert f"accuracy {scores.valid.alone.figures['accuracy']:.3f} (" in line
        assert line.endswith(f"  loss {scores.deciding_loss:.4f}")
    assert len(lines) == 4
    assert re.match(r"all rows  \d+ epochs?  loss \d\.\d{4}  accuracy", lines[3])


def test_on_a_terminal_folds_alone_have_lines_and_epochs_where_there_are_none(tmp_path, capsys):
    session = session_of(tmp_path, "training.folds=3", "training.epochs=4")
    names = [line[:8] for line in said(session, capsys, is_terminal=True)]
    assert names == ["fold 1  ", "fold 2  ", "fold 3  ", "all rows"]
    session = session_of(tmp_path, "data.valid=0.2", "training.epochs=4")
    assert epochs(said(session, capsys, is_terminal=True)) == [1, 2, 3, 4]


def test_verbose_says_every_epoch_and_quiet_none(tmp_path, capsys):
    settings = ("training.folds=3", "training.epochs=3")
    session = session_of(tmp_path, *settings)
    lines = said(session, capsys, verbose=True)
    folds = session.trainer.progress.folds
    number = sum(len(fold.history) for fold in folds) + len(session.trainer.progress.history)
    assert len([line for line in lines if "  epoch " in line]) == number
    assert said(session_of(tmp_path, *settings), capsys, quiet=True) == []


def test_what_has_no_room_is_left_out_the_least_first():
    parts = [(0, "fold 1"), (1, "accuracy 0.900"), (3, "(0.8 to 1.0)"), (4, "loss 0.1")]
    assert fitted(parts, None) == "fold 1  accuracy 0.900 (0.8 to 1.0)  loss 0.1"
    assert fitted(parts, 40) == "fold 1  accuracy 0.900 (0.8 to 1.0)"
    assert fitted(parts, 34) == "fold 1  accuracy 0.900"
    assert fitted(parts, 3) == "fold 1"


@pytest.mark.parametrize("width", [30, 40, 60, 80, 200])
def test_lines_fit_the_terminal(tmp_path, width):
    session = session_of(tmp_path, "training.folds=3", "training.epochs=3")
    trainer, prepared = session.trainer, session.prepared
    for info in session.train():
        assert cell_len(step_words(trainer.progress, prepared, 3, trainer.epochs)) <= 38
        if isinstance(info, EpochInfo):
            history, best = trainer.progress.history, trainer.progress.best_epoch
            line = epoch_line(info, prepared, width=width)
            whole = stage_line(info.fold, history, best, None, prepared, width)
            assert cell_len(line) <= width
            assert "accuracy" in line or width < 40
            assert cell_len(whole) <= width
