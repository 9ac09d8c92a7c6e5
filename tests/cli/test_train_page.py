"""`grucli train --html`: how a training went, on one inert page that depends on no clock.

Covers: report/page/training_page, report/page/curve_figures.
"""

import json
from pathlib import Path

import pytest

from grucli.report.tables import number

from .helpers import BRIEF, SAMPLES, assert_one_error, grucli
from .test_evaluate_page import EVIL, inert, shown

REVIEWS = SAMPLES / "reviews_train.csv"
PLAIN = (*BRIEF, "--set", "model.wide=false", "--set", "training.schedule=constant")


def trained(folder: Path, *flags: object, data: object = REVIEWS) -> str:
    """Train m.npz in a folder and return what its page says."""
    folder.mkdir(exist_ok=True)
    ran = grucli("train", data, "-o", "m.npz", "--html", "m.html", *flags, cwd=folder)
    assert ran.code == 0, ran.err
    assert "wrote m.html: how the training went" in ran.err
    return inert(folder / "m.html").text


def test_the_numbers_are_those_of_the_log(tmp_path: Path) -> None:
    text = trained(tmp_path, *PLAIN, "--valid", "0.2", "--log", "m.jsonl")
    epochs = [json.loads(line) for line in (tmp_path / "m.jsonl").read_text().splitlines()]
    losses = [f"{one['loss']:.4f} {one['valid_loss']:.4f}" for one in epochs]
    assert f"1 {losses[0]} 2 {losses[1]}" in text
    norms = [
        f"{number(one['gradient_norm'], has_unit=True)} 1.000 {100 * one['clipped']:.0f} %"
        for one in epochs
    ]
    assert f"1 {norms[0]} 2 {norms[1]}" in text
    assert "Training: after epoch 2, because all epochs were done" in text
    assert "The learning rate stayed at 0.00" in text


def test_folds_have_a_curve_each_and_held_out_classes(tmp_path: Path) -> None:
    ran = grucli(
        *("train", REVIEWS, "-o", "m.npz", "--html", "m.html", "--json", "--folds", "2", *PLAIN),
        cwd=tmp_path,
    )
    assert ran.code == 0, ran.err
    text, result = inert(tmp_path / "m.html").text, json.loads(ran.text)
    for stage in ("Fold 1", "Fold 2", "All rows"):
        assert f"{stage}: loss" in text
        assert f"{stage}: accuracy" in text
    best = [one["best_epoch"] for one in result["folds"]]
    why = f"the folds were best after {best[0]} and {best[1]} epochs, on average {result['epochs']}"
    assert f"All rows: after epoch {result['epochs']}, because {why}" in text
    assert "epochs – –" in text  # no rows were held out of the last stage
    valid = result["valid"]
    assert f"cross-validated (2 folds) accuracy {shown(valid['accuracy'])}" in text
    (right, wrong), _ = valid["confusion"]["matrix"]
    assert f"negative {right} {wrong}" in text


def test_a_test_part_has_the_pictures_of_evaluate(tmp_path: Path) -> None:
    trained(tmp_path, *PLAIN, "--test", "0.2", "--valid", "0.2", "--save-test", "test.csv")
    page = inert(tmp_path / "m.html")
    scores = json.loads(grucli("evaluate", "test.csv", "-m", "m.npz", "--json", cwd=tmp_path).text)
    assert {"curves", "end", "steps", "per_class", "trust", "thresholds"} <= set(page.sections)
    assert f"Test, on rows that nothing was learned from: Accuracy {shown(scores['accuracy'])}" in (
        page.text
    )


def test_two_runs_and_a_resumed_one_write_the_same_bytes(tmp_path: Path) -> None:
    long = (*PLAIN, "--valid", "0.2", "--set", "training.epochs=4")
    for name in ("one", "two"):
        trained(tmp_path / name, *long)
    trained(tmp_path / "three", *PLAIN, "--valid", "0.2")
    trained(tmp_path / "three", *long, "--resume")
    pages = [(tmp_path / name / "m.html").read_bytes() for name in ("one", "two", "three")]
    assert pages[0] == pages[1] == pages[2]
    assert str(tmp_path).encode() not in pages[0]
    models = [(tmp_path / name / "m.npz").read_bytes() for name in ("one", "three")]
    assert models[0] == models[1]


def test_a_page_changes_no_byte_of_the_model(tmp_path: Path) -> None:
    trained(tmp_path, *PLAIN)
    assert grucli("train", REVIEWS, "-o", "n.npz", *PLAIN, cwd=tmp_path).code == 0
    for suffix in (".npz", ".last.npz"):
        one, other = ((tmp_path / f"{name}{suffix}").read_bytes() for name in "mn")
        assert one == other


def test_what_is_in_the_way_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "m.html").write_text("mine")
    words = ("train", REVIEWS, "-o", "m.npz", "--html")
    assert_one_error(grucli(*words, "m.html", cwd=tmp_path), 5, "m.html", "--force")
    assert_one_error(grucli(*words, REVIEWS, "--force", cwd=tmp_path), 2, "--html", "is the data")
    assert_one_error(grucli(*words, "m.npz", cwd=tmp_path), 2, "--html", "is the model")
    dry = grucli("train", REVIEWS, "--dry-run", "--html", "n.html", cwd=tmp_path)
    assert dry.code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.html"]


def test_what_is_in_the_data_stays_text(tmp_path: Path) -> None:
    rows = [f'"{EVIL.replace(chr(34), chr(34) * 2)}","很好 & <b>"', 'good,"</style>"'] * 20
    (tmp_path / "data.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    text = trained(tmp_path, *PLAIN, data="data.csv")
    assert "很好 & <b>" in text
    assert "</style>" in text


@pytest.mark.parametrize(
    ("data", "flags", "said"),
    [
        ("classic_train.npz", (), "All rows: accuracy"),
        ("ingredients_zh_train.conll", (), "entity F1"),
        ("classic_train.npz", ("--set", "data.valid=0"), "no rows were held out"),
    ],
)
def test_other_data_and_no_validation(
    data: str, flags: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    assert said in trained(tmp_path, *BRIEF, *flags, data=SAMPLES / data)
