"""The pure parts of the benchmarks: work, file of results, tables. Nothing is timed."""

import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from tests.benchmarks import machine, memory, peers, run, tables, work
from tests.benchmarks.goals import goals
from tests.benchmarks.results import Results
from tests.benchmarks.sides import ours

KEY = {
    "table": "step",
    "row": "seed",
    "side": "grucli",
    "threads": 1,
    "revision": "1",
    "machine": "m",
}
MACHINE = {
    "machine": "m",
    "cpu": "a processor",
    "cores": 2,
    "memory_gb": 8,
    "os": "Linux",
    "versions": {"grucli": {"python": "3.11", "numpy": "2.4", "blas_kernel": "Haswell"}},
}


@pytest.fixture
def results(tmp_path):
    return Results(tmp_path / "results.jsonl")


@pytest.fixture
def steps(results):
    """Two rows; PyTorch takes twice as long on one and eight times on the other."""
    results.describe(MACHINE)
    for row, over in (("seed", 2), ("small", 8)):
        results.add({"step_ms": 1.5, "forward_ms": 0.5}, **{**KEY, "row": row})
        key = {**KEY, "row": row, "side": "pytorch"}
        results.add({"step_ms": 1.5 * over, "forward_ms": 0.5}, **key)
    results.add({"forward_ms": 0.25}, **{**KEY, "side": "onnxruntime"})
    return results


def test_a_run_goes_on_where_it_stopped(results):
    results.add({"step_ms": 1.0}, **KEY)
    again = Results(results.path)
    assert again.has(**KEY)
    for name in KEY:
        assert not again.has(**{**KEY, name: "other"})


def test_the_last_measurement_counts(results):
    for value in (1.0, 2.0):
        results.add({"step_ms": value}, **KEY)
    latest = Results(results.path).latest("step")
    assert latest == {"seed": {("grucli", 1): {"step_ms": 2.0}}}


def test_a_machine_is_described_once_and_again_when_more_is_known(results):
    peer = MACHINE | {"versions": {"pytorch": {"torch": "2.13"}}}
    for described in (MACHINE, MACHINE, peer, MACHINE, peer):
        results.describe(described)
    assert len(results.path.read_text().splitlines()) == 2
    assert Results(results.path).machines["m"]["versions"] == (
        MACHINE["versions"] | peer["versions"]
    )


def test_each_line_of_the_file_is_json(steps):
    lines = [json.loads(line) for line in steps.path.read_text().splitlines()]
    assert [line["machine"] for line in lines] == ["m"] * 6


def test_table_of_steps(steps):
    training, forward = tables.step(steps).split("\n\n")[1::2]
    assert training.splitlines() == [
        "| row | T, B, I, H | grucli | PyTorch | fastest peer |",
        "| --- | --- | --- | --- | --- |",
        "| seed | 10, 32, 64, 128 | 1.50 | 3.00 (2.00) | (2.00) |",
        "| small | 100, 16, 32, 32 | 1.50 | 12.0 (8.00) | (8.00) |",
        "| geometric mean of numeric rows |  |  | (4.00) | (4.00) |",
    ]
    assert "| seed | 10, 32, 64, 128 | 0.500 | 0.250 (0.50) | 0.500 (1.00) | (0.50) |" in forward
    assert "| small | 100, 16, 32, 32 | 0.500 |  | 0.500 (1.00) | (1.00) |" in forward


def test_other_cells_are_compared_with_every_gru(steps):
    for row, ms in (("seed", 0.5), ("small", 3.0)):
        figures = {"step_ms": 1.5, "mingru_step_ms": ms, "rnn_step_ms": 1.0}
        steps.add(figures, **{**KEY, "row": row})
    steps.add({"step_ms": 6.0}, **{**KEY, "side": "reference"})
    table = tables.step(steps).split("\n\n")[-1]
    assert table.splitlines()[2:] == [
        "| seed | 10, 32, 64, 128 | 0.500 (3.00, 12.00, 6.00) | 1.00 (1.50, 6.00, 3.00) |",
        "| small | 100, 16, 32, 32 | 3.00 (0.50, –, 4.00) | 1.00 (1.50, –, 12.00) |",
    ]


@pytest.mark.parametrize("vocabulary", [0, 30])
def test_every_cell_has_a_step_to_be_timed(vocabulary):
    row = work.Row(steps=4, batch=3, inputs=2, hidden=5, vocabulary=vocabulary)
    for made in (ours.text if vocabulary else ours.layer, ours.classifier):
        for what, once in made(row).items():
            assert what in ("step", "forward", "mingru_step", "rnn_step")
            once()


def test_a_network_that_writes_has_a_step_to_be_timed(results):
    row = work.Row(steps=9, batch=3, inputs=2, hidden=5, vocabulary=6, ragged=True, symbols=4)
    assert [*map(len, work.targets(row))] == [*map(len, work.sequences(row))]
    ours.writing(row)["step"]()
    for side, ms in (("grucli", 50.0), ("pytorch", 80.0)):
        results.add({"step_ms": ms}, **{**KEY, "table": "writing", "row": "words", "side": side})
    assert "| words | 8, 128, 64, 256 | 50.0 | 80.0 (1.60) | (1.60) |" in tables.writing(results)


def test_an_older_build_takes_part_where_an_interpreter_has_it(monkeypatch):
    asked = SimpleNamespace(sides=None, python={"reference": "/old/bin/python"})
    assert run.asked(asked, ["grucli", "reference"]) == ["grucli", "reference"]
    asked.python = {}
    assert run.asked(asked, ["grucli", "reference"]) == ["grucli"]
    asked.sides = ["reference"]
    assert run.asked(asked, ["grucli", "reference"]) == []
    with pytest.raises(SystemExit, match="no other build"):
        peers.root(sys.executable)


def test_a_row_is_asked_for_by_the_first_of_its_names(results):
    asked = SimpleNamespace(only=["names"], again=False)
    about = {"results": results, "machine": "m", "revision": "1", "reference": None}
    each = run.Run(arguments=asked, **about)
    rows = ["names, seed 0", "names, seed 1", "namesakes, seed 0", "seed 0"]
    assert each.wanted("trainings", rows, ["grucli"], 0) == rows[:2]
    results.add({}, **{**KEY, "table": "trainings", "row": rows[0], "threads": 0})
    assert each.wanted("trainings", rows, ["grucli"], 0) == rows[1:2]


def test_programs_on_all_cores_show_the_faster_setting_of_a_peer(results):
    key = {**KEY, "table": "commands", "row": "classic"}
    for side, threads, seconds in (
        ("grucli", 1, 2.0),
        ("keras", 1, 10.0),
        ("grucli", 0, 1.0),
        ("keras", 0, 11.0),
    ):
        figures = {"seconds": seconds, "peak_mb": 60.0, "sum_mb": 80.0, "accuracy": 0.9}
        results.add(figures, **{**key, "side": side, "threads": threads})
    lines = tables.commands(results).splitlines()
    assert "| classic | one | 2.0 s, 80 MB, 0.900 |  | 10.0 s (5.0), 80 MB, 0.900 |" in lines
    assert "| classic | all | 1.0 s, 80 MB, 0.900 |  | 10.0 s (10.0), 80 MB, 0.900 |" in lines


def test_goals_are_met_or_missed_once_all_of_their_rows_are_there(results):
    for row in work.NUMBERS:
        assert "over PyTorch" not in goals(results)
        for side, ms in (("grucli", 2.0), ("pytorch", 5.0), ("keras", 4.0), ("jax", 3.0)):
            key = {**KEY, "row": row, "side": side}
            results.add({"step_ms": ms * (2 if (side, row) == ("jax", "wide") else 1)}, **key)
    lines = goals(results).splitlines()
    assert "| training step, one thread, mean over PyTorch | ≥ 2 | 2.5 |" in lines
    assert "| … over Keras | ≥ 2.4 | 2 (missed) |" in lines
    assert "| … over the fastest of PyTorch, Keras and JAX | ≥ 1.2 | 1.56 |" in lines
    assert "| … the row where that is least | ≥ 0.95 | 1.5 |" in lines


def test_ranks_are_compared_with_one_process_and_calculated_beyond(results):
    key = {**KEY, "table": "ranks", "threads": 0, "row": "document"}
    assert tables.TABLES["ranks"](results) == ""
    for side, ms in (("1 process, 4 shards", 80.0), ("4 ranks, 4 shards", 25.0)):
        results.add({"step_min_ms": ms}, **{**key, "side": side})
    lines = tables.TABLES["ranks"](results).splitlines()
    assert "| 4 ranks, 4 shards | 25.0 (3.20) |" in lines
    weights = 3 * 128 * (64 + 128) + 4 * 128 + 128 + 1
    message_s = 4 * weights / 1.25e9 + 50e-6
    sixteen = 0.08 / (0.08 / 16 + 8 * message_s)
    calculated = next(line for line in lines if line.startswith("| document | 10 Gbit/s"))
    assert f"{sixteen:#.3g}" in calculated.split(" | ")


def test_shown_is_what_was_measured_and_nothing_else(steps, tmp_path):
    text = tables.measured(steps.path)
    assert text.startswith("a processor, 2 cores, 8 GB, Linux, Python 3.11, BLAS kernel Haswell")
    assert text.count("| geometric mean") == 2
    assert "Whole programs" not in text
    assert tables.measured(tmp_path / "nothing.jsonl") == ""


def test_committed_results_can_be_shown():
    results = Results(tables.RESULTS)
    for name in {line["table"] for line in results.lines} | {"goals"}:
        assert tables.TABLES[name](results).count("\n| ") > 3, name


def test_ragged_lengths_are_those_of_the_reviews():
    row = work.TOKENS["ragged"]
    lengths = np.concatenate([work.lengths(row, np.random.default_rng(k)) for k in range(200)])
    found = np.quantile(lengths, work.SHARES[1:-1])
    np.testing.assert_allclose(found, work.LENGTHS[1:-1], atol=1.5)
    one = work.lengths(row, np.random.default_rng(0))
    assert one[0] == row.steps
    assert np.all(np.diff(one) <= 0)


def test_ragged_tokens_repeat_as_in_the_reviews():
    ids = work.sequences(work.TOKENS["ragged"])
    tokens = np.concatenate(ids)
    assert tokens.min() >= work.FIRST_TOKEN
    assert len(np.unique(tokens)) / len(tokens) == pytest.approx(0.28, abs=0.03)
    assert all(map(np.array_equal, ids, work.sequences(work.TOKENS["ragged"])))


def test_padding_keeps_tokens_and_lengths():
    ids = work.sequences(work.TOKENS["ragged"])
    table, lengths = work.padded(ids)
    assert all(
        np.array_equal(row[:n], each) for row, n, each in zip(table, lengths, ids, strict=True)
    )
    assert np.count_nonzero(table) == sum(lengths)


def test_a_measured_process_runs_as_for_users(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in machine.environment(1)
    assert machine.environment(1)["OMP_NUM_THREADS"] == "1"
    assert "OMP_NUM_THREADS" not in machine.environment(0)
    assert "OPENBLAS_CORETYPE" not in machine.environment(1)
    assert machine.environment(1, keep_blas_kernel=True)["OPENBLAS_CORETYPE"] == "Haswell"


def test_memory_is_shown_by_cell_initialisation_and_length(results):
    for start, accuracy, epochs in (("chrono", [1.0, 0.75], [7, None]), ("orthogonal", [0.5], [])):
        figures = {"accuracy": accuracy, "epochs": epochs or [None], "chosen": start == "chrono"}
        length = {"chrono": 200, "orthogonal": 1000}[start]
        results.add(figures, **{**KEY, "table": "memory", "row": f"gru, {start}, {length}"})
    assert tables.memory(results).splitlines()[2:] == [
        "| cell | initialisation | 200 steps | 1,000 steps |",
        "| --- | --- | --- | --- |",
        "| gru | chrono (chosen) | 0.875 (0.750 to 1.000); 1 of 2, epoch 7 |  |",
        "| gru | orthogonal |  | 0.500 (0.500 to 0.500); 0 of 1 |",
    ]
    assert "decides, worst seed | ≥ 1 | 0.75 (missed) |" in goals(results)


def test_nothing_but_the_first_symbol_tells_the_label(tmp_path):
    path = tmp_path / "train.csv"
    memory.write(path, 500, 20, 3)
    written = path.read_bytes()
    memory.write(path, 500, 20, 3)
    assert path.read_bytes() == written
    head, *lines = written.decode().splitlines()
    assert head == "text,label"
    rows = [line.split(",") for line in lines]
    first = {(text.split()[0], label) for text, label in rows}
    assert first == {(s, memory.LABELS[k % 2]) for k, s in enumerate(memory.SYMBOLS)}
    symbols = [text.split()[1:] for text, _ in rows]
    assert {len(row) for row in symbols} == {19}
    is_odd = np.array([label == "odd" for _, label in rows])
    for symbol in memory.SYMBOLS:
        counts = np.array([row.count(symbol) for row in symbols])
        assert abs(np.corrcoef(counts, is_odd)[0, 1]) < 0.15
    memory.write(path, 500, 20, 4)
    assert not set(lines) & set(path.read_text().splitlines()[1:])
