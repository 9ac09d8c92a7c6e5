"""`grucli inspect-gates --compare` and `--audit` through real processes."""

import csv
import json
from pathlib import Path

import pytest
from rich.cells import cell_len

import grucli as api
from tests.report.page.test_page import check_harmless

from .helpers import BRIEF, SAMPLES, assert_one_error, grucli, train

REVIEWS = SAMPLES / "reviews_test.csv"
ROWS = list(csv.DictReader(REVIEWS.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain recurrent network of characters: other cells, tokens and sizes."""
    folder = tmp_path_factory.mktemp("compare")
    settings = ["model.cell=rnn", "data.tokens=char", "model.wide=false", "data.valid=0.1"]
    ran = train(folder, SAMPLES / "reviews_train.csv", "other.npz", settings, ("-q", *BRIEF))
    assert ran.code == 0, ran.err
    return folder / "other.npz"


def test_answers_are_those_of_predict_and_flips_are_explained_by_both(
    text_model: Path, other_model: Path, tmp_path: Path
):
    page = tmp_path / "page.html"
    both = ("-m", text_model, "--compare", other_model)
    ran = grucli("inspect-gates", REVIEWS, *both, "--json", "--html", page, "--text", "not bad")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out, parse_constant=pytest.fail)["data"]
    texts = [row["text"] for row in ROWS]
    said = [
        [answer.label for answer in api.load(str(path)).predict(texts)]
        for path in (text_model, other_model)
    ]
    right = [[label == row["label"] for label, row in zip(own, ROWS, strict=True)] for own in said]
    flips = [k for k, (one, other) in enumerate(zip(*said, strict=True), 1) if one != other]
    compared = found["compare"]
    assert compared["flips"] == len(flips) > 0
    assert compared["only_first_right"] == sum(a and not b for a, b in zip(*right, strict=True))
    drop = (sum(right[0]) - sum(right[1])) / len(ROWS)
    assert compared["accuracy_drop"] == pytest.approx(drop)
    assert compared["other"]["input"]["right"] == sum(right[1])
    pairs = list(zip(found["examples"], compared["other"]["examples"], strict=True))
    assert pairs[0][0]["name"] == "text 1"
    for one, other in pairs[1:]:
        assert one["name"] == other["name"]
        number = int(one["name"].removeprefix("#"))
        assert number in flips
        assert [one["predicted"], other["predicted"]] == [own[number - 1] for own in said]
    check_harmless(page.read_text("utf-8"))
    shown = grucli("inspect-gates", REVIEWS, *both)
    assert (shown.code, shown.err) == (0, "")
    assert max(map(cell_len, shown.lines)) <= 80
    assert f"{len(flips)} of 60 sequences answered otherwise by B" in " ".join(shown.lines)


def test_a_build_fails_on_what_the_second_model_does_worse(text_model: Path, other_model: Path):
    both = ("-m", text_model, "--compare", other_model, "--json", "-q")
    limits = ("--fail-if", "compare.flips>0", "--fail-if", "compare.accuracy_drop>1")
    ran = grucli("inspect-gates", REVIEWS, *both, *limits)
    assert ran.code == 1
    (line,) = ran.complaints
    assert line.startswith("grucli: compare.flips is ")
    alone = grucli("inspect-gates", REVIEWS, "-m", text_model, "--fail-if", "compare.flips>0")
    assert alone.code == 2
    assert alone.complaints == [
        "grucli: --fail-if: no figure 'compare.flips' without --compare; name a second model"
    ]


def test_models_that_do_not_answer_the_same_are_refused(
    text_model: Path, odd_model: Path, series_model: Path, tmp_path: Path
):
    ran = grucli("inspect-gates", REVIEWS, "-m", text_model, "--compare", odd_model)
    assert_one_error(ran, 4, "odd.npz: has other labels than ")
    ran = grucli("inspect-gates", REVIEWS, "-m", text_model, "--compare", series_model)
    assert_one_error(ran, 4, "series.npz: reads numeric sequences")
    ran = grucli("inspect-gates", REVIEWS, "-m", text_model, "--compare", tmp_path / "no.npz")
    assert_one_error(ran, 5, "no.npz")
    both = ("-m", text_model, "--compare", odd_model)
    ran = grucli("inspect-gates", REVIEWS, *both, "--html", odd_model, "--force")
    assert_one_error(ran, 2, "is the other model")


def test_reasons_are_audited_where_somebody_asks(text_model: Path):
    ran = grucli("inspect-gates", "-m", text_model, "--audit", "--json", "--text", "good, not bad")
    assert (ran.code, ran.err) == (0, "")
    found = json.loads(ran.out, parse_constant=pytest.fail)
    assert found["meta"]["settings"]["audit"] is True
    (one,) = found["data"]["audit"]["examples"]
    assert one["effects"]["left out"] == pytest.approx(
        [part["effect"] for part in found["data"]["examples"][0]["parts"]]
    )
    assert any(one["id"].startswith("trust.") for one in found["verdicts"])
    ran = grucli("inspect-gates", "-m", text_model, "--audit", "--text", "good film")
    assert (ran.code, "AUDIT" in ran.text) == (0, False)
    assert "--audit: no sequence has the three parts that an order takes" in ran.err
    ran = grucli("inspect-gates", "-m", text_model, "--audit")
    assert_one_error(ran, 2, "--audit: there is nothing to run; name DATA, or add --text TEXT")
