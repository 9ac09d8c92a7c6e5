"""The blocks of a page, run in a folder as a reader would run them.

What a transcript shows must hold on other processors too: figures whose digits depend on how one
rounds are shortened. OPENBLAS_CORETYPE=Haswell (or Sandybridge) in the environment tells which.
"""

import difflib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.documents.pages import COMMANDS, ROOT, Block, Page, PageError

TIME_LIMIT_S = 180  # against what hangs; a busy machine takes thrice the usual time
BASH = ("bash", "-euo", "pipefail", "-c")
CODE_OF_LAST = "echo $?"


def prepare(page: Page, folder: Path, model: Callable[[], Path]) -> None:
    """Put into a fresh folder what a page may use: the sample data, the configs, the model."""
    for name in ("sample_data", "configs"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in page.needs:
        shutil.copy(model(), folder / name)


def train_smoke(path: Path) -> Path:
    """Train the small model that pages may need."""
    words = ("-c", str(ROOT / "configs" / "smoke.yaml"), "-o", str(path), "--quiet")
    code, shown = _ended([*_python(), "-m", "grucli", "train", *words], path.parent)
    if code:
        raise PageError(f"configs/smoke.yaml cannot be trained: {shown}")
    return path


def run(
    page: Page,
    folder: Path,
    *,
    first: int = 0,
    done: Callable[[int, Block], None] = lambda count, block: None,
) -> None:
    """Run the active blocks of a page from number `first` on, and call `done` after each.

    Raises:
        PageError: a block that does not what the page says.
    """
    for count, block in enumerate(page.active, start=1):
        if count > first:
            run_block(block, folder)
            done(count, block)


def shared(page: Page, twin: Page) -> int:
    """Return how many active blocks two pages have in common, from the first one on."""
    if page.needs != twin.needs:
        return 0
    count = 0
    for one, other in zip(page.active, twin.active, strict=False):
        if (one.language, one.text, one.marks) != (other.language, other.text, other.marks):
            break
        count += 1
    return count


def run_block(block: Block, folder: Path) -> None:
    """Write a block to its file, or run it and compare."""
    if "file" in block.marks:
        path = folder / block.marks["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
    elif block.language == "console":
        _run_transcript(block, folder)
    else:
        words = BASH if block.language in COMMANDS else (*_python(), "-c")
        code, shown = _ended([*words, block.text], folder)
        _check_code(block.place, code, int(block.marks.get("exit", 0)), shown)


def _run_transcript(block, folder):
    """Run the commands of a transcript in one shell, and compare what each of them prints."""
    steps = transcript(block)
    script = "set -uo pipefail\n" + "".join(
        f"eval {shlex.quote(command)}\n_code=$?; printf '\\0%d\\0' $_code; (exit $_code)\n"
        for command, _, _ in steps
    )
    _, output = _ended(["bash", "-c", script], folder)
    parts = re.split("\0(\\d+)\0", output)
    outputs, codes = parts[0:-1:2], [int(code) for code in parts[1::2]]
    if len(codes) < len(steps):
        command, _, line = steps[len(codes)]
        raise PageError(f"{block.page}:{line}: `{command}` ended the shell: {parts[-1]}")
    compare = _compare_shortened if "shortened" in block.marks else _compare
    for index, (command, expected, line) in enumerate(steps):
        place = f"{block.page}:{line}"
        if (meant := _meant_of(index, steps, block)) is not None:
            _check_code(place, codes[index], meant, outputs[index])
        compare(f"{place}: `{command}`", expected, outputs[index].splitlines())


def transcript(block: Block) -> list[tuple[str, list[str], int]]:
    """Return the commands of a transcript, each with the lines it shows and its own line.

    A line that ends with a backslash goes on in the next one; a here-document to its end.
    """
    steps: list[tuple[str, list[str], int]] = []
    lines = block.text.splitlines()
    while lines:
        line, number = lines.pop(0), block.line + block.text.count("\n") - len(lines)
        if line.startswith("$ "):
            command = line.removeprefix("$ ")
            while lines and (command.endswith("\\") or _is_open(command)):
                command += "\n" + lines.pop(0).removeprefix("> ")
            steps.append((command, [], number))
        elif steps:
            steps[-1][1].append(line)
        else:
            raise PageError(f"{block.page}:{number}: a transcript begins with a `$ command`")
    for _, shown, _ in steps[:-1]:
        if shown and not shown[-1]:
            shown.pop()  # a blank line before the next command is for the eye
    return steps


def _is_open(command):
    end = re.search(r"<<-?\s*['\"]?(\w+)", command)
    return bool(end) and end[1] not in command.splitlines()[1:]


def _meant_of(index, steps, block):
    """Return the code a command must end with: of the last one that of the mark; None is any."""
    command, *later = [command for command, _, _ in steps[index:]]
    if command == CODE_OF_LAST:
        return 0
    if "exit" in block.marks and set(later) <= {CODE_OF_LAST}:
        return int(block.marks["exit"])
    return None if later[:1] == [CODE_OF_LAST] else 0


def _compare(what, expected, shown):
    if expected != shown:
        difference = difflib.unified_diff(expected, shown, "page", "program", lineterm="", n=1)
        raise PageError(f"{what} prints otherwise:\n" + "\n".join(difference))


def _compare_shortened(what, expected, shown):
    rest = iter(shown)
    for line in expected:
        if line.strip() in ("", "…"):
            continue
        pattern = re.compile(".*".join(map(re.escape, line.split("…"))))
        if not any(pattern.fullmatch(each) for each in rest):
            printed = "\n".join(shown)
            raise PageError(f"{what} does not print, or not in this order:\n{line}\nbut\n{printed}")


def _check_code(place, code, meant, shown):
    if code != meant:
        raise PageError(f"{place}: ends with {code}, not {meant}:\n{shown}")


def _python():
    return (sys.executable, "-P", "-W", "error")


def _ended(command, folder):
    """Run a command to its end; return its exit code, and stdout and stderr as they came."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=TIME_LIMIT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        output += f"\n(stopped after {TIME_LIMIT_S} s)".encode()
    return process.returncode, output.decode()


def _environment():
    """Return an environment whose `grucli` and `python` are those of the tests."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("GRUCLI_", "PYTHON"))}
    return own | {
        "PATH": f"{_PROGRAMS.name}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "COLUMNS": "80",
    }


def _programs():
    """Write programs `grucli` and `python` into a folder of their own."""
    folder = tempfile.TemporaryDirectory()
    for name, words in (("grucli", ("-m", "grucli")), ("python", ()), ("python3", ())):
        path = Path(folder.name, name)
        path.write_text(f'#!/bin/sh\nexec {shlex.join((*_python(), *words))} "$@"\n')
        path.chmod(0o755)
    return folder


# Once, before any page runs: a child that another thread starts would hold a file that is being
# written here open, and a program that is open for writing cannot be run ("Text file busy").
_PROGRAMS = _programs()
