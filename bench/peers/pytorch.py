"""The cases of bench/peers.ts in PyTorch: the same network, optimizer, batch size, metric and data, fed by the fastest plain way
(the whole set as tensors, a permutation per epoch, one index per batch). Prints one JSON line: milliseconds per step of each epoch.

usage: pytorch.py CASE BATCH_SIZE EPOCHS FOLDER [DEVICE [EXAMPLES]]
DEVICE is torch's, `cpu` by default; there lie network and data. EXAMPLES is how many images of MNIST.
"""
import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

case, batch_size, epochs, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
device = torch.device(sys.argv[5] if len(sys.argv) > 5 else "cpu")
examples = int(sys.argv[6]) if len(sys.argv) > 6 else None
torch.set_num_threads(os.cpu_count() or 1)
torch.manual_seed(42)


def mnist(limit):
    """Evenly spaced images, as `data.limit` takes them."""
    limit = examples or limit
    rows = np.arange(limit) * 60_000 // limit
    images = np.frombuffer((folder / "train-images-idx3-ubyte").read_bytes(), np.uint8, offset=16).reshape(-1, 1, 28, 28)
    labels = np.frombuffer((folder / "train-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)
    x = (torch.from_numpy(images[rows].astype(np.float32)) / 255 - 0.1307) / 0.3081
    return x, torch.from_numpy(labels[rows].astype(np.int64))


def adam(model):
    return torch.optim.Adam(model.parameters(), lr=1e-3)


def mnist_cnn():
    model = nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(3136, 1000), nn.ReLU(), nn.Linear(1000, 10),
    )
    return model, adam(model), *mnist(6400)


def mnist_mlp():
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
    )
    return model, adam(model), *mnist(12_800)


class Residual(nn.Module):
    def __init__(self, before, filters, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(before, filters, 3, stride, 1, bias=False), nn.BatchNorm2d(filters), nn.ReLU(),
            nn.Conv2d(filters, filters, 3, 1, 1, bias=False), nn.BatchNorm2d(filters),
        )
        self.shortcut = (
            nn.Identity() if before == filters
            else nn.Sequential(nn.Conv2d(before, filters, 1, stride, bias=False), nn.BatchNorm2d(filters))
        )

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x))


def resnet20():
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    before = 16
    for filters in (16, 32, 64):
        for index in range(3):
            layers.append(Residual(before, filters, 2 if index == 0 and filters > 16 else 1))
            before = filters
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    x = torch.from_numpy(np.load(folder / "images.npy").astype(np.float32)).permute(0, 3, 1, 2).contiguous() / 255
    return model, optimizer, x, torch.from_numpy(np.load(folder / "classes.npy").astype(np.int64))


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(16, 128, batch_first=True)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


def lstm():
    model = Lstm()
    x = torch.from_numpy(np.load(folder / "sequences.npy"))
    return model, adam(model), x, torch.from_numpy(np.load(folder / "labels.npy").astype(np.int64))


class Decoder(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = (
            part.view(batch, length, self.heads, -1).transpose(1, 2) for part in self.qkv(self.norm1(x)).chunk(3, dim=-1)
        )
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(attended.transpose(1, 2).reshape(batch, length, width))
        return x + self.feed(self.norm2(x))


class Transformer(nn.Module):
    def __init__(self, vocabulary=67, width=128, length=128):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.randn(length, width) * 0.02)
        self.layers = nn.Sequential(*(Decoder(width, 4) for _ in range(4)), nn.LayerNorm(width), nn.Linear(width, vocabulary))

    def forward(self, x):
        return self.layers(self.tokens(x) + self.positions).transpose(1, 2)


def transformer():
    text = np.frombuffer((folder / "text.txt").read_bytes(), np.uint8)
    tokens = np.searchsorted(np.unique(text), text).astype(np.int64) + 2
    windows = (len(tokens) - 1) // 128
    x = torch.from_numpy(tokens[: windows * 128].reshape(windows, 128))
    y = torch.from_numpy(tokens[1 : windows * 128 + 1].reshape(windows, 128))
    model = Transformer()
    return model, adam(model), x, y


cases = {"mnist-cnn": mnist_cnn, "mnist-mlp": mnist_mlp, "resnet20": resnet20, "lstm": lstm, "transformer": transformer}
model, optimizer, x, y = cases[case]()
# Moving a module keeps its parameters' identity, so the optimizer made before holds the moved ones.
model.to(device)
x, y = x.to(device), y.to(device)
loss_function = nn.CrossEntropyLoss()
millis = []
for _ in range(epochs):
    start = time.perf_counter()
    order = torch.randperm(len(x), device=device)
    losses, correct = 0.0, 0
    for index in order.split(batch_size):
        optimizer.zero_grad()
        targets = y[index]
        output = model(x[index])
        loss = loss_function(output, targets)
        loss.backward()
        optimizer.step()
        losses += loss.item() * len(index)
        correct += (output.argmax(1) == targets).sum().item()
    millis.append((time.perf_counter() - start) * 1e3 / -(-len(x) // batch_size))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
parameters = sum(parameter.numel() for parameter in model.parameters())
name = torch.cuda.get_device_name(device) if device.type == "cuda" else str(device)
print(json.dumps({"version": torch.__version__, "device": name, "parameters": parameters, "millis": millis, "peakMegabytes": peak}))
