"""Joint n-grams beside a decoder: counted when training has ended, where held-out rows say so."""

import json
import signal
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from grucli.config.resolve import resolve
from grucli.data.batches import Examples
from grucli.engine.beam import Found
from grucli.model import writing
from grucli.model.joint_path import JointPath
from grucli.model.network import Model
from grucli.modelfile import checkpoint
from grucli.modelfile.archive import read_archive
from grucli.training import joint_branch
from grucli.training.joint_branch import JointBranch, JointScores
from grucli.training.progress import StepInfo
from grucli.training.saver import RunFiles
from grucli.training.session import RunRequest, Session
from tests.cli.helpers import assert_one_error, environment, grucli
from tests.engine.helpers import steps_of
from tests.model.test_decoder import writing_architecture

LETTERS = "abcdefgh"
SPOKEN = {"a": "A", "b": "B", "c": "K", "d": "D", "e": "E I", "f": "F", "g": "D J", "h": ""}
SMALL = (
    "task=generate",
    "data.text=source",
    "data.label=target",
    "model.hidden_size=8",
    "model.embedding_size=8",
    "training.epochs=2",
    "training.batch_size=32",
    "training.learning_rate=0.02",
)


def spoken(word):
    """How a word is spoken: c is soft before e."""
    parts = ["S" if word[k : k + 2] == "ce" else SPOKEN[letter] for k, letter in enumerate(word)]
    return " ".join(filter(None, parts))


def write(path, number, seed=0):
    rng, words = np.random.default_rng(seed), {}
    while len(words) < number:
        word = "".join(rng.choice(list(LETTERS), rng.integers(3, 7)))
        words |= {word: spoken(word)} if spoken(word) else {}
    lines = [f"{word},{answer}\n" for word, answer in words.items()]
    path.write_text("source,target\n" + "".join(lines))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("joint")
    write(path / "train.csv", 1200)
    write(path / "few.csv", 900)
    write(path / "test.csv", 200, seed=9)
    return path


def run(folder, files=None, settings=(), resume=False, interrupt_after=None, data="train.csv"):
    """Train to the end, or interrupt after that many steps."""
    flags = {"data.train": str(folder / data)}
    config = resolve(flags=flags, assignments=[*SMALL, *settings]).config
    session = Session(
        RunRequest(config=config, files=files, resume_from=files.last if resume else None)
    )
    with session.locked():
        list(session.begin())
        session.resume()
        steps = 0
        for info in session.train():
            steps += isinstance(info, StepInfo)
            if steps == interrupt_after:
                session.interrupt()
    return session


@pytest.fixture(scope="module")
def whole(folder):
    """A whole run, and its files."""
    files = RunFiles(model=folder / "whole.npz")
    return run(folder, files), files


def test_the_command_counts_them_and_says_what_they_bring(folder, whole):
    words = [word for setting in SMALL for word in ("--set", setting)]
    ran = grucli("train", folder / "train.csv", "-o", folder / "m.npz", "--json", *words)
    assert ran.code == 0, ran.err
    lines = ran.err.splitlines()
    result = json.loads(ran.text)
    found, valid = result["joint"], result["valid"]
    assert found["chosen"]
    assert found["rows"] == 120
    before, after = found["exact_match_before"], found["exact_match"]
    assert before < 0.3
    assert after > 0.9
    assert found["error"] == pytest.approx(np.sqrt((after - before) * (1 - after + before) / 120))
    change = f"exact match {before:.3f} -> {after:.3f} on 120 held-out rows"
    assert f"joint n-grams: counted; {change}" in lines
    assert "joint n-grams: counted once the network is trained; they count if that pays" in lines
    assert (folder / "m.npz").read_bytes() == whole[1].model.read_bytes()
    assert valid["exact_match"] == valid["baselines"]["model"] == after
    assert valid["above_baseline"]
    ran = grucli("inspect-gates", "-m", folder / "m.npz")
    card = " ".join(ran.text.split())
    assert "validation of the network alone exact match" in card
    assert f"with joint n-grams exact match {before:.3f} -> {after:.3f}" in card
    ran = grucli("evaluate", folder / "test.csv", "-m", folder / "m.npz", "--json")
    assert json.loads(ran.text)["exact_match"] > 0.9


def test_they_are_in_the_model_and_its_card(whole):
    session, files = whole
    saved = checkpoint.load(files.model)
    assert str(saved.model.joint) == str(session.trainer.joint)
    assert saved.card["joint"] == session.trainer.joint_scores.to_json()
    assert (saved.model.joint.recurrence, saved.model.joint.joint) != (0.5, 0.5)
    assert read_archive(files.model).meta["version"] == 3
    assert read_archive(files.last).meta["version"] == 1
    assert checkpoint.load(files.last).model.joint is None


def test_an_interrupted_run_goes_on_to_the_same_bytes(folder, whole, tmp_path):
    files = RunFiles(model=tmp_path / "m.npz")
    cut = run(folder, files, interrupt_after=20)
    assert not cut.trainer.is_done
    assert cut.trainer.joint is None
    assert cut.trainer.joint_line is None
    again = run(folder, files, resume=True)
    assert again.trainer.is_done
    assert files.model.read_bytes() == whole[1].model.read_bytes()


STOPS_ITSELF = """
import os, sys
from grucli.__main__ import main
from grucli.training.joint_branch import JointBranch

def stop(self, model):
    os.kill(os.getpid(), number)
    raise AssertionError("the signal was not heard")

number, JointBranch._judged = int(sys.argv.pop(1)), stop
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_they_are_counted_is_no_end_of_its_own(folder, whole, tmp_path, number):
    words = [folder / "train.csv", "-o", "m.npz", "--json", "--html", "page.html"]
    words += [word for setting in SMALL for word in ("--set", setting)]
    program = [sys.executable, "-W", "error", "-c", STOPS_ITSELF, str(int(number)), "train"]
    ran = subprocess.run(
        [*program, *map(str, words)],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 128 + number, ran.stderr
    assert ran.stdout == ""
    last = ran.stderr.splitlines()[-1]
    assert last.startswith("interrupted; all but the model is saved; to go on: grucli train ")
    assert "wrote" not in ran.stderr
    assert not (tmp_path / "page.html").exists()
    ran = grucli("train", *words, "--resume", cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert "wrote m.npz" in ran.err
    assert (tmp_path / "m.npz").read_bytes() == whole[1].model.read_bytes()


def test_a_run_that_goes_on_for_longer_counts_anew(folder, whole, tmp_path):
    files = RunFiles(model=tmp_path / "m.npz")
    short = run(folder, files, ["training.epochs=1"])
    assert checkpoint.load(files.model).model.joint is not None
    first = files.model.read_bytes()
    run(folder, files, resume=True)
    assert files.model.read_bytes() == whole[1].model.read_bytes() != first
    assert short.trainer.joint_scores != whole[0].trainer.joint_scores


def test_without_them_the_model_is_that_of_an_older_version(folder, whole, tmp_path):
    for half, version in (("false", 1), ("true", 2)):
        files = RunFiles(model=tmp_path / f"{half}.npz")
        session = run(folder, files, ["model.wide=false", f"model.half_precision={half}"])
        assert session.trainer.joint is session.trainer.joint_scores is None
        assert session.trainer.joint_line is None
        assert read_archive(files.model).meta["version"] == version
        saved = checkpoint.load(files.model, None)
        assert saved.model.joint is None
        assert "joint" not in saved.card
        if half == "false":
            ours, theirs = checkpoint.load(whole[1].model, None).model, saved.model
            np.testing.assert_array_equal(ours.params.flat, theirs.params.flat)


def test_of_few_rows_they_are_counted_only_if_asked_for(folder, tmp_path):
    words = [word for setting in SMALL for word in ("--set", setting)]
    ran = grucli("train", folder / "few.csv", "--dry-run", *words)
    assert ran.code == 0, ran.err
    assert "model.wide: false (data: 810 rows: too few to count n-grams)" in ran.lines
    assert not [line for line in ran.lines if line.startswith("joint n-grams")]
    asked = run(folder, data="few.csv", settings=["training.epochs=1", "model.wide=true"])
    assert asked.trainer.joint is not None
    assert asked.trainer.joint_line.startswith("joint n-grams: counted; exact match ")


@pytest.mark.parametrize(
    ("header", "row", "setting", "said"),
    [
        (
            "values,target",
            lambda k: f"{k % 7};{k % 5};1,w{k % 3}",
            "data.values=values",
            "model.wide: numeric sequences have no tokens to pair; delete it",
        ),
        (
            "source,target",
            lambda k: f"the reader number{k} reads,the reading of number{k} reads on and on",
            "data.text=source",
            "model.wide: byte pairs are not written token by token; delete it",
        ),
    ],
)
def test_where_nothing_can_be_paired_they_are_refused(tmp_path, header, row, setting, said):
    (tmp_path / "t.csv").write_text("\n".join([header, *map(row, range(80))]) + "\n")
    settings = ("task=generate", setting, "data.label=target", "model.wide=true")
    words = [word for each in settings for word in ("--set", each)]
    assert_one_error(grucli("train", "t.csv", "-o", "m.npz", *words, cwd=tmp_path), 2, said)
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


# --- What is judged ---

TRUTHS = [(2, 3), (3,), (4, 2), (2,), (3, 3), (4,)] * 20
SOURCES = [[one - 2 for one in truth] for truth in TRUTHS]


def examples(truths=TRUTHS, sources=SOURCES):
    """Rows that are written step by step, each target with its end."""
    steps, targets = steps_of(sources), steps_of([[*truth, 0] for truth in truths])
    return Examples(
        steps=steps.values.astype(np.int32),
        lengths=steps.lengths,
        targets=targets,
        weights=np.ones(len(truths)),
    )


def task(beam=4):
    return SimpleNamespace(beam=beam, limits=lambda lengths: lengths + 5)


def found(symbols, log_p):
    return Found(
        symbols=symbols, places=(0,) * len(symbols), score=log_p / (len(symbols) + 1), is_ended=True
    )


def branch(held=True, always=False, held_truths=TRUTHS, **rows):
    judged = examples(truths=held_truths) if held else None
    return JointBranch(examples(**rows), judged, task(), always)


def given(monkeypatch, answers):
    """Let the network find these answers of each row, by its truth."""
    calls = []

    def proposed(runner, held, path, *, width, longest):
        calls.append((len(held), width, longest.tolist()))
        truths = [tuple(own[:-1].tolist()) for own in held.targets.per_sequence()]
        return [answers(row, truth) for row, truth in enumerate(truths)]

    monkeypatch.setattr(writing, "proposed", proposed)
    return calls


MODEL = Model(writing_architecture())


def other(truth):
    return tuple(2 + (one - 1) % 3 for one in truth)


def mostly_wrong(row, truth):
    """The truth is second of three in two rows of three."""
    costs = (-2.0, -1.0) if row % 3 else (-1.0, -2.0)
    own = [found(truth, costs[0]), found(other(truth), costs[1]), found((), -9.0)]
    return sorted(own, key=lambda one: -one.score)


def test_they_count_where_more_answers_are_right(monkeypatch):
    calls = given(monkeypatch, mostly_wrong)
    one = branch()
    assert one.line(1) is one.scores(1) is None
    path, scores = one.beside(MODEL, 1), one.scores(1)
    assert path.recurrence > 0
    assert path.joint > 0
    assert (scores.rows, scores.is_counted) == (120, True)
    assert scores.before == pytest.approx(1 / 3)
    assert scores.after == 1
    assert scores.error == pytest.approx(np.sqrt(2 / 9 / 120))
    assert one.line(1) == (
        "joint n-grams: counted; exact match 0.333 -> 1.000 on 120 held-out rows"
    )
    assert one.beside(MODEL, 1) is path
    assert calls == [(120, 4, [len(source) + 5 for source in SOURCES])]
    assert one.scores(2) is None
    one.beside(MODEL, 2)
    assert len(calls) == 2


def always_right(row, truth):
    return [found(truth, -0.5), found(other(truth), -2.0)]


def never_found(row, truth):
    return [found(other(truth), -0.5), found((), -2.0)]


def only_one(row, truth):
    return [found(truth, -0.5)]


@pytest.mark.parametrize(("answers", "right"), [(always_right, 1), (never_found, 0), (only_one, 1)])
def test_they_are_left_out_where_nothing_can_be_mended(monkeypatch, answers, right):
    given(monkeypatch, answers)
    one = branch()
    assert one.beside(MODEL, 1) is None
    scores = one.scores(1)
    assert (scores.before, scores.after, scores.error) == (right, right, 0)
    assert not scores.is_counted
    assert one.line(1) == (
        f"joint n-grams: left out; with them exact match {right:.3f} -> {right:.3f} "
        f"on 120 held-out rows (standard error 0.000)"
    )
    asked = branch(always=True)
    assert isinstance(asked.beside(MODEL, 1), JointPath)
    assert asked.scores(1).is_counted
    assert asked.line(1).startswith("joint n-grams: counted; exact match ")


@pytest.mark.parametrize("mended", [{}, {10}, set(range(10, 120, 6))], ids=len)
def test_they_are_left_out_where_chance_may_bring_as_much(monkeypatch, mended):
    """Some rows are not written as others are, so that n-grams spoil what the network finds."""
    spoilt, mended = set(range(1, 120, 20)), {*range(0, 120, 20), *mended}
    truths = [other(truth) if k in spoilt else truth for k, truth in enumerate(TRUTHS)]

    def answers(row, truth):
        if row in spoilt:
            return [found(truth, -1.0), found(TRUTHS[row], -1.1)]
        if row in mended:
            return [found(other(truth), -1.0), found(truth, -1.1)]
        return [found(truth, -0.5), found(other(truth), -2.0)]

    given(monkeypatch, answers)
    one = branch(held_truths=truths)
    path, scores = one.beside(MODEL, 1), one.scores(1)
    changes = np.repeat([1.0, -1.0, 0.0], [len(mended), len(spoilt), 120 - len(mended | spoilt)])
    assert scores.before == pytest.approx(1 - len(mended) / 120)
    assert scores.after == pytest.approx(1 - len(spoilt) / 120)
    assert scores.error == pytest.approx(changes.std() / np.sqrt(120))
    assert scores.is_counted == (changes.mean() > scores.error) == (len(mended) > 12)
    assert (path is not None) == scores.is_counted
    assert one.line(1).startswith(f"joint n-grams: {scores}")


def test_without_rows_to_judge_them_they_count_if_asked_for(monkeypatch):
    calls = given(monkeypatch, mostly_wrong)
    asked = branch(held=False, always=True)
    path = asked.beside(MODEL, 1)
    assert (path.recurrence, path.joint) == (0.5, 0.5)
    assert asked.scores(1) is None
    assert asked.line(1) == "joint n-grams: counted"
    assert branch(held=False).beside(MODEL, 1) is None
    assert not calls


def test_targets_that_cannot_be_cut_are_said(monkeypatch):
    calls = given(monkeypatch, mostly_wrong)
    longer = {"truths": [(2,) * 7] * 3, "sources": [[0], [1, 2], [2]]}
    for always in (False, True):
        one = branch(always=always, **longer)
        assert one.beside(MODEL, 1) is None
        assert one.scores(1) is None
        assert one.line(1) == "joint n-grams: left out; no target can be cut along its input"
    assert not calls


def test_of_many_held_out_rows_some_are_judged(monkeypatch):
    monkeypatch.setattr(joint_branch, "JUDGED", 50)
    calls = given(monkeypatch, mostly_wrong)
    one = branch()
    one.beside(MODEL, 1)
    assert [rows for rows, _, _ in calls] == [40]
    assert one.scores(1).rows == 40


def test_scores_as_reports_name_them():
    scores = JointScores(rows=9, before=0.25, after=0.5, error=0.1, is_counted=False)
    assert scores.to_json() == {
        "chosen": False,
        "rows": 9,
        "exact_match_before": 0.25,
        "exact_match": 0.5,
        "error": 0.1,
    }
