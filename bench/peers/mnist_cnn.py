"""Milliseconds per training step of the lesson's network in PyTorch, for bench/step-time.ts.

Same network, optimizer, batch size and data (the idx files given), fed by the fastest plain way: the whole set as one
normalized tensor, a permutation per epoch, index_select per batch. Prints one JSON line.
usage: mnist_cnn.py IMAGES LABELS BATCH_SIZE WARMUP_STEPS STEPS
"""
import json
import os
import sys
import time

import numpy as np
import torch
from torch import nn

images_path, labels_path = sys.argv[1], sys.argv[2]
batch_size, warmup, steps = (int(value) for value in sys.argv[3:6])
torch.set_num_threads(os.cpu_count() or 1)
torch.manual_seed(42)
images = np.frombuffer(open(images_path, "rb").read(), np.uint8, offset=16).reshape(-1, 1, 28, 28)
labels = np.frombuffer(open(labels_path, "rb").read(), np.uint8, offset=8)
x = (torch.from_numpy(images.astype(np.float32)) / 255 - 0.1307) / 0.3081
y = torch.from_numpy(labels.astype(np.int64))
model = nn.Sequential(
    nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(3136, 1000), nn.ReLU(), nn.Linear(1000, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
loss_function = nn.CrossEntropyLoss()
order = torch.randperm(len(x))
times = []
for step in range(warmup + steps):
    start = time.perf_counter()
    index = order[(step * batch_size) % (len(x) - batch_size):][:batch_size]
    optimizer.zero_grad()
    output = model(x[index])
    loss = loss_function(output, y[index])
    loss.backward()
    optimizer.step()
    loss.item()
    (output.argmax(1) == y[index]).sum().item()
    times.append((time.perf_counter() - start) * 1e3)
print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads(), "millis": times[warmup:]}))
