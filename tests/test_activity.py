"""What a computation is at reaches whoever listens, and nobody else."""

from grucli import activity


def test_who_listens_is_told_and_no_longer():
    told = []
    activity.at("unheard")
    with activity.heard_by(told.append):
        activity.at("reading a.csv")
    activity.at("unheard")
    assert told == ["reading a.csv"]
