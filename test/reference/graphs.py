"""Networks whose layers branch and merge, computed by PyTorch in double precision: writes graphs.json beside itself.

Run: python test/reference/graphs.py (needs torch; made with 2.13). The tests read the JSON only.
One network for each way of merging, and a residual network in training: its outputs, the gradients of sum(output * probe) by the
inputs and by every weight, and the moving statistics after the step. Arrays are written as TensorFlow.js has them (NHWC, HWIO).
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(20261123)


def random(*shape, scale=1.0):
    """Normal numbers with four decimals, so that float32 and the JSON hold the same."""
    return torch.round(torch.randn(*shape, generator=generator, dtype=torch.float64) * scale * 1e4) / 1e4


def array(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]}


def arrays(tensors):
    return {name: array(tensor) for name, tensor in tensors.items()}


def case(title, layers, inputs, weights, network, training=False):
    """network(x, weights, moved) -> output; fills moved with next moving statistics."""
    leaves = {name: value.clone().requires_grad_() for name, value in weights.items() if "moving" not in name}
    fixed = {name: value for name, value in weights.items() if "moving" in name}
    x = inputs.clone().requires_grad_()
    moved = {}
    output = network(x, leaves | fixed, moved)
    probe = random(*output.shape)
    (output * probe).sum().backward()
    return {
        "title": title,
        "layers": layers,
        "training": training,
        "inputs": array(inputs),
        "weights": arrays(weights),
        "probe": array(probe),
        "output": array(output),
        "inputGradient": array(x.grad),
        "weightGradients": {name: array(leaf.grad) for name, leaf in leaves.items()},
        "moved": arrays(moved),
    }


def dense(name, units, **more):
    return {"type": "dense", "name": name, "units": units, "useBias": False, **more}


def merge_case(title, merge, function, widths=(3, 3), gate=False):
    """Dense branches of [2, 4, 5] examples into [2, 4, width] each; with a gate, one of [2, 1, width] too."""
    names = ["left", "right", "third"][: len(widths)]
    layers = [dense(name, width, inputs="input") for name, width in zip(names, widths)]
    weights = {f"{name}/kernel": random(5, width) for name, width in zip(names, widths)}
    sources = list(names)
    if gate:
        layers += [
            {"type": "flatten", "inputs": "input"},
            dense("squeezed", widths[0]),
            {"type": "reshape", "name": "gate", "targetShape": [1, widths[0]]},
        ]
        weights["squeezed/kernel"] = random(20, widths[0], scale=0.3)
        sources.append("gate")
    layers.append({"inputs": sources, **merge})

    def network(x, w, _):
        branches = [x @ w[f"{name}/kernel"] for name in names]
        if gate:
            branches.append((x.reshape(2, 20) @ w["squeezed/kernel"]).reshape(2, 1, widths[0]))
        return function(*branches)

    return case(title, layers, random(2, 4, 5), weights, network)


def vector_case(title, merge, function):
    """Dense branches of vectors."""
    layers = [dense("left", 3, inputs="input"), dense("right", 3, inputs="input"), {"inputs": ["left", "right"], **merge}]
    weights = {"left/kernel": random(5, 3), "right/kernel": random(5, 3)}
    network = lambda x, w, _: function(x @ w["left/kernel"], x @ w["right/kernel"])
    return case(title, layers, random(4, 5), weights, network)


def unit(x, axis):
    return x / torch.sqrt((x * x).sum(axis, keepdim=True))


MOMENTUM, EPSILON = 0.9, 0.001


def conv(x, kernel, stride):
    """TensorFlow's padding: same."""
    size, window = x.shape[1], kernel.shape[0]
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    before = total // 2
    padded = F.pad(x.permute(0, 3, 1, 2), (before, total - before) * 2)
    return F.conv2d(padded, kernel.permute(3, 2, 0, 1), stride=stride).permute(0, 2, 3, 1)


def normalize(x, w, name, moved):
    mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2), unbiased=False)
    for key, value in (("moving_mean", mean), ("moving_variance", variance)):
        moved[f"{name}/{key}"] = MOMENTUM * w[f"{name}/{key}"] + (1 - MOMENTUM) * value.detach()
    return (x - mean) / torch.sqrt(variance + EPSILON) * w[f"{name}/gamma"] + w[f"{name}/beta"]


def conv_layer(name, filters, size, strides=1, **more):
    return {"type": "conv2d", "name": name, "filters": filters, "kernelSize": size, "strides": strides, "padding": "same", "useBias": False, **more}


def bn_layer(name):
    return {"type": "batchNormalization", "name": name, "momentum": MOMENTUM, "epsilon": EPSILON}


def relu_layer(name):
    return {"type": "activation", "name": name, "function": "relu"}


def bn_weights(name, channels):
    return {
        f"{name}/gamma": 1 + random(channels, scale=0.1),
        f"{name}/beta": random(channels, scale=0.1),
        f"{name}/moving_mean": random(channels, scale=0.1),
        f"{name}/moving_variance": 1 + random(channels, scale=0.1).abs(),
    }


def residual_case():
    """A stem, a residual block with a projection and half the size, a residual block without, and a classifier."""
    layers = [conv_layer("stem", 4, 3), bn_layer("stemNorm"), relu_layer("stemRelu")]
    weights = {"stem/kernel": random(3, 3, 2, 4, scale=0.3), **bn_weights("stemNorm", 4)}
    before = "stemRelu"
    for block, channels, filters, strides in (("a", 4, 6, 2), ("b", 6, 6, 1)):
        layers += [
            conv_layer(f"{block}/conv1", filters, 3, strides, inputs=before),
            bn_layer(f"{block}/norm1"),
            relu_layer(f"{block}/relu1"),
            conv_layer(f"{block}/conv2", filters, 3),
            bn_layer(f"{block}/norm2"),
        ]
        weights |= {f"{block}/conv1/kernel": random(3, 3, channels, filters, scale=0.3), **bn_weights(f"{block}/norm1", filters)}
        weights |= {f"{block}/conv2/kernel": random(3, 3, filters, filters, scale=0.3), **bn_weights(f"{block}/norm2", filters)}
        shortcut = before
        if strides > 1:
            shortcut = f"{block}/projection"
            layers.append(conv_layer(shortcut, filters, 1, strides, inputs=before))
            weights[f"{shortcut}/kernel"] = random(1, 1, channels, filters, scale=0.5)
        layers += [{"type": "add", "name": f"{block}/add", "inputs": [f"{block}/norm2", shortcut]}, relu_layer(f"{block}/relu2")]
        before = f"{block}/relu2"
    layers += [{"type": "globalAveragePooling2d"}, {"type": "dense", "name": "logits", "units": 3}]
    weights |= {"logits/kernel": random(6, 3, scale=0.5), "logits/bias": random(3, scale=0.1)}

    def network(x, w, moved):
        y = F.relu(normalize(conv(x, w["stem/kernel"], 1), w, "stemNorm", moved))
        for block, strides in (("a", 2), ("b", 1)):
            z = F.relu(normalize(conv(y, w[f"{block}/conv1/kernel"], strides), w, f"{block}/norm1", moved))
            z = normalize(conv(z, w[f"{block}/conv2/kernel"], 1), w, f"{block}/norm2", moved)
            shortcut = conv(y, w[f"{block}/projection/kernel"], strides) if strides > 1 else y
            y = F.relu(z + shortcut)
        return y.mean((1, 2)) @ w["logits/kernel"] + w["logits/bias"]

    return case("a residual network in training", layers, random(3, 8, 8, 2), weights, network, training=True)


cases = [
    merge_case("add three", {"type": "add"}, lambda a, b, c: a + b + c, (3, 3, 3)),
    merge_case("add with an axis of 1", {"type": "add"}, lambda a, b, g: a + b + g, gate=True),
    merge_case("subtract", {"type": "subtract"}, lambda a, b: a - b),
    merge_case("subtract with an axis of 1", {"type": "subtract"}, lambda a, g: a - g, (3,), gate=True),
    merge_case("multiply three", {"type": "multiply"}, lambda a, b, c: a * b * c, (3, 3, 3)),
    merge_case("multiply by a gate", {"type": "multiply"}, lambda a, g: a * g, (3,), gate=True),
    merge_case("average three", {"type": "average"}, lambda a, b, c: (a + b + c) / 3, (3, 3, 3)),
    merge_case("maximum of three", {"type": "maximum"}, lambda a, b, c: torch.maximum(torch.maximum(a, b), c), (3, 3, 3)),
    merge_case("minimum of three", {"type": "minimum"}, lambda a, b, c: torch.minimum(torch.minimum(a, b), c), (3, 3, 3)),
    merge_case("concatenate the last axis", {"type": "concatenate"}, lambda a, b, c: torch.cat((a, b, c), -1), (3, 1, 2)),
    merge_case("concatenate the first axis", {"type": "concatenate", "axis": 0}, lambda a, b, g: torch.cat((a, b, g), 1), gate=True),
    merge_case("dot along the last axes", {"type": "dot"}, lambda a, b: a @ b.transpose(1, 2)),
    merge_case("dot along the first axes", {"type": "dot", "axes": 0}, lambda a, b: a.transpose(1, 2) @ b, (3, 2)),
    merge_case("dot along unlike axes", {"type": "dot", "axes": [-1, 0]}, lambda a, b: a @ b, (4, 2)),
    merge_case("dot, normalized", {"type": "dot", "normalize": True}, lambda a, b: unit(a, 2) @ unit(b, 2).transpose(1, 2)),
    vector_case("dot of vectors", {"type": "dot"}, lambda a, b: (a * b).sum(1, keepdim=True)),
    vector_case("the cosine of vectors", {"type": "dot", "normalize": True}, lambda a, b: (unit(a, 1) * unit(b, 1)).sum(1, keepdim=True)),
    residual_case(),
]
Path(__file__).with_suffix(".json").write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")
