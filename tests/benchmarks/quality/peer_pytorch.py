"""An encoder and a decoder with attention in PyTorch: of the size of grucli's, as many steps.

    python -m tests.benchmarks.quality.peer_pytorch TRAIN TEST SEED [EPOCHS [MOST_ROWS]]

nn.GRU packed in both directions; a GRU that begins with its last states and looks at all of them
(Luong et al. 2015, "general"); dropout, label smoothing, Adam, a cosine; beam search.
"""

import json
import random
import sys
from itertools import cycle, islice

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from tests.benchmarks.quality import written_sets
from tests.benchmarks.quality.text_units import Units

EMBEDDING, HIDDEN, DROPOUT, SMOOTHING = 64, 256, 0.3, 0.1
RATE, BATCH, CLIP = 3e-3, 128, 1.0
EPOCHS, EPOCH_ROWS = 36, 65_536
BEAM, WINDOW = 4, 256
PAD, END = 0, 1
SAID_STEPS = 20


class Network(nn.Module):
    """It reads (B, S) tokens and says how likely each symbol is after those before it."""

    def __init__(self, num_tokens, num_symbols, hidden=HIDDEN, dropout=DROPOUT):
        super().__init__()
        self.tokens = nn.Embedding(num_tokens, EMBEDDING, padding_idx=PAD)
        self.symbols = nn.Embedding(num_symbols, EMBEDDING, padding_idx=PAD)
        self.encoder = nn.GRU(EMBEDDING, hidden, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(EMBEDDING, hidden, batch_first=True)
        self.start = nn.Linear(2 * hidden, hidden)
        self.key = nn.Linear(2 * hidden, hidden, bias=False)
        self.value = nn.Linear(2 * hidden, hidden, bias=False)
        self.state = nn.Linear(hidden, hidden)
        self.head = nn.Linear(hidden, num_symbols)
        self.dropout = nn.Dropout(dropout)

    def encode(self, x, lengths):
        """Return keys and values (B, S, H), (B, S) where there are none, and (1, B, H) a state."""
        packed = pack_padded_sequence(
            self.tokens(x), lengths, batch_first=True, enforce_sorted=False
        )
        states, last = self.encoder(packed)
        states = self.dropout(pad_packed_sequence(states, batch_first=True)[0])
        start = torch.tanh(self.start(torch.cat([last[0], last[1]], dim=1)))
        return self.key(states), self.value(states), x == PAD, start[None]

    def forward(self, before, keys, values, absent, state):
        """Return scores (B, T, V) and the last state."""
        states, state = self.decoder(self.symbols(before), state)
        looks = states @ keys.transpose(1, 2)
        looks = looks.masked_fill(absent[:, None], -torch.inf).softmax(dim=-1)
        outputs = torch.tanh(looks @ values + self.state(states))
        return self.head(self.dropout(outputs)), state


def main(train, test, seed, epochs, most_rows):
    torch.manual_seed(seed)
    sources, targets = (rows[:most_rows] for rows in written_sets.read(train))
    reads, writes = Units.of(sources, targets)
    pairs = list(zip(map(reads.ids, sources), map(writes.ids, targets), strict=True))
    network = Network(reads.number, writes.number)
    _fit(network, pairs, random.Random(seed), epochs)
    longest = 1 + max(len(target) for _, target in pairs)
    asked = [reads.ids(text) for text in written_sets.read(test)[0]]
    answers = _answers(network.eval(), asked, longest)
    size = sum(4 * each.numel() for each in network.parameters())
    print(json.dumps({"answers": [writes.text(ids) for ids in answers], "model_bytes": size}))


def _fit(network, pairs, rng, epochs):
    steps = epochs * -(-min(EPOCH_ROWS, len(pairs)) // BATCH)
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    loss = nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=SMOOTHING)
    for step, batch in enumerate(islice(_batches(pairs, rng), steps)):
        if step % SAID_STEPS == 0:
            print(f"step {step} of {steps}", file=sys.stderr, flush=True)  # it may take hours
        x, lengths = _padded([source for source, _ in batch])
        y, _ = _padded([[END, *target, END] for _, target in batch])
        optimizer.zero_grad()
        scores, _ = network(y[:, :-1], *network.encode(x, lengths))
        loss(scores.flatten(0, 1), y[:, 1:].flatten()).backward()
        nn.utils.clip_grad_norm_(network.parameters(), CLIP)
        optimizer.step()
        schedule.step()


def _batches(pairs, rng):
    """Yield batches without end: in each pass rows of like lengths, in a new order."""
    for _ in cycle([None]):
        order = sorted(pairs, key=lambda pair: (len(pair[0]), rng.random()))
        batches = [order[k : k + BATCH] for k in range(0, len(order), BATCH)]
        rng.shuffle(batches)
        yield from batches


def _padded(rows):
    return (
        pad_sequence([torch.tensor(row or [END]) for row in rows], batch_first=True),
        torch.tensor([max(1, len(row)) for row in rows]),
    )


@torch.inference_mode()
def _answers(network, asked, longest):
    """Return what is written for each, in their order."""
    order, found = sorted(range(len(asked)), key=lambda k: len(asked[k])), {}
    for start in range(0, len(order), WINDOW):
        own = order[start : start + WINDOW]
        found |= zip(own, _written(network, [asked[k] for k in own], longest), strict=True)
    return [found[k] for k in range(len(asked))]


def _written(network, asked, longest):
    """Return the best sequence of a beam for each, by the mean log-probability of its symbols."""
    (x, lengths), number = _padded(asked), len(asked)
    *memory, state = network.encode(x, lengths)
    memory = [each.repeat_interleave(BEAM, dim=0) for each in memory]
    state = state.repeat_interleave(BEAM, dim=1)
    sums = torch.full((number, BEAM), -torch.inf)
    sums[:, 0] = 0
    before, written = torch.full((number * BEAM, 1), END), [[()] * BEAM for _ in range(number)]
    best = [(-torch.inf, ())] * number
    for length in range(1, longest + 1):
        scores, state = network(before, *memory, state)
        log_p = scores[:, 0].log_softmax(dim=-1).view(number, BEAM, -1)
        log_p[:, :, PAD] = -torch.inf
        for row, beam in (sums > -torch.inf).nonzero().tolist():
            ended = (sums[row, beam] + log_p[row, beam, END]).item() / length
            best[row] = max(best[row], (ended, written[row][beam]))
        log_p[:, :, END] = -torch.inf
        sums, places = (sums[:, :, None] + log_p).flatten(1).topk(BEAM)
        beams, symbols = places // log_p.shape[2], places % log_p.shape[2]
        written = [
            [(*own[beam], symbol) for beam, symbol in zip(*row, strict=True)]
            for own, *row in zip(written, beams.tolist(), symbols.tolist(), strict=True)
        ]
        rows = (torch.arange(number)[:, None] * BEAM + beams).flatten()
        before, state = symbols.view(-1, 1), state[:, rows]
        if all(best[k][0] >= sums[k].max().item() / longest for k in range(number)):
            break
    return [ids for _, ids in best]


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[3:]]
    main(*sys.argv[1:3], *(numbers + [EPOCHS, None][len(numbers) - 1 :]))
