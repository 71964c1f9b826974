"""Outputs and gradients of every layer, computed by PyTorch in double precision: writes layers.json beside itself.

Run: python test/reference/layers.py (needs torch; made with 2.13). The tests read the JSON only.
Arrays are written as TensorFlow.js has them (NHWC, kernels HWIO); the transposes to PyTorch's NCHW are here.
The gradient is that of sum(output * probe).
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(20240917)


def random(*shape, scale=1.0):
    """Normal numbers with four decimals, so that float32 and the JSON hold the same."""
    values = torch.randn(*shape, generator=generator, dtype=torch.float64) * scale
    return (torch.round(values * 1e4) / 1e4).requires_grad_()


def array(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]}


cases = []


def case(title, layer, x, weights, compute, training=False, noise=None, moved=None):
    """compute: x, weights → output, all as TensorFlow.js shapes them. moved: weight → value after the step."""
    output = compute(x, weights)
    probe = random(*output.shape).detach()
    trained = {name: w for name, w in weights.items() if w.requires_grad}
    gradients = torch.autograd.grad((output * probe).sum(), [x, *trained.values()])
    cases.append({
        "title": title,
        "layer": layer,
        "training": training,
        "inputs": array(x),
        "weights": {name: array(w) for name, w in weights.items()},
        "probe": array(probe),
        "output": array(output),
        "inputGradient": array(gradients[0]),
        "weightGradients": {name: array(g) for name, g in zip(trained, gradients[1:])},
        **({"noise": array(noise)} if noise is not None else {}),
        **({"moved": {name: array(value) for name, value in moved.items()}} if moved else {}),
    })


def pad_same(x, kernel, strides, value=0.0):
    """TensorFlow's SAME: ceil(size / stride) windows, the odd row and column of padding at the end. x is NCHW."""
    pads = []
    for size, k, s in zip(x.shape[2:], kernel, strides):
        total = max((math.ceil(size / s) - 1) * s + k - size, 0)
        pads.append((total // 2, total - total // 2))
    (top, bottom), (left, right) = pads
    return F.pad(x, (left, right, top, bottom), value=value)


to_nchw = lambda x: x.permute(0, 3, 1, 2)
to_nhwc = lambda x: x.permute(0, 2, 3, 1)
pair = lambda value: value if isinstance(value, list) else [value, value]

activations = {
    "linear": lambda x: x,
    "relu": F.relu,
    "relu6": F.relu6,
    "elu": F.elu,
    "selu": F.selu,
    "gelu": F.gelu,
    "silu": F.silu,
    "swish": F.silu,
    "mish": F.mish,
    "sigmoid": torch.sigmoid,
    "hardSigmoid": F.hardsigmoid,
    "softplus": F.softplus,
    "softsign": F.softsign,
    "tanh": torch.tanh,
    "softmax": lambda x: torch.softmax(x, -1),
    "leakyRelu": lambda x: F.leaky_relu(x, 0.2),
}

# dense
for title, layer, shape in [
    ("dense", {"units": 3}, (4, 5)),
    ("dense with relu", {"units": 6, "activation": "relu"}, (3, 4)),
    ("dense with elu", {"units": 6, "activation": "elu"}, (3, 4)),
    ("dense with gelu", {"units": 6, "activation": "gelu"}, (3, 4)),
    ("dense without bias", {"units": 2, "useBias": False}, (3, 4)),
    ("dense on the last of three axes", {"units": 3, "activation": "tanh"}, (2, 4, 5)),
]:
    weights = {"kernel": random(shape[-1], layer["units"])}
    if layer.get("useBias", True):
        weights["bias"] = random(layer["units"])
    activate = activations[layer.get("activation", "linear")]
    case(title, {"type": "dense", **layer}, random(*shape), weights,
         lambda x, w: activate(F.linear(x, w["kernel"].T, w.get("bias"))))

# conv2d
for title, layer, shape in [
    ("conv2d valid", {"filters": 3, "kernelSize": 3}, (2, 5, 6, 2)),
    ("conv2d same", {"filters": 3, "kernelSize": 3, "padding": "same"}, (2, 5, 6, 2)),
    ("conv2d same, even kernel", {"filters": 2, "kernelSize": 4, "padding": "same"}, (2, 5, 6, 2)),
    ("conv2d valid, stride 2", {"filters": 2, "kernelSize": 3, "strides": 2}, (2, 6, 7, 2)),
    ("conv2d valid, stride beyond the kernel", {"filters": 2, "kernelSize": 2, "strides": 3}, (2, 7, 6, 2)),
    ("conv2d same, stride 2", {"filters": 2, "kernelSize": 3, "strides": 2, "padding": "same"}, (2, 5, 6, 2)),
    ("conv2d same, stride 2, even kernel", {"filters": 2, "kernelSize": 2, "strides": 2, "padding": "same"}, (2, 5, 6, 1)),
    ("conv2d same, oblong", {"filters": 2, "kernelSize": [2, 3], "strides": [2, 1], "padding": "same"}, (2, 5, 6, 2)),
    ("conv2d one pixel", {"filters": 4, "kernelSize": 1}, (2, 3, 3, 2)),
    ("conv2d with relu", {"filters": 3, "kernelSize": 3, "padding": "same", "activation": "relu"}, (2, 4, 4, 2)),
    ("conv2d with swish", {"filters": 2, "kernelSize": 3, "activation": "swish"}, (1, 4, 5, 2)),
    ("conv2d without bias", {"filters": 2, "kernelSize": 3, "useBias": False}, (2, 4, 4, 2)),
]:
    kernel, strides = pair(layer["kernelSize"]), pair(layer.get("strides", 1))
    weights = {"kernel": random(*kernel, shape[-1], layer["filters"])}
    if layer.get("useBias", True):
        weights["bias"] = random(layer["filters"])
    activate = activations[layer.get("activation", "linear")]

    def convolve(x, w):
        images = to_nchw(x)
        if layer.get("padding") == "same":
            images = pad_same(images, kernel, strides)
        return activate(to_nhwc(F.conv2d(images, w["kernel"].permute(3, 2, 0, 1), w.get("bias"), tuple(strides))))

    case(title, {"type": "conv2d", **layer}, random(*shape), weights, convolve)

# pooling
for title, layer, shape in [
    ("default", {}, (2, 4, 6, 2)),
    ("rest of the image left out", {"poolSize": 2}, (2, 5, 7, 2)),
    ("overlapping", {"poolSize": 3, "strides": 1}, (2, 4, 5, 2)),
    ("overlapping, stride 2", {"poolSize": 3, "strides": 2}, (1, 7, 7, 2)),
    ("same", {"poolSize": 3, "strides": 2, "padding": "same"}, (2, 5, 6, 2)),
    ("same, overlapping", {"poolSize": 2, "strides": 1, "padding": "same"}, (1, 4, 4, 2)),
    ("oblong", {"poolSize": [2, 3], "strides": [1, 2], "padding": "same"}, (1, 4, 5, 2)),
]:
    size = pair(layer.get("poolSize", 2))
    strides = pair(layer.get("strides", layer.get("poolSize", 2)))
    is_same = layer.get("padding") == "same"

    def pool_max(x, _):
        images = pad_same(to_nchw(x), size, strides, -math.inf) if is_same else to_nchw(x)
        return to_nhwc(F.max_pool2d(images, tuple(size), tuple(strides)))

    def pool_mean(x, _):
        images, ones = to_nchw(x), torch.ones_like(to_nchw(x))
        if is_same:
            images, ones = pad_same(images, size, strides), pad_same(ones, size, strides)
        mean = lambda values: F.avg_pool2d(values, tuple(size), tuple(strides))
        return to_nhwc(mean(images) / mean(ones))

    case(f"maxPooling2d {title}", {"type": "maxPooling2d", **layer}, random(*shape), {}, pool_max)
    case(f"averagePooling2d {title}", {"type": "averagePooling2d", **layer}, random(*shape), {}, pool_mean)

case("globalAveragePooling2d", {"type": "globalAveragePooling2d"}, random(2, 3, 5, 4), {}, lambda x, _: x.mean((1, 2)))
case("flatten", {"type": "flatten"}, random(2, 3, 2, 4), {}, lambda x, _: x.flatten(1))
case("flatten of a vector", {"type": "flatten"}, random(2, 5), {}, lambda x, _: x.flatten(1))
case("reshape", {"type": "reshape", "targetShape": [2, -1, 3]}, random(2, 4, 6), {}, lambda x, _: x.reshape(2, 2, 4, 3))

# activation
for name, activate in activations.items():
    case(f"activation {name}", {"type": "activation", "function": name}, random(3, 7, scale=3.0), {}, lambda x, _: activate(x))
case("activation leakyRelu with a slope", {"type": "activation", "function": "leakyRelu", "slope": 0.01},
     random(3, 7), {}, lambda x, _: F.leaky_relu(x, 0.01))

# dropout
keep = (torch.rand(3, 4, 2, generator=generator) >= 0.25).double() / 0.75
case("dropout in training", {"type": "dropout", "rate": 0.25}, random(3, 4, 2), {}, lambda x, _: x * keep, True, keep)
case("dropout in inference", {"type": "dropout", "rate": 0.25}, random(3, 4), {}, lambda x, _: x * 1)

# batchNormalization
for title, layer, shape in [
    ("of vectors", {}, (6, 3)),
    ("of images", {"momentum": 0.9, "epsilon": 1e-5}, (3, 2, 4, 3)),
    ("without scale", {"scale": False, "momentum": 0.8}, (5, 2)),
    ("without center", {"center": False}, (2, 3, 3, 2)),
    ("without both", {"center": False, "scale": False}, (5, 3)),
]:
    channels = shape[-1]
    momentum, epsilon = layer.get("momentum", 0.99), layer.get("epsilon", 1e-3)
    weights = {}
    if layer.get("scale", True):
        weights["gamma"] = random(channels)
    if layer.get("center", True):
        weights["beta"] = random(channels)
    weights["moving_mean"] = random(channels).detach()
    weights["moving_variance"] = random(channels).detach().abs() + 0.5

    def normalize(x, w, training):
        if x.dim() == 4:
            x = to_nchw(x)
        y = F.batch_norm(x, w["moving_mean"].clone(), w["moving_variance"].clone(), w.get("gamma"), w.get("beta"), training, 0.1, epsilon)
        return to_nhwc(y) if y.dim() == 4 else y

    x = (random(*shape) * 2 + 3).detach().requires_grad_()
    axes = tuple(range(x.dim() - 1))
    moved = {  # PyTorch's own moving variance is unbiased; Keras's is this one
        "moving_mean": momentum * weights["moving_mean"] + (1 - momentum) * x.mean(axes),
        "moving_variance": momentum * weights["moving_variance"] + (1 - momentum) * x.var(axes, correction=0),
    }
    spec = {"type": "batchNormalization", **layer}
    case(f"batchNormalization {title} in training", spec, x, weights, lambda x, w: normalize(x, w, True), True, moved=moved)
    case(f"batchNormalization {title} in inference", spec, random(*shape), weights, lambda x, w: normalize(x, w, False))

# A mean far above the deviation: E[x²] - E[x]² would have no correct digit in float32.
# Multiples of 2^-10, which float32 holds exactly there.
x = (torch.round((random(8, 2) * 0.5 + 1000) * 1024) / 1024).detach().requires_grad_()
weights = {"gamma": random(2), "beta": random(2), "moving_mean": torch.zeros(2).double(), "moving_variance": torch.ones(2).double()}
case("batchNormalization far from zero in training", {"type": "batchNormalization"}, x, weights,
     lambda x, w: F.batch_norm(x, None, None, w["gamma"], w["beta"], True, 0.1, 1e-3), True)

path = Path(__file__).with_name("layers.json")
lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in cases)
path.write_text(f'{{"torch":"{torch.__version__.split("+")[0]}","cases":[\n{lines}\n]}}\n')
print(f"{path}: {len(cases)} cases, {path.stat().st_size:,} bytes")
