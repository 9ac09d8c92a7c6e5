"""A kind of input of one's own: one file with its encoder, and one line that names it."""

import numpy as np

from grucli.data import encoder as encoders
from grucli.data.encoder import Encoder
from grucli.data.records import Record, Remembered
from grucli.data.text.encoder import TextEncoder
from grucli.data.text.tokenized import Tokenized
from grucli.data.text.vocabulary import Vocabulary
from grucli.inspection.sequences import example
from grucli.model.network import Model
from grucli.modelfile import checkpoint
from grucli.modelfile.checkpoint import SavedModel
from grucli.prediction.classifier import Classifier
from grucli.tasks.classify.task import Classify
from tests.model.test_network import architecture

BETWEEN = "\x1f"


class GivenTokens(TextEncoder):
    """Reads tokens that somebody else has split, spaces within them and all."""

    kind = "tokens"

    def __init__(self, vocabulary: Vocabulary, max_length: int) -> None:
        super().__init__(vocabulary, "space", max_length)
        self.tokenize = lambda text: text.split(BETWEEN) if text else []

    @classmethod
    def from_arrays(cls, fields, arrays, max_length, buckets):
        return cls(Vocabulary.from_bytes(arrays["vocabulary"]), max_length)

    def fields(self):
        return {}

    def record(self, number, value):
        return Record(number=number, text=BETWEEN.join(value))


def test_a_third_kind_needs_no_more_than_its_encoder_and_its_name(monkeypatch, tmp_path):
    monkeypatch.setattr(encoders, "ENCODERS", {**encoders.ENCODERS, "tokens": GivenTokens})
    monkeypatch.setattr(checkpoint, "ENCODERS", encoders.ENCODERS)
    own: Encoder = GivenTokens(Vocabulary(("New York", "is", "big")), 9)
    model = Model(architecture(vocabulary_size=5, num_outputs=1))
    rng = np.random.default_rng(0)
    model.params.flat[:] = rng.normal(size=model.params.flat.size)
    model.table[...] = rng.normal(size=model.table.shape)
    saved = SavedModel(
        model=model,
        encoder=own,
        task=Classify(labels=("no", "yes")),
        remembered=Remembered(),
        card={},
    )
    checkpoint.save(tmp_path / "m.npz", saved)
    loaded = Classifier.load(str(tmp_path / "m.npz"))
    assert loaded.kind == "tokens"
    whole, apart = loaded.predict([["New York", "is", "big"], ["New", "York", "is", "big"]])
    assert whole.probability != apart.probability
    again = Tokenized.of([BETWEEN.join(["New York", "is"])], own.tokenize)
    assert again.tokens == ["New York", "is"]
    found = example(saved, own.record(1, ["New York", "is"]), "t", target=None, seed=0)
    assert [(part.text, part.known) for part in found.parts] == [("New York", True), ("is", True)]
