"""Five steps of every optimizer, computed by torch.optim in double precision: writes optimizers.json beside itself.

Run: python test/reference/optimizers.py (needs torch; made with 2.13). The tests read the JSON only.
The gradients are given, not computed, so that only the update is compared. They include zeros and very small and large ones.
"""

import json
from pathlib import Path

import torch

generator = torch.Generator().manual_seed(20240919)
NUM_STEPS = 5


def random(*shape):
    return torch.round(torch.randn(*shape, generator=generator, dtype=torch.float64) * 1e4) / 1e4


start = random(6)
gradients = [random(6) * torch.tensor([1.0, 0.01, 1e-5, 100.0, 0.0, 1.0], dtype=torch.float64) for _ in range(NUM_STEPS)]
cases = []


def case(title, spec, make):
    parameter = start.clone().requires_grad_()
    optimizer = make([parameter])
    after = []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimizer.step()
        after.append(parameter.detach().tolist())
    cases.append({"title": title, "optimizer": spec, "after": after})


def sgd(title, learning_rate=0.1, momentum=0.0, nesterov=False, weight_decay=0.0):
    spec = {"type": "sgd", "learningRate": learning_rate, "momentum": momentum, "nesterov": nesterov, "weightDecay": weight_decay}
    case(title, spec, lambda p: torch.optim.SGD(p, lr=learning_rate, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay))


sgd("sgd")
sgd("sgd with weight decay", weight_decay=0.05)
sgd("sgd with momentum", momentum=0.9)
sgd("sgd with momentum and weight decay", momentum=0.9, weight_decay=0.05)
sgd("sgd with Nesterov momentum", momentum=0.8, nesterov=True)
sgd("sgd with Nesterov momentum and weight decay", momentum=0.8, nesterov=True, weight_decay=0.05)


def adam(title, cls, name, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8, **decay):
    spec = {"type": name, "learningRate": learning_rate, "beta1": beta1, "beta2": beta2, "epsilon": epsilon}
    if "weight_decay" in decay:
        spec["weightDecay"] = decay["weight_decay"]
    case(title, spec, lambda p: cls(p, lr=learning_rate, betas=(beta1, beta2), eps=epsilon, **decay))


adam("adam", torch.optim.Adam, "adam")
adam("adam with other betas", torch.optim.Adam, "adam", beta1=0.5, beta2=0.9)
adam("adam with a large epsilon", torch.optim.Adam, "adam", epsilon=0.1)
adam("adam without a running mean", torch.optim.Adam, "adam", beta1=0.0)
adam("adamw", torch.optim.AdamW, "adamw", weight_decay=0.01)
adam("adamw with much decay", torch.optim.AdamW, "adamw", learning_rate=0.1, weight_decay=0.5)
adam("adamw without decay", torch.optim.AdamW, "adamw", weight_decay=0.0)

document = {
    "torch": torch.__version__.split("+")[0],
    "start": start.tolist(),
    "gradients": [gradient.tolist() for gradient in gradients],
    "cases": cases,
}
Path(__file__).with_suffix(".json").write_text(json.dumps(document, separators=(",", ":")) + "\n")
