"""An encoder with a decoder against PyTorch's answers of `tests/fixtures/pytorch_decoder.npz`.

Covers: model/decoder, model/upper_layers, model/writing.
"""

import numpy as np
import pytest

from grucli.data.batches import Examples, pack
from grucli.data.encoded import Encoded
from grucli.engine import losses
from grucli.engine.steps import Steps
from grucli.model.network import Model
from grucli.model.runner import Runner
from grucli.model.writing import drafts
from tests.engine.test_fixtures import FIXTURES
from tests.model.test_decoder import writing_architecture

CASES = "writes", "copies", "last", "layers"  # as in make_pytorch_decoder
SMOOTHING, LONGEST = 0.1, 9

with np.load(FIXTURES / "pytorch_decoder.npz") as archive:
    ANSWERS = dict(archive)


class Problem:
    """A case as examples and as a model."""

    def __init__(self, case):
        self.given = {
            name.removeprefix(f"{case}__"): value
            for name, value in ANSWERS.items()
            if name.startswith(f"{case}__")
        }
        vocabulary, size = self.given["embedding_weight"].shape
        self.arch = writing_architecture(
            vocabulary_size=vocabulary,
            input_size=size,
            hidden_size=self.given["head_weight"].shape[1],
            num_outputs=len(self.given["head_bias"]),
            bidirectional=len(self.given["layer0_bias"]) == 2,
            copying=case == "copies",
            attention=case != "last",
            decoder_layers=2 if case == "layers" else 1,
        )
        self.model = Model(self.arch)
        self.model.table[...] = self.given["embedding_weight"]
        for name, array in self.model.params.items():
            array[...] = self.given[name]
        lengths, target_lengths = self.given["lengths"], self.given["target_lengths"]
        self.examples = Examples(
            steps=unpadded(self.given["x"], lengths).astype(np.int32),
            lengths=lengths,
            targets=Steps(values=unpadded(self.given["y"], target_lengths), lengths=target_lengths),
            weights=np.ones(len(lengths)),
            copies=self.given["copies"].astype(np.int32) if self.arch.copying else None,
        )

    @property
    def encoded(self):
        rows = len(self.examples)
        return Encoded(
            steps=self.examples.steps,
            lengths=self.examples.lengths,
            known=np.ones(rows),
            truncated=np.zeros(rows, bool),
            copies=self.examples.copies,
        )


def unpadded(rows, lengths):
    return np.concatenate([row[:length] for row, length in zip(rows, lengths, strict=True)])


@pytest.mark.parametrize("case", CASES)
def test_probabilities_loss_and_gradients_equal_pytorch(case):
    problem = Problem(case)
    given, runner = problem.given, Runner(problem.model)
    batch = pack(problem.examples, np.arange(len(problem.examples)))
    assert batch.rows.tolist() == [0, 1, 2, 3]
    scores = runner.forward(batch)
    expected = unpadded(given["log_p"], given["target_lengths"])
    np.testing.assert_allclose(losses.log_probabilities(scores.values), expected, atol=1e-12)
    loss, d_scores = losses.cross_entropy(scores.values, batch.targets.values, None, SMOOTHING)
    assert loss == pytest.approx(float(given["loss"]), rel=1e-12)
    grads = runner.backward(Steps(values=d_scores, lengths=scores.lengths))
    for name, gradient in grads.dense.items():
        np.testing.assert_allclose(gradient, given[f"d_{name}"], atol=1e-12, err_msg=name)
    table = np.zeros_like(problem.model.table)
    table[grads.tokens] = grads.rows
    np.testing.assert_allclose(table, given["d_embedding_weight"], atol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_a_beam_of_one_writes_what_pytorch_does(case):
    problem = Problem(case)
    found = drafts(Runner(problem.model), problem.encoded, width=1, longest=LONGEST + 1)
    every = zip(found.best, problem.given["greedy"], problem.given["greedy_log_p"], strict=True)
    for one, symbols, log_p in every:
        ends = np.flatnonzero(symbols == 0)
        number = int(ends[0]) if len(ends) else LONGEST
        assert one.is_ended == bool(len(ends))
        assert list(one.symbols) == symbols[:number].tolist()
        assert one.score * (number + one.is_ended) == pytest.approx(float(log_p), rel=1e-12)
