"""Outputs and gradients of networks with masks and with states between recurrent layers, computed by Keras in double precision:
writes sequences_keras.json beside itself.

Run: python test/reference/sequences_keras.py (needs keras and tensorflow-cpu; made with the versions that the JSON names). The tests
read the JSON only. A network is a list of layers as a spec has them; `build` makes Keras's layers of it, whose weights are then
random numbers with four decimals. The gradient is that of sum(output * probe).
"""

import json
import os
import re
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf

keras.backend.set_floatx("float64")
generator = np.random.default_rng(20261123)

recurrent = ["kernel", "recurrent_kernel", "bias"]
weight_names = {
    "embedding": ["embeddings"],
    "dense": ["kernel", "bias"],
    "conv1d": ["kernel", "bias"],
    "layerNormalization": ["gamma", "beta"],
    "batchNormalization": ["gamma", "beta", "moving_mean", "moving_variance"],
    "additiveAttention": ["scale"],
    "multiHeadAttention": [f"{part}/{kind}" for part in ("query", "key", "value", "attention_output") for kind in ("kernel", "bias")],
    "simpleRnn": recurrent, "lstm": recurrent, "gru": recurrent,
}
classes = {"simpleRnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU", "conv1d": "Conv1D", "globalAveragePooling1d": "GlobalAveragePooling1D",
           "cropping1d": "Cropping1D"}
merges = {"add", "concatenate", "multiply", "average"}


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def make(layer):
    """Keras's layer of a spec's, and the names of its weights in Keras's order."""
    kind = layer["type"]
    names = weight_names.get(kind, [])
    given = {snake(key): value for key, value in layer.items() if key not in ("type", "name", "inputs", "layer", "causal")}
    if kind in recurrent_kinds:
        given["return_state"] = True
    if kind == "activation":
        given = {"activation": given["function"]}
    if kind == "concatenate" and given.get("axis", -1) >= 0:
        given["axis"] += 1
    if "layer" in layer:
        inner, names = make(layer["layer"])
        if kind == "bidirectional":
            names = [f"{side}_{layer['layer']['type']}/{name}" for side in ("forward", "backward") for name in names]
        given["layer"] = inner
    made = getattr(keras.layers, classes.get(kind, kind[0].upper() + kind[1:]))(**given)
    return made, names


recurrent_kinds = {"simpleRnn", "lstm", "gru"}
states = {"simpleRnn": ["hidden"], "lstm": ["hidden", "cell"], "gru": ["hidden"]}
entries = []


def random(shape, scale):
    return np.round(generator.normal(size=shape) * scale, 4)


def array(values):
    values = np.asarray(values)
    return {"shape": list(values.shape), "values": [float(f"{v:.9g}") for v in values.reshape(-1).tolist()]}


def network(title, x, layers, training=False, scale=0.7):
    """The last layer is the output. x: class numbers (integers), which have no gradient, or real numbers."""
    x = np.asarray(x)
    source = keras.Input(x.shape[1:])
    tensors, weights, before = {"input": source}, {}, "input"
    for layer in layers:
        kind = layer["type"]
        name = layer.get("name", kind)
        made, names = make(layer)
        inputs = layer.get("inputs", before)
        given = [tensors[one] for one in ([inputs] if isinstance(inputs, str) else inputs)]
        more = {"use_causal_mask": True} if layer.get("causal") else {}
        if kind in recurrent_kinds:
            # Given states, Keras does not look for the mask itself.
            mask = getattr(given[0], "_keras_mask", None)
            outputs = made(given[0], **({"initial_state": given[1:], "mask": mask} if len(given) > 1 else {}))
            for state, value in zip(states[kind], outputs[1:]):
                tensors[f"{name}.{state}"] = value
            output = outputs[0]
        elif kind == "bidirectional":
            output, *further = made(given[0])
            own = states[layer["layer"]["type"]]
            for state, value in zip([f"{side}{part.title()}" for side in ("forward", "backward") for part in own], further):
                tensors[f"{name}.{state}"] = value
        elif kind == "multiHeadAttention":
            output = made(given[0], *(given[1:] or given), **more)
        elif kind in ("attention", "additiveAttention"):
            output = made(given if len(given) > 1 else [given[0], given[0]], **more)
        else:
            output = made(given if kind in merges else given[0])
        tensors[name] = output
        before = name
        assert len(names) == len(made.weights), (kind, [w.path for w in made.weights])
        for part, weight in zip(names, made.weights):
            start = np.abs(random(weight.shape, scale)) + 0.5 if part == "moving_variance" else random(weight.shape, scale)
            weight.assign(start)
            weights[f"{name}/{part}"] = weight
    model = keras.Model(source, tensors[before])
    started = {name: array(weight) for name, weight in weights.items()}
    trained = {name: weight for name, weight in weights.items() if weight.trainable}
    probe = random(model.compute_output_shape((x.shape[0], *x.shape[1:])), 1.0)
    fed = tf.convert_to_tensor(x, "float64")
    with tf.GradientTape() as tape:
        tape.watch(fed)
        output = model(fed, training=training)
        score = tf.reduce_sum(output * probe)
    wanted = [weight.value for weight in trained.values()]
    is_real = x.dtype.kind == "f"
    *gradients, last = tape.gradient(score, [*wanted, fed], unconnected_gradients="zero")
    entries.append({
        "title": title,
        "layers": layers,
        "training": training,
        "inputs": array(x),
        "weights": started,
        "probe": array(probe),
        "output": array(output),
        **({"inputGradient": array(last)} if is_real else {}),
        "weightGradients": {name: array(tf.convert_to_tensor(g)) for name, g in zip(trained, gradients)},
        "moved": {name: array(weights[name]) for name in weights if training and "moving" in name},
    })


words = np.array([[3, 1, 4, 2, 0, 0], [0, 2, 0, 3, 1, 0], [1, 1, 2, 3, 4, 1]])
embedding = {"type": "embedding", "inputDim": 5, "outputDim": 3, "maskZero": True}


def steps(size=3, time=5, features=2, value=0.0):
    """Sequences of which the first is filled up behind, the second in front and in the middle, and the third not at all."""
    x = random((size, time, features), 1.0)
    x[0, -2:], x[1, 0], x[1, 2] = value, value, value
    x[2, 1, 0] = value  # one feature alone masks nothing
    return x


masking = {"type": "masking"}

for kind in ("simpleRnn", "lstm", "gru"):
    network(f"embedding with maskZero, {kind}", words, [embedding, {"type": kind, "units": 4}])
    network(f"embedding with maskZero, {kind} with sequences", words, [embedding, {"type": kind, "units": 2, "returnSequences": True}])
    network(f"masking, {kind} read backwards", steps(), [masking, {"type": kind, "units": 3, "goBackwards": True}])
network("masking with another value, lstm", steps(value=-1.0), [{"type": "masking", "maskValue": -1}, {"type": "lstm", "units": 3}])
silent = steps()
silent[1] = 0
network("a sequence of masked steps only", silent, [masking, {"type": "gru", "units": 3, "returnSequences": True}])
network("gru with the reset gate in front, masked", steps(), [masking, {"type": "gru", "units": 3, "resetAfter": False}])
network("masked recurrent layers on one another", words,
        [embedding, {"type": "lstm", "units": 3, "returnSequences": True}, {"type": "dense", "units": 2}, {"type": "gru", "units": 3}])
for kind, mode, sequences in [("lstm", "concat", True), ("gru", "sum", False), ("simpleRnn", "mul", True), ("lstm", "ave", False)]:
    inner = {"type": kind, "units": 2, **({"returnSequences": True} if sequences else {})}
    network(f"bidirectional {kind}, masked, {mode}{', sequences' if sequences else ''}", words,
            [embedding, {"type": "bidirectional", "layer": inner, "mergeMode": mode}])

network("globalAveragePooling1d, masked", words, [embedding, {"type": "globalAveragePooling1d"}])
network("layers that pass a mask on", steps(), [
    masking, {"type": "timeDistributed", "layer": {"type": "dense", "units": 4}}, {"type": "layerNormalization"},
    {"type": "activation", "function": "tanh"}, {"type": "dropout", "rate": 0.3}, {"type": "globalAveragePooling1d"},
])
network("a layer that ends a mask", steps(), [masking, {"type": "conv1d", "filters": 3, "kernelSize": 2}, {"type": "lstm", "units": 2}])
network("batchNormalization in training, masked", steps(size=4),
        [masking, {"type": "batchNormalization", "momentum": 0.9}, {"type": "globalAveragePooling1d"}], training=True)
network("batchNormalization in training, masked, all steps seen", steps(size=4), [masking, {"type": "batchNormalization"}], training=True)

# branches
left, right = {**masking, "name": "left", "inputs": "input"}, {"type": "masking", "name": "right", "maskValue": 9, "inputs": "input"}
branched = steps(features=3)
branched[2, 3:] = 9
for kind in ("add", "multiply"):
    network(f"{kind} of two masked inputs", branched, [left, right, {"type": kind, "inputs": ["left", "right"]}, {"type": "gru", "units": 2}])
network("add of a masked input and one without", branched, [left, {"type": "add", "inputs": ["left", "input"]}, {"type": "gru", "units": 2}])
network("concatenate of features, masked", branched, [left, right, {"type": "concatenate", "inputs": ["left", "right"]}, {"type": "gru", "units": 2}])
network("concatenate of features, one masked", branched, [left, {"type": "concatenate", "inputs": ["left", "input"]}, {"type": "gru", "units": 2}])
network("concatenate along time, one masked", branched, [left, {"type": "concatenate", "axis": 0, "inputs": ["input", "left"]}, {"type": "gru", "units": 2}])

# attention
for causal in ({}, {"causal": True}):
    network(f"attention, masked{', causal' if causal else ''}", words[[0, 2]], [embedding, {"type": "attention", **causal}])
    network(f"multiHeadAttention, masked{', causal' if causal else ''}", words,
            [embedding, {"type": "multiHeadAttention", "numHeads": 2, "keyDim": 2, **causal}, {"type": "globalAveragePooling1d"}])
network("multiHeadAttention, masked, all steps seen", words, [embedding, {"type": "multiHeadAttention", "numHeads": 2, "keyDim": 2}])
asked = [
    {**masking, "name": "value", "inputs": "input"}, {"type": "cropping1d", "cropping": [0, 2], "name": "short", "inputs": "input"},
    {"type": "masking", "name": "query"},
]
network("attention of masked queries to masked values", steps(), [*asked, {"type": "attention", "inputs": ["query", "value"]}, {"type": "dense", "units": 2}])
network("multiHeadAttention of masked queries to masked values", steps(),
        [*asked, {"type": "multiHeadAttention", "numHeads": 1, "keyDim": 3, "inputs": ["query", "value"]}])
network("multiHeadAttention of queries to masked values", steps(),
        [*asked[:2], {"type": "multiHeadAttention", "numHeads": 1, "keyDim": 3, "inputs": ["short", "value"]}])
network("multiHeadAttention of query, value and key, masked", steps(), [
    {**masking, "name": "value", "inputs": "input"}, {"type": "masking", "maskValue": 9, "name": "key", "inputs": "input"},
    {"type": "multiHeadAttention", "numHeads": 1, "keyDim": 2, "inputs": ["input", "value", "key"]},
])

network("additiveAttention of masked queries to masked values", steps(), [*asked, {"type": "additiveAttention", "inputs": ["query", "value"]}])
network("additiveAttention of queries to values by masked keys", steps(), [
    {"type": "cropping1d", "cropping": [0, 2], "name": "short", "inputs": "input"}, {**masking, "name": "value", "inputs": "input"},
    {"type": "dense", "name": "key", "units": 2}, {"type": "additiveAttention", "inputs": ["short", "value", "key"]},
])

# states between layers
whole = random((2, 4, 3), 1.0)
for kind, parts in states.items():
    named = [f"encoder.{part}" for part in parts]
    network(f"an encoder and a decoder, {kind}", whole, [
        {"type": kind, "name": "encoder", "units": 2}, {"type": "dense", "name": "shifted", "units": 2, "inputs": "input"},
        {"type": kind, "name": "decoder", "units": 2, "returnSequences": True, "inputs": ["shifted", *named]},
    ])
    network(f"an encoder and a decoder, masked, {kind}", steps(), [
        masking, {"type": kind, "name": "encoder", "units": 2},
        {"type": kind, "name": "decoder", "units": 2, "returnSequences": True, "inputs": ["masking", *named]},
    ])
    network(f"a decoder's last output, masked, {kind}", steps(), [
        masking, {"type": kind, "name": "encoder", "units": 2}, {"type": kind, "name": "decoder", "units": 2, "inputs": ["masking", *named]},
    ])
    network(f"the states of {kind} as an output", whole, [
        {"type": kind, "name": "reader", "units": 3}, {"type": "concatenate", "inputs": ["reader", *[f"reader.{part}" for part in parts]]},
    ])
for kind, parts in states.items():
    sides = ("forward", "backward")
    joined = [{"type": "concatenate", "name": f"both{part.title()}", "inputs": [f"encoder.{side}{part.title()}" for side in sides]} for part in parts]
    for title, x, front in [("", whole, []), (", masked", steps(features=3), [masking])]:
        network(f"an encoder that reads both ways and a decoder{title}, {kind}", x, [
            *front, {"type": "bidirectional", "name": "encoder", "layer": {"type": kind, "units": 2, "returnSequences": bool(front)}}, *joined,
            {"type": kind, "name": "decoder", "units": 4, "inputs": [*(["masking"] if front else ["input"]), *[f"both{part.title()}" for part in parts]]},
        ])
network("first states from another layer", whole, [
    {"type": "cropping1d", "name": "first", "cropping": [0, 3]}, {"type": "globalAveragePooling1d"}, {"type": "dense", "name": "start", "units": 2},
    {"type": "gru", "units": 2, "returnSequences": True, "inputs": ["input", "start"]},
])
network("whole sequences and states, of an lstm read backwards", whole, [
    {"type": "lstm", "name": "reader", "units": 2, "goBackwards": True, "returnSequences": True},
    {"type": "lstm", "name": "writer", "units": 2, "inputs": ["reader", "reader.hidden", "reader.cell"]},
])

path = Path(__file__).with_name("sequences_keras.json")
lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
path.write_text(f'{{"keras":"{keras.__version__}","tensorflow":"{tf.__version__}","cases":[\n{lines}\n]}}\n')
print(f"{path}: {len(entries)} cases, {path.stat().st_size:,} bytes")
