"""Twenty steps of every optimizer, computed by torch.optim in double precision: writes optimizers.json beside itself.

Run: python test/reference/optimizers.py (needs torch; made with 2.13). The tests read the JSON only.
The gradients are given, not computed, so that only the update is compared. They include zeros and very small and large ones.
"""

import json
from pathlib import Path

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

generator = torch.Generator().manual_seed(20240919)
torch.set_default_dtype(torch.float64)  # NAdam keeps a product in the default type
NUM_STEPS = 20


def random(*shape):
    return torch.round(torch.randn(shape, generator=generator, dtype=torch.float64) * 1e4) / 1e4


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
    spec = {"type": "sgd", "learningRate": learning_rate, "momentum": momentum, "nesterov": nesterov, "weightDecay": weight_decay, "excludeBiasAndNorm": False}
    case(title, spec, lambda p: torch.optim.SGD(p, lr=learning_rate, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay))


sgd("sgd")
sgd("sgd with weight decay", weight_decay=0.05)
sgd("sgd with momentum", momentum=0.9)
sgd("sgd with momentum and weight decay", momentum=0.9, weight_decay=0.05)
sgd("sgd with Nesterov momentum", momentum=0.8, nesterov=True)
sgd("sgd with Nesterov momentum and weight decay", momentum=0.8, nesterov=True, weight_decay=0.05)


def adam(title, cls, name, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8, **decay):
    spec = {"type": name, "learningRate": learning_rate, "beta1": beta1, "beta2": beta2, "epsilon": epsilon}
    if name.startswith("adam") and name != "adamax":
        spec["amsgrad"] = decay.get("amsgrad", False)
    if "weight_decay" in decay:
        spec |= {"weightDecay": decay["weight_decay"], "excludeBiasAndNorm": False}
    case(title, spec, lambda p: cls(p, lr=learning_rate, betas=(beta1, beta2), eps=epsilon, **decay))


adam("adam", torch.optim.Adam, "adam")
adam("adam with other betas", torch.optim.Adam, "adam", beta1=0.5, beta2=0.9)
adam("adam with a large epsilon", torch.optim.Adam, "adam", epsilon=0.1)
adam("adam without a running mean", torch.optim.Adam, "adam", beta1=0.0)
adam("adamw", torch.optim.AdamW, "adamw", weight_decay=0.01)
adam("adamw with much decay", torch.optim.AdamW, "adamw", learning_rate=0.1, weight_decay=0.5)
adam("adamw without decay", torch.optim.AdamW, "adamw", weight_decay=0.0)

adam("adam with AMSGrad", torch.optim.Adam, "adam", amsgrad=True, beta2=0.5)
adam("adamw with AMSGrad", torch.optim.AdamW, "adamw", amsgrad=True, beta2=0.5, weight_decay=0.1)
for decay in (0.0, 0.05):
    for beta2 in (0.9, 0.999):
        adam(f"nadam, beta2 {beta2}, decay {decay}", torch.optim.NAdam, "nadam", beta2=beta2, weight_decay=decay)
        adam(f"radam, beta2 {beta2}, decay {decay}", torch.optim.RAdam, "radam", beta2=beta2, weight_decay=decay)
    adam(f"adamax, decay {decay}", torch.optim.Adamax, "adamax", weight_decay=decay)


def other(title, name, make, learning_rate, **spec):
    full = {"weightDecay": 0.0, "excludeBiasAndNorm": False, **spec}
    case(title, {"type": name, "learningRate": learning_rate, **full}, make)


def adagrad(title, initial=0.0, epsilon=1e-10, decay=0.0):
    make = lambda p: torch.optim.Adagrad(p, lr=0.05, eps=epsilon, initial_accumulator_value=initial, weight_decay=decay)
    other(title, "adagrad", make, 0.05, initialAccumulator=initial, epsilon=epsilon, weightDecay=decay)


adagrad("adagrad")
adagrad("adagrad as in Keras", initial=0.1, epsilon=1e-7)
adagrad("adagrad with decay", decay=0.05)

for decay in (0.0, 0.05):
    make = lambda p: torch.optim.Adadelta(p, lr=0.5, rho=0.8, eps=1e-6, weight_decay=decay)
    other(f"adadelta, decay {decay}", "adadelta", make, 0.5, rho=0.8, epsilon=1e-6, weightDecay=decay)


def rmsprop(title, rho=0.99, momentum=0.0, centered=False, decay=0.0):
    make = lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=rho, eps=1e-4, momentum=momentum, centered=centered, weight_decay=decay)
    other(title, "rmsprop", make, 0.01, rho=rho, epsilon=1e-4, momentum=momentum, centered=centered, weightDecay=decay)


rmsprop("rmsprop")
rmsprop("rmsprop with another decay of squares and of weights", rho=0.8, decay=0.05)
rmsprop("rmsprop with momentum", momentum=0.9)
rmsprop("centered rmsprop", centered=True)
rmsprop("centered rmsprop with momentum and decay", centered=True, momentum=0.5, decay=0.05)


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of Chen et al. 2023, which torch.optim lacks."""

    def __init__(self, parameters, **options):
        super().__init__(parameters, options)

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                update = torch.sign(group["beta1"] * m + (1 - group["beta1"]) * p.grad)
                p.data -= group["lr"] * (update + group["decay"] * p.data)
                m.copy_(group["beta2"] * m + (1 - group["beta2"]) * p.grad)


for decay in (0.0, 0.5):
    make = lambda p: Lion(p, lr=0.01, beta1=0.9, beta2=0.95, decay=decay)
    other(f"lion, decay {decay}", "lion", make, 0.01, beta1=0.9, beta2=0.95, weightDecay=decay)

# Rules that look at a weight as a whole: tensors of several shapes, of which some rows and some whole gradients are zero.
SHAPES = [[], [1], [6], [1, 6], [6, 1], [3, 7], [2, 3, 2, 5]]
tensors = []
for shape in SHAPES:
    mask = torch.ones(shape, dtype=torch.float64)
    if len(shape) > 1 and shape[-2] > 2:
        mask[..., 1, :] = 0
    scales = [10.0 ** (2 - step % 5) if step % 7 else 0.0 for step in range(NUM_STEPS)]
    tensors.append({"start": random(*shape), "gradients": [random(*shape) * mask * scale for scale in scales]})
tensors[3]["start"] = torch.zeros(1, 6, dtype=torch.float64)
whole = []


def adafactor(title, learning_rate=0.05, beta2_decay=-0.8, epsilon1=2**-23, epsilon2=1e-3, clip=1.0, decay=0.0):
    spec = {"type": "adafactor", "learningRate": learning_rate, "beta2Decay": beta2_decay, "epsilon1": epsilon1, "epsilon2": epsilon2}
    spec |= {"clipThreshold": clip, "weightDecay": decay, "excludeBiasAndNorm": False}
    after = []
    for tensor in tensors:
        parameter = tensor["start"].clone().requires_grad_()
        make = torch.optim.Adafactor
        optimizer = make([parameter], lr=learning_rate, beta2_decay=beta2_decay, eps=(epsilon1, epsilon2), d=clip, weight_decay=decay)
        steps = []
        for gradient in tensor["gradients"]:
            parameter.grad = gradient.clone()
            optimizer.step()
            steps.append(parameter.detach().flatten().tolist())
        after.append(steps)
    whole.append({"title": title, "optimizer": spec, "after": after})


adafactor("adafactor")
adafactor("adafactor with other constants", learning_rate=0.5, beta2_decay=-0.5, epsilon1=1e-3, epsilon2=0.1, clip=2.0)
adafactor("adafactor with decay", decay=0.5)

# An exponential moving average of the weights, beside plain gradient descent.
parameter = torch.nn.Parameter(start.clone())
model = torch.nn.Module()
model.weight = parameter
averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.8))
optimizer = torch.optim.SGD([parameter], lr=0.1)
averages = []
for gradient in gradients:
    parameter.grad = gradient.clone()
    optimizer.step()
    averaged.update_parameters(model)
    averages.append(averaged.module.weight.detach().tolist())

document = {
    "torch": torch.__version__.split("+")[0],
    "start": start.tolist(),
    "gradients": [gradient.tolist() for gradient in gradients],
    "cases": cases,
    "tensors": [
        {"shape": shape, "start": tensor["start"].flatten().tolist(), "gradients": [g.flatten().tolist() for g in tensor["gradients"]]}
        for shape, tensor in zip(SHAPES, tensors)
    ],
    "whole": whole,
    "average": {"decay": 0.8, "learningRate": 0.1, "after": averages},
}
Path(__file__).with_suffix(".json").write_text(json.dumps(document, separators=(",", ":")) + "\n")
