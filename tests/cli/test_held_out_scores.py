"""What `grucli train` says at the end of rows that were not learned from: classes and confusion.

Covers: training/held_out_scores.
"""

import csv
import io
import json
from collections import Counter

import pytest

from tests.cli.helpers import BRIEF, SAMPLES, grucli

REVIEWS = SAMPLES / "reviews_train.csv"
FOLDED = ("--folds", "2", "--out-of-fold", "told.csv")


def trained(folder, data, *options):
    ran = grucli("train", data, "-o", "m.npz", *BRIEF, "--json", *options, cwd=folder)
    assert ran.code == 0, ran.err
    return json.loads(ran.text), ran.complaints


def told(folder):
    text = (folder / "told.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_confusion_is_that_of_the_answers_of_the_folds(tmp_path):
    found, lines = trained(tmp_path, REVIEWS, *FOLDED)
    valid, rows = found["valid"], told(tmp_path)
    counts = Counter((row["target"], row["label"]) for row in rows)
    labels = valid["confusion"]["labels"]
    matrix = [[counts[truth, answer] for answer in labels] for truth in labels]
    assert valid["confusion"]["matrix"] == matrix
    recall = counts["positive", "positive"] / sum(row["target"] == "positive" for row in rows)
    assert valid["per_class"]["positive"]["recall"] == pytest.approx(recall)
    right = sum(counts[label, label] for label in labels)
    assert valid["accuracy"] == pytest.approx(right / 240)
    beside = valid["baselines"]
    assert (beside["figure"], beside["model"]) == ("accuracy", valid["accuracy"])
    assert beside["blind"] == valid["baseline"]
    assert beside["recurrence"] == found["wide"]["recurrence"]["accuracy"]
    start = lines.index("240 rows, each answered by its fold:")
    assert lines[start + 1].split() == ["class", "precision", "recall", "F1", "rows", "predicted"]
    assert f"{recall:.3f}" in lines[start + 3]
    assert lines[-3].startswith("the recurrence ")
    assert f"accuracy {beside['wide']:.3f} with n-grams alone" in lines[-3]


def test_of_validation_rows_it_is_theirs_and_without_any_there_is_nothing(tmp_path):
    found, lines = trained(tmp_path, REVIEWS, "--valid", str(SAMPLES / "reviews_test.csv"))
    assert sum(map(sum, found["valid"]["confusion"]["matrix"])) == 60
    assert "60 rows, held out for validation:" in lines
    none, lines = trained(tmp_path, REVIEWS, "--valid", "0", "--force")
    assert none["valid"] is None
    assert not any("held out" in line for line in lines)


def test_of_many_classes_the_weakest_are_shown(tmp_path):
    names = "ABCDEFGHIJKLMNOP"
    rows = [f"{names[k % 16 - (k % 5 == 0)]}{k},{names[k % 16]}" for k in range(160)]
    (tmp_path / "d.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    found, lines = trained(tmp_path, "d.csv", "--folds", "2")
    assert len(found["valid"]["per_class"]) == 16
    start = lines.index("the 10 weakest of 16")
    names = [line.split()[0] for line in lines[start + 2 : start + 12]]
    weak = {name: found["valid"]["per_class"][name]["f1"] for name in names}
    assert list(weak.values()) == sorted(weak.values())
    rest = [one["f1"] for name, one in found["valid"]["per_class"].items() if name not in weak]
    assert max(weak.values()) <= min(rest)
    assert lines[start + 12] == "and 6 more"
    assert "most confused" in lines


def test_sets_numbers_and_tags_have_their_own_tables(tmp_path):
    words = ("red", "blue", "green", "gold")
    sets = [f"{words[k % 4]} {words[k % 3]} {k},{('x', 'y', 'x;y', '')[k % 4]}" for k in range(60)]
    (tmp_path / "s.csv").write_text("\n".join(["text,label", *sets]) + "\n")
    found, _ = trained(tmp_path, "s.csv", *FOLDED, "--label-separator", ";")
    assert found["valid"]["per_class"].keys() == {"x", "y"}
    assert found["valid"]["baselines"]["figure"] == "micro_f1"
    options = ("--set", "task=regress", "--label", "score", "--force")
    found, lines = trained(tmp_path, REVIEWS, *FOLDED, *options)
    assert found["valid"]["baselines"]["figure"] == "rmse"
    assert found["valid"]["baselines"]["model"] == pytest.approx(found["valid"]["rmse"])
    assert any(line.startswith("the recurrence ") and "RMSE" in line for line in lines)


def test_tags_of_documents_learned_in_windows_are_those_of_whole_ones(tmp_path):
    text = "".join(f"A{k}\tB-PER\nsaw\tO\nB{k % 7}\tB-ORG\n\n" for k in range(40))
    (tmp_path / "d.conll").write_text(text)
    options = ("--set", "data.max_length=2")
    found, lines = trained(tmp_path, "d.conll", *FOLDED, *options)
    assert "40 rows, each answered by its fold:" in lines
    counts = Counter()
    for row in told(tmp_path):
        counts.update(zip(row["target"].split(), row["tags"].split(), strict=True))
    valid = found["valid"]
    labels = valid["confusion"]["labels"]
    assert sum(counts.values()) == 120
    assert valid["confusion"]["matrix"] == [[counts[a, b] for b in labels] for a in labels]
    assert valid["baselines"].keys() == {"figure", "model", "blind"}


def test_with_a_test_part_its_report_takes_their_place(tmp_path):
    found, lines = trained(tmp_path, REVIEWS, "--test", "0.2", "--folds", "2")
    assert sum(map(sum, found["valid"]["confusion"]["matrix"])) == 192
    assert not any("each answered by its fold" in line for line in lines)
    assert sum(line.startswith("confusion") for line in lines) == 1
