"""Drafts stand in the place of scores: they are selected in the same words."""

import numpy as np

from grucli.tasks.drafts import Draft, Drafts

ONE, TWO, THREE = (Draft(symbols=(k,), score=-float(k)) for k in (1, 2, 3))
ROWS = Drafts(rows=[[ONE, TWO], [TWO], [THREE, ONE]])


def test_they_are_selected_by_places_masks_and_slices():
    assert (len(ROWS), len(Drafts())) == (3, 0)
    assert ROWS.best == [ONE, TWO, THREE]
    assert ROWS[np.array([2, 0])].best == [THREE, ONE]
    assert ROWS[np.array([False, True, False])].rows == [[TWO]]
    assert list(ROWS[slice(1, None)]) == [[TWO], [THREE, ONE]]
    assert ROWS[np.array([], int)].best == []


def test_an_empty_draft_has_ended():
    assert Draft() == Draft(symbols=(), copied=(), score=0.0, is_ended=True)
