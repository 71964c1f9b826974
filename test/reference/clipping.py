"""Three updates of a dense layer with clipped gradients, by torch.nn.utils.clip_grad_*_: writes clipping.json beside itself.

Run: python test/reference/clipping.py (needs torch; made with 2.13). The tests read the JSON only.
"""

import json
from pathlib import Path

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

generator = torch.Generator().manual_seed(20240921)


def random(*shape):
    return torch.round(torch.randn(*shape, generator=generator, dtype=torch.float64) * 1e4) / 1e4


def array(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]}


inputs, targets, kernel, bias = random(6, 4), random(6, 3) * 3, random(4, 3), random(3)
cases = []
for by, max_value in (("globalNorm", 0.5), ("globalNorm", 100), ("norm", 0.3), ("value", 0.05)):
    for decay in (0.0, 0.1):
        k, b = kernel.clone().requires_grad_(), bias.clone().requires_grad_()
        optimizer = torch.optim.SGD([k, b], lr=0.5, momentum=0.9, weight_decay=decay)
        losses = []
        for _ in range(3):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(inputs @ k + b, targets)
            loss.backward()
            losses.append(loss.item())
            if by == "globalNorm":
                clip_grad_norm_([k, b], max_value)
            elif by == "norm":
                clip_grad_norm_([k], max_value)
                clip_grad_norm_([b], max_value)
            else:
                clip_grad_value_([k, b], max_value)
            optimizer.step()
        clipping = {"by": by, "max": max_value}
        cases.append({"clipping": clipping, "weightDecay": decay, "losses": losses, "kernel": array(k), "bias": array(b)})

document = {
    "torch": torch.__version__.split("+")[0],
    "inputs": array(inputs),
    "targets": array(targets),
    "kernel": array(kernel),
    "bias": array(bias),
    "cases": cases,
}
Path(__file__).with_suffix(".json").write_text(json.dumps(document, separators=(",", ":")) + "\n")
