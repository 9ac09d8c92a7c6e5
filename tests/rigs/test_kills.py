"""`kill -9` at drawn instants of a training, and before each of its effects on files.

After each: every file is whole; the next start leaves no temporary file; and once that has gone on
to the end, all bytes are those of a run that nothing has interrupted.
"""

import os
import random
import signal
import time

import pytest

from tests.rigs.scenes import OUTPUTS, SCENES, broken, clear, contents, left

FEW = 1  # kills of a task in the short form, at random and at an effect each
MOST = 3  # kills of one run, which goes on in between


@pytest.fixture(scope="module")
def whole(commands, folder):
    """Of each scene the files of a run that nothing interrupts, its effects, how long it takes."""
    found = {}

    def of(name):
        if name not in found:
            clear(folder)
            began_s = time.monotonic()
            ended = commands.run(*SCENES[name].train("-q"), cwd=folder)
            assert ended.code == 0, ended.err
            found[name] = contents(folder), len(ended.trace), time.monotonic() - began_s
            assert set(found[name][0]) == set(OUTPUTS)
        return found[name]

    return of


def next_words(scene, folder):
    """Return the command that goes on, or begins anew if nothing was saved."""
    return scene.train("-q", "--resume" if (folder / "m.last.npz").exists() else "--force")


def goes_on(commands, folder, scene, expected):
    """Go on to the end; say what is wrong then."""
    ended = commands.run(*next_words(scene, folder), cwd=folder)
    if ended.code or ended.err:
        return f"{ended.code}: {ended.err}"
    found = contents(folder)
    if left(folder):
        return f"left: {left(folder)}"
    return "" if found == expected else f"other bytes: {sorted(found)}"


@pytest.mark.rigs
@pytest.mark.parametrize("name", SCENES)
def test_killed_at_random_instants(commands, folder, whole, cases, name, capsys):
    expected, _, seconds = whole(name)
    rng, scene, wrong = random.Random(name), SCENES[name], []
    killed = runs = 0
    while killed < cases(FEW):
        clear(folder)
        runs += 1
        for _ in range(rng.randint(1, MOST)):
            child = commands.start(*next_words(scene, folder), cwd=folder)
            time.sleep(rng.uniform(0, seconds))
            os.kill(child, signal.SIGKILL)  # a child that has ended is there until it was asked for
            killed += commands.ended().code == -signal.SIGKILL
            wrong += broken(folder)
        wrong += filter(None, [goes_on(commands, folder, scene, expected)])
    with capsys.disabled():
        print(f"\n{name}: {killed:,} kills of {runs:,} runs, {len(wrong)} lost, damaged or other")
    assert wrong == []


@pytest.mark.rigs
@pytest.mark.parametrize("name", SCENES)
def test_killed_before_an_effect(commands, folder, whole, cases, name, capsys):
    expected, effects, _ = whole(name)
    scene, wrong = SCENES[name], []
    every = [*range(1, effects + 1)]
    random.Random(name).shuffle(every)
    drawn = every[: cases(FEW)]
    for nth in drawn:
        clear(folder)
        ended = commands.run(*scene.train("-q"), cwd=folder, way="kill", nth=nth)
        assert ended.code == -signal.SIGKILL
        wrong += broken(folder)
        wrong += filter(None, [goes_on(commands, folder, scene, expected)])
    with capsys.disabled():
        print(f"\n{name}: {len(drawn)} of {effects} instants, {len(wrong)} lost, damaged or other")
    assert wrong == []
