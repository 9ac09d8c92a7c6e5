"""Bounded input: memory that does not grow with what comes in, whatever that is.

The bounds are those that docs/limits.md names.
"""

import json
import random
import shlex
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from grucli.config.strict_yaml import parse
from grucli.config.yaml_text import MAX_BYTES
from grucli.errors import ConfigError

from . import helpers
from .helpers import Ran, bash, environment, measured_command, most_mib
from .test_predict import HOSTILE_PIECES

Cases = Callable[[int], int]

pytestmark = pytest.mark.rigs
if sys.platform != "linux":
    pytest.skip("memory is read from /proc", allow_module_level=True)
LONG_S = 7200


@pytest.fixture(autouse=True)
def time_for_long_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helpers, "TIME_LIMIT_S", LONG_S)


def answered(producer: str, model: Path, *options: str) -> Ran:
    """Run a predict that says last how much memory it has taken, on what a command writes."""
    command = shlex.join([*measured_command(), "predict", "-m", str(model), "-q", *options])
    return bash(f"{producer} | {command}")


@pytest.mark.parametrize(
    ("before", "after", "bound"),
    [("", "\\ngood\\n", 100), ('[{"text": "', '"},{"text": "good"}]', 120)],
    ids=["a line", "a string of JSON"],
)
def test_a_record_of_any_length_takes_no_memory(
    text_model: Path, cases: Cases, before: str, after: str, bound: int
) -> None:
    mib = cases(32)
    long = f"head -c {mib}M /dev/zero | tr '\\0' x"
    ran = answered(f"{{ printf '{before}'; {long}; printf '{after}'; }}", text_model)
    print(f"{mib} MiB: {most_mib(ran.err):.0f} MiB")
    assert (ran.code, ran.lines[0], len(ran.lines)) == (3, "<error>\t", 2)
    assert most_mib(ran.err) < bound


@pytest.mark.parametrize(
    ("model", "bound", "piece"),
    [
        *(("linear_model", 350, piece) for piece in ("x", "x y ", "\u0e01 ")),
        ("text_model", 180, "好"),
    ],
)
def test_the_largest_texts_take_bounded_memory(
    request: pytest.FixtureRequest, cases: Cases, model: str, bound: int, piece: str
) -> None:
    mib = min(15, cases(2))
    count = (mib << 20) // len(piece.encode())
    producer = f"{{ yes '{piece}' | head -{count} | tr -d '\\n'; echo; }}"
    ran = answered(producer, request.getfixturevalue(model))
    print(f"{mib} MiB of {piece!r}: {most_mib(ran.err):.0f} MiB")
    assert (ran.code, len(ran.lines)) == (0, 1)
    assert most_mib(ran.err) < bound


def test_a_sequence_of_many_rows_takes_little(tmp_path: Path, cases: Cases) -> None:
    rows = cases(100_000)
    train = "".join(f"{k // 20},{k % 7 * (k // 20 % 2)}.5,{k // 20 % 2}\n" for k in range(800))
    (tmp_path / "a.csv").write_text(f"id,a,label\n{train}")
    (tmp_path / "b.csv").write_text("id,a,label\n" + "7,1.5,x\n" * rows)
    quick = "--set model.hidden_size=8 --set training.epochs=1 --set data.valid=0.1"
    command = shlex.join([*measured_command(), "predict", "b.csv", "-m", "m.npz", "-q"])
    fit = f"grucli train a.csv -o m.npz -q --id id --values a {quick}"
    ran = bash(f"{fit} && {command}", cwd=tmp_path)
    print(f"{rows:,} rows: {most_mib(ran.err):.0f} MiB")
    assert (ran.code, len(ran.lines)) == (0, 1)
    assert most_mib(ran.err) < 75 + rows / 50_000


def test_memory_does_not_grow_with_the_lines(text_model: Path, cases: Cases) -> None:
    lines = cases(40_000)
    first = min(100_000, lines // 2)
    seen = 0
    producer = ["sh", "-c", f"seq 1 {lines} | sed 's/$/ is a good number/'"]
    command = [*helpers.command("predict", "-m", text_model, "-q", "--workers", "0")]
    with (
        subprocess.Popen(producer, stdout=subprocess.PIPE) as numbers,
        subprocess.Popen(
            command, stdin=numbers.stdout, stdout=subprocess.PIPE, env=environment()
        ) as process,
    ):
        assert process.stdout is not None
        for seen, _ in enumerate(process.stdout, 1):
            if seen == first:
                before = rss_mib(process.pid)
            if seen in (first, lines) or seen % 1_000_000 == 0:
                after = rss_mib(process.pid)
                print(f"line {seen:,}: {after:.1f} MiB")
    assert (process.returncode, seen) == (0, lines)
    assert after - before < 5


def rss_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def test_each_hostile_row_has_its_answer_in_order(
    text_model: Path, tmp_path: Path, cases: Cases
) -> None:
    """Rows that are texts, each with its number, between rows that may be anything."""
    rng, path = random.Random(0), tmp_path / "rows"
    rows = cases(2_000)
    with path.open("wb") as file:
        for number in range(rows // 2):
            odd = b"".join(rng.choices(HOSTILE_PIECES, k=rng.randrange(6)))
            file.write(b"row %d\n%b\n" % (number, odd.replace(b"\n", b"")))
    ran = bash(f"grucli predict - -m {text_model} --json --keep text -q < rows", cwd=tmp_path)
    assert ran.code == 3
    answers = 0
    for answers, line in enumerate(ran.out.split(b"\n")[:-1], 1):
        found = json.loads(line)
        assert found["row"] == answers
        if answers % 2:
            assert found["keep"]["text"] == f"row {answers // 2}"
            assert found["label"] != "<error>"
    assert answers == rows // 2 * 2


PIECES = [
    *("&a ", "*a ", "!!x ", "<<: ", "? ", "- ", ": ", "[", "{", "]", "}", ",", "'", '"', "|", ">"),
    *("\n", "\n  ", "\n    ", "#", "x", "x y ", "0", "\\n", "%YAML", "---", "...", "@", "`", "\t"),
]


KEYS = [
    "key{}: 1\n",
    "? key{}\n: 1\n",
    "'key{}': '1'\n",
    "key{}: >-\n 1\n",
    "a{}:\n",
    "key{}: 1 #\n",
]


def test_no_config_takes_long_or_much(cases: Cases) -> None:
    """What PyYAML would make of it: minutes and gigabytes for some of these."""
    rng, longest_s, most = random.Random(0), 0.0, 0
    bombs = [piece * (MAX_BYTES // len(piece)) for piece in PIECES]
    bombs += [f"a: {piece * 8_000}" for piece in PIECES]
    bombs += ["".join(form.format(k) for k in range(1_199)) for form in KEYS]
    for _ in range(cases(20)):
        some = rng.choices(PIECES, k=rng.randrange(1, 5))
        bombs.append("".join(rng.choices(some, k=MAX_BYTES))[:MAX_BYTES])
    for bomb in bombs:
        began = time.process_time()
        problems(bomb)
        longest_s = max(longest_s, time.process_time() - began)
    for bomb in sorted(bombs, key=len)[-20:]:
        tracemalloc.start()
        problems(bomb)
        most = max(most, tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    print(f"{len(bombs)} files: {longest_s * 1000:.0f} ms, {most / 2**20:.1f} MiB")
    assert most < 20 << 20
    assert longest_s < 1  # 0.05 where nothing else runs


def problems(text: str) -> int:
    try:
        parse(text.encode(), "c.yaml")
    except ConfigError as error:
        return len(error.problems)
    return 0
