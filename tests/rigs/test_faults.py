"""The nth effect on files of a command fails, in each way, once or for ever, and in cleaning up.

After each: every output is the old file or a whole new one, no temporary file is left, or none
after the next start where cleaning up failed, too; the exit code is 0 with the bytes of an
undisturbed run or 5 with one line.
"""

import itertools
import json
import random

import pytest

from tests.faults import EFFECTS, RETRIED, SPARED, WAYS
from tests.rigs.scenes import (
    DATA,
    OUTPUTS,
    SCENES,
    broken,
    clear,
    complaints,
    contents,
    left,
    swept,
)

FEW = 8  # points of a command in the short form
MODEL = "model.npz"
WORDS = {
    "predict": f"classes.csv -m {MODEL} -o out.tsv --force",
    "evaluate": f"classes.csv -m {MODEL} --errors errors.csv --html page.html -o s.json --force",
    "inspect-gates": f"classes.csv -m {MODEL} --npz g.npz --html g.html --onnx m.onnx --force",
}
FILES = {
    "predict": ("out.tsv",),
    "evaluate": ("errors.csv", "page.html", "s.json"),
    "inspect-gates": ("g.npz", "g.html", "m.onnx"),
}
COMMANDS = {name: ([name, *WORDS[name].split()], files) for name, files in FILES.items()}
COMMANDS["train"] = SCENES["classify"].train("--force"), OUTPUTS


@pytest.fixture(scope="module")
def model(commands, folder):
    """The bytes of a model."""
    scene = SCENES["classify"]
    assert commands.run(*scene.train(), cwd=folder).code == 0
    found = (folder / "m.npz").read_bytes()
    clear(folder)
    return found


def points(number):
    """Yield all faults of a command that has so many effects."""
    for way, nth in itertools.product(WAYS, range(1, number + 1)):
        for for_ever in (False,) if way in RETRIED else (False, True):
            yield {"way": way, "nth": nth, "for_ever": for_ever, "effects": [*EFFECTS]}
        for also in (1, 2, 3):  # what cleans up is among these
            yield {"way": way, "nth": nth, "also": also, "effects": [*EFFECTS | SPARED]}


def is_whole_log(text, *, may_be_cut):
    lines = text.split("\n")
    if may_be_cut or lines[-1] == "":
        lines.pop()
    return all("epoch" in json.loads(line) for line in lines)


def faults_of(name, outputs, folder, before, expected, ended, fault):
    """Say what must not be after a fault."""
    found, told = contents(folder), complaints(ended)
    if ended.code not in (0, 5):
        yield f"exit code {ended.code}: {ended.err}"
    if (ended.code == 0) != (told == []) or len(told) > 1 or any(len(x) > 200 for x in told):
        yield f"exit code {ended.code} with {told}"
    if ended.code == 0 and {each: found.get(each) for each in outputs} != expected:
        yield "exit code 0, and other bytes"
    is_compound = "also" in fault
    if (temps := left(folder)) and not is_compound:
        yield f"left: {temps}"
    if temps := swept(folder, outputs):
        yield f"left even by the next start: {temps}"
    if name == "train":
        yield from broken(folder)
    for each in outputs:
        data = found.get(each)
        if data in (before[each], expected[each]) or (name == "train" and each != "run.jsonl"):
            continue
        if name != "train" or not is_whole_log(
            data.decode(), may_be_cut=is_compound or fault["for_ever"]
        ):
            yield f"{each}: neither old nor new"


@pytest.mark.rigs
@pytest.mark.parametrize("name", COMMANDS)
def test_after_every_fault_files_are_old_or_new(commands, folder, model, cases, name, capsys):
    words, outputs = COMMANDS[name]
    for path in (*outputs, MODEL):
        (folder / path).unlink(missing_ok=True)
    (folder / MODEL).write_bytes(model)
    undisturbed = commands.run(*words, cwd=folder, effects=[*EFFECTS])
    assert undisturbed.code == 0, undisturbed.err
    expected = {path: (folder / path).read_bytes() for path in outputs}
    before = {path: data[: len(data) // 2] for path, data in expected.items()}
    if name == "train":
        before |= {"m.npz": model, "m.last.npz": expected["m.last.npz"], "run.jsonl": b""}
    every = [*points(len(undisturbed.trace))]
    random.Random(name).shuffle(every)
    drawn = every[: cases(FEW)]
    wrong = []
    for fault in drawn:
        clear(folder)
        for path, data in {**before, MODEL: model}.items():
            (folder / path).write_bytes(data)
        ended = commands.run(*words, cwd=folder, **fault)
        found = faults_of(name, outputs, folder, before, expected, ended, fault)
        wrong += [(fault, problem) for problem in found]
        for path in set(contents(folder)) - {MODEL, *outputs}:
            (folder / path).unlink()
    with capsys.disabled():
        print(f"\n{name}: {len(drawn):,} of {len(every):,} faults, {len(wrong)} broken promises")
    clear(folder)
    assert wrong == []
    assert set(DATA) <= {path.name for path in folder.iterdir()}
