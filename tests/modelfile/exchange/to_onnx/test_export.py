"""The graph, computed by runtimes that know no grucli, against what grucli itself says.

Covers: modelfile/exchange/to_onnx/nodes, modelfile/exchange/to_onnx/padded,
modelfile/exchange/to_onnx/cells, modelfile/exchange/to_onnx/network,
modelfile/exchange/to_onnx/kernels, modelfile/exchange/to_onnx/ngrams,
modelfile/exchange/to_onnx/answers, tasks/answer_layer.
"""

import dataclasses

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx.reference import ReferenceEvaluator

from grucli.engine.pooling import POOLINGS
from grucli.engine.recurrent import CELLS
from grucli.modelfile.exchange.to_onnx.export import export
from tests.modelfile.exchange.to_onnx import models

TOLERANCE = 1e-5
PROVIDERS = ["CPUExecutionProvider"]


def run(data, inputs):
    session = onnxruntime.InferenceSession(data, providers=PROVIDERS)
    return session.run(None, inputs)[0]


def run_reference(data, inputs):
    return ReferenceEvaluator(models.loaded(data)).run(None, inputs)[0]


RUNTIMES = {"onnxruntime": run, "reference": run_reference}


def check(saved, asked, runtime):
    exported = export(saved)
    onnx.checker.check_model(models.loaded(exported.data), full_check=True)
    beside = models.about(models.loaded(exported.data))
    inputs = models.inputs_of(asked, beside)
    assert set(inputs) == set(exported.inputs)
    wanted = models.answers(saved, asked)
    found = RUNTIMES[runtime](exported.data, inputs)
    assert found.dtype == np.float32
    assert models.largest_difference(saved, found, wanted) < TOLERANCE
    padded = RUNTIMES[runtime](exported.data, models.wider(inputs))
    assert models.largest_difference(saved, padded, wanted) < TOLERANCE
    if saved.task.name == "tag":
        for row, tags in enumerate(models.tags(saved, asked)):
            answered = models.programs()["tags"].tags_of(found[row][: len(tags)], beside)
            assert list(answered) == tags.tolist()
    return beside, found


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_each_cell_in_each_direction(cell, bidirectional, runtime):
    rng = np.random.default_rng(len(cell) + bidirectional)
    saved = models.random_saved(
        rng, "series", cell=cell, bidirectional=bidirectional, num_layers=2, linear=False
    )
    check(saved, models.asked(rng, saved, 5, 30), runtime)


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("convolution", [0, 1, 4])
@pytest.mark.parametrize("pooling", [*((kind,) for kind in POOLINGS), POOLINGS])
def test_each_pooling_behind_convolutions_or_not(pooling, convolution, runtime):
    rng = np.random.default_rng(convolution)
    saved = models.random_saved(
        rng, "series", cell="gru", pooling=pooling, convolution=convolution, linear=False
    )
    check(saved, models.asked(rng, saved, 5, 30), runtime)


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("task", ["classify", "multilabel", "regress"])
@pytest.mark.parametrize("kind", ["text", "series"])
def test_each_task_with_a_linear_path(kind, task, runtime):
    rng = np.random.default_rng(len(task))
    for _ in range(3):
        saved = models.random_saved(rng, kind, task, linear=True)
        check(saved, models.asked(rng, saved, 4, 25), runtime)


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("subwords", ["", "characters", "tokens"])
def test_each_kind_of_token_vectors(subwords, runtime):
    rng = np.random.default_rng(len(subwords))
    saved = models.random_saved(rng, "text", subwords=subwords, linear=False)
    check(saved, models.asked(rng, saved, 6, 25), runtime)


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("chain", [False, True])
def test_tags_follow_from_each_step(chain, runtime):
    rng = np.random.default_rng(chain)
    for _ in range(2):
        saved = models.random_saved(rng, "text", "tag", chain=chain)
        beside, _ = check(saved, models.asked(rng, saved, 5, 25), runtime)
        assert ("chain" in beside) == chain


@pytest.mark.parametrize("mode", ["auto", "word", "char", "byte", "space", "exact", "pairs"])
def test_each_tokenizer(mode):
    rng = np.random.default_rng(0)
    saved = models.random_saved(rng, "text", mode=mode, linear=True)
    asked = [*models.texts(rng, 4, 12), "Ｆünf!!!!! ＧＲＵ\u2019s 3.14\u00a0京都", "\ud800 x\ty"]
    check(saved, asked, "onnxruntime")


def test_a_long_memory_of_the_minimal_cell_keeps_its_digits():
    rng = np.random.default_rng(0)
    saved = models.random_saved(
        rng, "series", cell="mingru", pooling=("last",), linear=False, num_layers=1
    )
    saved.model.params["layer0_bias"][:] += 4  # gates that keep nearly all
    check(saved, models.asked(rng, saved, 4, 200), "onnxruntime")


def test_rows_alone_get_what_they_get_together():
    rng = np.random.default_rng(1)
    saved = models.random_saved(rng, "text", linear=True, max_length=15)
    asked = models.asked(rng, saved, 6, 25)  # some are cut, but for their n-grams
    beside, together = check(saved, asked, "onnxruntime")
    data = export(saved).data
    for one, row in zip(asked, together, strict=True):
        alone = run(data, models.inputs_of([one], beside))
        np.testing.assert_allclose(alone[0], row, atol=2e-6)


@pytest.mark.parametrize("decimals", [0, 1])
def test_kernels_count_ties_with_their_thresholds_as_grucli_does(decimals):
    """Values of few digits: most of what kernels give is exactly a threshold."""
    rng = np.random.default_rng(decimals)
    saved = models.random_saved(rng, "series", linear=True, max_length=100)
    for _ in range(3):
        asked = [one.round(decimals) for one in models.asked(rng, saved, 5, 100)]
        for runtime in RUNTIMES:
            check(saved, asked, runtime)


def test_the_same_model_gives_the_same_bytes():
    first, second = (
        export(models.random_saved(np.random.default_rng(3), "text", linear=True)).data
        for _ in range(2)
    )
    assert first == second


def test_what_decides_stands_beside_the_graph():
    rng = np.random.default_rng(0)
    saved = models.random_saved(rng, "text", "multilabel")
    beside = models.about(models.loaded(export(saved).data))
    assert beside["schema"] == "grucli.onnx/1"
    assert beside["task"] == "multilabel"
    assert beside["labels"] == ["a", "b", "c"]
    assert beside["thresholds"] == list(saved.task.decision.thresholds)
    number = models.random_saved(rng, "series", "regress")
    assert models.about(models.loaded(export(number).data))["half_width"] is None


def test_a_model_too_large_for_the_format_is_refused(monkeypatch):
    from grucli.errors import CheckpointError
    from grucli.modelfile.exchange.to_onnx import export as module

    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    saved = models.random_saved(np.random.default_rng(0), "text")
    with pytest.raises(CheckpointError, match="bytes, 1,000 is the most"):
        export(dataclasses.replace(saved))
