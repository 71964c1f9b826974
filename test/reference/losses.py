"""Value and gradient of every loss, computed by PyTorch in double precision: writes losses.json beside itself.

Losses that PyTorch lacks are written out as Keras 3 defines them, and PyTorch differentiates them.

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


def case(title, loss, targets, outputs, compute, **arguments):
    outputs = outputs.requires_grad_()
    value = compute(outputs)
    (gradient,) = torch.autograd.grad(value, outputs)
    cases.append({
        "title": title,
        "loss": {"type": loss, **arguments},
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


def values(loss, targets, outputs, compute, title="values", **arguments):
    case(title, loss, targets, outputs, lambda x: compute(x, targets), **arguments)


# Label smoothing, and probabilities instead of logits.
one_hot = F.one_hot(labels, 4).double()
for smoothing in (0.1, 0.5):
    smooth = lambda x, s=smoothing: F.cross_entropy(x, labels, label_smoothing=s)
    case("label smoothing", "softmaxCrossEntropy", one_hot, random(5, 4), smooth, labelSmoothing=smoothing)
    case("label smoothing", "sparseSoftmaxCrossEntropy", labels.double(), random(5, 4), smooth, labelSmoothing=smoothing)
    halfway = lambda x, s=smoothing: bce(x, yes.reshape(6, 1) * (1 - s) + 0.5 * s)
    case("label smoothing", "binaryCrossEntropy", yes, random(6, 1), halfway, labelSmoothing=smoothing)


def probabilities(*shape):
    return torch.round(F.softmax(random(*shape), -1) * 1e4) / 1e4


nll = lambda x: F.nll_loss(torch.log(x), labels)
case("from probabilities", "softmaxCrossEntropy", one_hot, probabilities(5, 4), nll, fromLogits=False)
case("from probabilities", "sparseSoftmaxCrossEntropy", labels.double(), probabilities(5, 4), nll, fromLogits=False)
smooth = lambda x: -((one_hot * 0.9 + 0.025) * torch.log(x)).sum(-1).mean()
case("from probabilities, smoothed", "softmaxCrossEntropy", one_hot, probabilities(5, 4), smooth, fromLogits=False, labelSmoothing=0.1)
half = torch.round(torch.sigmoid(random(6, 1)) * 1e4) / 1e4
case("from probabilities", "binaryCrossEntropy", yes, half, lambda x: F.binary_cross_entropy(x, yes.reshape(6, 1)), fromLogits=False)

# Distances between values. The second row of differences has large ones and a zero.
targets = torch.tensor([[0.5, -1.0, 2.0], [3.0, 0.25, -40.0]], dtype=torch.float64)
outputs = lambda: targets + torch.tensor([[0.1, -0.2, 0.75], [0.0, -3.0, 90.5]], dtype=torch.float64)
values("meanAbsoluteError", targets, outputs(), F.l1_loss)
values("huber", targets, outputs(), F.huber_loss, delta=1)
values("huber", targets, outputs(), lambda x, t: F.huber_loss(x, t, delta=0.15), delta=0.15)
log_cosh = lambda x, t: (x - t + F.softplus(-2 * (x - t)) - 0.6931471805599453).mean()
values("logCosh", targets, outputs(), log_cosh)
counts = torch.tensor([[0.0, 3.0, 1.0], [7.0, 0.0, 12.0]], dtype=torch.float64)
rates = torch.tensor([[0.5, 2.25, 1.0], [7.5, 0.01, 3.0]], dtype=torch.float64)
values("poisson", counts, rates, lambda x, t: F.poisson_nll_loss(x, t, log_input=False, eps=1e-7))
goal = torch.tensor([[0.2, 0.5, 0.3], [1.0, 0.0, 0.0], [0.25, 0.25, 0.5]], dtype=torch.float64)
divergence = lambda x, t: F.kl_div(torch.log(x), t.clamp(min=1e-7), reduction="batchmean")
values("kullbackLeiblerDivergence", goal, probabilities(3, 3), divergence)
values("cosineSimilarity", targets, random(2, 3), lambda x, t: -F.cosine_similarity(x, t, dim=-1).mean())

# Margins. Keras takes classes 0 and 1 for signs.
signed = lambda t, x: (2 * t.reshape(x.shape) - 1) * x
scores = random(6, 1) * 2
values("hinge", yes, scores.clone(), lambda x, t: F.relu(1 - signed(t, x)).mean())
values("squaredHinge", yes, scores.clone(), lambda x, t: F.relu(1 - signed(t, x)).square().mean())


def categorical_hinge(x, t):
    return F.relu(((1 - t) * x).max(-1).values - (t * x).sum(-1) + 1).mean()


values("categoricalHinge", one_hot, random(5, 4) * 2, categorical_hinge)
values("categoricalHinge", one_hot, random(5, 4) - 3, categorical_hinge, title="scores below zero, where the masked class is largest")


# Focal losses as in Lin et al. 2017.
def binary_focal(x, t, gamma, alpha=None):
    t = t.reshape(x.shape)
    right = torch.exp(-F.binary_cross_entropy_with_logits(x, t, reduction="none"))
    weight = 1.0 if alpha is None else alpha * t + (1 - alpha) * (1 - t)
    return (weight * (1 - right) ** gamma * F.binary_cross_entropy_with_logits(x, t, reduction="none")).mean()


def softmax_focal(x, t, gamma):
    logs = (t * F.log_softmax(x, -1)).sum(-1)
    return -((1 - logs.exp()) ** gamma * logs).mean()


for gamma in (0, 0.5, 2):
    values("binaryFocalCrossEntropy", yes, random(6, 1) * 3, lambda x, t: binary_focal(x, t, gamma), gamma=gamma)
    values("binaryFocalCrossEntropy", yes, random(6, 1), lambda x, t: binary_focal(x, t, gamma, 0.25), gamma=gamma, alpha=0.25)
    values("softmaxFocalCrossEntropy", one_hot, random(5, 4) * 2, lambda x, t: softmax_focal(x, t, gamma), gamma=gamma)

# Sequences of class numbers, and rows that do not count.
steps = torch.tensor([[2, 0, 3, 0], [1, 1, 0, 0], [3, 2, 1, 2]])
for ignore in (None, 0, 3):
    more = {} if ignore is None else {"ignore_index": ignore}
    said = {} if ignore is None else {"ignore": ignore}
    each = lambda x: F.cross_entropy(x.movedim(-1, 1), steps, **more)
    smooth = lambda x: F.cross_entropy(x.movedim(-1, 1), steps, label_smoothing=0.1, **more)
    below = lambda x: F.nll_loss(torch.log(x).movedim(-1, 1), steps, **more)
    case("sequences", "sparseSoftmaxCrossEntropy", steps.double(), random(3, 4, 4), each, **said)
    case("sequences", "sparseSoftmaxCrossEntropy", steps.double(), random(3, 4, 4), smooth, labelSmoothing=0.1, **said)
    case("sequences", "sparseSoftmaxCrossEntropy", steps.double(), probabilities(3, 4, 4), below, fromLogits=False, **said)
one_ignored = lambda x: F.cross_entropy(x, labels, ignore_index=1)
case("rows that do not count", "sparseSoftmaxCrossEntropy", labels.double(), random(5, 4), one_ignored, ignore=1)

# The weight of an example counts for all its steps; the sum is divided by the number of steps that count.
weights = torch.tensor([0.5, 3.0, 0.0], dtype=torch.float64)
weighted = lambda x: (
    (F.cross_entropy(x.movedim(-1, 1), steps, ignore_index=0, reduction="none") * weights[:, None]).sum() / (steps != 0).sum()
)
case("sequences, weighted", "sparseSoftmaxCrossEntropy", steps.double(), random(3, 4, 4), weighted, ignore=0)
cases[-1]["weights"] = array(weights)

# Mixtures of classes, as mixup and cutmix make them: rows of shares that sum to 1.
partners = torch.tensor([2, 0, 1, 4, 3])
for share in (0.7, 0.5, 0.125):
    mixed = share * one_hot + (1 - share) * one_hot[partners]
    case("mixtures", "softmaxCrossEntropy", mixed, random(5, 4), lambda x: F.cross_entropy(x, mixed))
smooth_mixed = lambda x: F.cross_entropy(x, mixed, label_smoothing=0.1)
case("mixtures, smoothed", "softmaxCrossEntropy", mixed, random(5, 4), smooth_mixed, labelSmoothing=0.1)

lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
Path(__file__).with_suffix(".json").write_text(f'{{"torch":"{torch.__version__.split("+")[0]}","cases":[\n{lines}\n]}}\n')
