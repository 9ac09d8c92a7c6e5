"""The classic program in PyTorch: nn.GRU(64, 128) -> one logit."""

import json
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

folder, (threads, seed) = sys.argv[1], map(int, sys.argv[2:])
if threads:
    torch.set_num_threads(threads)
torch.manual_seed(seed)


def read(name):
    data = np.load(f"{folder}/{name}.npz")
    return torch.from_numpy(data["X"]), torch.from_numpy(data["y"]).float()


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(64, 128, batch_first=True)
        self.head = nn.Linear(128, 1)

    def forward(self, x):
        _, last = self.gru(x)
        return self.head(last[0])[:, 0]


model = Classifier()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
loss_of = nn.BCEWithLogitsLoss()
batches = DataLoader(TensorDataset(*read("train")), batch_size=32, shuffle=True)
for _ in range(10):
    for x, y in batches:
        optimizer.zero_grad()
        loss_of(model(x), y).backward()
        optimizer.step()
torch.save(model.state_dict(), f"{folder}/model.pt")

began = time.perf_counter()
x, y = read("test")
with torch.inference_mode():
    accuracy = ((model(x) > 0) == (y > 0.5)).float().mean().item()
print(json.dumps({"accuracy": accuracy, "scoring_s": time.perf_counter() - began}))
