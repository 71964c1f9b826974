"""Weights as Keras names them, and what the network gives: writes keras-weights.npz and keras_weights.json beside itself.

Run: python test/reference/keras_weights.py (needs keras and numpy; made with Keras 3.15 on TensorFlow). The tests read the files only.
"""

import json
from pathlib import Path

import keras
import numpy

keras.utils.set_random_seed(20261123)
here = Path(__file__).parent
layers = keras.layers


def array(values):
    return {"shape": list(values.shape), "values": [float(f"{v:.9g}") for v in values.reshape(-1).tolist()]}


model = keras.Sequential(
    [
        layers.Input((6, 5, 2)),
        layers.Conv2D(4, 3, padding="same"),
        layers.BatchNormalization(),
        layers.Conv2DTranspose(3, 2, strides=2),
        layers.DepthwiseConv2D(3),
        layers.BatchNormalization(),
        layers.SeparableConv2D(4, 3),
        layers.Reshape((8, 24)),
        layers.LayerNormalization(),
    ]
)
x = model.outputs[0]
x = layers.MultiHeadAttention(2, 3)(x, x)
x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)
x = layers.GRU(4, return_sequences=True)(x)
x = layers.SimpleRNN(4)(x)
model = keras.Model(model.inputs, layers.Dense(3)(x))

generator = numpy.random.default_rng(1)
for weight in model.weights:
    noise = generator.normal(size=weight.shape) * 0.2
    weight.assign(abs(noise) + 0.5 if weight.path.endswith("moving_variance") else weight.numpy() + noise)
arrays = {weight.path: weight.numpy() for weight in model.weights if "seed_generator" not in weight.path}
numpy.savez_compressed(here / "keras-weights.npz", **arrays)
inputs = generator.normal(size=(2, 6, 5, 2)).astype("float32")
conv = {"kernelSize": 3}
sequence = {"returnSequences": True}
ours = [
    {"type": "conv2d", "filters": 4, **conv, "padding": "same"},
    {"type": "batchNormalization"},
    {"type": "conv2dTranspose", "filters": 3, "kernelSize": 2, "strides": 2},
    {"type": "depthwiseConv2d", **conv},
    {"type": "batchNormalization"},
    {"type": "separableConv2d", "filters": 4, **conv},
    {"type": "reshape", "targetShape": [8, 24]},
    {"type": "layerNormalization"},
    {"type": "multiHeadAttention", "numHeads": 2, "keyDim": 3},
    {"type": "bidirectional", "layer": {"type": "lstm", "units": 3, **sequence}},
    {"type": "gru", "units": 4, **sequence},
    {"type": "simpleRnn", "units": 4},
    {"type": "dense", "units": 3},
]
document = {"keras": keras.__version__, "layers": ours, "inputs": array(inputs), "outputs": array(model.predict(inputs, verbose=0))}
(here / "keras_weights.json").write_text(json.dumps(document) + "\n")
print("\n".join(arrays))
