"""What joint n-grams have to do with a written answer."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from grucli.data.records import Record, Remembered
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.symbols import Symbols
from grucli.data.text.vocabulary import Vocabulary
from grucli.engine.steps import Steps
from grucli.inspection.alignment import align
from grucli.inspection.joint_cut import joint_cut
from grucli.model.joint_path import JointPath
from grucli.model.network import Model
from grucli.modelfile.checkpoint import SavedModel
from grucli.report import alignments
from grucli.report.page.alignments import alignments as drawn
from grucli.tasks import task_type
from grucli.tasks.drafts import Draft
from tests.model.test_decoder import writing_architecture

TEXTS = ["xy", "yxx", "xxyy"]
SOURCES = {"ab": "xy", "ba": "yx", "abc": "xy", "aab": "xxy", "cab": "xy", "bca": "yx"}
"""A letter is a letter, and c is silent."""


@pytest.fixture(name="saved")
def saved_model():
    task = task_type("generate")(symbols=Symbols.fit(TEXTS, "char"), longest=6)
    encoder = TextEncoder(Vocabulary(["a", "b", "c"]), "char", 9)
    architecture = writing_architecture(num_outputs=task.num_outputs, vocabulary_size=5)
    model, rng = Model(architecture), np.random.default_rng(2)
    model.params.flat[:] = rng.normal(0, 0.7, model.params.flat.size)
    model.table[...] = rng.normal(size=model.table.shape)
    encoded = encoder.encode([Record(number=k, text=text) for k, text in enumerate(SOURCES)])
    ended = task.symbols.encode(list(SOURCES.values())).per_sequence()
    targets = Steps(
        values=np.concatenate([own[:-1] for own in ended]),
        lengths=np.array([len(own) - 1 for own in ended]),
    )
    joint = JointPath.learn(Steps(values=encoded.steps, lengths=encoded.lengths), targets)
    model.joint = joint.weighed((0.01, 5.0))
    return SavedModel(model=model, encoder=encoder, task=task, remembered=Remembered(), card={})


def test_an_answer_shows_its_pairs_and_what_the_network_writes_alone(saved):
    found = align(saved, Record(number=1, text="acb"), "x")
    assert found.answer == "xy"
    assert found.joint.pairs == (("a", "x"), ("c", ""), ("b", "y"))
    network = copy.copy(saved.model)
    network.joint = None
    alone = align(
        SavedModel(**{**vars(saved), "model": network}), Record(number=1, text="acb"), "x"
    )
    assert alone.joint is None
    assert (found.joint.alone, found.joint.score) == (alone.answer, alone.score)
    assert "joint" not in alone.to_json()
    told = found.to_json()["joint"]
    assert told["pairs"] == [["a", "x"], ["c", ""], ["b", "y"]]
    assert told["network"]["answer"] == alone.answer


def test_both_stand_in_text_and_page(saved):
    found = align(saved, Record(number=1, text="acb"), "x")
    (lines,) = alignments.alignments([found])
    assert any(line.split() == ["pairs", "a:x", "c:·", "b:y"] for line in lines)
    assert any(line.startswith("alone") and found.joint.alone in line for line in lines)
    assert "pairs: a:x  c:·  b:y" in str(drawn([found]))


def test_an_answer_that_cannot_be_cut_says_so(saved):
    record = Record(number=1, text="a")
    found, symbols = align(saved, record, "x"), saved.task.symbols
    long = Draft(symbols=tuple(symbols.encode(["xxx"]).values[:-1].tolist()))  # for one letter
    cut = joint_cut(saved, saved.encoder.encode([record]), long, ("a",))
    assert cut.pairs == ()
    (lines,) = alignments.alignments([replace(found, joint=cut)])
    assert any("cannot be cut along its input" in line for line in lines)
