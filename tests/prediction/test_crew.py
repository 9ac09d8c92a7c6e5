"""Windows that helpers answer: the same bits in the same order, and nothing left of the helpers.

Covers: prediction/helpers, prediction/answer_worker, prediction/window, prediction/stream.
"""

import dataclasses
import os
import signal
from contextlib import nullcontext

import numpy as np
import pytest

from grucli.data.records import Record
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.vocabulary import Vocabulary
from grucli.engine.steps import Steps
from grucli.errors import AccessError, DataError
from grucli.prediction import crew as crew_module
from grucli.prediction import helpers
from grucli.prediction.crew import Crew
from grucli.prediction.stream import predict
from tests.inspection.helpers import random_model
from tests.inspection.test_sequences import WORDS, saved, series_model, text_model
from tests.tasks.tag.helpers import fitted, tagged

WINDOWS, ROWS = 9, 5


def tag_model():
    task = fitted(tagged("D N V"))
    settings = {"pooling": (), "reads_steps": True, "chain": True, "vocabulary_size": 8}
    model = random_model(num_outputs=task.num_outputs, **settings)
    encoder = TextEncoder(Vocabulary(WORDS), "space", 60)
    return dataclasses.replace(saved(model, encoder), task=task)


def texts(number):
    for k in range(1, number + 1):
        if k % 7 == 3:
            yield Record(number=k, error=f"x:{k}: undecodable")
        else:
            yield Record(number=k, text="the film \ud800 was not good " * (k % 4), cells=("x",))


def series(number):
    rng = np.random.default_rng(0)
    for k in range(1, number + 1):
        yield Record(number=k, values=rng.normal(size=(k % 6 + 1, 3)))


MODELS = {"text": (text_model, texts), "series": (series_model, series), "tags": (tag_model, texts)}


class Watched(Crew):
    """A crew that deals out what it has as soon as somebody has started."""

    asked = 0

    def _helper(self, number):
        super()._helper(number)
        for helper in self._helpers:
            while not helper.has_started:
                helper.listen()
        found = super()._helper(number)
        self.asked += found is not None
        return found


def windows_of(records, rows=ROWS):
    records = list(records)
    return [records[k : k + rows] for k in range(0, len(records), rows)]


def bits(windows):
    found = []
    for window in windows:
        scores = window.scores
        parts = [scores]
        if isinstance(scores, Steps):
            parts = [scores.values, scores.lengths]
            parts += [] if scores.chains is None else [scores.chains]
        arrays = [part.tobytes() for part in (*parts, window.known, window.truncated)]
        found.append((list(window.records), arrays, window.coverage))
    return found


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("workers", [1, 2])
def test_answers_have_the_same_bits_whoever_gives_them(kind, workers):
    model, records = MODELS[kind]
    answering, windows = model(), windows_of(records(WINDOWS * ROWS))
    alone = Crew(answering, 0).answers(windows, lambda: True)
    crew = Watched(answering, workers)
    assert bits(crew.answers(windows, lambda: True)) == bits(alone)
    assert crew.asked >= 2


def test_a_refusal_comes_behind_the_answers_before_it():
    records = list(series(WINDOWS * ROWS))
    records[3 * ROWS].values[0, 0] = np.nan  # the third is a helper's
    crew, found = Watched(series_model(), 2), []
    with pytest.raises(DataError, match=f"record {3 * ROWS + 1}: values are missing"):
        found += crew.answers(windows_of(records), lambda: True)
    assert [len(window.records) for window in found] == [ROWS] * 3
    assert crew.asked


def test_a_fault_of_the_data_comes_behind_all_answers():
    def damaged():
        yield from windows_of(texts(4 * ROWS))
        raise DataError("x: the file is damaged")

    found = []
    with pytest.raises(DataError, match="damaged"):
        found += Watched(text_model(), 1).answers(damaged(), lambda: True)
    assert len(found) == 4


def test_before_a_pause_everything_is_answered():
    """Nothing waits with a helper for a question that may never come."""
    windows, given = windows_of(texts(WINDOWS * ROWS)), []

    def producer():
        for window in windows:
            given.append(window)
            yield window

    is_pause = [False]
    answers = Watched(text_model(), 2).answers(producer(), lambda: not is_pause[0])
    found = [next(answers) for _ in range(3)]
    is_pause[0] = True
    while len(found) < len(given):
        count = len(given)
        found.append(next(answers))
        assert len(given) == count
    is_pause[0] = False
    assert [window.records for window in [*found, *answers]] == windows


def test_a_bounded_number_of_windows_is_on_its_way():
    read, written = 0, 0

    def producer():
        nonlocal read
        for window in windows_of(texts(40 * ROWS)):
            read += 1
            assert read - written <= 2 * helpers.AHEAD + 2
            yield window

    for _ in Watched(text_model(), 2).answers(producer(), lambda: True):
        written += 1
    assert written == read == 40


def pids(crew):
    return [helper.pid for helper in crew._helpers]


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_no_process_is_left_when_nobody_wants_more():
    crew = Watched(text_model(), 2)
    answers = crew.answers(windows_of(texts(WINDOWS * ROWS)), lambda: True)
    next(answers), next(answers)
    found = pids(crew)
    assert len(found) == 2
    answers.close()
    assert all(map(is_gone, found))


def test_a_helper_that_is_killed_is_told_in_one_line():
    crew = Watched(text_model(), 1)
    answers = crew.answers(windows_of(texts(WINDOWS * ROWS)), lambda: True)
    next(answers), next(answers)
    found = pids(crew)
    os.kill(found[0], signal.SIGKILL)
    line = "prediction: worker 1 of 1 was ended by signal 9 (out of memory?); pass --workers 0"
    with pytest.raises(AccessError) as told:
        list(answers)
    assert str(told.value) == line
    assert all(map(is_gone, found))


@pytest.mark.parametrize(("cores", "expected"), [(1, 0), (2, 1), (64, helpers.MOST_UNASKED)])
def test_unasked_there_are_as_many_as_cores_are_free_for_many_records(monkeypatch, cores, expected):
    monkeypatch.setattr(helpers, "usable_cores", lambda: cores)
    monkeypatch.setattr(crew_module, "PAY_AFTER", 3)
    crew, seen = Crew(text_model(), None), []
    for _ in crew.answers(windows_of(texts(WINDOWS * ROWS)), lambda: True):
        seen.append(len(crew._helpers))
    assert seen == [0] * 3 + [expected] * (WINDOWS - 3)


@pytest.mark.parametrize("workers", [None, 1])
def test_where_none_can_be_started_only_who_has_asked_for_them_is_told(monkeypatch, workers):
    def refused(*arguments, **options):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("grucli.parallel.process.subprocess.Popen", refused)
    monkeypatch.setattr(crew_module, "PAY_AFTER", 1)
    found = []
    answers = Crew(text_model(), workers).answers(windows_of(texts(WINDOWS * ROWS)), lambda: True)
    if workers is None:
        assert len(list(answers)) == WINDOWS
        return
    message = "prediction: cannot start workers: resource temporarily unavailable; pass --workers 0"
    with pytest.raises(AccessError) as told:
        found += answers
    assert str(told.value) == message
    assert len(found) == 1


@pytest.mark.parametrize("workers", [None, 1])
def test_where_one_ends_before_it_has_started_only_who_has_asked_for_it_is_told(
    monkeypatch, workers
):
    monkeypatch.setattr(helpers, "usable_cores", lambda: 2)
    monkeypatch.setattr(crew_module, "PAY_AFTER", 1)
    windows = windows_of(texts(WINDOWS * ROWS))
    crew, count, found = Crew(text_model(), workers), 0, []
    answers = crew.answers(windows, lambda: True)
    with pytest.raises(AccessError, match="was ended by signal 9") if workers else nullcontext():
        for _ in answers:
            count += 1
            if count == 2:  # it has just been started
                found = pids(crew)
                os.kill(found[0], signal.SIGKILL)
                os.waitid(os.P_PID, found[0], os.WEXITED | os.WNOWAIT)
    assert count == (2 if workers else WINDOWS)
    assert len(found) == 1
    assert is_gone(found[0])


@pytest.mark.parametrize("workers", [None, 1])
def test_they_come_at_once_where_much_is_known_to_come(monkeypatch, workers):
    monkeypatch.setattr(helpers, "usable_cores", lambda: 2)
    crew = Crew(text_model(), workers, is_long=True)
    answers = crew.answers(windows_of(texts(WINDOWS * ROWS)), lambda: True)
    next(answers)
    assert len(crew._helpers) == 1
    answers.close()


def test_few_records_start_nobody():
    assert len(list(predict(text_model(), texts(50), workers=None))) == 1
    crew = Crew(text_model(), 4)
    list(crew.answers(windows_of(texts(ROWS)), lambda: True))
    assert crew._helpers == []
