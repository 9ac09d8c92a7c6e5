"""The JSON of a model file may hold anything: it fits, or the file is refused, by one line."""

import contextlib
import copy
import dataclasses

import pytest

from grucli.data.records import Remembered
from grucli.errors import CheckpointError
from grucli.model.blend import Mix
from grucli.model.network import Architecture
from grucli.modelfile import checkpoint
from grucli.modelfile.archive import read_archive
from grucli.modelfile.fields import built
from grucli.prediction.classifier import Classifier
from grucli.report import model_card
from tests.inspection.test_sequences import series_model, text_model

WRONG = (
    *(None, True, False, 0, -1, 3, 2.5, 1e308, 2**70),
    *("", "x", "xx", "\n", [], [1], ["x"], ["x", "x"], [["x"]], [None], {}, {"x": 1}),
)
GONE = object()
MODELS = {"text": text_model, "series": series_model}
INPUTS = {"text": ["the film", ""], "series": [[[1.0, 2.0, 3.0]], [[0.0, 0.0, 0.0]] * 9]}


@pytest.fixture(params=MODELS, scope="module")
def opened(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "m.npz"
    saved = MODELS[request.param]()
    card = {"config": {"data": {"text": ["a"]}, "model": {}}, "scores": {"loss": 0.5}, "epoch": 1}
    card |= {"data": {"name": "x", "rows": 2, "vectors": {"tokens": 1}}, "versions": {"numpy": "2"}}
    checkpoint.save(path, dataclasses.replace(saved, card=card | {"reasons": {"a.b": "c"}}))
    return request.param, read_archive(path)


def places(node, path=()):
    """Every place in JSON, the containers too."""
    below = node.items() if isinstance(node, dict) else enumerate(node[:2])
    for key, child in below:
        yield (*path, key)
        if isinstance(child, dict | list):
            yield from places(child, (*path, key))


def changed(meta, path, value):
    meta = copy.deepcopy(meta)
    node = meta
    for key in path[:-1]:
        node = node[key]
    if value is GONE:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return meta


def test_whatever_stands_in_a_field_the_model_works_or_is_refused(opened, monkeypatch):
    kind, whole = opened
    refused, used = set(), 0
    for path in places(whole.meta):
        for value in (*WRONG, GONE):
            meta = changed(whole.meta, path, value)
            monkeypatch.setattr(
                checkpoint, "read_archive", lambda _, m=meta: dataclasses.replace(whole, meta=m)
            )
            with contextlib.suppress(CheckpointError):
                saved = checkpoint.load("m.npz")
                assert len(Classifier(saved).predict(INPUTS[kind])) == 2
                assert model_card.facts(saved, "m.npz")
                assert model_card.inside(saved)[0]
                used += 1
                continue
            refused.add(path)
    assert used
    sections = {path[0] for path in places(whole.meta)}
    assert {path[0] for path in refused} == sections - {"format", "version"}
    of_card = {path for path in refused if path[0] == "card"}
    assert of_card <= {("card",)}  # what is for people alone stops nobody


def test_a_dataclass_takes_the_types_that_it_declares_and_no_others():
    fields = dataclasses.asdict(text_model().model.architecture)
    assert built(Architecture, {**fields, "pooling": ["last"]}).pooling == ("last",)
    for name, wrong in (("hidden_size", True), ("dropout", 0), ("pooling", [1]), ("cell", None)):
        with pytest.raises(ValueError, match=f"{name} do not fit"):
            built(Architecture, {**fields, name: wrong})
    with pytest.raises(TypeError, match="surprise"):
        built(Mix, {"surprise": 1.0})
    remembered = {"text": ["a", "b"], "kind": "text", "label": None}
    assert built(Remembered, remembered) == Remembered(text=("a", "b"))
    for name, wrong in (("text", [["a"]]), ("kind", "texts"), ("kind", ["text"]), ("label", 1)):
        with pytest.raises(ValueError, match=f"{name} do not fit"):
            built(Remembered, {**remembered, name: wrong})
