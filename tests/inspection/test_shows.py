"""Whether reasons, horizons and verdicts find what was planted: models are trained to know it.

`pytest --slow -s tests/inspection/test_shows.py` prints the figures that docs/guide/inside.md has;
SEQ_DATA names a folder with the set `dna_splice`.
"""

import csv
import gzip
import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.inspection.audit import METHODS, audit
from grucli.inspection.trust import of_audit
from grucli.model.network import Model
from grucli.modelfile.checkpoint import load
from tests.cli.helpers import command, environment

FILLERS = [f"w{k}" for k in range(30)]
CELLS = ("gru", "gru_before", "mingru")
BLIND_MODELS, BLIND_RECORDS = 30, 20
PLAIN = ("preset=plain", "model.wide=false", "data.valid=0.2")


def trained(folder: Path, data: str, *settings: str) -> Path:
    """Train a model of a file in a folder."""
    model = folder / "m.npz"
    words = [word for one in settings for word in ("--set", one)]
    run = command("train", folder / data, "-o", model, "-q", "--force", "--folds", "off", *words)
    done = subprocess.run(run, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return model


def inspected(model: Path, data: Path) -> dict:
    run = command("inspect-gates", data, "-m", model, "--json", "-q")
    done = subprocess.run(run, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def write_table(path: Path, rows: list[tuple[str, str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])


def ahead_of_others(effect: np.ndarray, planted: np.ndarray) -> float:
    """The share of pairs in which a planted part has the greater effect; ties count half."""
    inside, outside = effect[planted][:, None], effect[~planted][None]
    return float(((inside > outside) + 0.5 * (inside == outside)).mean())


def worst_class(saved, records, planted) -> dict[str, float]:
    """The area under the curve of each method for planted parts, of the class that fares worst."""
    named = [(f"#{record.number}", record) for record in records]
    found = audit(saved, named, [], None, 0)
    areas = {}
    for method in METHODS:
        by_class = {}
        for one, record, mask in zip(found.sequences, records, planted, strict=True):
            area = ahead_of_others(one.effects[method], mask)
            by_class.setdefault(record.label, []).append(area)
        areas[method] = min(float(np.mean(own)) for own in by_class.values())
    return areas


def with_first_weights(saved, seed: int):
    model = Model(saved.model.architecture)
    model.initialise(np.random.default_rng(seed))
    return type(saved)(**{**vars(saved), "model": model})


def check_planted(name, saved, records, planted, most_blind) -> None:
    """Trained, all methods find it; with first weights they do not, and the verdict says so."""
    areas = worst_class(saved, records, planted)
    some = slice(BLIND_RECORDS)
    random = [
        worst_class(with_first_weights(saved, k), records[some], planted[some])
        for k in range(BLIND_MODELS)
    ]
    each = {method: np.array([own[method] for own in random]) for method in METHODS}
    blind = {method: float(own.mean()) for method, own in each.items()}
    errors = {method: 1.96 * own.std(ddof=1) / len(own) ** 0.5 for method, own in each.items()}
    print(f"\n{name}: area of the worst class {rounded(areas)}")
    print(f"first weights {rounded(blind)}, 95 % intervals +- {rounded(errors)}")
    assert min(areas.values()) >= 0.9
    assert max(blind.values()) <= most_blind
    for k in range(3):
        found = audit(with_first_weights(saved, k), [], records, None, 0)
        assert "trust.believed" not in [one.id for one in of_audit(found, has_learned=True)]
    found = audit(saved, [], records, None, 0)
    assert "trust.believed" in [one.id for one in of_audit(found, has_learned=True)]


def rounded(areas: dict[str, float]) -> dict[str, float]:
    return {name: round(area, 3) for name, area in areas.items()}


@pytest.mark.slow
def test_planted_tokens_are_found(tmp_path):
    rng, rows, places = np.random.default_rng(0), [], []
    for k in range(900):
        words = rng.choice(FILLERS, 20).tolist()
        place, label = int(rng.integers(20)), ("up", "down", "left")[k % 3]
        words[place] = label.upper()
        rows.append((" ".join(words), label))
        places.append(place)
    write_table(tmp_path / "train.csv", rows[:780])
    model = trained(tmp_path, "train.csv", *PLAIN, "model.hidden_size=24", "training.epochs=25")
    records = [
        Record(number=k, text=text, label=label) for k, (text, label) in enumerate(rows[780:], 1)
    ]
    planted = [np.arange(20) == place for place in places[780:]]
    check_planted("planted tokens", load(model), records, planted, 0.6)


def series_with_windows(
    rows: int, noise: float, shape: Sequence[float]
) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Make series of 48 steps of noise, in a window of which the shape or its negative is added.

    Returns x float32 (rows, 48, 1), labels (rows,), and of each row which steps the window has.
    """
    rng, labels = np.random.default_rng(1), np.array(["rise", "fall"] * (rows // 2))
    width = len(shape)
    x, places = rng.normal(0, noise, (rows, 48, 1)), rng.integers(0, 49 - width, rows)
    for row, place in enumerate(places):
        x[row, place : place + width, 0] += (1, -1)[row % 2] * np.array(shape)
    planted = [np.isin(np.arange(48), np.arange(place, place + width)) for place in places]
    return x.astype(np.float32), labels, planted


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "rows", "noise", "shape", "most_blind"),
    [
        ("planted windows", 2500, 0.28, (0.9, 0.9, -0.9, -0.9), 0.6),
        # so much larger than the noise that first weights answer by them, and are explained so
        ("planted loud windows", 500, 0.3, (1.5,) * 6, 0.75),
    ],
)
def test_planted_windows_are_found(tmp_path, name, rows, noise, shape, most_blind):
    x, labels, planted = series_with_windows(rows, noise, shape)
    np.savez(tmp_path / "train.npz", X=x[:-60], y=labels[:-60])
    settings = ("model.hidden_size=24", "training.epochs=25", "model.bidirectional=true")
    model = trained(tmp_path, "train.npz", *PLAIN, *settings, "model.dropout=0.2")
    records = [Record(number=k, values=x[k], label=labels[k]) for k in range(rows - 60, rows)]
    check_planted(name, load(model), records, planted[-60:], most_blind)


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("delay", [5, 20, 60])
def test_the_horizon_of_delayed_recall_is_the_delay(tmp_path, cell, delay):
    solved, right = 0, 0
    for seed in range(3):
        rng = np.random.default_rng(seed)
        rows = [
            (" ".join(["AB"[k % 2], *rng.choice(FILLERS[:4], delay)]), "ab"[k % 2])
            for k in range(700)
        ]
        write_table(tmp_path / "train.csv", rows[:600])
        write_table(tmp_path / "test.csv", rows[600:])
        settings = ("model.bidirectional=false", "model.pooling=last", "model.hidden_size=16")
        settings += ("model.initialisation=chrono", "training.epochs=30", f"model.cell={cell}")
        settings += ("training.learning_rate=0.005", f"seed={seed}", "training.patience=8")
        found = inspected(trained(tmp_path, "train.csv", *PLAIN, *settings), tmp_path / "test.csv")
        if found["meta"]["input"]["accuracy"] == 1:
            solved += 1
            right += found["data"]["memory"][0]["h99"] == delay + 1
    print(f"\n{cell}, delay {delay}: horizon {delay + 1} in {right} of {solved} that solve it")
    assert right >= 0.95 * solved


def telling_places(rows: list[dict[str, str]], label: str) -> set[int]:
    """The ten of 60 places whose letters tell most of a class, by the letters alone, from 1."""

    def shares(name: str) -> np.ndarray:
        own = [row["text"] for row in rows if row["label"] == name and len(row["text"]) == 60]
        counts = [[sum(text[k] == one for text in own) + 0.5 for one in "ACGT"] for k in range(60)]
        return np.array(counts) / (len(own) + 2)

    background = shares("n").mean(axis=0)
    bits = (shares(label) * np.log2(shares(label) / background)).sum(axis=1)
    return set((np.argsort(-bits)[:10] + 1).tolist())


@pytest.mark.slow
def test_the_letters_that_matter_are_those_that_tell_of_a_junction(tmp_path):
    folder = os.environ.get("SEQ_DATA")
    if folder is None:
        pytest.skip("SEQ_DATA names no folder")
    parts = {}
    for part in ("train", "test"):
        with gzip.open(Path(folder) / "dna_splice" / f"{part}.csv.gz") as file:
            (tmp_path / f"{part}.csv").write_bytes(file.read())
        parts[part] = list(csv.DictReader((tmp_path / f"{part}.csv").read_text().splitlines()))
    telling = telling_places(parts["train"], "ei") | telling_places(parts["train"], "ie")
    settings = ("model.wide=false", "model.subwords=false", "data.tokens=char", "data.valid=0.1")
    saved = load(trained(tmp_path, "train.csv", *settings, "training.epochs=25"))
    rows = enumerate(parts["test"], 1)
    records = [Record(number=k, text=row["text"], label=row["label"]) for k, row in rows]
    named = [(f"#{one.number}", one) for one in records if one.label != "n"][:60]
    found = audit(saved, named, [], None, 0)
    for method in METHODS:
        of_each = [np.abs(one.effects[method]) for one in found.sequences]
        mean = np.mean([own for own in of_each if len(own) == 60], axis=0)
        top = sorted((np.argsort(-mean)[:10] + 1).tolist())
        print(f"\ndna_splice, {method}: the ten most important of 60 positions {top}")
        assert len(telling & set(top)) >= 7  # chance would have 3 of these 17
