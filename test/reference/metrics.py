"""Every metric over a set of two batches, computed by scikit-learn: writes metrics.json beside itself.

Run: python test/reference/metrics.py (needs scikit-learn; made with 1.9). The tests read the JSON only.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics as sk

warnings.filterwarnings("ignore")
generator = np.random.default_rng(20240920)
FIRST = 17  # examples of the first batch; the second has the others
cases = []


def rounded(*shape, scale=1.0):
    """float32 holds them exactly, and some are equal."""
    return np.round(generator.normal(size=shape) * scale * 8) / 8


def add(metric, meaning, encoding, targets, outputs, value, **arguments):
    if encoding == "oneHot":
        targets = np.eye(outputs.shape[1])[targets]
    batches = [
        {"targets": np.ravel(t).tolist(), "outputs": np.ravel(o).tolist()}
        for t, o in ((targets[:FIRST], outputs[:FIRST]), (targets[FIRST:], outputs[FIRST:]))
    ]
    spec = {"type": metric, **arguments}
    group = {"outputs": meaning, "encoding": encoding, "shape": list(outputs.shape[1:]), "batches": batches}
    if not cases or any(cases[-1][key] != group[key] for key in group):
        cases.append({**group, "metrics": []})
    cases[-1]["metrics"].append({"metric": spec, "value": float(value)})


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def classes(truth, logits, encoding, meaning):
    probabilities = softmax(logits)
    outputs = logits
    if meaning == "probabilities":
        outputs = np.float32(probabilities).astype(float)
        probabilities = outputs / outputs.sum(axis=1, keepdims=True)
    guess = logits.argmax(axis=1)
    put = lambda metric, value, **arguments: add(metric, meaning, encoding, truth, outputs, value, **arguments)
    put("accuracy", sk.accuracy_score(truth, guess))
    put("balancedAccuracy", sk.balanced_accuracy_score(truth, guess))
    for average in ("macro", "micro"):
        put("precision", sk.precision_score(truth, guess, average=average), average=average)
        put("recall", sk.recall_score(truth, guess, average=average), average=average)
        for beta in (0.5, 1, 2):
            put("fBeta", sk.fbeta_score(truth, guess, beta=beta, average=average), beta=beta, average=average)
    number = logits.shape[1]
    put("logLoss", sk.log_loss(truth, probabilities, labels=range(number)))
    present = [c for c in range(number) if 0 < (truth == c).sum() < len(truth)]
    put("rocAuc", np.mean([sk.roc_auc_score(truth == c, outputs[:, c] if meaning == "probabilities" else probabilities[:, c]) for c in present]))
    put("prAuc", np.mean([sk.average_precision_score(truth == c, outputs[:, c] if meaning == "probabilities" else probabilities[:, c]) for c in present]))


truth = generator.choice(4, size=40, p=[0.6, 0.2, 0.15, 0.05])
logits = rounded(40, 4) + np.eye(4)[truth]
classes(truth, logits, "classIndex", "logits")
classes(truth, logits, "oneHot", "probabilities")
classes(np.where(truth == 3, 0, truth), logits, "classIndex", "logits")  # a class that never occurs
classes(np.zeros(40, dtype=int) + (truth > 1), logits * [1, 1, 0, 0], "oneHot", "logits")


def questions(truth, logits, meaning):
    probabilities = 1 / (1 + np.exp(-logits))
    outputs = logits if meaning == "logits" else np.float32(probabilities).astype(float)
    guess = (outputs > (0 if meaning == "logits" else 0.5)).astype(int)
    put = lambda metric, value, **arguments: add(metric, meaning, "values", truth, outputs[:, None], value, **arguments)
    put("accuracy", sk.accuracy_score(truth, guess))
    put("balancedAccuracy", sk.balanced_accuracy_score(truth, guess))
    put("precision", sk.precision_score(truth, guess), average="macro")
    put("recall", sk.recall_score(truth, guess), average="micro")
    for beta in (0.5, 1, 2):
        put("fBeta", sk.fbeta_score(truth, guess, beta=beta), beta=beta, average="macro")
    put("logLoss", sk.log_loss(truth, probabilities if meaning == "logits" else outputs))
    put("rocAuc", sk.roc_auc_score(truth, outputs))
    put("prAuc", sk.average_precision_score(truth, outputs))


truth = generator.choice(2, size=40, p=[0.7, 0.3])
logits = rounded(40) + truth - 0.5
questions(truth, logits, "logits")
questions(truth, logits, "probabilities")
questions(truth, np.abs(logits) * -1 - 0.125, "logits")  # never yes

for width in (1, 3):
    targets = rounded(40, width, scale=2) + 1000.0
    outputs = targets + rounded(40, width)
    put = lambda metric, value: add(metric, "values", "values", targets, outputs, value)
    put("meanAbsoluteError", sk.mean_absolute_error(targets, outputs))
    put("meanSquaredError", sk.mean_squared_error(targets, outputs))
    put("rootMeanSquaredError", np.sqrt(sk.mean_squared_error(targets, outputs)))
    put("meanAbsolutePercentageError", 100 * sk.mean_absolute_percentage_error(targets, outputs))
    put("r2", sk.r2_score(targets, outputs))

level = np.full((40, 1), 3.0)
add("r2", "values", "values", level, level + rounded(40, 1), 0.0)
add("r2", "values", "values", level, level, sk.r2_score(level, level))

lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
Path(__file__).with_suffix(".json").write_text(f'{{"scikit-learn":"{sklearn.__version__}","cases":[\n{lines}\n]}}\n')
