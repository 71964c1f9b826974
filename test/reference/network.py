"""Three steps of small networks, computed by PyTorch in double precision: writes network.json beside itself.

Run: python test/reference/network.py (needs torch; made with 2.13). The tests read the JSON only.
`convolutional` trains conv, pooling, batch normalization, dropout and dense layers, with an L2 penalty, the third batch smaller
than the others; `linear` trains one dense layer with each loss. Arrays are written as TensorFlow.js has them (NHWC, HWIO).
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

from exp_rng import Rng, keep_mask

generator = torch.Generator().manual_seed(20240920)
SEED = 7


def random(*shape, scale=1.0):
    """Normal numbers with four decimals, so that float32 and the JSON hold the same."""
    return torch.round(torch.randn(*shape, generator=generator, dtype=torch.float64) * scale * 1e4) / 1e4


def array(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]}


def arrays(tensors):
    return {name: array(tensor) for name, tensor in tensors.items()}


ADAMW = {"type": "adamw", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.1}
ADAM = {"type": "adam", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
SGD = {"type": "sgd", "learningRate": 0.1, "momentum": 0.9, "nesterov": True, "weightDecay": 0.01}


def optimizer_of(spec, parameters):
    lr = spec["learningRate"]
    if spec["type"] == "sgd":
        return torch.optim.SGD(parameters, lr=lr, momentum=spec["momentum"], nesterov=spec["nesterov"], weight_decay=spec["weightDecay"])
    betas = (spec["beta1"], spec["beta2"])
    if spec["type"] == "adam":
        return torch.optim.Adam(parameters, lr=lr, betas=betas, eps=spec["epsilon"])
    return torch.optim.AdamW(parameters, lr=lr, betas=betas, eps=spec["epsilon"], weight_decay=spec["weightDecay"])


def conv(x, kernel, bias, padding):
    return F.conv2d(x.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), bias, padding=padding).permute(0, 2, 3, 1)


BN = {"momentum": 0.9, "epsilon": 0.001}
RATE = 0.25
L2 = 0.01
IMAGE = (8, 8, 2)
start = {
    "conv2d/kernel": random(3, 3, 2, 4, scale=0.3),
    "conv2d/bias": random(4, scale=0.1),
    "batchNormalization/gamma": 1 + random(4, scale=0.1),
    "batchNormalization/beta": random(4, scale=0.1),
    "batchNormalization/moving_mean": random(4, scale=0.1),
    "batchNormalization/moving_variance": 1 + random(4, scale=0.1).abs(),
    "conv2d_1/kernel": random(2, 2, 4, 3, scale=0.3),
    "conv2d_1/bias": random(3, scale=0.1),
    "dense/kernel": random(27, 5, scale=0.2),
    "dense/bias": random(5, scale=0.1),
    "dense_1/kernel": random(5, 3, scale=0.5),
    "dense_1/bias": random(3, scale=0.1),
}
layers = [
    {"type": "conv2d", "filters": 4, "kernelSize": 3, "padding": "same", "activation": "relu"},
    {"type": "maxPooling2d", "poolSize": 2, "strides": 2},
    {"type": "batchNormalization", **BN},
    {"type": "conv2d", "filters": 3, "kernelSize": 2, "padding": "valid", "activation": "relu"},
    {"type": "flatten"},
    {"type": "dropout", "rate": RATE},
    {"type": "dense", "units": 5, "activation": "relu", "kernelRegularizer": {"type": "l2", "l2": L2}},
    {"type": "dense", "units": 3},
]


def convolutional(w, x, step, rng):
    """step: its number in training, None in inference. Returns logits and the moved statistics."""
    y = F.relu(conv(x, w["conv2d/kernel"], w["conv2d/bias"], 1))
    y = F.max_pool2d(y.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)
    mean, variance = w["batchNormalization/moving_mean"], w["batchNormalization/moving_variance"]
    moved = {}
    if step is not None:
        batch_mean, batch_variance = y.mean((0, 1, 2)), y.var((0, 1, 2), unbiased=False)
        keep = BN["momentum"]
        moved["batchNormalization/moving_mean"] = (mean * keep + batch_mean * (1 - keep)).detach()
        moved["batchNormalization/moving_variance"] = (variance * keep + batch_variance * (1 - keep)).detach()
        mean, variance = batch_mean, batch_variance
    y = (y - mean) / torch.sqrt(variance + BN["epsilon"]) * w["batchNormalization/gamma"] + w["batchNormalization/beta"]
    y = F.relu(conv(y, w["conv2d_1/kernel"], w["conv2d_1/bias"], 0))
    y = y.reshape(x.shape[0], -1)
    if step is not None:
        mask = keep_mask(rng, step, "dropout", RATE, y.numel())
        y = y * torch.tensor(mask, dtype=torch.float64).reshape(y.shape)
    y = F.relu(y @ w["dense/kernel"] + w["dense/bias"])
    return y @ w["dense_1/kernel"] + w["dense_1/bias"], moved


batches = [(random(size, *IMAGE), torch.randint(0, 3, (size,), generator=generator)) for size in (6, 6, 4)]
convolutional_cases = []
for spec in (ADAMW, SGD):
    w = {name: value.clone().requires_grad_("moving" not in name) for name, value in start.items()}
    optimizer = optimizer_of(spec, [value for value in w.values() if value.requires_grad])
    rng = Rng.from_seed(SEED)

    def loss_of(logits, labels):
        return F.cross_entropy(logits, labels) + L2 * (w["dense/kernel"] ** 2).sum()

    steps = []
    for number, (x, labels) in enumerate(batches, 1):
        optimizer.zero_grad()
        logits, moved = convolutional(w, x, number, rng)
        loss = loss_of(logits, labels)
        loss.backward()
        optimizer.step()
        w.update(moved)
        steps.append({"loss": loss.item(), "outputs": array(logits)})
    x, labels = batches[0]
    logits, _ = convolutional(w, x, None, rng)
    evaluation = {"loss": loss_of(logits, labels).item(), "outputs": array(logits)}
    convolutional_cases.append({"optimizer": spec, "steps": steps, "weights": arrays(w), "evaluation": evaluation})

linear_cases = []
x = random(5, 4)
labels = torch.tensor([2, 0, 1, 1, 2])
one_hot = F.one_hot(labels, 3).double()
answers = (random(5, 3) > 0).double()
values = random(5, 3)
for loss, targets, compute in (
    ("softmaxCrossEntropy", one_hot, lambda y: F.cross_entropy(y, one_hot)),
    ("sparseSoftmaxCrossEntropy", labels.double(), lambda y: F.cross_entropy(y, labels)),
    ("binaryCrossEntropy", answers, lambda y: F.binary_cross_entropy_with_logits(y, answers)),
    ("meanSquaredError", values, lambda y: F.mse_loss(y, values)),
):
    w = {"dense/kernel": random(4, 3, scale=0.5), "dense/bias": random(3, scale=0.5)}
    first = arrays(w)
    for value in w.values():
        value.requires_grad_()
    optimizer = optimizer_of(ADAM, list(w.values()))
    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        value = compute(x @ w["dense/kernel"] + w["dense/bias"])
        value.backward()
        optimizer.step()
        losses.append(value.item())
    linear_cases.append({"loss": loss, "targets": array(targets), "start": first, "losses": losses, "weights": arrays(w)})

document = {
    "torch": torch.__version__.split("+")[0],
    "seed": SEED,
    "convolutional": {
        "layers": layers,
        "inputShape": list(IMAGE),
        "start": arrays(start),
        "batches": [{"inputs": array(x), "targets": array(labels.double())} for x, labels in batches],
        "cases": convolutional_cases,
    },
    "linear": {"optimizer": ADAM, "inputs": array(x), "cases": linear_cases},
}
Path(__file__).with_suffix(".json").write_text(json.dumps(document, separators=(",", ":")) + "\n")
