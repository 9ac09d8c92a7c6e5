"""What `grucli inspect-gates` leaves behind: its exit code, --npz FILE and --html FILE."""

import json
from pathlib import Path

import pytest

from .helpers import SAMPLES, grucli

REVIEWS = SAMPLES / "reviews_test.csv"


def test_a_condition_that_holds_ends_with_1_after_the_report(text_model: Path):
    plain = grucli("inspect-gates", REVIEWS, "-m", text_model, "--json")
    needed = max(one["h99"] for one in json.loads(plain.text)["data"]["memory"])
    holds = ["--fail-if", "memory.h99>1", "--fail-if", "input.accuracy < 1.5"]
    passes = ["--fail-if", "gates.dead_units>0", "--fail-if", f"memory.h99>{needed}"]
    failed = grucli("inspect-gates", REVIEWS, "-m", text_model, "--json", "-q", *holds, *passes)
    assert (failed.code, failed.out) == (1, plain.out)
    first, second = failed.complaints
    assert first == f"grucli: memory.h99 is {needed}; --fail-if >1 holds"
    assert second.startswith("grucli: input.accuracy is ")
    passed = grucli("inspect-gates", REVIEWS, "-m", text_model, "--json", *passes)
    assert (passed.code, passed.out, passed.err) == (0, plain.out, "")
    bare = grucli("inspect-gates", "-m", text_model, "--fail-if", "model.parameters.total>10")
    assert (bare.code, len(bare.complaints)) == (1, 1)
    assert "PARAMETERS" in bare.text


@pytest.mark.parametrize(
    ("data", "given", "says"),
    [
        ([REVIEWS], "gates.dead_units", "must be FIGURE>VALUE"),
        ([REVIEWS], "gates.dead_unist>0", "did you mean 'gates.dead_units'"),
        ([], "gates.dead_units>0", "without DATA"),
        ([], "input.accuracy<0.5", "undefined"),
    ],
)
def test_a_condition_that_says_nothing_is_usage(text_model: Path, data, given, says):
    ran = grucli("inspect-gates", *data, "-m", text_model, "--fail-if", given)
    assert (ran.code, len(ran.complaints)) == (2, 1)
    assert says in ran.err
