"""Table `commands`: whole programs that train and save a model, from start to end.

Texts are read from the folder that the environment variable SEQ_DATA names; without it only the
classic program runs.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.benchmarks import processes, work
from tests.benchmarks.run import say

ROUNDS = 3
SIDES = ("grucli", "pytorch", "keras")
SCRIPTS = {"keras": "keras", "pytorch": "torch"}
RISE = 0.5  # of channels with a standard deviation of 1
HERE = Path(__file__).parent
TEXTS = {"deb_sections": "word", "zh_reviews_small": "char"}
GOAL_ROW, GOAL_SET, GOAL = "to accuracy 0.865", "deb_sections", 0.865

# Nothing that the peers' programs do not do: no validation, no averaging, no clipping.
PLAIN = {
    "data.valid": "0",
    "model.pooling": "last",
    "model.dropout": "0",
    "model.token_dropout": "0",
    "training.optimizer": "adam",
    "training.learning_rate": "1e-3",
    "training.weight_decay": "0",
    "training.batch_size": "32",
    "training.schedule": "constant",
    "training.warmup_steps": "0",
    "training.patience": "off",
    "training.clip_norm": "off",
    "training.averaging": "off",
    "training.augmentation": "off",
    "training.label_smoothing": "0",
}
CLASSIC = PLAIN | {
    "data.channels": "values",
    "model.convolution": "false",
    "model.hidden_size": "128",
    "model.bidirectional": "false",
    "training.epochs": "10",
}
TEXT = PLAIN | {
    "data.max_vocabulary": "30000",
    "data.max_length": "100",
    "model.embedding_size": "64",
    "model.hidden_size": "64",
    "model.bidirectional": "true",
    "model.wide": "false",
    "model.subwords": "false",
    "training.epochs": "5",
}


@dataclass(frozen=True, kw_only=True)
class Job:
    """One program on one set of data.

    Attributes:
        kind: "classic" or "text": which script of a peer.
        train, test: files.
        arguments: of a peer's script behind folder, threads and seed.
        settings: of grucli.
    """

    kind: str
    train: Path
    test: Path
    arguments: list
    settings: dict

    def command(self, side, python, threads, seed, folder):
        """Return the command that trains; it leaves a model in `folder`."""
        if side == "grucli":
            settings = {**self.settings, "training.workers": "0" if threads == 1 else "auto"}
            words = [word for item in settings.items() for word in ("--set", "=".join(item))]
            options = ["--seed", str(seed), "-o", f"{folder}/model.npz", "--force", "--quiet"]
            return [python, "-m", "grucli", "train", str(self.train), *options, *words]
        script = HERE / "scripts" / f"{SCRIPTS[side]}_{self.kind}.py"
        numbers = [str(threads), str(seed)]
        return [python, str(script), str(self.train.parent), *numbers, *self.arguments]


def measure(run):
    """Train with every side, on one core and on all."""
    with tempfile.TemporaryDirectory() as folder:
        jobs = _jobs(Path(folder))
        for threads in (1, 0):
            sides = run.sides(*SIDES)
            for name in run.wanted("commands", jobs, sides, threads):
                _compare(run, name, jobs[name], sides, threads, folder)
        if GOAL_SET in jobs and run.wanted("commands", [GOAL_ROW], ["grucli"], 0):
            seconds = [_until_goal(run, jobs[GOAL_SET], folder) for _ in range(run.rounds(ROUNDS))]
            reached = {"seconds": statistics.median(seconds)} if all(seconds) else {}
            run.add("commands", GOAL_ROW, "grucli", 0, {"rounds": len(seconds)} | reached)


def _jobs(folder):
    """Return name -> Job for all sets that are there."""
    classic_data(folder)
    jobs = {
        "classic": Job(
            kind="classic",
            train=folder / "train.npz",
            test=folder / "test.npz",
            arguments=[],
            settings=CLASSIC,
        )
    }
    data = os.environ.get("SEQ_DATA")
    if not data:
        say("SEQ_DATA is not set: no texts")
        return jobs
    for name, tokens in TEXTS.items():
        jobs[name] = Job(
            kind="text",
            train=Path(data) / name / "train.csv.gz",
            test=Path(data) / name / "test.csv.gz",
            arguments=[tokens, str(folder)],
            settings=TEXT | {"data.tokens": tokens},
        )
    return jobs


def classic_data(folder):
    """Write twice 5,000 sequences (10, 64): a few channels rise or fall half-way, all are noisy."""
    for name, seed in (("train", 1), ("test", 2)):
        x, y = work.normal(5000, 10, 64, seed=seed), np.arange(5000) % 2
        x[:, 5:, :4] += np.where(y == 1, RISE, -RISE)[:, None, None].astype(np.float32)
        np.savez(folder / f"{name}.npz", X=x, y=y)


def _compare(run, name, job, sides, threads, folder):
    outcomes = {side: [] for side in sides}
    for number in range(run.rounds(ROUNDS) + 1):
        for side in sides:
            say("commands", name, f"{threads or 'all'} threads", side)
            outcome = processes.run(
                job.command(side, run.python(side), threads, number, folder),
                run.environment(threads if side != "grucli" else 1),
                one_core=threads == 1,
                watch=number == 0,  # the warm-up
            )
            outcomes[side].append((outcome, _scored(run, job, side, outcome, folder)))
    for side in sides:
        (watched, _), *rest = outcomes[side]
        seconds = [outcome.seconds - score["scoring_s"] for outcome, score in rest]
        figures = {
            "rounds": len(rest),
            "seconds": round(statistics.median(seconds), 3),
            "seconds_min": round(min(seconds), 3),
            "accuracy": round(statistics.median(score["accuracy"] for _, score in rest), 4),
            "peak_mb": round(max(outcome.peak_mb for outcome, _ in rest), 1),
        }
        if watched.sum_mb:
            figures["sum_mb"] = round(watched.sum_mb, 1)
        run.add("commands", name, side, threads, figures)


def _scored(run, job, side, outcome, folder):
    """Return the accuracy on the test file, and the seconds of the command that went into it."""
    if side != "grucli":
        return json.loads(outcome.output.splitlines()[-1])
    model = f"{folder}/model.npz"
    command = [sys.executable, "-m", "grucli", "evaluate", str(job.test), "-m", model, "--json"]
    score = json.loads(processes.run(command, run.environment(1)).output)
    return {"accuracy": score["accuracy"], "scoring_s": 0.0}


def _until_goal(run, job, folder):
    """Return the seconds from the start of `grucli train` to the first epoch as good as GOAL.

    Its own settings, but the test file to validate on, whose accuracy the log then has.
    """
    log = Path(folder) / "goal.jsonl"
    log.unlink(missing_ok=True)
    command = [sys.executable, "-m", "grucli", "train", str(job.train), "--valid", str(job.test)]
    command += ["-o", f"{folder}/goal.npz", "--force", "--quiet", "--log", str(log)]
    say("commands", GOAL_ROW)
    began = time.perf_counter()
    process = subprocess.Popen(command, env=run.environment(1), stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            *lines, _ = (log.read_text() if log.exists() else "").split("\n")
            if any(json.loads(line).get("valid_accuracy", 0) >= GOAL for line in lines):
                return time.perf_counter() - began
            time.sleep(0.05)
        return None
    finally:
        process.terminate()
        process.wait()
