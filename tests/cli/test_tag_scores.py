"""Tags through real processes: learned, measured, answered and looked into."""

import csv
import io
import json
import random

import numpy as np
import pytest

import grucli as package
from grucli.tasks.tag.chunks import Tagged, text
from tests.cli.helpers import QUICK, grucli

PEOPLE = ["Anna", "Bert", "Carla", "Dora", "Emil", "Li Wei", "Mary Ann"]
PLACES = ["Paris", "Rome", "Oslo", "New York", "Hong Kong"]
EPOCHS = ("--set", "training.epochs=8")
WORDS = ["北京", "天气", "今天", "很", "好", "我", "喜欢", "苹果", "研究生", "去", "了"]


def sentences(number, seed):
    """Sentences as lists of (token, tag) in IOB2."""
    rng = random.Random(seed)
    found = []
    for _ in range(number):
        pairs = []
        for names, kind, verb in ((PEOPLE, "PER", "lives in"), (PLACES, "LOC", "near")):
            first, *others = rng.choice(names).split()
            pairs += [(first, f"B-{kind}"), *((word, f"I-{kind}") for word in others)]
            pairs += [(word, "O") for word in verb.split()]
        found.append([*pairs, ("us", "O")])
    return found


def conll(sequences, scheme="IOB2"):
    """The same chunks in a scheme, as a file."""
    tagged = Tagged.of([[tag for _, tag in pairs] for pairs in sequences])
    letters = iter(tagged.marks.letters(scheme, tagged.starts))
    kinds = iter(tagged.marks.kinds.tolist())
    blocks = [
        "".join(
            f"{token}\t{text(next(letters), tagged.types[next(kinds)])}\n" for token, _ in pairs
        )
        for pairs in sequences
    ]
    return "\n".join(blocks)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with data and models."""
    folder = tmp_path_factory.mktemp("tags")
    train, test = sentences(60, 0), sentences(20, 1)
    (folder / "train.conll").write_text(conll(train, "IOBES"))
    for scheme in ("IOB1", "IOB2", "IOBES"):
        (folder / f"{scheme}.conll").write_text(conll(test, scheme))
    settings = [*QUICK, "--set", "training.folds=off", "--set", "training.epochs=4"]
    ran = grucli("train", "train.conll", "-o", "m.npz", *settings, "--json", cwd=folder)
    assert ran.code == 0, ran.err
    (folder / "train.json").write_text(ran.text)
    return folder


def test_training_says_what_tags_are_and_what_it_reached(folder):
    found = json.loads((folder / "train.json").read_text())
    assert (found["task"], found["scheme"]) == ("tag", "IOBES")
    assert found["labels"] == ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"]
    assert 0 < found["valid"]["entity_f1"] <= 1
    assert "words" not in found


def test_the_same_chunks_in_any_scheme_have_the_same_scores(folder):
    found = [
        grucli("evaluate", f"{scheme}.conll", "-m", "m.npz", "--json", cwd=folder).text
        for scheme in ("IOB1", "IOB2", "IOBES")
    ]
    assert found[0] == found[1] == found[2]
    scores = json.loads(found[0])
    assert list(scores)[:3] == ["schema", "rows", "entity_f1"]
    assert {"accuracy", "sentences", "unknown_accuracy", "baseline"} <= scores.keys()
    assert scores["per_type"].keys() == {"LOC", "PER"}


def test_minimums_of_entities_and_the_list_of_wrong_tokens(folder):
    words = ("evaluate", "IOB2.conll", "-m", "m.npz", "--errors", "wrong.csv", "--force")
    ran = grucli(*words, "--min", "entity_f1=0.01", "--min", "per_type.PER.f1=1.01", cwd=folder)
    assert ran.code == 1
    assert any("per_type.PER.f1 is" in line for line in ran.complaints)
    rows = list(csv.DictReader(io.StringIO((folder / "wrong.csv").read_text())))
    scores = json.loads(grucli(*words, "--json", cwd=folder).text)
    assert len(rows) == round((1 - scores["accuracy"]) * scores["tokens"])
    for row in rows:
        assert row["text"].split()[int(row["step"]) - 1] == row["token"]
        assert row["tag"] != row["predicted"]
    assert [float(row["probability"]) for row in rows] == sorted(
        (float(row["probability"]) for row in rows), reverse=True
    )


def test_texts_are_answered_a_tag_for_each_token(folder):
    lines = b"Anna lives in New York\n\nBert\n"
    tsv = grucli("predict", "-m", "m.npz", stdin=lines, cwd=folder).lines
    objects = grucli("predict", "-m", "m.npz", "--json", stdin=lines, cwd=folder).lines
    assert [len(line.split("\t")[0].split()) for line in tsv] == [5, 0, 1]
    for line, found in zip(tsv, map(json.loads, objects), strict=True):
        assert line.split("\t")[0] == " ".join(found["tags"])
        assert len(found["probabilities"]) == len(found["tags"])
        assert set(found["tags"]) <= {"O", *(f"{c}-{t}" for c in "BIES" for t in ("PER", "LOC"))}
    model = package.load(str(folder / "m.npz"))
    answers = model.predict([["Anna", "lives", "in", "New York"], "Bert"])
    assert [len(one.tags) for one in answers] == [4, 1]


def test_a_tag_that_is_not_probable_enough_is_replaced(folder):
    ran = grucli(
        *("predict", "-m", "m.npz", "--min-prob", "1", "--unknown", "?"),
        stdin=b"Anna lives\n",
        cwd=folder,
    )
    assert ran.lines[0].split("\t")[0] == "? ?"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("predict", "-m", "m.npz", "--top-k", "2"), "--top-k: there is one tag for each step"),
        (("inspect-gates", "-m", "m.npz", "--text", "a", "--target", "X"), "--target: must be"),
        (("train", "train.conll", "-o", "x.npz", "--class-weight", "balanced"), "class_weight"),
        (
            ("train", "train.conll", "-o", "x.npz", "--set", "training.label_smoothing=0.1"),
            "label_smoothing: a chain",
        ),
    ],
)
def test_what_has_no_meaning_is_refused(folder, words, complaint):
    ran = grucli(*words, stdin=b"a\n", cwd=folder)
    assert ran.code == 2
    assert any(complaint in line for line in ran.complaints)


def test_the_tag_of_a_step_is_explained(folder):
    words = ("inspect-gates", "-m", "m.npz", "--text", "Anna lives in Oslo", "--json")
    found = [
        json.loads(grucli(*words, *more, cwd=folder).text)["data"]["examples"][0]
        for more in ((), ("--target", "4"))
    ]
    assert (found[1]["step"], found[1]["part"]) == (4, "Oslo")
    assert found[0]["part"] == found[0]["parts"][found[0]["step"] - 1]["text"]
    report = grucli(*words[:-1], "--target", "2", cwd=folder).text
    assert " at step 2 'lives'; margin of " in " ".join(report.split())
    assert 1 <= found[0]["step"] <= 4
    assert found[1]["predicted"] == found[1]["target"] != found[1]["other"]
    assert sum(found[1]["probabilities"].values()) == pytest.approx(1)


def test_traces_name_the_tags_that_they_number(folder):
    (folder / "traced.conll").write_text(
        "Anna\tS-PER\nis\tO\nRome\tS-LOC\n\nNew\tB-LOC\nYork\tE-LOC\n"
    )
    words = ("inspect-gates", "traced.conll", "-m", "m.npz", "--npz", "traces.npz")
    assert grucli(*words, cwd=folder).code == 0
    with np.load(folder / "traces.npz") as traces:
        true = traces["labels"][traces["targets"]].tolist()
        assert true == ["B-PER", "O", "B-LOC", "B-LOC", "I-LOC"]
        assert traces["probabilities"].shape == (5, len(traces["labels"]))


def test_data_whose_longest_sequence_is_even_are_looked_into(folder):
    pairs = [("Anna", "S-PER"), ("is", "O"), ("in", "O"), ("Rome", "S-LOC")] * 4
    (folder / "even.conll").write_text("".join(f"{token}\t{tag}\n" for token, tag in pairs))
    ran = grucli("inspect-gates", "even.conll", "-m", "m.npz", "--example", "1", cwd=folder)
    assert ran.code == 0, ran.err
    assert "MEMORY" in ran.text


def test_words_of_a_chinese_text_are_found(tmp_path):
    rng = random.Random(0)

    def lines(number):
        for _ in range(number):
            words = rng.choices(WORDS, k=5)
            tags = ["S" if len(word) == 1 else f"B{'M' * (len(word) - 2)}E" for word in words]
            yield json.dumps({"tokens": list("".join(words)), "tags": list("".join(tags))})

    (tmp_path / "train.jsonl").write_text("\n".join(lines(80)))
    (tmp_path / "test.jsonl").write_text("\n".join(lines(20)))
    settings = ["--set", "model.hidden_size=16", "--set", "training.folds=off"]
    assert grucli("train", "train.jsonl", "-o", "m.npz", *settings, *EPOCHS, cwd=tmp_path).code == 0
    ran = grucli("evaluate", "test.jsonl", "-m", "m.npz", "--min", "entity_f1=0.5", cwd=tmp_path)
    assert ran.code == 0, ran.err
    ran = grucli(
        "predict", "-m", "m.npz", "--to", "label", stdin="今 天 我\n".encode(), cwd=tmp_path
    )
    assert len(ran.lines[0].split()) == 3
