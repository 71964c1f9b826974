"""Value and gradient of every loss, computed by PyTorch in double precision: writes losses.json beside itself.

Run: python test/reference/losses.py (needs torch; made with 2.13). The tests read the JSON only.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(20240918)
cases = []


def random(*shape, scale=1.0):
    """Normal numbers with four decimals, so that float32 and the JSON hold the same."""
    return torch.round(torch.randn(*shape, generator=generator, dtype=torch.float64) * scale * 1e4) / 1e4


def array(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]}


def case(title, loss, targets, outputs, compute):
    outputs = outputs.requires_grad_()
    value = compute(outputs)
    (gradient,) = torch.autograd.grad(value, outputs)
    cases.append({
        "title": title,
        "loss": loss,
        "targets": array(targets),
        "outputs": array(outputs),
        "value": value.item(),
        "gradient": array(gradient),
    })


def classes(title, logits, labels):
    one_hot = F.one_hot(labels, logits.shape[-1]).double()
    case(title, "softmaxCrossEntropy", one_hot, logits.clone(), lambda x: F.cross_entropy(x, one_hot))
    case(title, "sparseSoftmaxCrossEntropy", labels.double(), logits.clone(), lambda x: F.cross_entropy(x, labels))


labels = torch.tensor([0, 3, 1, 1, 2])
classes("five rows of four classes", random(5, 4), labels)
classes("logits of the order of a thousand", random(5, 4, scale=1000), labels)
classes("two classes, one row", random(1, 2), torch.tensor([1]))
classes("all logits equal", torch.full((2, 3), 7.0, dtype=torch.float64), torch.tensor([2, 0]))

yes = torch.tensor([1.0, 0.0, 0.0, 1.0, 1.0, 0.0], dtype=torch.float64)
bce = F.binary_cross_entropy_with_logits
for title, scale in (("a single unit", 1.0), ("a single unit, logits of the order of a thousand", 1000.0)):
    case(title, "binaryCrossEntropy", yes, random(6, 1, scale=scale), lambda x: bce(x, yes.reshape(6, 1)))
many = yes.reshape(2, 3)
case("three units", "binaryCrossEntropy", many, random(2, 3), lambda x: bce(x, many))
case("logits of exactly 0", "binaryCrossEntropy", many, torch.zeros(2, 3, dtype=torch.float64), lambda x: bce(x, many))

single = random(4)
case("one number an example", "meanSquaredError", single, random(4, 1), lambda x: F.mse_loss(x, single.reshape(4, 1)))
wide = random(3, 2, 2)
case("a matrix an example", "meanSquaredError", wide, random(3, 2, 2), lambda x: F.mse_loss(x, wide))

lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
Path(__file__).with_suffix(".json").write_text(f'{{"torch":"{torch.__version__.split("+")[0]}","cases":[\n{lines}\n]}}\n')
