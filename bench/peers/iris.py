"""The whole process of experiments/2-iris-mlp.yaml in PyTorch: read, train 100 epochs, validate each. usage: iris.py IRIS_CSV"""
import sys

import numpy as np
import torch
from torch import nn

rows = np.loadtxt(sys.argv[1], delimiter=",", dtype=np.float32)
torch.manual_seed(42)
order = torch.randperm(len(rows)).numpy()
test, validation, train = rows[order[:30]], rows[order[30:54]], rows[order[54:]]
mean, std = train[:, :4].mean(0), train[:, :4].std(0)
split = lambda part: (torch.from_numpy((part[:, :4] - mean) / std), torch.from_numpy(part[:, 4].astype(np.int64)))
(x, y), (vx, vy), (tx, ty) = split(train), split(validation), split(test)
model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
loss_function = nn.CrossEntropyLoss()
for _ in range(100):
    for index in torch.randperm(len(x)).split(16):
        optimizer.zero_grad()
        loss = loss_function(model(x[index]), y[index])
        loss.backward()
        optimizer.step()
        loss.item()
    with torch.no_grad():
        (model(vx).argmax(1) == vy).float().mean().item()
with torch.no_grad():
    print((model(tx).argmax(1) == ty).float().mean().item())
