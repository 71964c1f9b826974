"""Two updates of a network with two inputs and two outputs, computed by PyTorch in double precision: writes outputs.json beside itself.

Run: python test/reference/outputs.py (needs torch; made with 2.13). The tests read the JSON only.
Each output's loss is the mean over the batch of weight · loss, the weight being the example's own times that of its class; the total is
0.5 · (squared error of `price`) + 2 · (cross-entropy of `sort`), plus an L2 penalty on one kernel. SGD with momentum.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(20261123)


def random(*shape, scale=1.0):
    return torch.round(torch.randn(*shape, generator=generator, dtype=torch.float64) * scale * 1e4) / 1e4


def array(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.9g}") for v in tensor.detach().double().reshape(-1).tolist()]}


def arrays(tensors):
    return {name: array(tensor) for name, tensor in tensors.items()}


SIZE, CLASSES = 6, 3
inputs = {"numbers": random(SIZE, 4), "city": torch.tensor([[0.0], [2.0], [1.0], [4.0], [4.0], [3.0]], dtype=torch.float64)}
targets = {"price": random(SIZE, 1), "sort": torch.tensor([0.0, 2.0, 1.0, 1.0, 2.0, 2.0], dtype=torch.float64)}
sample_weights = torch.tensor([1.0, 0.5, 2.0, 0.0, 1.5, 1.0], dtype=torch.float64)
class_weights = torch.tensor([2.0, 1.0, 0.25], dtype=torch.float64)
start = {
    "cities/embeddings": random(5, 2),
    "body/kernel": random(6, 5, scale=0.5),
    "body/bias": random(5, scale=0.1),
    "price/kernel": random(5, 1, scale=0.5),
    "price/bias": random(1, scale=0.1),
    "sort/kernel": random(5, CLASSES, scale=0.5),
    "sort/bias": random(CLASSES, scale=0.1),
}
L2 = 0.01
weights = {name: tensor.clone().requires_grad_() for name, tensor in start.items()}
optimizer = torch.optim.SGD(weights.values(), lr=0.1, momentum=0.9)


def forward():
    cities = weights["cities/embeddings"][inputs["city"].long()].reshape(SIZE, -1)
    joined = torch.cat([inputs["numbers"], cities], dim=1)
    body = torch.tanh(joined @ weights["body/kernel"] + weights["body/bias"])
    return {
        "price": body @ weights["price/kernel"] + weights["price/bias"],
        "sort": body @ weights["sort/kernel"] + weights["sort/bias"],
    }


def losses(outputs, is_training):
    price = (outputs["price"] - targets["price"]).square().mean(dim=1)
    sort = F.cross_entropy(outputs["sort"], targets["sort"].long(), reduction="none")
    of_classes = class_weights[targets["sort"].long()] if is_training else torch.ones(SIZE, dtype=torch.float64)
    parts = {"price": (sample_weights * price).mean(), "sort": (sample_weights * of_classes * sort).mean()}
    return 0.5 * parts["price"] + 2 * parts["sort"] + L2 * weights["body/kernel"].square().sum(), parts


def record(is_training):
    outputs = forward()
    loss, parts = losses(outputs, is_training)
    said = {"loss": loss.item(), "losses": {name: part.item() for name, part in parts.items()}, "outputs": arrays(outputs)}
    return loss, said


steps = []
for _ in range(2):
    optimizer.zero_grad()
    loss, said = record(True)
    loss.backward()
    optimizer.step()
    steps.append(said)

Path(__file__).with_suffix(".json").write_text(
    json.dumps(
        {
            "inputs": arrays(inputs),
            "targets": arrays(targets),
            "sampleWeights": array(sample_weights),
            "classWeights": array(class_weights),
            "l2": L2,
            "start": arrays(start),
            "steps": steps,
            "weights": arrays(weights),
            "evaluation": record(False)[1],
        }
    )
    + "\n"
)
