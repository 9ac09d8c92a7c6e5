"""`grucli predict --dask`: the bytes and lines of one process, from a real cluster.

Covers: cli/predict_files.
"""

import gzip
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from grucli.cli.predict_files import answered_by_dask
from grucli.data.records import ReadOptions
from grucli.errors import AccessError
from grucli.report.answers import Request
from grucli.tasks.columns import AnswerOptions
from tests.parallel.dask_servers import Servers, servers, wait_until_idle

from .helpers import ROOT, assert_one_error, grucli, started

if TYPE_CHECKING:
    from grucli.modelfile.checkpoint import SavedModel

pytest.importorskip("distributed", reason="needs the extra dask")

ROWS = 3_000
PATIENCE_S = 60


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with servers(tmp_path_factory.mktemp("cluster"), workers=2) as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of several forms, with rows that cannot be read."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "parts").mkdir()
    (folder / "parts" / "b.csv").write_text("id,text\n1,good film\n2,a,b\n3,bad film\n")
    rows = b"".join(b"awful film,%d\n" % k for k in range(5_000))
    (folder / "parts" / "a.csv.gz").write_bytes(gzip.compress(b"text,id\n" + rows + b"x,y,z\n" * 9))
    (folder / "parts" / "empty.csv").write_text("id,text\n")
    (folder / "c.txt").write_text("fine\n\nqwxz\nnot bad at all")
    (folder / "d.jsonl").write_text('{"text": "dull"}\n{"no": 1}\n')
    (folder / "broken.csv.gz").write_bytes(gzip.compress(b"text\n" + rows)[:-20])
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ("c.txt", "parts/*.csv*", "d.jsonl", "--json", "--top-k", "1"),
        ("parts/b.csv", "parts/empty.csv", "--to", "csv", "--keep", "*", "--bom"),
        ("d.jsonl", "parts/b.csv", "c.txt", "--on-bad-row", "stop"),
        ("c.txt", "broken.csv.gz", "d.jsonl", "--to", "label"),
        ("parts/a.csv.gz", "--to", "csv", "--keep", "no"),
    ],
)
def test_bytes_lines_and_codes_are_those_of_one_process(
    cluster: Servers, text_model: Path, folder: Path, words: tuple[str, ...]
) -> None:
    """Names are relative to the folder of the command, where workers are not."""
    model = os.path.relpath(text_model, folder)
    alone = grucli("predict", *words, "-m", model, cwd=folder)
    ran = grucli("predict", *words, "-m", model, "--dask", cluster.address, cwd=folder)
    assert ran == alone


def test_what_a_worker_does_not_see_is_told(
    cluster: Servers, text_model: Path, folder: Path
) -> None:
    words = ("c.txt", "e.txt", "no/f.txt", "g*", "-m", text_model)
    ran = grucli("predict", *words, "--dask", cluster.address, cwd=folder)
    where = "(as Dask's workers see it, which read the files)"
    assert (ran.code, ran.out) == (5, b"")
    assert ran.complaints == [
        f"grucli: {folder}/e.txt: no such file; check the path {where}",
        f"grucli: {folder}/no/f.txt: no such file; there is no folder '{folder}/no' {where}",
        f"grucli: g*: no file matches; check the pattern {where}",
    ]


def test_what_ails_the_cluster_is_nothing_that_a_worker_sees(
    cluster: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grucli.parallel.cluster import Cluster

    def results(*_: object) -> None:
        raise AccessError("--dask: no workers")

    monkeypatch.setattr(Cluster, "results", results)
    request = Request(
        model="m", reading=ReadOptions(), form=None, keep=None, options=AnswerOptions()
    )
    files = answered_by_dask(cast("SavedModel", None), request, ["c.txt"], cluster.address)
    with pytest.raises(AccessError, match=r"^--dask: no workers$"):
        next(files)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--dask", "nonsense"), 2, "--dask: must be the address of a scheduler, such as tcp"),
        (("--dask", "tcp://127.0.0.1:1"), 5, "--dask: no scheduler answers at tcp://127.0.0.1:1"),
        (("-", "--dask", "tcp://127.0.0.1:1"), 2, "--dask: its workers read files; name some"),
        (("--dask", "tcp://127.0.0.1:1", "--workers", "1"), 2, "--workers: is for this process"),
        (("--dask", "tcp://127.0.0.1:1", "--threads", "1"), 2, "--threads: is for this process"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    text_model: Path, folder: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    limit = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
    ran = grucli("predict", "c.txt", "-m", text_model, *words, cwd=folder, **limit)
    assert_one_error(ran, code, told)
    assert len(ran.complaints) == 1


def test_a_missing_extra_is_named(text_model: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "distributed.py").write_text("raise ModuleNotFoundError(name='distributed')\n")
    path = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    ran = grucli("predict", "c.txt", "-m", text_model, "--dask", "tcp://h:1", cwd=folder, **path)
    assert_one_error(ran, 5, "distributed: is not installed; pip install 'grucli[dask]'")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files that take a while, in no order of their names."""
    words = ["good", "bad", "film", "not", "at", "all", "great"]
    folder, paths = tmp_path_factory.mktemp("many"), []
    for number in (3, 0, 1, 7, 6, 2, 5, 4):
        lines = [f"{number} {k} {' '.join(words[: k % 7 + 1])}\n" for k in range(ROWS)]
        paths.append(folder / f"{number}.txt.gz")
        paths[-1].write_bytes(gzip.compress("".join(lines).encode()))
    return paths


def test_a_worker_that_is_killed_loses_and_doubles_nothing(
    tmp_path: Path, text_model: Path, many: list[Path]
) -> None:
    expected = grucli("predict", *many, "-m", text_model, "--json", "--workers", 0)
    out = tmp_path / "out"
    with servers(tmp_path, workers=2) as own, out.open("wb") as file:
        options = ("-m", text_model, "--json", "--dask", own.address)
        with started("predict", *many, *options, stdout=file) as process:
            _wait_for_output(out)
            own.workers[0].kill()
            assert process.poll() is None
            _, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err.decode()) == (expected.code, expected.err)
    assert out.read_bytes() == expected.out


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_a_command_that_is_ended_leaves_nothing_with_the_cluster(
    cluster: Servers,
    text_model: Path,
    many: list[Path],
    tmp_path: Path,
    number: int,
    code: int,
) -> None:
    out = tmp_path / "out"
    with out.open("wb") as file:
        options = ("-m", text_model, "--dask", cluster.address)
        with started("predict", *many, *options, stdout=file) as process:
            _wait_for_output(out)
            process.send_signal(number)
            _, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (code, b"")
    wait_until_idle(cluster.address)


def _wait_for_output(path: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while not path.stat().st_size:
        assert time.monotonic() < end
        time.sleep(0.01)
