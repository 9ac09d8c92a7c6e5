"""The linear path through real processes: whether it counts, what is kept, what the reports say."""

import json
from pathlib import Path

import numpy as np
import pytest

import grucli as api
from grucli.model.blend import Mix
from grucli.modelfile import checkpoint
from grucli.modelfile.archive import read_archive

from . import helpers
from .helpers import SAMPLES, Ran, grucli

REVIEWS = SAMPLES / "reviews_test.csv"
CLASSIC = SAMPLES / "classic_train.npz"
TINY = (
    "model.hidden_size=4",
    "model.embedding_size=4",
    "training.epochs=2",
    "data.valid=0.3",
    "model.subwords=false",
)
ROWS = 160


def train(folder: Path, data: object, model: str, *settings: str, flags: tuple = ()) -> Ran:
    return helpers.train(folder, data, model, (*TINY, *settings), flags)


@pytest.fixture(scope="module")
def topics(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three words of the class among nine of both, in any order: a bag tells all."""
    rng = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("topics") / "topics.csv"
    lines = ["text,label"]
    for row in range(ROWS):
        own = [f"{'xy'[row % 2]}{k}" for k in rng.integers(0, 30, 3)]
        words = rng.permutation([*own, *(f"w{k}" for k in rng.integers(0, 99, 9))])
        lines.append(f"{' '.join(words)},{'ab'[row % 2]}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def noise(topics: Path) -> Path:
    """The same texts with labels drawn by lot: whatever n-grams learn is wrong."""
    rng = np.random.default_rng(1)
    path = topics.with_name("noise.csv")
    texts = [line.partition(",")[0] for line in topics.read_text().splitlines()[1:]]
    labels = rng.permutation(["a", "b"] * (ROWS // 2))
    rows = [f"{text},{label}" for text, label in zip(texts, labels, strict=True)]
    path.write_text("\n".join(["text,label", *rows]) + "\n")
    return path


@pytest.fixture(scope="module")
def topics_model(topics: Path) -> Path:
    ran = train(topics.parent, topics, "auto.npz", flags=("-q",))
    assert (ran.code, ran.out, ran.err) == (0, b"", "")
    return topics.with_name("auto.npz")


def weights(path: Path) -> dict[str, bytes]:
    arrays = read_archive(path).arrays
    return {name: array.tobytes() for name, array in arrays.items() if name.startswith("param_")}


def test_n_grams_that_tell_count_and_the_run_says_so(topics: Path, tmp_path: Path):
    ran = train(tmp_path, topics, "m.npz", flags=("--json", "--log", "log.jsonl"))
    assert ran.code == 0, ran.err
    result = json.loads(ran.text)
    wide, best = result["wide"], result["best_epoch"]
    assert wide["chosen"] is True
    assert wide["gain"] > wide["gain_error"] > 0
    assert 0 <= wide["recurrence_share"] < 0.5
    assert result["valid"]["accuracy"] > 0.9 > wide["recurrence"]["accuracy"]
    assert result["valid"]["loss"] < wide["recurrence"]["loss"]
    (found, counted) = (line for line in ran.complaints if line.startswith("n-grams: "))
    assert "with their place; they count if that lowers the validation loss" in found
    assert counted.startswith("n-grams: counted; with them the validation loss is 0.")
    (outcome,) = (line for line in ran.complaints if line.startswith("best epoch "))
    assert f"accuracy {result['valid']['accuracy']:.3f}" in outcome
    logged = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert logged[best - 1]["kept_accuracy"] == result["valid"]["accuracy"]
    assert logged[best - 1]["valid_accuracy"] == wide["recurrence"]["accuracy"]


def test_true_is_always_and_false_is_never(topics: Path, noise: Path, tmp_path: Path):
    for data, setting in ((topics, "false"), (noise, "true")):
        ran = train(tmp_path, data, f"{setting}.npz", f"model.wide={setting}", flags=("--json",))
        assert ran.code == 0, ran.err
        result = json.loads(ran.text)
        wide = checkpoint.load(tmp_path / f"{setting}.npz").model.linear
        if setting == "false":
            assert (result["wide"], wide) == (None, None)
            assert "n-grams" not in ran.err
        else:
            assert "they count if" not in ran.err
            assert result["wide"]["chosen"] == (wide is not None)


def test_n_grams_of_noise_are_left_out_and_leave_no_trace_in_the_weights(
    noise: Path, tmp_path: Path
):
    one = "training.epochs=1"  # the n-grams may say which of several epochs is the best
    ran = train(tmp_path, noise, "auto.npz", one)
    assert ran.code == 0, ran.err
    assert "n-grams: left out; with them the validation loss would be " in ran.err
    assert train(tmp_path, noise, "false.npz", "model.wide=false", one).code == 0
    auto, plain = (read_archive(tmp_path / f"{name}.npz") for name in ("auto", "false"))
    assert auto.arrays.keys() == plain.arrays.keys()
    for name, array in auto.arrays.items():
        assert array.tobytes() == plain.arrays[name].tobytes(), name
    assert auto.meta["mix"]["wide"] == 0
    for meta in (auto.meta, plain.meta):
        del meta["card"]
        meta.pop("mix", None)
    assert auto.meta == plain.meta


def test_the_recurrence_is_that_of_a_model_without_n_grams(topics: Path, tmp_path: Path):
    for name, setting in (("auto", "auto"), ("plain", "false")):
        settings = ("training.epochs=1", f"model.wide={setting}")
        assert train(tmp_path, topics, f"{name}.npz", *settings).code == 0
    assert checkpoint.load(tmp_path / "auto.npz").model.linear is not None
    assert weights(tmp_path / "auto.npz") == weights(tmp_path / "plain.npz")


def test_a_resumed_run_has_the_same_bytes(topics: Path, topics_model: Path, tmp_path: Path):
    wanted = topics_model.read_bytes()
    short = train(tmp_path, topics, "m.npz", "training.epochs=1", "training.schedule=constant")
    long = ("training.epochs=3", "training.schedule=constant")
    assert short.code == 0, short.err
    assert train(tmp_path, topics, "m.npz", *long, flags=("--resume",)).code == 0
    assert train(tmp_path, topics, "whole.npz", *long).code == 0
    assert (tmp_path / "m.npz").read_bytes() == (tmp_path / "whole.npz").read_bytes()
    (topics.parent / "again").mkdir()
    for flags in ((), ("--resume",)):  # the second has nothing to do, and writes the model anew
        assert train(topics.parent / "again", topics, "auto.npz", flags=flags).code == 0
        assert (topics.parent / "again" / "auto.npz").read_bytes() == wanted


def test_a_run_cut_short_within_an_epoch_has_both_paths(topics: Path, tmp_path: Path):
    long = ("training.epochs=5000", "training.patience=off")
    ran = train(tmp_path, topics, "m.npz", *long, flags=("--max-time", "2s", "--json"))
    assert ran.code == 0, ran.err
    kept = checkpoint.load(tmp_path / "m.npz")
    assert json.loads(ran.text)["wide"]["chosen"] == (kept.model.linear is not None)
    assert checkpoint.load(tmp_path / "m.last.npz").model.linear is None


def test_without_validation_there_is_none_unless_it_is_asked_for(topics: Path, tmp_path: Path):
    off = train(tmp_path, topics, "off.npz", "data.valid=0", flags=("--json", "-v"))
    assert (off.code, json.loads(off.text)["wide"]) == (0, None)
    assert "no validation can tell whether it pays" in off.err
    assert checkpoint.load(tmp_path / "off.npz").model.linear is None
    on = train(tmp_path, topics, "on.npz", "data.valid=0", "model.wide=true", flags=("--json",))
    assert (on.code, json.loads(on.text)["wide"]) == (0, None)
    kept = checkpoint.load(tmp_path / "on.npz")
    assert (kept.model.mix.recurrence, kept.model.mix.linear) == (1, 1)
    assert kept.model.linear is not None


def test_one_row_to_validate_on_tells_nothing(tmp_path: Path):
    (tmp_path / "d.csv").write_text("text,label\n" + "good film,a\nbad film,b\n" * 9)
    (tmp_path / "v.csv").write_text("text,label\ngood film,a\n")
    valid = ("data.valid=v.csv",)
    ran = train(tmp_path, "d.csv", "m.npz", *valid, flags=("--json",))
    assert ran.code == 0, ran.err
    assert json.loads(ran.text, parse_constant=pytest.fail)["wide"]["chosen"] is False


def test_texts_without_any_token_train_without_n_grams(tmp_path: Path):
    (tmp_path / "d.csv").write_text("text,label\n" + '" ",a\n"  ",b\n' * 20)
    ran = train(tmp_path, "d.csv", "m.npz", "model.wide=true")
    assert ran.code == 0, ran.err
    assert checkpoint.load(tmp_path / "m.npz").model.linear is None


def test_an_answer_does_not_depend_on_the_rows_around_it(linear_model: Path, tmp_path: Path):
    texts = [line.partition(",")[0] for line in REVIEWS.read_text().splitlines()[1:20]]
    texts = [text.strip('"') for text in texts] + ["", "qwxz", "很好", "good " * 300]
    together = grucli("predict", "-m", linear_model, stdin="\n".join(texts).encode())
    assert (together.code, together.err) == (
        0,
        "23 inputs: 1 cut at 43 tokens (n-grams read on), 3 without a token that the model knows\n",
    )
    for text, line in list(zip(texts, together.lines, strict=True))[-8:]:
        alone = grucli("predict", "-m", linear_model, stdin=f"{text}\n".encode())
        assert alone.lines == [line]


def scores_of(model: Path) -> dict:
    ran = grucli("evaluate", REVIEWS, "-m", model, "--json")
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def without_n_grams(model: Path, path: Path) -> Path:
    """Write the recurrence of a model alone."""
    saved = checkpoint.load(model, None)
    saved.model.mix, saved.model.linear = Mix(), None
    checkpoint.save(path, saved)
    return path


def test_evaluate_scores_both_paths(linear_model: Path, tmp_path: Path):
    found = scores_of(linear_model)
    assert found["parts"].keys() == {"recurrence", "wide"}
    for part in found["parts"].values():
        assert part.keys() == {"accuracy", "macro_f1", "log_loss"}
    assert 0 < found["recurrence_share"] < 1
    plain = without_n_grams(linear_model, tmp_path / "plain.npz")
    alone = scores_of(plain)
    ours, theirs = found["parts"]["recurrence"], found["parts"]["wide"]
    assert ours["accuracy"] == alone["accuracy"]
    assert ours["macro_f1"] == pytest.approx(alone["macro_f1"])
    assert ours["log_loss"] <= alone["log_loss"], "its best factor"
    assert found["baselines"] == {
        "figure": "accuracy",
        "model": found["accuracy"],
        "blind": found["baseline"],
        "wide": theirs["accuracy"],
        "recurrence": ours["accuracy"],
        "p_value": pytest.approx(0.5, abs=0.5),
        "recurrence_adds": "nothing",
    }
    assert alone["baselines"] == {
        "figure": "accuracy",
        "model": alone["accuracy"],
        "blind": alone["baseline"],
    }
    assert alone.keys() == found.keys() - {"parts", "recurrence_share"}
    share = f"{100 * found['recurrence_share']:.0f} %"
    ran = grucli("evaluate", REVIEWS, "-m", linear_model)
    *_, ours, theirs, decision, verdict, end = ran.lines
    assert f"{verdict} {end.strip()}" == (
        f"the recurrence adds nothing that {found['rows']} rows can tell: accuracy "
        f"{found['baselines']['wide']:.3f} with n-grams alone, {found['accuracy']:.3f} with the "
        f"recurrence (p {found['baselines']['p_value']:.3f})"
    )
    for line, name in ((ours, "recurrence"), (theirs, "wide")):
        assert f"accuracy {found['parts'][name]['accuracy']:.3f}" in line
    assert ours.startswith("recurrence alone ")
    assert theirs.startswith("n-grams alone ")
    assert decision.startswith(f"share of the decision: recurrence {share}, n-grams ")
    assert "alone" not in grucli("evaluate", REVIEWS, "-m", plain).text
    least = ("--min", "parts.wide.accuracy=1.01")
    assert grucli("evaluate", REVIEWS, "-m", linear_model, *least).code == 1


def test_inspect_gates_says_what_is_whose(linear_model: Path):
    bare = grucli("inspect-gates", "-m", linear_model)
    shown = " ".join(bare.text.split())
    assert "of 1 to 2 tokens, 1 to 4 characters of a token, of the whole text; " in shown
    assert "x the network's scores + " in shown
    ran = grucli("inspect-gates", REVIEWS, "-m", linear_model, "--json")
    found, scores = json.loads(ran.out), scores_of(linear_model)
    data, wide = found["meta"]["input"], found["data"]["model"]["wide"]
    assert data["accuracy"] == scores["accuracy"]
    assert data["recurrence_share"] == pytest.approx(scores["recurrence_share"])
    for name, part in data["parts"].items():
        assert part["accuracy"] == scores["parts"][name]["accuracy"]
    assert wide["pattern"] == {"longest": 2, "subwords": True, "placed": False}
    assert wide["factors"]["wide"] > 0
    assert wide["parameters"] == wide["ngrams"] + 1
    shown = " ".join(grucli("inspect-gates", REVIEWS, "-m", linear_model).text.split())
    share = f"{100 * data['recurrence_share']:.0f} % by the recurrence"
    for piece in (share, "; recurrence alone 0.", "n-grams alone 0.", "the recurrence's alone"):
        assert piece in shown


def test_an_explained_answer_is_that_of_predict_and_names_what_n_grams_add(linear_model: Path):
    texts = ["not bad at all", "很好 qwxz", "", "good"]
    flags = [word for text in texts for word in ("--text", text)]
    answers = api.load(str(linear_model)).predict(texts)
    ran = grucli("inspect-gates", "-m", linear_model, *flags, "--json")
    assert (ran.code, ran.err) == (0, "")
    for one, answer in zip(json.loads(ran.out)["data"]["examples"], answers, strict=True):
        assert one["predicted"] == answer.label
        assert one["probabilities"] == pytest.approx(answer.probabilities, abs=1e-12)
        assert one["parts"][-1]["running"] == pytest.approx(answer.probability, abs=1e-12)
        odds = answer.probability / (1 - answer.probability)
        assert one["margin"] == pytest.approx(np.log(odds))
        assert abs(one["wide_margin"]) <= 99
    empty = json.loads(ran.out)["data"]["examples"][2]
    assert empty["wide_margin"] == 0  # without n-grams they have nothing to say
    shown = " ".join(grucli("inspect-gates", "-m", linear_model, *flags).text.split())
    assert shown.count(", of which n-grams ") == len(texts)
    left = api.load(str(linear_model)).predict(["bad at all"])[0]  # without the first token
    first = json.loads(ran.out)["data"]["examples"][0]
    p = left.probabilities[first["target"]]
    part = first["parts"][0]
    assert part["effect"] == pytest.approx(first["margin"] - np.log(p / (1 - p)))
    assert abs(part["wide_effect"]) > 0
