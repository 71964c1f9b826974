"""Losses of weighted examples, value and gradient, computed by Keras 3 in double precision with its `sample_weight` and its default
reduction `sum_over_batch_size`: writes weighted_losses.json beside itself. Each case is there without weights as well.

Run: python test/reference/weighted_losses.py (needs keras and tensorflow; made with 3.15). The tests read the JSON only.
"""

import json
import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["KERAS_BACKEND"] = "tensorflow"
import keras
import numpy as np
import tensorflow as tf
from keras import losses

keras.backend.set_floatx("float64")
generator = np.random.default_rng(20261123)
weights = np.array([0.0, 1.0, 2.5, 0.25, 1.0, 7.0])
cases = []


def random(*shape, scale=1.0):
    return np.round(generator.normal(size=shape) * scale, 4)


def array(values):
    return {"shape": list(np.shape(values)), "values": [float(f"{v:.9g}") for v in np.ravel(values)]}


def case(title, name, targets, outputs, loss, given=None, **arguments):
    """`given` are the targets as Keras wants them, where ours differ."""
    wanted = targets if given is None else given
    for suffix, weighted in (("", None), (", weighted", weights[: len(outputs)])):
        x = tf.constant(outputs)
        with tf.GradientTape() as tape:
            tape.watch(x)
            # One for each example: a column, because Keras's losses keep all axes but the last.
            column = None if weighted is None else weighted.reshape([-1] + [1] * (outputs.ndim - 2))
            value = loss(tf.constant(wanted), x, sample_weight=column)
        cases.append({
            "title": f"{title}{suffix}",
            "loss": {"type": name, **arguments},
            "targets": array(targets),
            "outputs": array(outputs),
            **({} if weighted is None else {"weights": array(weighted)}),
            "value": float(value),
            "gradient": array(tape.gradient(value, x).numpy()),
        })


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def rowwise(each, x, weight):
    """Keras divides probabilities by their sum before the logarithm, which adds to their gradient; the plain formula does not."""
    value = each(x)
    return tf.reduce_mean(value if weight is None else value * weight)


# Rows of classes, and sequences of rows: a weight counts for all rows of its example.
for title, shape in (("rows", (6, 4)), ("sequences of rows", (3, 5, 4)), ("images of rows", (2, 2, 3, 3))):
    labels = generator.integers(shape[-1], size=shape[:-1])
    one_hot = np.eye(shape[-1])[labels]
    logits = random(*shape, scale=2)
    numbers = labels.astype(float)
    case(title, "softmaxCrossEntropy", one_hot, logits, losses.CategoricalCrossentropy(from_logits=True))
    case(title, "softmaxCrossEntropy", one_hot, logits, losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1), labelSmoothing=0.1)
    case(title, "sparseSoftmaxCrossEntropy", numbers, logits, losses.SparseCategoricalCrossentropy(from_logits=True))
    case(title, "sparseSoftmaxCrossEntropy", numbers, logits, losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1), one_hot, labelSmoothing=0.1)
    odds = np.round(softmax(logits), 4)
    odds[..., -1] += 1 - odds.sum(-1)
    case(title, "softmaxCrossEntropy", one_hot, odds, lambda y, x, sample_weight: rowwise(lambda p: -tf.reduce_sum(y * tf.math.log(p), -1), x, sample_weight), fromLogits=False)
    case(title, "softmaxFocalCrossEntropy", one_hot, logits, losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=1.5, from_logits=True), gamma=1.5)
    case(title, "categoricalHinge", one_hot, logits, losses.CategoricalHinge())
    case(title, "kullbackLeiblerDivergence", np.round(softmax(random(*shape)), 4), odds, losses.KLDivergence())
    case(title, "cosineSimilarity", random(*shape), logits, losses.CosineSimilarity())


# Single values. One unit an example is a column, as targets are too for Keras.
for title, shape in (("one unit", (6, 1)), ("three units", (6, 3)), ("matrices", (4, 3, 2))):
    yes = generator.integers(2, size=shape).astype(float)
    ours = yes[:, 0] if shape[-1] == 1 else yes
    logits = random(*shape, scale=2)
    sure = np.round(1 / (1 + np.exp(-logits)), 4)
    case(title, "binaryCrossEntropy", ours, logits, losses.BinaryCrossentropy(from_logits=True), yes)
    case(title, "binaryCrossEntropy", ours, logits, losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2), yes, labelSmoothing=0.2)
    case(title, "binaryCrossEntropy", ours, sure, losses.BinaryCrossentropy(), yes, fromLogits=False)
    case(title, "binaryFocalCrossEntropy", ours, logits, losses.BinaryFocalCrossentropy(gamma=1.5, from_logits=True), yes, gamma=1.5)
    case(title, "binaryFocalCrossEntropy", ours, logits, losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.25, gamma=2.0, from_logits=True), yes, gamma=2, alpha=0.25)
    case(title, "hinge", ours, logits, losses.Hinge(), yes)
    case(title, "squaredHinge", ours, logits, losses.SquaredHinge(), yes)
    truth = random(*shape, scale=2) + 3
    guess = truth + random(*shape)
    case(title, "meanSquaredError", truth, guess, losses.MeanSquaredError())
    case(title, "meanAbsoluteError", truth, guess, losses.MeanAbsoluteError())
    case(title, "meanAbsolutePercentageError", truth - 3, guess - 3, losses.MeanAbsolutePercentageError())
    case(title, "huber", truth, guess, losses.Huber(delta=0.7), delta=0.7)
    case(title, "logCosh", truth, guess, losses.LogCosh())
    counts, rates = np.floor(np.abs(truth)), np.abs(guess) + 0.01
    case(title, "poisson", counts, rates, losses.Poisson())
    case(title, "meanSquaredLogarithmicError", counts, rates, losses.MeanSquaredLogarithmicError())

lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
Path(__file__).with_suffix(".json").write_text(f'{{"keras":"{keras.__version__}","cases":[\n{lines}\n]}}\n')
