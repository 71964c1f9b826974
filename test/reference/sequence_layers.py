"""Outputs and gradients of the layers for sequences, computed by PyTorch in double precision: writes sequence_layers.json and, for
attention over several inputs, attention_graphs.json beside itself.

Run: python test/reference/sequence_layers.py (needs torch; made with 2.13). The tests read the JSON only.
Weights are written in Keras's layout; the order of gates in PyTorch's modules is made from it here.
What PyTorch's modules do not offer (other activations, recurrent dropout) is the recurrence written out.
The gradient is that of sum(output * probe).
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.func import functional_call

generator = torch.Generator().manual_seed(20241123)
torch.set_default_dtype(torch.float64)


def random(*shape, scale=1.0):
    """Normal numbers with four decimals, so that float32 and the JSON hold the same."""
    values = torch.randn(*shape, generator=generator) * scale
    return (torch.round(values * 1e4) / 1e4).requires_grad_()


def array(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]}


def keep_mask(rate, *shape):
    return (torch.rand(*shape, generator=generator) >= rate).double() / (1 - rate)


cases = []


def case(title, layer, x, weights, compute, noises=None):
    """compute: x, weights → output. noises: dropout masks by who asks for them; with them it is a step of training."""
    output = compute(x, weights)
    probe = random(*output.shape).detach()
    given = [x, *weights.values()] if x.requires_grad else list(weights.values())
    gradients = list(torch.autograd.grad((output * probe).sum(), given))
    entry = {
        "title": title,
        "layer": layer,
        "training": noises is not None,
        "inputs": array(x),
        "weights": {name: array(w) for name, w in weights.items()},
        "probe": array(probe),
        "output": array(output),
    }
    if x.requires_grad:
        entry["inputGradient"] = array(gradients.pop(0))
    entry["weightGradients"] = {name: array(g) for name, g in zip(weights, gradients)}
    if noises:
        entry["noises"] = {asker: array(mask) for asker, mask in noises.items()}
    cases.append(entry)


# embedding, permute, repeatVector
classes = torch.tensor([[0.0, 3.0, 1.0, 3.0], [4.0, 3.0, 0.0, 0.0]])
case("embedding", {"type": "embedding", "inputDim": 5, "outputDim": 3}, classes, {"embeddings": random(5, 3)},
     lambda x, w: F.embedding(x.long(), w["embeddings"]))
case("embedding of grids", {"type": "embedding", "inputDim": 6, "outputDim": 2},
     torch.tensor([[[0.0, 5.0], [2.0, 2.0]]]), {"embeddings": random(6, 2)},
     lambda x, w: F.embedding(x.long(), w["embeddings"]))
case("permute of two axes", {"type": "permute", "dims": [2, 1]}, random(2, 3, 4), {}, lambda x, _: x.permute(0, 2, 1))
case("permute of three axes", {"type": "permute", "dims": [3, 1, 2]}, random(2, 2, 3, 4), {}, lambda x, _: x.permute(0, 3, 1, 2))
case("repeatVector", {"type": "repeatVector", "n": 3}, random(2, 4), {}, lambda x, _: x[:, None, :].repeat(1, 3, 1))

# recurrent layers
functions = {
    "tanh": torch.tanh,
    "relu": F.relu,
    "sigmoid": torch.sigmoid,
    "linear": lambda x: x,
    "softsign": F.softsign,
    "hardSigmoid": F.hardsigmoid,
}
gates = {"simpleRnn": 1, "lstm": 4, "gru": 3}
modules = {"simpleRnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}


def recurrent_weights(layer, features, prefix=""):
    units, width = layer["units"], gates[layer["type"]] * layer["units"]
    weights = {f"{prefix}kernel": random(features, width, scale=0.6), f"{prefix}recurrent_kernel": random(units, width, scale=0.6)}
    if layer.get("useBias", True):
        after = layer["type"] == "gru" and layer.get("resetAfter", True)
        weights[f"{prefix}bias"] = random(*((2, width) if after else (width,)), scale=0.5)
    return weights


def torch_order(layer, w):
    """Keras's gru has its gates as z, r, n, PyTorch's as r, z, n; the others agree."""
    if layer["type"] != "gru":
        return w
    z, r, n = w.chunk(3, -1)
    return torch.cat([r, z, n], -1)


def by_module(layer, x, w, prefix=""):
    """All outputs of PyTorch's own module."""
    units, width = layer["units"], gates[layer["type"]] * layer["units"]
    has_bias = layer.get("useBias", True)
    module = modules[layer["type"]](x.shape[-1], units, batch_first=True, bias=has_bias)
    order = lambda name: torch_order(layer, w[prefix + name])
    parameters = {"weight_ih_l0": order("kernel").T, "weight_hh_l0": order("recurrent_kernel").T}
    if has_bias:
        bias = order("bias")
        parameters["bias_ih_l0"], parameters["bias_hh_l0"] = bias if bias.dim() == 2 else (bias, torch.zeros(width))
    return functional_call(module, parameters, (x,))[0]


def by_hand(layer, x, w, masks=(None, None)):
    """All outputs of the recurrence as Keras's documentation writes it."""
    units, kind = layer["units"], layer["type"]
    act = functions[layer.get("activation", "tanh")]
    gate = functions[layer.get("recurrentActivation", "sigmoid")]
    input_mask, state_mask = masks
    kernel, recurrent, bias = w["kernel"], w["recurrent_kernel"], w.get("bias", torch.zeros(1))
    h = c = torch.zeros(x.shape[0], units)
    outputs = []
    for t in range(x.shape[1]):
        xt = x[:, t] if input_mask is None else x[:, t] * input_mask[:, 0]
        seen = h if state_mask is None else h * state_mask
        if kind == "simpleRnn":
            h = act(xt @ kernel + bias + seen @ recurrent)
        elif kind == "lstm":
            i, f, g, o = (xt @ kernel + bias + seen @ recurrent).chunk(4, -1)
            c = gate(f) * c + gate(i) * act(g)
            h = gate(o) * act(c)
        elif layer.get("resetAfter", True):
            xz, xr, xn = (xt @ kernel + (bias[0] if bias.dim() == 2 else 0)).chunk(3, -1)
            hz, hr, hn = (seen @ recurrent + (bias[1] if bias.dim() == 2 else 0)).chunk(3, -1)
            z, r = gate(xz + hz), gate(xr + hr)
            h = z * h + (1 - z) * act(xn + r * hn)
        else:
            xz, xr, xn = (xt @ kernel + bias).chunk(3, -1)
            uz, ur, un = recurrent.chunk(3, -1)
            z, r = gate(xz + seen @ uz), gate(xr + seen @ ur)
            h = z * h + (1 - z) * act(xn + (r * seen) @ un)
        outputs.append(h)
    return torch.stack(outputs, 1)


def finish(layer, outputs):
    return outputs if layer.get("returnSequences") else outputs[:, -1]


def turned(layer, x):
    return x.flip(1) if layer.get("goBackwards") else x


for kind in gates:
    for title, more in [
        ("", {}),
        (" with sequences", {"returnSequences": True}),
        (" without bias", {"useBias": False, "returnSequences": True}),
        (" read backwards", {"goBackwards": True, "returnSequences": True}),
    ]:
        layer = {"type": kind, "units": 3, **more}
        case(f"{kind}{title}, PyTorch's module", layer, random(2, 5, 4), recurrent_weights(layer, 4),
             lambda x, w: finish(layer, by_module(layer, turned(layer, x), w)))
    variants = [
        (" of one step", {}, 1),
        (" with other functions", {"activation": "softsign", **({} if kind == "simpleRnn" else {"recurrentActivation": "hardSigmoid"})}, 4),
        (" with relu", {"activation": "relu", "returnSequences": True}, 4),
        (" with linear", {"activation": "linear"}, 3),
    ]
    if kind == "gru":
        variants += [
            (" with the reset gate in front", {"resetAfter": False}, 5),
            (" with the reset gate in front and sequences", {"resetAfter": False, "returnSequences": True}, 5),
            (" with the reset gate in front, without bias", {"resetAfter": False, "useBias": False}, 4),
        ]
    for title, more, time in variants:
        layer = {"type": kind, "units": 3, **more}
        case(f"{kind}{title}", layer, random(2, time, 4), recurrent_weights(layer, 4),
             lambda x, w: finish(layer, by_hand(layer, x, w)))
    for title, more in [("", {}), *([(" with the reset gate in front", {"resetAfter": False})] if kind == "gru" else [])]:
        layer = {"type": kind, "units": 3, "dropout": 0.25, "recurrentDropout": 0.5, "returnSequences": True, **more}
        masks = (keep_mask(0.25, 2, 1, 4), keep_mask(0.5, 2, 3))
        case(f"{kind} with dropout{title}", layer, random(2, 4, 4), recurrent_weights(layer, 4),
             lambda x, w: finish(layer, by_hand(layer, x, w, masks)),
             {f"{kind}/dropout": masks[0], f"{kind}/recurrentDropout": masks[1]})

# bidirectional
merges = {
    "concat": lambda a, b: torch.cat([a, b], -1),
    "sum": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "ave": lambda a, b: (a + b) / 2,
}
for kind, mode, sequences in [
    ("lstm", "concat", True), ("lstm", "concat", False), ("gru", "sum", True), ("gru", "mul", False),
    ("simpleRnn", "ave", True), ("simpleRnn", "mul", True), ("lstm", "ave", False),
]:
    inner = {"type": kind, "units": 3, **({"returnSequences": True} if sequences else {})}

    def both(x, w):
        forward = by_module(inner, x, w, f"forward_{kind}/")
        backward = by_module(inner, x.flip(1), w, f"backward_{kind}/")
        if sequences:
            return merges[mode](forward, backward.flip(1))
        return merges[mode](forward[:, -1], backward[:, -1])

    case(f"bidirectional {kind}, {mode}{', sequences' if sequences else ''}",
         {"type": "bidirectional", "layer": inner, "mergeMode": mode}, random(2, 5, 4),
         {**recurrent_weights(inner, 4, f"forward_{kind}/"), **recurrent_weights(inner, 4, f"backward_{kind}/")}, both)

# timeDistributed
def distributed(inner):
    return {"type": "timeDistributed", "layer": inner}


case("timeDistributed dense", distributed({"type": "dense", "units": 2, "activation": "relu"}), random(2, 3, 4),
     {"kernel": random(4, 2), "bias": random(2)}, lambda x, w: F.relu(x @ w["kernel"] + w["bias"]))
case("timeDistributed flatten", distributed({"type": "flatten"}), random(2, 3, 2, 2), {}, lambda x, _: x.flatten(2))
case("timeDistributed conv2d", distributed({"type": "conv2d", "filters": 2, "kernelSize": 2}), random(2, 3, 3, 4, 2),
     {"kernel": random(2, 2, 2, 2), "bias": random(2)},
     lambda x, w: F.conv2d(x.flatten(0, 1).permute(0, 3, 1, 2), w["kernel"].permute(3, 2, 0, 1), w["bias"])
     .permute(0, 2, 3, 1).unflatten(0, (2, 3)))
inner = {"type": "gru", "units": 3}
case("timeDistributed gru", distributed(inner), random(2, 3, 4, 2), recurrent_weights(inner, 2),
     lambda x, w: by_module(inner, x.flatten(0, 1), w)[:, -1].unflatten(0, (2, 3)))
mask = keep_mask(0.25, 6, 4)
case("timeDistributed dropout", distributed({"type": "dropout", "rate": 0.25}), random(2, 3, 4), {},
     lambda x, _: x * mask.unflatten(0, (2, 3)), {"timeDistributed": mask})

# positionalEmbedding
case("positionalEmbedding, learned", {"type": "positionalEmbedding"}, random(2, 4, 3), {"embeddings": random(4, 3)},
     lambda x, w: x + w["embeddings"])
for features, wavelength in [(6, None), (5, None), (4, 100.0)]:
    def encode(x, _):
        table = torch.zeros(x.shape[1], features)
        for position in range(x.shape[1]):
            for i in range(features):
                angle = position / (wavelength or 10000.0) ** (2 * (i // 2) / features)
                table[position, i] = math.cos(angle) if i % 2 else math.sin(angle)
        return x + table

    more = {} if wavelength is None else {"maxWavelength": wavelength}
    case(f"positionalEmbedding, sinusoidal, {features} features{' and another wavelength' if more else ''}",
         {"type": "positionalEmbedding", "kind": "sinusoidal", **more}, random(2, 7, features), {}, encode)


# multiHeadAttention
def attention_weights(features, heads, key, value, bias=True):
    weights = {}
    for name, kernel in [("query", (features, heads, key)), ("key", (features, heads, key)),
                         ("value", (features, heads, value)), ("attention_output", (heads, value, features))]:
        weights[f"{name}/kernel"] = random(*kernel, scale=0.7)
        if bias:
            weights[f"{name}/bias"] = random(*(kernel[1:] if name != "attention_output" else (features,)), scale=0.5)
    return weights


def attend_by_module(x, w, heads, causal):
    """torch.nn.MultiheadAttention: heads · keyDim must be the number of features there."""
    features = x.shape[-1]
    flat = lambda name: w[f"{name}/kernel"].reshape(features, -1).T
    module = torch.nn.MultiheadAttention(features, heads, batch_first=True)
    parameters = {
        "in_proj_weight": torch.cat([flat("query"), flat("key"), flat("value")]),
        "in_proj_bias": torch.cat([w[f"{name}/bias"].reshape(-1) for name in ("query", "key", "value")]),
        "out_proj.weight": w["attention_output/kernel"].reshape(-1, features).T,
        "out_proj.bias": w["attention_output/bias"],
    }
    mask = torch.nn.Transformer.generate_square_subsequent_mask(x.shape[1]) if causal else None
    return functional_call(module, parameters, (x, x, x), {"attn_mask": mask, "need_weights": False})[0]


def attend_by_hand(x, w, causal=False, mask=None):
    project = lambda name: torch.einsum("btf,fhd->bhtd", x, w[f"{name}/kernel"]) + (
        w[f"{name}/bias"][None, :, None, :] if f"{name}/bias" in w else 0)
    q, k, v = project("query"), project("key"), project("value")
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) / math.sqrt(q.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.triu(torch.ones(x.shape[1], x.shape[1]), 1).bool(), -math.inf)
    attention = torch.softmax(scores, -1)
    if mask is not None:
        attention = attention * mask
    return torch.einsum("bhtd,hdf->btf", attention @ v, w["attention_output/kernel"]) + w.get("attention_output/bias", 0)


for causal in (False, True):
    case(f"multiHeadAttention{', causal' if causal else ''}, PyTorch's module",
         {"type": "multiHeadAttention", "numHeads": 2, "keyDim": 3, **({"causal": True} if causal else {})},
         random(2, 5, 6), attention_weights(6, 2, 3, 3), lambda x, w: attend_by_module(x, w, 2, causal))
case("multiHeadAttention with sizes of its own", {"type": "multiHeadAttention", "numHeads": 3, "keyDim": 2, "valueDim": 4},
     random(2, 4, 5), attention_weights(5, 3, 2, 4), attend_by_hand)
case("multiHeadAttention without bias", {"type": "multiHeadAttention", "numHeads": 2, "keyDim": 2, "useBias": False, "causal": True},
     random(2, 4, 3), attention_weights(3, 2, 2, 2, bias=False), lambda x, w: attend_by_hand(x, w, True))
case("multiHeadAttention of one step", {"type": "multiHeadAttention", "numHeads": 1, "keyDim": 2},
     random(2, 1, 3), attention_weights(3, 1, 2, 2), attend_by_hand)
mask = keep_mask(0.25, 2, 2, 4, 4)
case("multiHeadAttention with dropout", {"type": "multiHeadAttention", "numHeads": 2, "keyDim": 3, "dropout": 0.25},
     random(2, 4, 3), attention_weights(3, 2, 3, 3), lambda x, w: attend_by_hand(x, w, mask=mask), {"multiHeadAttention": mask})

# attention
def attend(q, v, k, causal=False, mask=None, scale=1.0):
    """PyTorch's own, but for dropout."""
    if mask is None:
        return F.scaled_dot_product_attention(q * scale, k, v, is_causal=causal, scale=1.0)
    return (torch.softmax(q @ k.transpose(1, 2), -1) * mask) @ v


case("attention", {"type": "attention"}, random(2, 4, 3), {}, lambda x, _: attend(x, x, x))
case("attention, causal", {"type": "attention", "causal": True}, random(2, 5, 3), {}, lambda x, _: attend(x, x, x, True))
scale = torch.tensor(0.7).requires_grad_()
case("attention with a scale", {"type": "attention", "useScale": True}, random(2, 4, 3), {"scale": scale},
     lambda x, w: attend(x, x, x, scale=w["scale"]))
mask = keep_mask(0.5, 2, 4, 4)
case("attention with dropout", {"type": "attention", "dropout": 0.5}, random(2, 4, 3), {},
     lambda x, _: attend(x, x, x, mask=mask), {"attention": mask})


# einsumDense
for title, equation, shape, kernel, output, bias_axes, bias in [
    ("as dense", "abc,cd->abd", (2, 3, 4), (4, 5), [3, 5], "d", (5,)),
    ("into heads", "abc,cde->abde", (2, 3, 4), (4, 2, 5), [3, 2, 5], "de", (2, 5)),
    ("out of heads", "abde,dec->abc", (2, 3, 2, 5), (2, 5, 4), [3, 4], None, None),
    ("over the first axis", "abc,bd->adc", (2, 3, 4), (3, 5), [5, 4], "d", (5, 1)),
    ("with a kernel for each step", "abc,bcd->adb", (2, 3, 4), (3, 4, 5), [5, 3], None, None),
]:
    layer = {"type": "einsumDense", "equation": equation, "outputShape": output}
    if bias_axes:
        layer |= {"biasAxes": bias_axes, "activation": "tanh"}
    weights = {"kernel": random(*kernel, scale=0.5), **({"bias": random(*bias)} if bias_axes else {})}
    case(f"einsumDense {title}", layer, random(*shape), weights,
         lambda x, w: torch.tanh(torch.einsum(equation, x, w["kernel"]) + w["bias"]) if bias_axes
         else torch.einsum(equation, x, w["kernel"]))


def cross(title, layer, names, weights, compute):
    """Queries [2, 4, 3] of the inputs, values [2, 5, 2] and keys [2, 5, 3] of the inputs on their side."""
    dense = lambda name, units, source: {"type": "dense", "name": name, "units": units, "useBias": False, "inputs": source}
    layers = [
        {"type": "permute", "name": "turned", "dims": [2, 1]},
        dense("query", 3, "input"), dense("value", 2, "turned"), dense("key", 3, "turned"),
    ]
    layers = [one for one in layers if one["name"] in ("turned", *names)]
    x = random(2, 4, 5)
    sizes = {"query": (5, 3), "value": (4, 2), "key": (4, 3)}
    given = {f"{name}/kernel": random(*sizes[name], scale=0.7) for name in names}
    given |= {f"{layer['type']}/{name}": w for name, w in weights.items()}
    inputs = [(x if name == "query" else x.transpose(1, 2)) @ given[f"{name}/kernel"] for name in names]
    output = compute(*inputs)
    probe = random(*output.shape).detach()
    gradients = torch.autograd.grad((output * probe).sum(), [x, *given.values()])
    return {
        "title": title,
        "layers": [*layers, {**layer, "inputs": names}],
        "training": False,
        "inputs": array(x),
        "weights": {name: array(w) for name, w in given.items()},
        "probe": array(probe),
        "output": array(output),
        "inputGradient": array(gradients[0]),
        "weightGradients": {name: array(g) for name, g in zip(given, gradients[1:])},
        "moved": {},
    }


def cross_attention(q, v, k, w, heads):
    """torch.nn.MultiheadAttention with kdim and vdim of its own: heads · keyDim is the number of query features there."""
    features = q.shape[-1]
    flat = lambda name: w[f"{name}/kernel"].flatten(1).T
    module = torch.nn.MultiheadAttention(features, heads, kdim=k.shape[-1], vdim=v.shape[-1], batch_first=True)
    parameters = {
        "q_proj_weight": flat("query"), "k_proj_weight": flat("key"), "v_proj_weight": flat("value"),
        "in_proj_bias": torch.cat([w[f"{name}/bias"].reshape(-1) for name in ("query", "key", "value")]),
        "out_proj.weight": w["attention_output/kernel"].reshape(-1, features).T,
        "out_proj.bias": w["attention_output/bias"],
    }
    return functional_call(module, parameters, (q, k, v), {"need_weights": False})[0]


def cross_weights(value, key):
    shapes = {"query/kernel": (3, 3, 1), "query/bias": (3, 1), "key/kernel": (key, 3, 1), "key/bias": (3, 1),
              "value/kernel": (value, 3, 1), "value/bias": (3, 1), "attention_output/kernel": (3, 1, 3), "attention_output/bias": (3,)}
    return {name: random(*shape, scale=0.7) for name, shape in shapes.items()}


heads = {"type": "multiHeadAttention", "numHeads": 3, "keyDim": 1}
two, three = cross_weights(2, 2), cross_weights(2, 3)
graphs = [
    cross("multiHeadAttention of query and value", heads, ["query", "value"], two, lambda q, v: cross_attention(q, v, v, two, 3)),
    cross("multiHeadAttention of query, value and key", heads, ["query", "value", "key"], three,
          lambda q, v, k: cross_attention(q, v, k, three, 3)),
    cross("attention of query, value and key", {"type": "attention"}, ["query", "value", "key"], {}, lambda q, v, k: attend(q, v, k)),
    cross("attention of query, value and key, causal", {"type": "attention", "causal": True}, ["query", "value", "key"], {},
          lambda q, v, k: attend(q, v, k, True)),
    cross("attention of query and value", {"type": "attention"}, ["query", "key"], {}, lambda q, v: attend(q, v, v)),
]

# masking: what stays of the values; what later layers make of the mask is in sequences_keras.py
for title, layer, x in [
    ("masking", {"type": "masking"}, [[[1.5, 0.0], [0.0, 0.0], [-0.5, 2.0]], [[0.0, 0.0], [0.25, -1.0], [0.0, 0.0]]]),
    ("masking with another value", {"type": "masking", "maskValue": -1}, [[[-1.0, -1.0], [-1.0, 0.5]], [[0.0, 0.0], [-1.0, -1.0]]]),
]:
    case(title, layer, torch.tensor(x).requires_grad_(), {},
         lambda x, _: x * (x != layer.get("maskValue", 0)).any(-1, keepdim=True))

# additiveAttention (Bahdanau et al. 2015, appendix A.1.2, its projections left out)
def attend_additively(x, scale, causal=False):
    scores = (torch.tanh(x[:, :, None] + x[:, None]) * scale).sum(-1)
    if causal:
        scores = scores.masked_fill(torch.triu(torch.ones(x.shape[1], x.shape[1]), 1).bool(), -math.inf)
    return torch.softmax(scores, -1) @ x


case("additiveAttention", {"type": "additiveAttention"}, random(2, 4, 3), {"scale": random(3)},
     lambda x, w: attend_additively(x, w["scale"]))
case("additiveAttention without a scale, causal", {"type": "additiveAttention", "useScale": False, "causal": True}, random(2, 4, 3), {},
     lambda x, _: attend_additively(x, 1.0, True))


def write(name, entries):
    path = Path(__file__).with_name(f"{name}.json")
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
    path.write_text(f'{{"torch":"{torch.__version__.split("+")[0]}","cases":[\n{lines}\n]}}\n')
    print(f"{path}: {len(entries)} cases, {path.stat().st_size:,} bytes")


write("sequence_layers", cases)
write("attention_graphs", graphs)
