"""Which trials go on: the best third of all that have come to a rung."""

import pytest

from grucli.training.tuning.halving import Halving
from grucli.training.tuning.trial import Trial


@pytest.mark.parametrize(
    ("epochs", "rungs"), [(1, []), (2, [1]), (9, [1, 3]), (10, [2, 4]), (100, [12, 34])]
)
def test_rungs_stand_at_a_ninth_and_a_third(epochs, rungs):
    assert Halving(epochs).rungs == rungs


def test_the_best_third_so_far_goes_on():
    """Worked out by hand: with n at a rung, this one among them, n/3 rounded up go on."""
    halving, goes_on = Halving(9), []
    for loss in (5.0, 6.0, 4.0, 4.5, 7.0, 3.0, 4.2):
        goes_on.append(halving.goes_on(0, loss))
        halving.note([loss])
    # of 1: 1; of 2: 1; of 3: 1; of 4: 2; of 5: 2; of 6: 2; of 7: 3
    assert goes_on == [True, False, True, True, False, True, True]


def test_each_rung_has_trials_of_its_own():
    halving = Halving(9)
    halving.note([1.0, 1.0])
    halving.note([2.0])
    assert not halving.goes_on(0, 1.5)
    assert not halving.goes_on(1, 1.5)
    halving.note([0.5, 3.0])
    assert not halving.goes_on(1, 1.5)
    assert halving.goes_on(1, 0.5)


def test_it_comes_back_from_the_trials_that_have_ended():
    trials = [
        Trial(number=1, changes={}, epochs=9, rungs=(1.0, 0.9), ended="whole"),
        Trial(number=2, changes={"model.dropout": 0.1}, epochs=1, rungs=(2.0,), ended="stopped"),
    ]
    halving = Halving.of(trials)
    assert halving.rungs == [1, 3]
    assert not halving.goes_on(0, 1.5)
    assert halving.goes_on(0, 0.5)
