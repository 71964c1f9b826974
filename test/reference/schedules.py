"""The learning rate of every update under every schedule, by torch.optim.lr_scheduler: writes schedules.json beside itself.

Run: python test/reference/schedules.py (needs torch; made with 2.13). The tests read the JSON only.
Schedules are stepped after each update. inverseSqrt and the final factor of polynomial, which PyTorch lacks, are formulas.
"""

import json
import math
import warnings
from pathlib import Path

import torch
from torch.optim import lr_scheduler as lrs

warnings.filterwarnings("ignore")
RATE = 0.2
STEPS_PER_EPOCH = 5
NUM_STEPS = 40
cases = []


def optimizer():
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=RATE)


def run(opt, scheduler, values=None):
    rates = []
    for step in range(NUM_STEPS):
        rates.append(opt.param_groups[0]["lr"])
        opt.step()
        if values is None:
            scheduler.step()
        elif (step + 1) % STEPS_PER_EPOCH == 0:
            scheduler.step(values[step // STEPS_PER_EPOCH])
    return rates


def add(spec, rates, **more):
    cases.append({"schedule": {"warmupSteps": 0, **spec}, "rates": [float(f"{r:.12g}") for r in rates], **more})


def case(spec, make, warmup=0):
    """`make(optimizer, steps after the warm-up)`."""
    opt = optimizer()
    if warmup == 0:
        add(spec, run(opt, make(opt, NUM_STEPS)))
        return
    rise = lrs.LinearLR(opt, start_factor=1 / warmup, end_factor=1.0, total_iters=warmup - 1)
    both = lrs.SequentialLR(opt, [rise, make(opt, NUM_STEPS - warmup)], milestones=[warmup])
    add({**spec, "warmupSteps": warmup}, run(opt, both))


for warmup in (0, 7):
    case({"type": "constant"}, lambda o, n: lrs.ConstantLR(o, factor=1.0), warmup)
    case({"type": "step", "every": 6, "unit": "steps", "factor": 0.5}, lambda o, n: lrs.StepLR(o, 6, gamma=0.5), warmup)
    case({"type": "step", "every": 2, "unit": "epochs", "factor": 0.1}, lambda o, n: lrs.StepLR(o, 10, gamma=0.1), warmup)
    case({"type": "multiStep", "at": [3, 20, 31], "unit": "steps", "factor": 0.1}, lambda o, n: lrs.MultiStepLR(o, [3, 20, 31]), warmup)
    case({"type": "multiStep", "at": [1, 2.4], "unit": "epochs", "factor": 0.3}, lambda o, n: lrs.MultiStepLR(o, [5, 12], gamma=0.3), warmup)
    case({"type": "exponential", "factor": 0.9, "every": 1, "unit": "steps"}, lambda o, n: lrs.ExponentialLR(o, 0.9), warmup)
    case({"type": "exponential", "factor": 0.5, "every": 1, "unit": "epochs"}, lambda o, n: lrs.ExponentialLR(o, 0.5 ** (1 / 5)), warmup)
    case({"type": "polynomial", "power": 2, "finalFactor": 0}, lambda o, n: lrs.PolynomialLR(o, n, power=2), warmup)
    case({"type": "polynomial", "power": 0.5, "finalFactor": 0}, lambda o, n: lrs.PolynomialLR(o, n, power=0.5), warmup)
    case({"type": "linear", "finalFactor": 0}, lambda o, n: lrs.LinearLR(o, 1.0, 0.0, total_iters=n), warmup)
    case({"type": "linear", "finalFactor": 0.25}, lambda o, n: lrs.LinearLR(o, 1.0, 0.25, total_iters=n), warmup)
    case({"type": "cosine", "finalFactor": 0}, lambda o, n: lrs.CosineAnnealingLR(o, n), warmup)
    case({"type": "cosine", "finalFactor": 0.1}, lambda o, n: lrs.CosineAnnealingLR(o, n, eta_min=0.1 * RATE), warmup)

case({"type": "cosineRestarts", "firstPeriod": 2, "unit": "epochs", "growth": 1, "finalFactor": 0}, lambda o, n: lrs.CosineAnnealingWarmRestarts(o, 10))
case({"type": "cosineRestarts", "firstPeriod": 6, "unit": "steps", "growth": 2, "finalFactor": 0.05}, lambda o, n: lrs.CosineAnnealingWarmRestarts(o, 6, T_mult=2, eta_min=0.05 * RATE))

for rise, div, final_div in ((0.3, 25.0, 1e4), (0.1, 10.0, 100.0), (0.77, 4.0, 5.0)):
    spec = {"type": "oneCycle", "riseShare": rise, "initialFactor": 1 / div, "finalFactor": 1 / div / final_div}
    opt = optimizer()
    scheduler = lrs.OneCycleLR(opt, RATE, total_steps=NUM_STEPS + 1, pct_start=rise, div_factor=div, final_div_factor=final_div, cycle_momentum=False)
    # total_steps + 1 only so that PyTorch may be stepped after the last update; the schedule itself is made for NUM_STEPS.
    scheduler.total_steps = NUM_STEPS
    scheduler._schedule_phases[0]["end_step"] = rise * NUM_STEPS - 1
    scheduler._schedule_phases[1]["end_step"] = NUM_STEPS - 1
    rates = []
    for step in range(NUM_STEPS):
        rates.append(opt.param_groups[0]["lr"])
        opt.step()
        if step + 1 < NUM_STEPS:
            scheduler.step()
    add(spec, rates)

add({"type": "polynomial", "power": 3, "finalFactor": 0.2}, [RATE * (0.2 + 0.8 * (1 - s / NUM_STEPS) ** 3) for s in range(NUM_STEPS)])
add({"type": "inverseSqrt", "timescaleSteps": 4}, [RATE * math.sqrt(4 / (4 + s)) for s in range(NUM_STEPS)])
add({"type": "inverseSqrt"}, [RATE / math.sqrt(1 + s / 10000) for s in range(NUM_STEPS)])
# Vaswani et al. 2017, as a share of the peak: sqrt(warmup / k) after k updates, which is counted as the other schedules of PyTorch count.
add({"type": "inverseSqrt", "warmupSteps": 8}, [RATE * (k / 8 if k <= 8 else math.sqrt(8 / (k - 1))) for k in range(1, NUM_STEPS + 1)])

values = [1.0, 0.9, 0.95, 0.9, 0.89, 0.9, 0.88, 0.91]
for spec, options in (
    ({"factor": 0.5, "patience": 0}, {}),
    ({"factor": 0.1, "patience": 1}, {}),
    ({"factor": 0.1, "patience": 0, "minDelta": 0.05}, {"threshold": 0.05}),
    ({"factor": 0.5, "patience": 0, "cooldown": 1}, {"cooldown": 1}),
    ({"factor": 0.3, "patience": 0, "minFactor": 0.2}, {"min_lr": 0.2 * RATE}),
):
    for mode in ("min", "max"):
        opt = optimizer()
        options = {"threshold": 0.0, **options}
        scheduler = lrs.ReduceLROnPlateau(opt, mode=mode, factor=spec["factor"], patience=spec["patience"], threshold_mode="abs", **options)
        full = {"type": "reduceOnPlateau", "monitor": "val_loss", "mode": mode, "minDelta": 0, "cooldown": 0, "minFactor": 0, **spec}
        add(full, run(opt, scheduler, values), values=values)

lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
head = f'"torch":"{torch.__version__.split("+")[0]}","learningRate":{RATE},"numSteps":{NUM_STEPS},"stepsPerEpoch":{STEPS_PER_EPOCH}'
Path(__file__).with_suffix(".json").write_text(f'{{{head},"cases":[\n{lines}\n]}}\n')
