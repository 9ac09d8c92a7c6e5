"""What is odd in tags, in one line each."""

from grucli.tasks.tag import checks


def texts(notices):
    return [(one.name, one.text) for one in notices]


def test_tags_of_one_token_are_named():
    assert texts(checks.rare("a.conll", {"N": 2, "X": 1, "Y": 1})) == [
        ("data.rare_label", "a.conll: one token only with X, Y; a tag needs more examples")
    ]
    assert texts(checks.rare("a.conll", {"N": 2})) == []


def test_unknown_tags_are_counted_and_named():
    assert texts(checks.unknown("b.conll", {"NN": 2, "Vb": 1}, ["N", "VB"])) == [
        (
            "data.unseen_label",
            "b.conll: 3 tokens with a tag that training lacks, always counted as wrong: "
            "'NN' (did you mean 'N'?), 'Vb' (did you mean 'VB'?)",
        )
    ]
    assert texts(checks.unknown("b.conll", {}, ["N"])) == []
