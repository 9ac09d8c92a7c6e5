"""A share above a blind one says something only where chance does not explain it."""

from grucli.tasks.blind_share import BlindShare
from grucli.tasks.scorecard import Measure

SHARE = Measure(name="share", title="share")


def test_a_share_passes_by_more_than_chance():
    blind = BlindShare(measure=SHARE, rows=7, value=0.5, trials=100, owner="", meaning="")
    assert [blind.is_passed_by(v) for v in (0.5, 0.55, 0.65)] == [False, False, True]
    assert [blind.is_missed_by(v) for v in (0.5, 0.45, 0.35)] == [False, False, True]
