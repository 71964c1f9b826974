"""Twenty steps of LAMB on the tensors of optimizers.json, by keras.optimizers.Lamb in double precision: writes lamb.json beside itself.

Run after optimizers.py: python test/reference/lamb.py (needs keras with tensorflow; made with Keras 3.15). The tests read the JSON only.
Keras decays weights beside the trust ratio; the cases with weight decay are algorithm 2 of You et al. 2020 in numpy, with the decay
inside the ratio, phi the identity, and a ratio of 1 where one of the norms is 0. The same numpy code is checked against Keras without decay.
"""

import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np

keras.config.set_floatx("float64")
here = Path(__file__).parent
tensors = json.loads((here / "optimizers.json").read_text())["tensors"]
arrays = [
    {
        "start": np.array(tensor["start"]).reshape(tensor["shape"]),
        "gradients": [np.array(gradient).reshape(tensor["shape"]) for gradient in tensor["gradients"]],
    }
    for tensor in tensors
]


def by_keras(tensor, learning_rate, beta1, beta2, epsilon):
    variable = keras.Variable(tensor["start"])
    optimizer = keras.optimizers.Lamb(learning_rate=learning_rate, beta_1=beta1, beta_2=beta2, epsilon=epsilon)
    steps = []
    for gradient in tensor["gradients"]:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
        steps.append(keras.ops.convert_to_numpy(variable).flatten().tolist())
    return steps


def by_paper(tensor, learning_rate, beta1, beta2, epsilon, decay=0.0):
    p = tensor["start"].copy()
    m, v = np.zeros_like(p), np.zeros_like(p)
    steps = []
    for step, g in enumerate(tensor["gradients"], start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        update = (m / (1 - beta1**step)) / (np.sqrt(v / (1 - beta2**step)) + epsilon) + decay * p
        norms = np.linalg.norm(p), np.linalg.norm(update)
        ratio = norms[0] / norms[1] if min(norms) > 0 else 1.0
        p = p - learning_rate * ratio * update
        steps.append(p.flatten().tolist())
    return steps


def case(title, make, **options):
    spec = {"type": "lamb", "learningRate": options["learning_rate"], "beta1": options["beta1"], "beta2": options["beta2"]}
    spec |= {"epsilon": options["epsilon"], "weightDecay": options.get("decay", 0.0), "excludeBiasAndNorm": False}
    return {"title": title, "optimizer": spec, "after": [make(array, **options) for array in arrays]}


usual = {"learning_rate": 0.05, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-6}
other = {"learning_rate": 0.2, "beta1": 0.5, "beta2": 0.9, "epsilon": 0.01}
for options in (usual, other):
    for array in arrays:
        error = np.abs(np.concatenate(by_keras(array, **options)) - np.concatenate(by_paper(array, **options))).max()
        assert error < 1e-6, error  # Keras keeps the powers of its betas in single precision
whole = [
    case("lamb", by_keras, **usual),
    case("lamb with other constants", by_keras, **other),
    case("lamb with decay", by_paper, **usual, decay=0.5),
    case("lamb with other constants and decay", by_paper, **other, decay=0.1),
]
document = {"keras": keras.__version__, "whole": whole}
(here / "lamb.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")
