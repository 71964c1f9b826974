"""Four updates of a network with frozen layers: requires_grad_(False) for their weights, moving statistics for their batch normalization.
Writes frozen.json beside itself.

Run: python test/reference/frozen.py (needs torch; made with 2.13). The tests read the JSON only.
Arrays are written as TensorFlow.js has them; moving statistics move by the biased variance, as in Keras.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.nn.utils import clip_grad_norm_

generator = torch.Generator().manual_seed(20261124)


def random(*shape, scale=1.0):
    return torch.round(torch.randn(*shape, generator=generator, dtype=torch.float64) * scale * 1e4) / 1e4


def array(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]}


def norm_weights(size):
    return {
        "gamma": random(size, scale=0.3) + 1,
        "beta": random(size, scale=0.3),
        "moving_mean": random(size, scale=0.3),
        "moving_variance": random(size).abs() + 0.5,
    }


start = {
    "stem/kernel": random(3, 3, 2, 3, scale=0.4),
    "stem/bias": random(3, scale=0.2),
    **{f"stemNorm/{name}": value for name, value in norm_weights(3).items()},
    "body/kernel": random(3, 3, 3, 4, scale=0.4),
    **{f"bodyNorm/{name}": value for name, value in norm_weights(4).items()},
    "middle/kernel": random(1, 1, 4, 2, scale=0.6),
    "middle/bias": random(2, scale=0.2),
    "head/kernel": random(32, 3, scale=0.3),
    "head/bias": random(3, scale=0.2),
}
frozen = ("stem/", "stemNorm/", "middle/")
epsilon, momentum = 1e-3, 0.9
inputs, targets = random(6, 4, 4, 2), random(6, 3) * 2


def convolve(x, w, name):
    kernel = w[f"{name}/kernel"].permute(3, 2, 0, 1)
    return F.conv2d(x, kernel, w.get(f"{name}/bias"), padding=kernel.shape[-1] // 2)


def forward(w, moved):
    x = convolve(inputs.permute(0, 3, 1, 2), w, "stem")
    stem = [w[f"stemNorm/{name}"] for name in ("moving_mean", "moving_variance", "gamma", "beta")]
    x = F.relu(F.batch_norm(x, *stem, training=False, eps=epsilon))
    x = convolve(x, w, "body")
    moments = {"moving_mean": x.mean((0, 2, 3)), "moving_variance": x.var((0, 2, 3), unbiased=False)}
    for name, value in moments.items():
        moved[f"bodyNorm/{name}"] = w[f"bodyNorm/{name}"] * momentum + value.detach() * (1 - momentum)
    x = torch.tanh(F.batch_norm(x, None, None, w["bodyNorm/gamma"], w["bodyNorm/beta"], training=True, eps=epsilon))
    x = convolve(x, w, "middle").permute(0, 2, 3, 1)
    return x.reshape(6, -1) @ w["head/kernel"] + w["head/bias"]


weights = {name: value.clone() for name, value in start.items()}
trained = [name for name in weights if not name.startswith(frozen) and "moving" not in name]
for name in trained:
    weights[name].requires_grad_()
parameters = [weights[name] for name in trained]
optimizer = torch.optim.AdamW(parameters, lr=0.02, weight_decay=0.1)
losses, norms = [], []
for _ in range(4):
    optimizer.zero_grad()
    moved = {}
    loss = F.mse_loss(forward(weights, moved), targets)
    loss.backward()
    losses.append(loss.item())
    norms.append(clip_grad_norm_(parameters, 0.5).item())
    optimizer.step()
    weights.update(moved)
assert all(norm > 0.5 for norm in norms), norms
assert all(torch.equal(weights[name], start[name]) for name in weights if name.startswith(frozen))

document = {
    "torch": torch.__version__.split("+")[0],
    "inputs": array(inputs),
    "targets": array(targets),
    "losses": losses,
    "frozen": list(frozen),
    "start": {name: array(value) for name, value in start.items()},
    "end": {name: array(value) for name, value in weights.items()},
}
Path(__file__).with_suffix(".json").write_text(json.dumps(document, separators=(",", ":")) + "\n")
