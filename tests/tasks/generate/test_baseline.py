import pytest

from grucli.tasks.generate.baseline import BlindEdits, blind_text, lead_words, most_frequent
from grucli.tasks.generate.metrics import EditRate, compared


def rows_of(pairs):
    sources, truths = zip(*pairs, strict=True)
    return compared(truths, truths, sources)


ECHOES = rows_of([("a", "a"), ("b", "b"), ("c", "x"), ("d", "x"), ("e", "e")])
LABELS = rows_of([("a", "x"), ("b", "x"), ("c", "c"), ("c", "x"), ("d", "y")])


def test_the_better_one_of_copy_and_most_frequent():
    copy = blind_text(ECHOES)
    assert (copy.owner, copy.value, copy.rows, copy.subject) == ("copy", 3 / 5, 5, None)
    most = blind_text(LABELS)
    assert (most.owner, most.value, most.rows, most.subject) == ("most frequent", 3 / 4, 4, "x")
    assert most.measure.name == "exact_match"


def test_of_equally_frequent_texts_the_least_is_taken():
    assert most_frequent(rows_of([("a", "y"), ("b", "x")])) == ("x", 1)


def test_blind_edits_are_those_of_the_better_one():
    copy = BlindEdits.of(ECHOES, str)
    assert (copy.owner, copy.value, copy.subject) == ("copy", 2 / 5, None)
    words = rows_of([("ab", "xyz"), ("cd", "xyz"), ("e", "xy")])
    most = BlindEdits.of(words, str)
    assert (most.owner, most.value, most.subject) == ("most frequent", 1 / 8, "xyz")
    assert most.measure.larger_is_better is False
    assert BlindEdits.of(rows_of([("a", ""), ("b", "")]), str) is None


def test_a_rate_passes_by_more_than_chance():
    blind = BlindEdits(rows=100, value=0.5, error=0.1, owner="", meaning="")
    assert [blind.is_passed_by(v) for v in (0.5, 0.45, 0.3)] == [False, False, True]
    assert [blind.is_missed_by(v) for v in (0.5, 0.55, 0.7)] == [False, False, True]
    assert blind.limit == ""
    sure = BlindEdits(rows=9, value=0.0, error=0.0, owner="", meaning="giving back the input")
    assert sure.limit == "giving back the input is right everywhere"
    rate = EditRate.of(ECHOES, str)
    assert (rate.value, rate.relative_error) == (0.0, 0.0)


def test_lead_words_are_as_many_as_true_texts_have():
    rows = rows_of([("one  two three", "a b"), ("four", "c"), ("five six seven", "d e f g")])
    lead, number = lead_words(rows)
    assert number == 2
    assert [row.answer for row in lead] == ["one two", "four", "five six"]
    assert lead_words(rows_of([("a b", "")]))[1] == 1


@pytest.mark.parametrize(
    ("pairs", "limit"),
    [
        ([(str(k), "x") for k in range(30)], "always answering is right everywhere"),
        ([(str(k), str(k)) for k in range(30)], "giving back the input is right everywhere"),
        ([("a", "x"), ("b", "y")], "no answers would be on 2 rows; judge it on more"),
        ([(str(k), str(k % 7)) for k in range(30)], ""),
    ],
)
def test_limits(pairs, limit):
    assert blind_text(rows_of(pairs)).limit == limit
