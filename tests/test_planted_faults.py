"""The tests of what is promised are tested: each guard that is taken out must turn a named one red.

A guard is a passage of the program; in a copy of the checkout another one stands in its place. That
each passage and each test is there is always checked; `--slow` plants the faults, one after the
other, each in seconds.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.sizes import ROOT

FOLDERS = ("grucli", "tests")
TIME_LIMIT_S = 600


@dataclass(frozen=True, kw_only=True)
class Fault:
    """In a file of the package, `passage` becomes `planted`; `test` must find it."""

    file: str
    passage: str
    planted: str
    test: str


WRITING = "files/test_writing.py::TestWriteAtomic"
ARCHIVE = "modelfile/test_archive.py"
FAULTS = {
    "content not synced": Fault(
        file="files/writing.py",
        passage="            effects.sync(descriptor)\n            if verify is not None:",
        planted="            if verify is not None:",
        test=f"{WRITING}::test_everything_is_on_the_disk_in_the_right_order",
    ),
    "folder not synced": Fault(
        file="files/writing.py",
        passage="        _sync_folder(target.parent)\n",
        planted="",
        test=f"{WRITING}::test_everything_is_on_the_disk_in_the_right_order",
    ),
    "written over the old file": Fault(
        file="files/writing.py",
        passage="effects.replace(temp, target)",
        planted="target.write_bytes(temp.read_bytes())",
        test=f"{WRITING}::test_a_reader_keeps_the_file_it_opened",
    ),
    "not verified before it takes its place": Fault(
        file="files/writing.py",
        passage="                _verify(path, temp, verify)",
        planted="                pass",
        test=f"{WRITING}::test_verify_sees_the_complete_file_and_may_refuse_it",
    ),
    "temporary file left": Fault(
        file="files/temporaries.py",
        passage="            effects.unlink(temp)\n        with suppress(OSError):  # syncing",
        planted="            pass\n        with suppress(OSError):  # syncing",
        test=f"{WRITING}::test_after_every_fault_the_file_is_old_or_new_and_no_temp_is_left",
    ),
    "files of the living swept": Fault(
        file="files/temporaries.py",
        passage="            if effects.lock(descriptor):",
        planted="            if True:",
        test="files/test_temporaries.py::"
        "test_what_is_being_written_stays_and_what_a_killed_process_left_goes",
    ),
    "no lock": Fault(
        file="files/effects.py",
        passage="fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        planted="pass",
        test="files/test_locking.py::TestLock::test_it_excludes_and_leaves_no_file",
    ),
    "a lock on a file that is gone": Fault(
        file="files/locking.py",
        passage="if is_at(lock_path, descriptor):",
        planted="if True:",
        test="files/test_locking.py::TestLock::test_two_never_hold_it_at_once",
    ),
    "size not looked at": Fault(
        file="files/whole_files.py",
        passage="if size > limit:",
        planted="if False:",
        test="files/test_whole_files.py::TestReadBytes::test_a_larger_file_is_refused_unread",
    ),
    "frame and CRC not compared": Fault(
        file="modelfile/archive.py",
        passage="if compared_length(data, parts_of(members)) != len(data):",
        planted="if False:",
        test=f"{ARCHIVE}::test_flipped_bits",
    ),
    "hashes not compared": Fault(
        file="modelfile/archive.py",
        passage="if recorded[name] != _described(arrays[name]):",
        planted="if False:",
        test=f"{ARCHIVE}::test_every_attack_is_refused_with_its_reason",
    ),
    "non-finite weights read": Fault(
        file="modelfile/archive.py",
        passage="        if not _is_finite(arrays[name]):",
        planted="        if False:",
        test=f"{ARCHIVE}::test_every_attack_is_refused_with_its_reason",
    ),
    "JSON of any depth": Fault(
        file="modelfile/bounded_json.py",
        passage="        and max(depths, default=0) <= max_depth\n",
        planted="",
        test=f"{ARCHIVE}::test_a_file_perfect_but_over_a_limit",
    ),
    "JSON that grucli would not write": Fault(
        file="modelfile/archive.py",
        passage="if isinstance(meta, dict) and _dump(meta) == text:",
        planted="if isinstance(meta, dict):",
        test=f"{ARCHIVE}::test_mutated_meta_in_an_honest_frame",
    ),
    "control characters shown": Fault(
        file="errors.py",
        passage='frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})',
        planted='frozenset({"Cf", "Cs", "Zl", "Zp"})',
        test="test_errors.py::test_show_leaves_no_character_that_acts_on_a_terminal",
    ),
    "direction marks shown": Fault(
        file="errors.py",
        passage='frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})',
        planted='frozenset({"Cc", "Cs", "Zl", "Zp"})',
        test="test_errors.py::test_show_leaves_no_character_that_acts_on_a_terminal",
    ),
    "tabs in labels printed": Fault(
        file="report/cell_text.py",
        passage="return cell.translate(_ESCAPES)",
        planted="return cell",
        test="report/test_predictions.py::test_any_label_comes_back_from_any_format",
    ),
    "aliases in a config": Fault(
        file="config/strict_yaml.py",
        passage="if isinstance(event, yaml.AliasEvent):",
        planted="if False:",
        test="config/test_strict_yaml.py::test_refused",
    ),
    "moments of the optimizer not restored": Fault(
        file="training/trainer.py",
        passage="            array[...] = arrays[name].reshape(array.shape)",
        planted="            pass",
        test="training/test_trainer.py::test_a_run_resumed_at_any_yield_is_the_uninterrupted_run",
    ),
    "one order of rows for all passes": Fault(
        file="training/order.py",
        passage="rng = generator(self._seed, SHUFFLE, turn)",
        planted="rng = np.random.default_rng()",
        test="training/test_trainer.py::test_a_run_resumed_at_any_yield_is_the_uninterrupted_run",
    ),
    "a loss that is not finite trained on": Fault(
        file="training/stepper.py",
        passage="if not math.isfinite(sums.loss) or not math.isfinite(norm):",
        planted="if False:",
        test="training/test_trainer.py::test_a_loss_that_is_not_finite_changes_nothing_and_says_where",
    ),
    "signals not heard": Fault(
        file="cli/interruption.py",
        passage="SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)",
        planted="SIGNALS = ()",
        test="cli/test_train.py::test_a_signal_saves_and_the_resumed_run_has_the_same_bytes",
    ),
    "existing outputs replaced": Fault(
        file="cli/train_outputs.py",
        passage="if path.exists() and not (existing.resume or existing.force):",
        planted="if False:",
        test="cli/test_train.py::test_existing_outputs_are_refused_before_anything_is_read",
    ),
    "a reader that goes away is a failure": Fault(
        file="cli/app.py",
        passage="        return 0  # the reader of our output has what it wanted",
        planted="        return 1",
        test="cli/test_streams.py::test_a_reader_that_goes_away_is_no_failure",
    ),
    "a full disk unnoticed": Fault(
        file="cli/app.py",
        passage='cannot be written: {reason}",), EXIT_ENVIRONMENT',
        planted='cannot be written: {reason}",), 0',
        test="cli/test_cases.py::test_case[answers on a full disk]",
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_passage_and_the_test_are_there(fault):
    source = (ROOT / "grucli" / fault.file).read_text(encoding="utf-8")
    assert source.count(fault.passage) == 1
    path, *names = fault.test.split("::")
    tests = (ROOT / "tests" / path).read_text(encoding="utf-8")
    for name in names:
        plain = name.partition("[")[0]
        assert f"def {plain}(" in tests or f"class {plain}:" in tests


def ended(folder, tests):
    """Return how pytest ended in a copy, and what it said."""
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        [*command, *(f"tests/{test}" for test in tests)],
        cwd=folder,
        env=own | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_S,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.fixture
def copy(tmp_path):
    """A copy of the checkout, without what has been compiled."""
    for name in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in ("sample_data", "configs"):
        Path(tmp_path, name).symlink_to(ROOT / name)
    return tmp_path


@pytest.mark.rigs
@pytest.mark.slow
def test_nothing_is_found_where_nothing_is_planted(copy):
    code, said = ended(copy, sorted({fault.test for fault in FAULTS.values()}))
    assert code == 0, said


@pytest.mark.rigs
@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_found(copy, fault):
    path = copy / "grucli" / fault.file
    source = path.read_text(encoding="utf-8")
    path.write_text(source.replace(fault.passage, fault.planted), encoding="utf-8")
    code, said = ended(copy, [fault.test])
    assert code == 1, said
