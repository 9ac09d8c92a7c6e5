"""Text classification in PyTorch: a vocabulary, padded and packed batches, bidirectional nn.GRU."""

import csv
import gzip
import json
import re
import sys
import time
from collections import Counter

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader

folder, (threads, seed), split, place = sys.argv[1], map(int, sys.argv[2:4]), *sys.argv[4:]
if threads:
    torch.set_num_threads(threads)
torch.manual_seed(seed)
MAX_TOKENS, MAX_LENGTH = 30000, 100
PAD, UNKNOWN = 0, 1


def read(name):
    with gzip.open(f"{folder}/{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [(tokens(row["text"]), row["label"]) for row in csv.DictReader(file)]


def tokens(text):
    found = re.findall(r"\w+|[^\w\s]", text.lower()) if split == "word" else list(text.lower())
    return found[:MAX_LENGTH]


train, test = read("train"), read("test")
classes = sorted({label for _, label in train})
counts = Counter(token for words, _ in train for token in words)
vocabulary = {token: k for k, (token, _) in enumerate(counts.most_common(MAX_TOKENS), 2)}


def encode(rows):
    return [
        (torch.tensor([vocabulary.get(token, UNKNOWN) for token in words]), classes.index(label))
        for words, label in rows
    ]


def collate(rows):
    sequences, labels = zip(*rows, strict=True)
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    return pad_sequence(sequences, padding_value=PAD), lengths, torch.tensor(labels)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(vocabulary) + 2, 64, padding_idx=PAD)
        self.gru = nn.GRU(64, 64, bidirectional=True)
        self.head = nn.Linear(128, len(classes))

    def forward(self, x, lengths):
        packed = pack_padded_sequence(self.embedding(x), lengths, enforce_sorted=False)
        _, last = self.gru(packed)
        return self.head(torch.cat([last[0], last[1]], dim=1))


model = Classifier()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
loss_of = nn.CrossEntropyLoss()
batches = DataLoader(encode(train), 32, shuffle=True, collate_fn=collate)
for _ in range(5):
    for x, lengths, y in batches:
        optimizer.zero_grad()
        loss_of(model(x, lengths), y).backward()
        optimizer.step()
torch.save(model.state_dict(), f"{place}/model.pt")

began = time.perf_counter()
right = 0
with torch.inference_mode():
    for x, lengths, y in DataLoader(encode(test), 256, collate_fn=collate):
        right += (model(x, lengths).argmax(dim=1) == y).sum().item()
print(json.dumps({"accuracy": right / len(test), "scoring_s": time.perf_counter() - began}))
