"""Outputs and gradients of the layers without memory beyond those in layers.py, computed by PyTorch in double precision.

Run: python test/reference/feed_forward_layers.py (needs torch; made with 2.13). Writes feed_forward_layers.json beside itself; the
tests read the JSON only. Arrays are written as TensorFlow.js has them (channels last, kernels [...size, in, out]); the
transposes to PyTorch's order are here. The gradient is that of sum(output * probe).
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(20261124)


def random(*shape, scale=1.0):
    """Normal numbers with four decimals, so that float32 and the JSON hold the same."""
    values = torch.randn(*shape, generator=generator, dtype=torch.float64) * scale
    return (torch.round(values * 1e4) / 1e4).requires_grad_()


def array(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]}


cases = []


def case(title, layer, x, weights, compute, noise=None, noise_kind=None):
    """compute: x, weights → output, all as TensorFlow.js shapes them. With noise, the layer runs in training."""
    output = compute(x, weights)
    probe = random(*output.shape).detach()
    gradients = torch.autograd.grad((output * probe).sum(), [x, *weights.values()])
    cases.append({
        "title": title,
        "layer": layer,
        "training": noise is not None,
        "inputs": array(x),
        "weights": {name: array(w) for name, w in weights.items()},
        "probe": array(probe),
        "output": array(output),
        "inputGradient": array(gradients[0]),
        "weightGradients": {name: array(g) for name, g in zip(weights, gradients[1:])},
        **({"noise": array(noise), "noiseKind": noise_kind} if noise is not None else {}),
    })


def channels_first(x):
    return x.movedim(-1, 1)


def channels_last(x):
    return x.movedim(1, -1)


def pad_sides(x, sides, value=0.0):
    """sides: [before, after] for each spatial axis. x is channels first."""
    return F.pad(x, [n for side in reversed(sides) for n in side], value=value)


def same_sides(sizes, windows, strides):
    """TensorFlow's SAME: ceil(size / stride) windows, the odd one of the padding at the end."""
    sides = []
    for size, k, s in zip(sizes, windows, strides):
        total = max((math.ceil(size / s) - 1) * s + k - size, 0)
        sides.append((total // 2, total - total // 2))
    return sides


def each(value, dimensions):
    return list(value) if isinstance(value, list) else [value] * dimensions


def activated(layer, x):
    return {"linear": lambda v: v, "relu": F.relu, "tanh": torch.tanh}[layer.get("activation", "linear")](x)


convolutions = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}


def convolve(layer, dimensions, x, kernel, bias, groups):
    """x is channels last, kernel [out, in / groups, ...size]; the output is channels first."""
    sizes, strides = list(kernel.shape[2:]), each(layer.get("strides", 1), dimensions)
    dilation = each(layer.get("dilationRate", 1), dimensions)
    images, spans = channels_first(x), [(k - 1) * d + 1 for k, d in zip(sizes, dilation)]
    if layer.get("padding") == "same":
        images = pad_sides(images, same_sides(images.shape[2:], spans, strides))
    if layer.get("padding") == "causal":
        images = pad_sides(images, [(spans[0] - 1, 0)])
    return convolutions[dimensions](images, kernel, bias, tuple(strides), 0, tuple(dilation), groups)


# conv1d, conv2d, conv3d
for dimensions, title, layer, shape in [
    (1, "valid", {"filters": 3, "kernelSize": 3}, (2, 7, 2)),
    (1, "same, even kernel, relu", {"filters": 3, "kernelSize": 4, "padding": "same", "activation": "relu"}, (2, 7, 2)),
    (1, "same, stride 2", {"filters": 2, "kernelSize": 3, "strides": 2, "padding": "same"}, (2, 8, 3)),
    (1, "causal", {"filters": 2, "kernelSize": 3, "padding": "causal"}, (2, 6, 2)),
    (1, "causal, stride 2", {"filters": 2, "kernelSize": 3, "strides": 2, "padding": "causal"}, (2, 6, 2)),
    (1, "causal, dilated", {"filters": 3, "kernelSize": 2, "dilationRate": 4, "padding": "causal"}, (2, 9, 2)),
    (1, "valid, dilated, without bias", {"filters": 2, "kernelSize": 3, "dilationRate": 3, "useBias": False}, (1, 11, 2)),
    (1, "groups", {"filters": 4, "kernelSize": 3, "groups": 2}, (2, 6, 4)),
    (2, "same, dilated", {"filters": 3, "kernelSize": 3, "dilationRate": 2, "padding": "same"}, (2, 5, 6, 2)),
    (2, "valid, dilated, oblong", {"filters": 2, "kernelSize": [2, 3], "dilationRate": [3, 2]}, (1, 8, 9, 2)),
    (2, "dilated along one axis, tanh", {"filters": 2, "kernelSize": 3, "dilationRate": [1, 2], "padding": "same", "activation": "tanh"}, (1, 5, 6, 2)),
    (2, "groups", {"filters": 6, "kernelSize": 3, "groups": 3, "padding": "same"}, (2, 4, 5, 3)),
    (2, "groups, stride 2", {"filters": 2, "kernelSize": 3, "groups": 2, "strides": 2, "padding": "same"}, (2, 5, 6, 4)),
    (2, "groups, dilated", {"filters": 4, "kernelSize": 2, "groups": 2, "dilationRate": 2}, (2, 5, 6, 4)),
    (3, "valid", {"filters": 3, "kernelSize": 2}, (2, 3, 4, 3, 2)),
    (3, "same, relu", {"filters": 2, "kernelSize": 3, "padding": "same", "activation": "relu"}, (1, 3, 4, 5, 2)),
    (3, "same, strides", {"filters": 2, "kernelSize": 3, "strides": 2, "padding": "same"}, (2, 4, 5, 4, 1)),
    (3, "valid, strides that leave a rest", {"filters": 2, "kernelSize": [2, 3, 1], "strides": [3, 2, 1]}, (1, 7, 6, 2, 2)),
    (3, "same, even kernel, stride beyond it in depth", {"filters": 2, "kernelSize": [2, 2, 3], "strides": [3, 1, 2], "padding": "same"}, (1, 7, 3, 4, 1)),
    (3, "dilated", {"filters": 2, "kernelSize": 2, "dilationRate": [2, 1, 3], "padding": "same"}, (1, 4, 3, 5, 2)),
]:
    groups = layer.get("groups", 1)
    weights = {"kernel": random(*each(layer["kernelSize"], dimensions), shape[-1] // groups, layer["filters"])}
    if layer.get("useBias", True):
        weights["bias"] = random(layer["filters"])

    def compute(x, w):
        kernel = w["kernel"].movedim((-1, -2), (0, 1))
        return activated(layer, channels_last(convolve(layer, dimensions, x, kernel, w.get("bias"), groups)))

    case(f"conv{dimensions}d {title}", {"type": f"conv{dimensions}d", **layer}, random(*shape), weights, compute)

# depthwise and separable
for dimensions, title, layer, shape in [
    (1, "valid", {"kernelSize": 3}, (2, 6, 3)),
    (1, "same, stride 2, multiplier", {"kernelSize": 3, "strides": 2, "depthMultiplier": 2, "padding": "same"}, (2, 7, 2)),
    (1, "dilated", {"kernelSize": 3, "dilationRate": 2, "padding": "same"}, (2, 7, 2)),
    (2, "same, relu", {"kernelSize": 3, "padding": "same", "activation": "relu"}, (2, 4, 5, 3)),
    (2, "multiplier, even kernel, without bias", {"kernelSize": [2, 4], "depthMultiplier": 2, "padding": "same", "useBias": False}, (2, 4, 5, 2)),
    (2, "valid, stride 2", {"kernelSize": 3, "strides": 2}, (2, 6, 7, 2)),
    (2, "dilated, multiplier", {"kernelSize": 3, "dilationRate": 2, "depthMultiplier": 2}, (1, 6, 7, 2)),
]:
    channels, multiplier = shape[-1], layer.get("depthMultiplier", 1)
    kernel_shape = (*each(layer["kernelSize"], dimensions), channels, multiplier)

    def depthwise(x, w, bias):
        kernel = w["depthwise_kernel"].movedim((-2, -1), (0, 1)).flatten(0, 1).unsqueeze(1)
        return convolve(layer, dimensions, x, kernel, bias, channels)

    weights = {"depthwise_kernel": random(*kernel_shape)}
    if layer.get("useBias", True):
        weights["bias"] = random(channels * multiplier)
    case(f"depthwiseConv{dimensions}d {title}", {"type": f"depthwiseConv{dimensions}d", **layer}, random(*shape), weights,
         lambda x, w: activated(layer, channels_last(depthwise(x, w, w.get("bias")))))

    filters = 4
    weights = {"depthwise_kernel": random(*kernel_shape),
               "pointwise_kernel": random(*[1] * dimensions, channels * multiplier, filters)}
    if layer.get("useBias", True):
        weights["bias"] = random(filters)

    def separable(x, w):
        mixed = channels_last(depthwise(x, w, None)) @ w["pointwise_kernel"].reshape(-1, filters)
        return activated(layer, mixed + w["bias"] if "bias" in w else mixed)

    case(f"separableConv{dimensions}d {title}", {"type": f"separableConv{dimensions}d", "filters": filters, **layer},
         random(*shape), weights, separable)

# transposed convolutions: Keras's output sizes, cut out of PyTorch's full ones
transposed = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
for dimensions, title, layer, shape in [
    (1, "valid", {"filters": 3, "kernelSize": 3}, (2, 4, 2)),
    (1, "same, stride 2, relu", {"filters": 2, "kernelSize": 3, "strides": 2, "padding": "same", "activation": "relu"}, (2, 4, 2)),
    (1, "valid, stride beyond the kernel", {"filters": 2, "kernelSize": 2, "strides": 3}, (1, 4, 2)),
    (2, "valid, stride 2", {"filters": 3, "kernelSize": 3, "strides": 2}, (2, 3, 4, 2)),
    (2, "same", {"filters": 2, "kernelSize": 3, "padding": "same"}, (2, 3, 4, 2)),
    (2, "same, stride 2", {"filters": 3, "kernelSize": 4, "strides": 2, "padding": "same"}, (2, 3, 2, 2)),
    (2, "same, oblong, without bias", {"filters": 2, "kernelSize": [3, 2], "strides": [2, 1], "padding": "same", "useBias": False}, (1, 3, 4, 3)),
    (3, "valid", {"filters": 2, "kernelSize": 2}, (2, 2, 3, 2, 3)),
    (3, "same, stride 2", {"filters": 2, "kernelSize": 3, "strides": 2, "padding": "same"}, (1, 2, 3, 2, 2)),
    (3, "valid, strides, relu", {"filters": 3, "kernelSize": [3, 2, 4], "strides": [2, 3, 1], "activation": "relu"}, (1, 3, 2, 2, 2)),
    (3, "same, even kernel, strides", {"filters": 2, "kernelSize": [4, 3, 2], "strides": [2, 1, 2], "padding": "same", "useBias": False}, (1, 2, 2, 3, 1)),
]:
    windows, strides = each(layer["kernelSize"], dimensions), each(layer.get("strides", 1), dimensions)
    weights = {"kernel": random(*windows, layer["filters"], shape[-1])}
    if layer.get("useBias", True):
        weights["bias"] = random(layer["filters"])

    def transpose(x, w):
        full = transposed[dimensions](channels_first(x), w["kernel"].movedim((-1, -2), (0, 1)), None, tuple(strides))
        for axis, (size, k, s) in enumerate(zip(x.shape[1:-1], windows, strides)):
            is_same = layer.get("padding") == "same"
            length = size * s + (0 if is_same else max(k - s, 0))
            before = same_sides([length], [k], [s])[0][0] if is_same else 0
            missing = before + length - full.shape[axis + 2]
            if missing > 0:
                full = pad_sides(full, [(0, missing) if a == axis else (0, 0) for a in range(dimensions)])
            full = full.narrow(axis + 2, before, length)
        y = channels_last(full)
        return activated(layer, y + w["bias"] if "bias" in w else y)

    name = f"conv{dimensions}dTranspose"
    case(f"{name} {title}", {"type": name, **layer}, random(*shape), weights, transpose)

# pooling
max_pools = {1: F.max_pool1d, 3: F.max_pool3d}
mean_pools = {1: F.avg_pool1d, 3: F.avg_pool3d}
for dimensions, title, layer, shape in [
    (1, "default", {}, (2, 6, 2)),
    (1, "overlapping, rest left out", {"poolSize": 3, "strides": 2}, (2, 8, 2)),
    (1, "same", {"poolSize": 3, "strides": 2, "padding": "same"}, (2, 6, 2)),
    (3, "default, rest left out", {}, (2, 4, 5, 4, 2)),
    (3, "overlapping", {"poolSize": 2, "strides": 1}, (1, 3, 4, 3, 2)),
    (3, "same, oblong", {"poolSize": [2, 3, 2], "strides": [1, 2, 3], "padding": "same"}, (1, 3, 4, 5, 2)),
]:
    windows = each(layer.get("poolSize", 2), dimensions)
    strides = each(layer.get("strides", layer.get("poolSize", 2)), dimensions)
    is_same = layer.get("padding") == "same"

    def around(x, value):
        images = channels_first(x)
        return pad_sides(images, same_sides(images.shape[2:], windows, strides), value) if is_same else images

    def pool_max(x, _):
        return channels_last(max_pools[dimensions](around(x, -math.inf), tuple(windows), tuple(strides)))

    def pool_mean(x, _):
        mean = lambda values: mean_pools[dimensions](around(values, 0.0), tuple(windows), tuple(strides))
        return channels_last(mean(x) / mean(torch.ones_like(x)))

    case(f"maxPooling{dimensions}d {title}", {"type": f"maxPooling{dimensions}d", **layer}, random(*shape), {}, pool_max)
    case(f"averagePooling{dimensions}d {title}", {"type": f"averagePooling{dimensions}d", **layer}, random(*shape), {}, pool_mean)

for dimensions, shape in [(1, (2, 5, 3)), (2, (2, 3, 4, 3)), (3, (2, 2, 3, 2, 3))]:
    axes = tuple(range(1, dimensions + 1))
    case(f"globalMaxPooling{dimensions}d", {"type": f"globalMaxPooling{dimensions}d"}, random(*shape), {}, lambda x, _: x.amax(axes))
    if dimensions != 2:
        name = f"globalAveragePooling{dimensions}d"
        case(name, {"type": name}, random(*shape), {}, lambda x, _: x.mean(axes))

# upsampling, padding, cropping
for dimensions, layer, shape in [
    (1, {}, (2, 3, 2)),
    (1, {"size": 3}, (1, 4, 2)),
    (2, {}, (2, 3, 2, 2)),
    (2, {"size": [1, 3]}, (1, 2, 3, 2)),
    (2, {"interpolation": "bilinear"}, (2, 3, 4, 2)),
    (2, {"size": [3, 4], "interpolation": "bilinear"}, (1, 3, 2, 1)),
    (2, {"size": 2, "interpolation": "bilinear"}, (1, 1, 3, 2)),
    (3, {"size": [2, 1, 3]}, (1, 2, 3, 2, 2)),
]:
    mode = layer.get("interpolation", "nearest")
    options = {"mode": mode} | ({"align_corners": False} if mode == "bilinear" else {})
    factors = tuple(map(float, each(layer.get("size", 2), dimensions)))
    case(f"upSampling{dimensions}d {layer}", {"type": f"upSampling{dimensions}d", **layer}, random(*shape), {},
         lambda x, _: channels_last(F.interpolate(channels_first(x), scale_factor=factors, **options)))

for dimensions, argument, sides, shape in [
    (1, 2, [(2, 2)], (2, 5, 2)),
    (1, [0, 3], [(0, 3)], (2, 5, 2)),
    (2, 1, [(1, 1), (1, 1)], (2, 3, 4, 2)),
    (2, [0, 1], [(0, 0), (1, 1)], (2, 3, 4, 2)),
    (2, [[1, 0], [0, 2]], [(1, 0), (0, 2)], (2, 3, 4, 2)),
    (3, 1, [(1, 1)] * 3, (1, 3, 4, 3, 2)),
    (3, [[1, 0], [0, 1], [1, 1]], [(1, 0), (0, 1), (1, 1)], (1, 3, 4, 3, 1)),
]:
    case(f"zeroPadding{dimensions}d {argument}", {"type": f"zeroPadding{dimensions}d", "padding": argument}, random(*shape), {},
         lambda x, _: channels_last(pad_sides(channels_first(x), sides)))
    case(f"cropping{dimensions}d {argument}", {"type": f"cropping{dimensions}d", "cropping": argument}, random(*shape), {},
         lambda x, _: channels_last(pad_sides(channels_first(x), [(-before, -after) for before, after in sides])))

# normalizations
for title, layer, shape in [
    ("of vectors", {}, (4, 5)),
    ("of sequences", {"epsilon": 1e-5}, (2, 3, 6)),
    ("of images without beta", {"center": False}, (2, 2, 3, 4)),
    ("without gamma", {"scale": False}, (3, 4)),
    ("without both", {"center": False, "scale": False}, (3, 4)),
]:
    channels = shape[-1]
    weights = {}
    if layer.get("scale", True):
        weights["gamma"] = random(channels)
    if layer.get("center", True):
        weights["beta"] = random(channels)
    epsilon = layer.get("epsilon", 1e-3)
    x = (random(*shape) * 2 + 3).detach().requires_grad_()
    case(f"layerNormalization {title}", {"type": "layerNormalization", **layer}, x, weights,
         lambda x, w: F.layer_norm(x, (channels,), w.get("gamma"), w.get("beta"), epsilon))

for title, layer, shape in [
    ("of images", {"groups": 2}, (2, 2, 3, 4)),
    ("of sequences, one group, without beta", {"groups": 1, "center": False}, (2, 4, 3)),
    ("of vectors, without gamma", {"groups": 2, "scale": False, "epsilon": 1e-5}, (3, 6)),
    ("instances", {"groups": -1}, (2, 3, 4, 3)),
]:
    channels = shape[-1]
    weights = {}
    if layer.get("scale", True):
        weights["gamma"] = random(channels)
    if layer.get("center", True):
        weights["beta"] = random(channels)
    groups = channels if layer["groups"] == -1 else layer["groups"]
    epsilon = layer.get("epsilon", 1e-3)
    case(f"groupNormalization {title}", {"type": "groupNormalization", **layer}, random(*shape, scale=2.0), weights,
         lambda x, w: channels_last(F.group_norm(channels_first(x), groups, eps=epsilon)) * w.get("gamma", 1) + w.get("beta", 0))

for shape in [(4, 5), (2, 3, 4)]:
    case(f"rmsNormalization of {len(shape)} axes", {"type": "rmsNormalization"}, random(*shape, scale=2.0), {"scale": random(shape[-1])},
         lambda x, w: F.rms_norm(x, (shape[-1],), w["scale"], 1e-6))
    case(f"unitNormalization of {len(shape)} axes", {"type": "unitNormalization"}, random(*shape, scale=2.0), {},
         lambda x, _: F.normalize(x, dim=-1, eps=1e-6))

# noise
for dimensions, shape in [(1, (3, 4, 5)), (2, (2, 3, 2, 4)), (3, (2, 2, 1, 3, 4))]:
    mask_shape = (shape[0], *[1] * dimensions, shape[-1])
    mask = (torch.rand(*mask_shape, generator=generator) >= 0.25).double() / 0.75
    spec = {"type": f"spatialDropout{dimensions}d", "rate": 0.25}
    case(f"spatialDropout{dimensions}d in training", spec, random(*shape), {}, lambda x, _: x * mask, mask, "keepMask")
    case(f"spatialDropout{dimensions}d in inference", spec, random(*shape), {}, lambda x, _: x * 1)


def alpha_dropout(x, _):
    """torch.nn.functional.alpha_dropout with the mask given (aten/src/ATen/native/Dropout.cpp)."""
    alpha = -1.7580993408473766
    a = 1 / math.sqrt((alpha * alpha * rate + 1) * (1 - rate))
    kept = (mask > 0).double()
    return x * kept * a + (1 - kept) * alpha * a - alpha * a * rate


rate = 0.3
mask = (torch.rand(4, 6, generator=generator) >= rate).double() / (1 - rate)
case("alphaDropout in training", {"type": "alphaDropout", "rate": rate}, random(4, 6), {}, alpha_dropout, mask, "keepMask")
case("alphaDropout in inference", {"type": "alphaDropout", "rate": rate}, random(4, 6), {}, lambda x, _: x * 1)
noise = random(4, 6).detach()
case("gaussianNoise in training", {"type": "gaussianNoise", "stddev": 0.4}, random(4, 6), {}, lambda x, _: x + 0.4 * noise, noise, "normal")
case("gaussianNoise in inference", {"type": "gaussianNoise", "stddev": 0.4}, random(4, 6), {}, lambda x, _: x * 1)
case("gaussianDropout in training", {"type": "gaussianDropout", "rate": 0.2}, random(4, 6), {},
     lambda x, _: x * (1 + math.sqrt(0.2 / 0.8) * noise), noise, "normal")
case("gaussianDropout in inference", {"type": "gaussianDropout", "rate": 0.2}, random(4, 6), {}, lambda x, _: x * 1)

# activations beyond those in layers.py
for name, activate in {
    "celu": F.celu,
    "geluApproximate": lambda x: F.gelu(x, approximate="tanh"),
    "hardSwish": F.hardswish,
    "logSigmoid": F.logsigmoid,
    "hardTanh": F.hardtanh,
    "tanhShrink": F.tanhshrink,
    "softShrink": F.softshrink,
    "hardShrink": F.hardshrink,
    "squareplus": lambda x: (x + torch.sqrt(x * x + 4)) / 2,  # PyTorch has none; Barron 2021, equation 1, b = 4
    "exponential": torch.exp,
    "logSoftmax": lambda x: F.log_softmax(x, -1),
}.items():
    case(f"activation {name}", {"type": "activation", "function": name}, random(3, 7, scale=3.0), {}, lambda x, _: activate(x))
weights = {"kernel": random(4, 5), "bias": random(5)}
case("dense with hardSwish", {"type": "dense", "units": 5, "activation": "hardSwish"}, random(3, 4, scale=2.0), weights,
     lambda x, w: F.hardswish(x @ w["kernel"] + w["bias"]))
weights = {"kernel": random(3, 3, 2, 3), "bias": random(3)}
case("conv2d with hardSwish", {"type": "conv2d", "filters": 3, "kernelSize": 3, "activation": "hardSwish"}, random(2, 4, 5, 2), weights,
     lambda x, w: F.hardswish(channels_last(F.conv2d(channels_first(x), w["kernel"].movedim((-1, -2), (0, 1)), w["bias"]))))

# prelu; the shape of the slopes broadcasts
for title, layer, shape, slopes in [
    ("of vectors", {}, (4, 5), (5,)),
    ("per channel", {"sharedAxes": [0, 1]}, (2, 3, 2, 4), (1, 1, 4)),
]:
    case(f"prelu {title}", {"type": "prelu", **layer}, random(*shape), {"alpha": random(*slopes)},
         lambda x, w: torch.where(x > 0, x, w["alpha"] * x))

# layerNormalization over several axes
for title, axis, dims, shape in [
    ("whole images", [0, 1, 2], (1, 2, 3), (2, 3, 2, 4)),
    ("the first axis", 0, (1,), (2, 3, 4)),
    ("the first and the last axis", [0, -1], (1, 3), (2, 3, 2, 4)),
]:
    wide = [size if index in dims else 1 for index, size in enumerate(shape)]
    own = [shape[index] for index in dims]

    def normalize(x, w):
        variance, mean = torch.var_mean(x, dims, correction=0, keepdim=True)
        return (x - mean) / torch.sqrt(variance + 1e-3) * w["gamma"].reshape(wide) + w["beta"].reshape(wide)

    case(f"layerNormalization of {title}", {"type": "layerNormalization", "axis": axis}, random(*shape, scale=2.0),
         {"gamma": random(*own), "beta": random(*own)}, normalize)

# activations that PyTorch has not, as Keras 3 defines them
def sparsemax(x):
    """Martins & Astudillo 2016, algorithm 1, along the last axis."""
    ordered = x.sort(-1, descending=True).values
    ranks = torch.arange(1, x.shape[-1] + 1)
    sums = ordered.cumsum(-1)
    size = (1 + ranks * ordered > sums).sum(-1, keepdim=True)
    return F.relu(x - (sums.gather(-1, size - 1) - 1) / size)


for name, activate in {
    "leakyRelu in a dense layer": None,
    "hardSilu": F.hardswish,
    "sparsemax": sparsemax,
    "sparsePlus": lambda x: torch.where(x <= -1, 0 * x, torch.where(x < 1, (x + 1) ** 2 / 4, x)),
    "sparseSigmoid": lambda x: torch.where(x <= -1, 0 * x, torch.where(x < 1, (x + 1) / 2, 0 * x + 1)),
}.items():
    if activate:
        case(f"activation {name}", {"type": "activation", "function": name}, random(3, 7, scale=1.5), {}, lambda x, _: activate(x))
        continue
    weights = {"kernel": random(4, 5), "bias": random(5)}
    case(name, {"type": "dense", "units": 5, "activation": "leakyRelu"}, random(3, 4), weights,
         lambda x, w: F.leaky_relu(x @ w["kernel"] + w["bias"], 0.2))
case("activation sparsemax of images", {"type": "activation", "function": "sparsemax"}, random(2, 3, 2, 4), {}, lambda x, _: sparsemax(x))

# activations with arguments, as layers
case("relu", {"type": "relu"}, random(3, 7), {}, lambda x, _: F.relu(x))
case("relu with a limit", {"type": "relu", "maxValue": 1}, random(3, 7), {}, lambda x, _: x.clamp(0, 1))
case("relu with a slope", {"type": "relu", "negativeSlope": 0.1}, random(3, 7), {}, lambda x, _: F.leaky_relu(x, 0.1))
case("relu with a threshold", {"type": "relu", "threshold": 0.5}, random(3, 7), {}, lambda x, _: F.threshold(x, 0.5, 0))
case("relu with everything", {"type": "relu", "threshold": 0.4, "negativeSlope": 0.2, "maxValue": 1.2}, random(3, 7), {},
     lambda x, _: torch.where(x > 0.4, x.clamp(max=1.2), 0.2 * (x - 0.4)))
case("leakyRelu", {"type": "leakyRelu"}, random(3, 7), {}, lambda x, _: F.leaky_relu(x, 0.3))
case("leakyRelu with a slope", {"type": "leakyRelu", "negativeSlope": 0.01}, random(3, 7), {}, lambda x, _: F.leaky_relu(x, 0.01))
case("elu", {"type": "elu"}, random(3, 7), {}, lambda x, _: F.elu(x))
case("elu with an alpha", {"type": "elu", "alpha": 0.5}, random(3, 7), {}, lambda x, _: F.elu(x, 0.5))
case("softmax", {"type": "softmax"}, random(3, 7), {}, lambda x, _: F.softmax(x, -1))
case("softmax along the first axis", {"type": "softmax", "axis": 0}, random(2, 4, 3), {}, lambda x, _: F.softmax(x, 1))
case("softmax along the middle axis", {"type": "softmax", "axis": 1}, random(2, 2, 4, 3), {}, lambda x, _: F.softmax(x, 2))
case("glu", {"type": "glu"}, random(3, 8), {}, lambda x, _: F.glu(x))
case("glu along the first axis", {"type": "glu", "axis": 0}, random(2, 6, 3), {}, lambda x, _: F.glu(x, 1))

# adaptive pooling
for dimensions, size, shape in [
    (1, 3, (2, 6, 3)), (1, 4, (2, 7, 3)), (2, 1, (2, 3, 4, 2)), (2, [2, 3], (2, 4, 6, 2)), (2, 3, (2, 5, 4, 2)), (3, [1, 2, 3], (1, 3, 5, 4, 2)),
]:
    for kind, pool in [
        ("Average", {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}),
        ("Max", {1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d, 3: F.adaptive_max_pool3d}),
    ]:
        name = f"adaptive{kind}Pooling{dimensions}d"
        case(f"{name} of {shape} to {size}", {"type": name, "outputSize": size}, random(*shape), {},
             lambda x, _: channels_last(pool[dimensions](channels_first(x), size)))

# conv3d with groups
for title, layer, shape in [
    ("groups", {"filters": 4, "kernelSize": 2, "groups": 2}, (2, 3, 3, 4, 4)),
    ("groups, same, strides, relu", {"filters": 3, "kernelSize": [3, 2, 3], "groups": 3, "strides": [2, 1, 2], "padding": "same", "activation": "relu"}, (1, 4, 3, 4, 3)),
]:
    weights = {"kernel": random(*each(layer["kernelSize"], 3), shape[-1] // layer["groups"], layer["filters"]), "bias": random(layer["filters"])}
    case(f"conv3d {title}", {"type": "conv3d", **layer}, random(*shape), weights,
         lambda x, w: activated(layer, channels_last(convolve(layer, 3, x, w["kernel"].movedim((-1, -2), (0, 1)), w["bias"], layer["groups"]))))

# transposed convolutions with outputPadding; valid ones are PyTorch's, same ones have the window's middle where TensorFlow's SAME has it
for dimensions, title, layer, shape in [
    (1, "valid", {"filters": 2, "kernelSize": 3, "strides": 3, "outputPadding": 2}, (2, 4, 2)),
    (1, "valid, none", {"filters": 2, "kernelSize": 2, "strides": 4, "outputPadding": 0}, (2, 3, 2)),
    (2, "valid", {"filters": 3, "kernelSize": 3, "strides": 2, "outputPadding": 1}, (2, 3, 4, 2)),
    (2, "same", {"filters": 3, "kernelSize": 3, "strides": 2, "outputPadding": 1, "padding": "same"}, (2, 3, 4, 2)),
    (2, "same, none", {"filters": 2, "kernelSize": 5, "strides": 2, "outputPadding": 0, "padding": "same"}, (1, 3, 4, 2)),
    (2, "same, oblong, even", {"filters": 2, "kernelSize": [4, 3], "strides": [3, 2], "outputPadding": [2, 1], "padding": "same"}, (1, 3, 4, 2)),
    (3, "valid", {"filters": 2, "kernelSize": 2, "strides": [2, 1, 2], "outputPadding": [1, 0, 0]}, (1, 2, 3, 2, 2)),
]:
    windows, strides, more = (each(layer[name], dimensions) for name in ("kernelSize", "strides", "outputPadding"))
    weights = {"kernel": random(*windows, layer["filters"], shape[-1]), "bias": random(layer["filters"])}

    def transpose(x, w):
        kernel = w["kernel"].movedim((-1, -2), (0, 1))
        full = transposed[dimensions](channels_first(x), kernel, w["bias"], tuple(strides), 0, tuple(more))
        if layer.get("padding") == "same":
            for axis, (size, k, s, p) in enumerate(zip(x.shape[1:-1], windows, strides, more)):
                length = (size - 1) * s + k - 2 * (k // 2) + p
                full = full.narrow(axis + 2, same_sides([length], [k], [s])[0][0], length)
        return channels_last(full)

    name = f"conv{dimensions}dTranspose"
    case(f"{name} with outputPadding, {title}", {"type": name, **layer}, random(*shape), weights, transpose)

path = Path(__file__).with_name("feed_forward_layers.json")
lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in cases)
path.write_text(f'{{"torch":"{torch.__version__.split("+")[0]}","cases":[\n{lines}\n]}}\n')
print(f"{path}: {len(cases)} cases, {path.stat().st_size:,} bytes")
