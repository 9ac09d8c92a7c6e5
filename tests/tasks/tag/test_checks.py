"""What is odd in tags, in one line each."""

import pytest

from grucli.tasks.tag import checks


def texts(notices):
    return [(one.name, one.text) for one in notices]


def test_tags_of_one_token_are_named():
    assert texts(checks.rare("a.conll", {"N": 2, "X": 1, "Y": 1})) == [
        ("data.rare_label", "a.conll: one token only with X, Y; a tag needs more examples")
    ]
    assert texts(checks.rare("a.conll", {"N": 2})) == []


def test_chunks_that_begin_against_their_scheme_are_counted():
    assert texts(checks.against_scheme("a.conll", "IOB2", 3, 1200)) == [
        (
            "data.odd_tags",
            "a.conll: 3 of 1,200 chunks do not begin as in IOB2; read as if they did",
        )
    ]
    assert texts(checks.against_scheme("a.conll", "IOB2", 0, 1200)) == []


def test_few_tags_that_keep_the_others_from_being_chunks_are_named():
    assert texts(checks.nearly_chunks("a.conll", ["B-PER", "I-PER", "O", "PER"])) == [
        (
            "data.odd_tags",
            "a.conll: PER among tags such as B-PER: so none is part of a chunk; mend it",
        )
    ]
    assert texts(checks.nearly_chunks("a.conll", ["B-PER", "DET", "NOUN", "O", "VERB"])) == []
    assert texts(checks.nearly_chunks("a.conll", ["DET", "NOUN"])) == []


@pytest.mark.parametrize(
    ("tags", "odd", "mend"),
    [
        (["b-per", "i-per", "o"], "b-per", "B-per"),
        (["B_PER", "I_PER", "O"], "B_PER", "B-PER"),
        (["O", "PER-B", "PER-I"], "PER-B", "B-PER"),
        ([" B-PER", "I-PER", "O"], " B-PER", "B-PER"),
    ],
)
def test_chunks_in_another_writing_are_told(tags, odd, mend):
    ((name, text),) = texts(checks.written_otherwise("a.conll", tags))
    assert name == "data.odd_tags"
    assert f"'{odd}' look like parts of chunks; for these to count write '{mend}'" in text


@pytest.mark.parametrize(
    "tags",
    [["B-PER", "I-PER", "O"], ["N-s", "N-p", "V"], ["PRP-S", "WP-S"], ["N", "V"], ["B", "I", "O"]],
)
def test_other_tags_are_left_alone(tags):
    assert texts(checks.written_otherwise("a.conll", tags)) == []


def test_unknown_tags_are_counted_and_named():
    assert texts(checks.unknown("b.conll", {"NN": 2, "Vb": 1}, ["N", "VB"])) == [
        (
            "data.unseen_label",
            "b.conll: 3 tokens with a tag that training lacks, always counted as wrong: "
            "'NN' (did you mean 'N'?), 'Vb' (did you mean 'VB'?)",
        )
    ]
    assert texts(checks.unknown("b.conll", {}, ["N"])) == []
