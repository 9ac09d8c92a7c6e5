"""Blind answers against counts made by hand."""

from grucli.tasks.tag.baseline import WordTags, of_one_tag, of_words
from grucli.tasks.tag.metrics import Share
from grucli.tasks.tag.scorecard import ACCURACY
from tests.tasks.tag.helpers import tagged


def test_each_token_has_its_most_frequent_tag_and_others_that_of_all():
    records = tagged("N V N", "V N", "V N", words=["run runs dog", "run dog", "run cat"])
    tags = [0, 1, 0, 1, 0, 1, 0]  # N is 0, V is 1
    words = WordTags.of(records, tags, 2)
    assert words == WordTags(default=0, tokens=((), ("run", "runs")))
    new = tagged("N N N", "N", words=["run zebra dog", "runs"])
    assert words.answers(new).tolist() == [1, 0, 0, 1]


def test_of_tags_that_are_equally_frequent_the_first_counts():
    records = tagged("V N", words=["run run"])
    assert WordTags.of(records, [1, 0], 2) == WordTags(default=0, tokens=((), ()))


def test_the_most_frequent_tokens_are_kept(monkeypatch):
    monkeypatch.setattr("grucli.tasks.tag.baseline.MOST_TOKENS", 1)
    records = tagged("O O O X X X", words=["a b c d e e"])
    assert WordTags.of(records, [0, 0, 0, 1, 1, 1], 2).tokens == ((), ("e",))


def test_what_is_above_it_is_above_by_more_than_chance():
    answered = Share(value=0.9, trials=100)
    blind = of_words(ACCURACY, Share(value=0.8, trials=9), 20, answered)
    assert blind.interval(0.9) == answered.interval
    assert not blind.is_passed_by(0.85)
    assert blind.is_passed_by(0.9)
    assert blind.is_missed_by(0.6)
    assert not blind.is_missed_by(0.75)
    assert blind.limit == ""


def test_why_nothing_can_be_above_it():
    perfect = of_words(ACCURACY, Share(value=1.0, trials=100), 20, Share(value=0.9, trials=100))
    assert perfect.limit == "giving each token its most frequent tag is right everywhere"
    few = of_one_tag(ACCURACY, Share(value=0.7, trials=2), 2, "N")
    assert few.limit == "no answers would be on 2 rows; judge it on more"
    assert (few.owner, few.meaning, few.subject) == ("majority", "always answering", "N")
