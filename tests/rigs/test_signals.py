"""A signal at drawn instants of a training: it ends in time, and goes on to the same bytes.

Evaluating and searching take part; a run that has not begun to save leaves nothing.
"""

import os
import random
import signal
import time

import pytest

from tests.rigs.scenes import OUTPUTS, SCENES, broken, clear, contents, left

FEW = 1  # signals of a task in the short form
LIMIT_S = 5.0
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
TUNED = ("--tune", "3")


def of(name):
    """Return the words of a run that is long enough to be met on its way."""
    flags = TUNED if name == "tune" else ()
    scene = SCENES["classify" if name == "tune" else name]
    return lambda *more: scene.train("-q", *flags, "--set", "training.epochs=12", *more)


@pytest.mark.rigs
@pytest.mark.parametrize("name", [*SCENES, "tune"])
def test_a_signal_ends_a_training_that_goes_on_to_the_same_bytes(
    commands, folder, cases, name, capsys
):
    train, rng, times, wrong = of(name), random.Random(name), [], []
    clear(folder)
    began_s = time.monotonic()
    ended = commands.run(*train(), cwd=folder)
    seconds, expected = time.monotonic() - began_s, contents(folder)
    assert ended.code == 0, ended.err
    expected.pop("m.tune.jsonl", None)  # has how long trials have taken
    met = 0
    while met < cases(FEW):
        clear(folder)
        number = rng.choice(SIGNALS)
        child = commands.start(*train(), cwd=folder)
        time.sleep(rng.uniform(0, seconds))
        sent_s = time.monotonic()
        os.kill(child, number)
        ended = commands.ended()
        elapsed_s = time.monotonic() - sent_s
        if ended.code == -number and not contents(folder):
            continue  # as yet it was no command: the child had just begun
        if ended.code == 0:
            continue  # it was over
        met += 1
        times.append(elapsed_s)
        begun = "m.tune.jsonl" if name == "tune" else "m.last.npz"
        is_begun = (folder / begun).exists()
        if ended.code != 128 + number:
            wrong.append(f"code {ended.code}: {ended.err}")
        if left(folder):
            wrong.append(f"left {left(folder)}")
        if not is_begun and contents(folder):
            wrong.append(f"nothing to go on with beside {sorted(contents(folder))}")
        wrong += broken(folder)
        again = commands.run(*train("--resume" if is_begun else "--force"), cwd=folder)
        found = contents(folder)
        found.pop("m.tune.jsonl", None)
        if again.code or {key: found.get(key) for key in OUTPUTS} != expected:
            wrong.append(f"{number} went on to other bytes: {again}")
    with capsys.disabled():
        print(f"\n{name}: {met} signals, {len(wrong)} lost; at most {max(times):.2f} s to the end")
    assert wrong == []
    assert max(times) <= LIMIT_S
