"""The sample data are what their README says."""

import csv
import gzip
import importlib.util
import re
import unicodedata
from collections import Counter
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "sample_data"
CSV_COLUMNS = {
    "reviews": ["text", "label", "score"],
    "reviews_zh": ["text", "label", "score"],
    "names": ["text", "label"],
    "domains_zh": ["text", "label"],
    "splice": ["text", "label"],
    "dates": ["source", "target"],
    "phrases": ["source", "target"],
}
PAIRS = ("dates", "phrases")
SPLITS = ("train", "test")


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def both_splits(name: str) -> list[dict[str, str]]:
    return [row for split in SPLITS for row in read_rows(FOLDER / f"{name}_{split}.csv")]


def normalised(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def cases(path: Path) -> list[str]:
    """The data lines of a .ts file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if line[0] not in "#@"]


def tagged(path: Path) -> list[list[tuple[str, str]]]:
    """The sequences of a CoNLL file: pairs of a token and its tag."""
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    rows = [[line.split("\t") for line in block.splitlines()] for block in blocks]
    return [[(token, tag) for token, tag in block] for block in rows]


def count_rows(path: Path) -> int:
    if path.stem.startswith(PAIRS):
        return len(read_rows(path))
    return len(tagged(path)) if path.suffix == ".conll" else len(labels(path))


def labels(path: Path) -> list[str]:
    """The label of each row; of a CoNLL file the type of each chunk; none of pairs of texts."""
    if path.stem.startswith(PAIRS):
        return []
    if path.suffix == ".conll":
        return [tag[2:] for row in tagged(path) for _, tag in row if tag.startswith("B-")]
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            return [str(label) for label in arrays["y"]]
    if path.suffix == ".gz":
        return [case.rpartition(":")[2] for case in cases(path)]
    return [row["label"] for row in read_rows(path)]


def columns(path: Path) -> list[str]:
    if path.suffix == ".conll":
        return ["token", "tag"]
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            return list(arrays.files)
    if path.suffix == ".gz":
        return [f"{cases(path)[0].count(':')} channels"]
    return list(read_rows(path)[0])


def readme_rows() -> dict[str, list[str]]:
    """Cells of the table of files, by file name."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    lines = re.findall(
        r"^\| `([^`|]+\.(?:csv|npz|ts\.gz|conll))` \|(.*)\|$", text, flags=re.MULTILINE
    )
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in lines}


def load_program(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def linear_accuracy(
    train: npt.NDArray[np.float64],
    y_train: npt.NDArray[np.int8],
    test: npt.NDArray[np.float64],
    y_test: npt.NDArray[np.int8],
) -> float:
    """Test accuracy of ridge regression on the signs of the classes."""
    gram = train.T @ train + np.eye(train.shape[1])
    weights = np.linalg.solve(gram, train.T @ (2.0 * y_train - 1.0))
    return float(np.mean((test @ weights > 0) == (y_test == 1)))


@pytest.mark.parametrize("name", CSV_COLUMNS)
@pytest.mark.parametrize("split", SPLITS)
def test_csv_is_plain(name: str, split: str) -> None:
    path = FOLDER / f"{name}_{split}.csv"
    data = path.read_bytes()
    assert b"\r" not in data
    assert not data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\n")
    assert columns(path) == CSV_COLUMNS[name]
    for row in read_rows(path):
        assert None not in row  # a cell too many
        assert all(cell and cell == cell.strip() and "\n" not in cell for cell in row.values())


@pytest.mark.parametrize("name", CSV_COLUMNS)
def test_texts_are_distinct_within_and_between_splits(name: str) -> None:
    counts = Counter(normalised(row[CSV_COLUMNS[name][0]]) for row in both_splits(name))
    assert [text for text, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("name", sorted(CSV_COLUMNS.keys() - set(PAIRS)))
def test_both_splits_have_the_same_labels(name: str) -> None:
    train, test = (set(labels(FOLDER / f"{name}_{split}.csv")) for split in SPLITS)
    assert train == test


@pytest.mark.parametrize("name", ["reviews", "reviews_zh"])
@pytest.mark.parametrize(("split", "count"), [("train", 120), ("test", 30)])
def test_reviews_are_balanced(name: str, split: str, count: int) -> None:
    found = Counter(labels(FOLDER / f"{name}_{split}.csv"))
    assert found == {"positive": count, "negative": count}


@pytest.mark.parametrize("name", ["reviews", "reviews_zh"])
def test_review_score_agrees_with_label(name: str) -> None:
    pairs = {(row["score"], row["label"]) for row in both_splits(name)}
    assert pairs == {
        ("1", "negative"),
        ("2", "negative"),
        ("3", "negative"),
        ("3", "positive"),
        ("4", "positive"),
        ("5", "positive"),
    }


def test_english_reviews_have_3_to_40_words_and_negation_on_both_sides() -> None:
    rows = both_splits("reviews")
    assert all(3 <= len(row["text"].split()) <= 40 for row in rows)
    turns = re.compile(r"\b(not|no|never|nothing|but|yet|though|\w+n't)\b", re.IGNORECASE)
    turned = Counter(row["label"] for row in rows if turns.search(row["text"]))
    assert min(turned["positive"], turned["negative"]) >= 50


def test_chinese_reviews_are_chinese_and_have_negation_on_both_sides() -> None:
    rows = both_splits("reviews_zh")
    for row in rows:
        assert not re.search(r"[,.!?;:\"'A-Za-z]", row["text"]), row["text"]  # ，。！？ instead
        assert row["text"][-1] in "。！？", row["text"]
    turned = Counter(row["label"] for row in rows if re.search("[不没但却可别虽]", row["text"]))
    assert min(turned["positive"], turned["negative"]) >= 50


def test_readme_lists_every_file_with_its_columns_and_counts() -> None:
    table = readme_rows()
    files = {
        path.name for path in FOLDER.iterdir() if path.suffix in {".csv", ".npz", ".gz", ".conll"}
    }
    assert set(table) == files
    for name, cells in table.items():
        found = labels(FOLDER / name)
        counts = ", ".join(f"{label} {n}" for label, n in sorted(Counter(found).items())) or "–"
        shown = ",".join(columns(FOLDER / name))
        assert [cells[-3].strip("`"), *cells[-2:]] == [
            shown,
            str(count_rows(FOLDER / name)),
            counts,
        ]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("ingredients_train", 240),
        ("ingredients_test", 60),
        ("ingredients_zh_train", 60),
        ("ingredients_zh_test", 20),
    ],
)
def test_ingredients_are_plain_and_in_iob2(name: str, count: int) -> None:
    path = FOLDER / f"{name}.conll"
    data = path.read_bytes()
    assert b"\r" not in data
    assert not data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\n")
    rows = tagged(path)
    assert len(rows) == count
    for row in rows:
        before = "O"
        for token, tag in row:
            assert token == token.strip()
            assert tag == "O" or tag[:2] == "B-" or before[2:] == tag[2:], row
            before = tag
        assert sum(tag == "B-NAME" for _, tag in row) >= 1, row
        assert all(
            tag in ("O", "I-QTY", "I-SIZE") for token, tag in row if token in "(),/-（），"
        ), row


@pytest.mark.parametrize(("name", "count"), [("ingredients", 300), ("ingredients_zh", 80)])
def test_ingredients_are_distinct_and_no_test_line_is_nearly_one_of_training(
    name: str, count: int
) -> None:
    lines = {
        split: [
            [token.lower() for token, _ in row] for row in tagged(FOLDER / f"{name}_{split}.conll")
        ]
        for split in SPLITS
    }
    texts = [" ".join(line) for split in SPLITS for line in lines[split]]
    assert len(set(texts)) == count
    for line in lines["test"]:
        alike = max(SequenceMatcher(None, line, other).ratio() for other in lines["train"])
        assert alike <= 0.8, line


def test_make_classic_makes_the_committed_arrays() -> None:
    made = load_program("make_classic").make()
    for split, (x, y) in zip(SPLITS, (made[:2], made[2:]), strict=True):
        with np.load(FOLDER / f"classic_{split}.npz") as committed:
            assert (committed["X"].dtype, committed["y"].dtype) == (np.float16, np.int8)
            assert (x.dtype, y.dtype) == (np.float16, np.int8)
            np.testing.assert_array_equal(x, committed["X"])
            np.testing.assert_array_equal(y, committed["y"])


def test_classic_steps_are_apart_and_cover_every_pair() -> None:
    module = load_program("make_classic")
    rng = np.random.RandomState(0)
    pairs = {module.draw_steps(rng) for _ in range(2000)}
    assert all(late - early >= module.MIN_GAP for early, late in pairs)
    assert len(pairs) == 36
    assert {step for pair in pairs for step in pair} == set(range(module.NUM_STEPS))


def test_classic_class_is_the_order_and_not_the_mean() -> None:
    x_train, y_train, x_test, y_test = load_program("make_classic").make()
    x_train, x_test = x_train.astype(float), x_test.astype(float)
    mean = linear_accuracy(x_train.mean(1), y_train, x_test.mean(1), y_test)
    ramp = np.linspace(-1, 1, x_train.shape[1])
    early_to_late = [np.einsum("t,btc->bc", ramp, x) for x in (x_train, x_test)]
    ordered = linear_accuracy(early_to_late[0], y_train, early_to_late[1], y_test)
    assert mean < 0.62  # 0.5 and three standard errors of 160 rows
    assert ordered > 0.85


def test_make_dates_makes_the_committed_files() -> None:
    made = load_program("make_dates").make()
    rows = [(row["source"], row["target"]) for row in both_splits("dates")]
    assert made == rows


def test_dates_and_times_are_of_iso_8601_and_weekdays_are_right() -> None:
    for row in both_splits("dates"):
        source, (day, _, time) = row["source"], row["target"].rpartition("T")
        if "-" in time:
            day, time = time, ""
        assert re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time or "00:00")
        if day:
            one = date.fromisoformat(day)
            assert 1900 <= one.year <= 2099
            assert str(one.year) in source
            assert f"{one:%b}" in source
            told = re.match(r"([A-Z][a-z]+), \d|([A-Z][a-z]+), [A-Z]", source)
            if told:
                assert f"{one:%A}".startswith(told[1] or told[2])


def test_test_phrases_are_made_of_what_training_phrases_have() -> None:
    train, test = (read_rows(FOLDER / f"phrases_{split}.csv") for split in SPLITS)
    for known, asked in (
        ({c for row in train for c in row["target"]}, {c for row in test for c in row["target"]}),
        (words_of(train), words_of(test)),
    ):
        assert asked <= known
    for row in (*train, *test):
        assert re.fullmatch(r"[A-Za-z' ,]+[.!?]", row["source"])
        assert re.fullmatch("[\u4e00-\u9fff，]+[。！？]", row["target"])
        ends = {".": "。", "!": "！", "?": "？"}
        assert row["target"][-1] == ends[row["source"][-1]]


def words_of(rows: list[dict[str, str]]) -> set[str]:
    return {word for row in rows for word in re.findall("[a-z']+", row["source"].lower())}


def test_sample_data_stays_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < 2.5e6
