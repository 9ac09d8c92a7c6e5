"""PyTorch: nn.GRU, packed where lengths differ, as the tutorials of PyTorch have it."""

import os

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from tests.benchmarks import work
from tests.benchmarks.quality.peer_pytorch import END, PAD, Network


def setup(threads):
    torch.set_num_threads(threads or os.cpu_count())


def layer(row):
    gru = nn.GRU(row.inputs, row.hidden)
    x = torch.from_numpy(work.normal(row.steps, row.batch, row.inputs)).requires_grad_()
    d_outputs = torch.from_numpy(work.normal(row.steps, row.batch, row.hidden))

    def step():
        gru.zero_grad()
        x.grad = None
        gru(x)[0].backward(d_outputs)

    def forward():
        with torch.inference_mode():
            gru(x)

    return {"step": step, "forward": forward}


class Classifier(nn.Module):
    """Embedding if there are tokens, GRU, one logit from the last state."""

    def __init__(self, row):
        super().__init__()
        size = row.vocabulary and row.vocabulary + work.FIRST_TOKEN
        self.embedding = nn.Embedding(size, row.inputs, padding_idx=0) if size else nn.Identity()
        self.gru = nn.GRU(row.inputs, row.hidden)
        self.head = nn.Linear(row.hidden, 1)
        self.ragged = row.ragged

    def forward(self, x, lengths):
        x = self.embedding(x)
        if self.ragged:
            x = pack_padded_sequence(x, lengths)
        return self.head(self.gru(x)[1][0])


def text(row):
    model, (x, lengths) = Classifier(row), _inputs(row)
    d_logits = torch.from_numpy(work.normal(row.batch, 1))

    def step():
        model.zero_grad()
        model(x, lengths).backward(d_logits)

    def forward():
        with torch.inference_mode():
            model(x, lengths)

    return {"step": step, "forward": forward}


def writing(row):
    """The network of the program that is compared in accuracy, without dropout."""
    return {"step": _writing(row)}


def writing_on_all_cores(row):
    """One form for one thread and one for all."""
    step = _writing(row)

    def by(threads):
        torch.set_num_threads(threads)
        step()

    return {"step": [lambda n=n: by(n) for n in (torch.get_num_threads(), 1)]}


def _writing(row):
    size = work.FIRST_TOKEN
    network = Network(row.vocabulary + size, row.symbols + size, row.hidden, dropout=0.0)
    ids, lengths = map(torch.from_numpy, work.padded(work.sequences(row)))
    written = torch.from_numpy(work.padded(work.targets(row))[0]).long()
    before = torch.cat([torch.full((row.batch, 1), END), written[:, :-1]], dim=1)
    loss = nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=0.1)

    def step():
        network.zero_grad()
        scores, _ = network(before, *network.encode(ids.long(), lengths))
        loss(scores.flatten(0, 1), written.flatten()).backward()

    return step


def classifier(row):
    """One form for one thread and one for all: on small work the first may be faster."""
    model, (x, lengths) = Classifier(row), _inputs(row)
    targets = torch.from_numpy(work.answers(row))
    loss = nn.BCEWithLogitsLoss()

    def step(threads):
        torch.set_num_threads(threads)
        model.zero_grad()
        loss(model(x, lengths)[:, 0], targets).backward()

    return {"step": [lambda n=n: step(n) for n in (torch.get_num_threads(), 1)]}


def _inputs(row):
    """Return (T, B) ids or (T, B, I) numbers, and (B,) lengths, falling."""
    if not row.vocabulary:
        return torch.from_numpy(work.normal(row.steps, row.batch, row.inputs)), None
    ids, lengths = work.padded(work.sequences(row))
    return torch.from_numpy(ids.T.copy()).long(), torch.from_numpy(lengths)
