"""What a computation is at reaches whoever listens; what may be given up ends for who wants it."""

import pytest

from grucli import activity


@pytest.fixture(autouse=True)
def nobody_wants_an_end():
    yield
    activity.take_up()


def test_who_listens_is_told_and_no_longer():
    told = []
    activity.at("unheard")
    with activity.heard_by(told.append):
        activity.at("reading a.csv")
    activity.at("unheard")
    assert told == ["reading a.csv"]


def test_what_may_be_given_up_ends_at_once_and_what_may_not_goes_on():
    activity.give_up()
    activity.take_up()
    done = []
    with activity.may_be_given_up():
        done.append("inner")
    activity.give_up()
    done.append("outside")
    with pytest.raises(activity.GivenUp), activity.may_be_given_up():
        done.append("never")
    with pytest.raises(activity.GivenUp):
        activity.check_wish()
    with activity.may_be_given_up(begins_anyway=True):
        done.append("anyway")
        with pytest.raises(activity.GivenUp):
            activity.give_up()
    assert done == ["inner", "outside", "anyway"]
    activity.take_up()
    activity.check_wish()
