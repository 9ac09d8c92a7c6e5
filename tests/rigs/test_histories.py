"""Runs that are killed, gone on with, replaced and locked out, in any order (Hypothesis)."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from grucli.files.locking import lock
from tests.rigs.scenes import OUTPUTS, SCENES, broken, clear, complaints, contents, left, write_data

FEW, STEPS = 3, 8  # histories in the short form, and what happens in one
SCENE = SCENES["classify"]
SEEDS = (0, 1)


def has_begun(history):
    return history.seed is not None and (history.folder / "m.last.npz").exists()


def has_model(history):
    return (history.folder / "m.npz").exists()


class History(RuleBasedStateMachine):
    """One model file, and what befalls it.

    `commands` and `wholes` (the files of an undisturbed run, by seed) are the class's.
    """

    commands = wholes = None
    asked = 0  # commands

    def __init__(self):
        super().__init__()
        self._home = tempfile.TemporaryDirectory()
        self.folder = Path(self._home.name)
        write_data(self.folder)
        self.seed = None  # of the run that has begun and not ended
        self.mode = None

    def teardown(self):
        self._home.cleanup()

    def run(self, seed, *flags, **fault):
        History.asked += 1
        words = SCENE.train("-q", "--seed", str(seed), *flags)
        return self.commands.run(*words, cwd=self.folder, **fault)

    def assert_whole(self, seed, ended):
        assert (ended.code, ended.err) == (0, "")
        assert contents(self.folder) == self.wholes[seed]
        assert left(self.folder) == []
        self.seed = None

    @rule(seed=st.sampled_from(SEEDS))
    def replaces(self, seed):
        self.assert_whole(seed, self.run(seed, "--force"))

    @rule(seed=st.sampled_from(SEEDS), nth=st.integers(1, 150))
    def is_killed_anew(self, seed, nth):
        before = (self.folder / "m.last.npz").exists() and contents(self.folder)["m.last.npz"]
        ended = self.run(seed, "--force", way="kill", nth=nth)
        assert ended.code == -9, ended
        if not before or contents(self.folder)["m.last.npz"] != before:
            self.seed = seed

    @precondition(has_begun)
    @rule(nth=st.integers(1, 150))
    def is_killed_on_its_way(self, nth):
        ended = self.run(self.seed, "--resume", way="kill", nth=nth)
        assert ended.code in (-9, 0), ended

    @precondition(has_begun)
    @rule()
    def goes_on(self):
        self.assert_whole(self.seed, self.run(self.seed, "--resume"))

    @precondition(has_model)
    @rule()
    def is_not_replaced_unasked(self):
        before = contents(self.folder)
        ended = self.run(0)
        assert ended.code == 5
        assert len(complaints(ended)) == 1
        assert contents(self.folder) == before

    @rule()
    def is_locked_by_another(self):
        before = contents(self.folder)
        with lock(self.folder / "m.npz"):
            ended = self.run(0, "--force")
        assert ended.code == 5
        assert f"is being written by process {os.getpid()}" in complaints(ended)[0]
        assert contents(self.folder) == before

    @precondition(has_model)
    @rule(mode=st.sampled_from([0o600, 0o640]))
    def is_made_private(self, mode):
        (self.folder / "m.npz").chmod(mode)
        self.mode = mode

    @invariant()
    def files_are_whole_and_private(self):
        assert list(broken(self.folder)) == []
        if self.mode is not None:
            assert (self.folder / "m.npz").stat().st_mode & 0o777 == self.mode


@pytest.mark.rigs
def test_no_history_loses_a_run(commands, folder, cases, capsys):
    History.commands, History.wholes = commands, {}
    for seed in SEEDS:
        clear(folder)
        ended = commands.run(*SCENE.train("-q", "--seed", str(seed)), cwd=folder)
        assert ended.code == 0, ended.err
        History.wholes[seed] = contents(folder)
        assert set(History.wholes[seed]) == set(OUTPUTS)
    number = cases(FEW)
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=number, stateful_step_count=STEPS, deadline=None, derandomize=True
        ),
    )
    with capsys.disabled():
        print(f"\n{number} histories, {History.asked:,} commands, none lost")
