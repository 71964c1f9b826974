"""Every metric over a set of two batches, computed by scikit-learn: writes metrics.json beside itself.

Run: python test/reference/metrics.py (needs scikit-learn; made with 1.9). The tests read the JSON only.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from scipy.stats import pearsonr
from sklearn import metrics as sk

warnings.filterwarnings("ignore")
generator = np.random.default_rng(20240920)
FIRST = 17  # examples of the first batch; the second has the others
cases = []


def rounded(*shape, scale=1.0):
    """float32 holds them exactly, and some are equal."""
    return np.round(generator.normal(size=shape) * scale * 8) / 8


def add(metric, meaning, encoding, targets, outputs, value, ignored=None, **arguments):
    if encoding == "oneHot":
        targets = np.eye(outputs.shape[1])[targets]
    batches = [
        {"targets": np.ravel(t).tolist(), "outputs": np.ravel(o).tolist()}
        for t, o in ((targets[:FIRST], outputs[:FIRST]), (targets[FIRST:], outputs[FIRST:]))
    ]
    spec = {"type": metric, **arguments}
    group = {"outputs": meaning, "encoding": encoding, "shape": list(outputs.shape[1:]), "batches": batches, **({} if ignored is None else {"ignored": ignored})}
    if not cases or any(cases[-1].get(key) != group[key] for key in group):
        cases.append({**group, "metrics": []})
    of_each = {"table": value.tolist()} if np.ndim(value) == 2 else {"values": [float(one) for one in value]} if np.ndim(value) else {"value": float(value)}
    cases[-1]["metrics"].append({"metric": spec, **of_each})


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def per_class(put, truth, guess, average, number):
    how = {"average": None if average == "none" else average}
    if average == "none":
        how["labels"] = range(number)
    put("precision", sk.precision_score(truth, guess, **how), average=average)
    put("recall", sk.recall_score(truth, guess, **how), average=average)
    put("jaccard", sk.jaccard_score(truth, guess, **how), average=average)
    for beta in (0.5, 1, 2):
        put("fBeta", sk.fbeta_score(truth, guess, beta=beta, **how), beta=beta, average=average)
    # scikit-learn has no specificity: it is the recall of "not this class".
    table = sk.multilabel_confusion_matrix(truth, guess, labels=range(number))
    rejected, all_others = table[:, 0, 0], table[:, 0].sum(axis=1)
    each = rejected / all_others
    present = (truth[:, None] == range(number)).any(axis=0) | (guess[:, None] == range(number)).any(axis=0)
    support = np.bincount(truth, minlength=number)
    of = {"macro": each[present].mean(), "micro": rejected.sum() / all_others.sum(), "weighted": np.average(each, weights=support), "none": each}
    put("specificity", of[average], average=average)


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
    put("confusionMatrix", sk.confusion_matrix(truth, guess, labels=range(logits.shape[1])))
    put("matthewsCorrelation", sk.matthews_corrcoef(truth, guess))
    for name, cost in (("none", None), ("linear", "linear"), ("quadratic", "quadratic")):
        put("cohenKappa", sk.cohen_kappa_score(truth, guess, weights=cost, labels=range(logits.shape[1])), weights=name)
    for average in ("macro", "micro", "weighted", "none"):
        per_class(put, truth, guess, average, logits.shape[1])
    number = logits.shape[1]
    put("logLoss", sk.log_loss(truth, probabilities, labels=range(number)))
    put("perplexity", np.exp(sk.log_loss(truth, probabilities, labels=range(number))))
    if meaning == "logits":
        put("brierScore", sk.brier_score_loss(truth, probabilities, labels=range(number)))
    else:  # scikit-learn wants probabilities that sum to 1 in double precision
        put("brierScore", ((outputs - np.eye(number)[truth]) ** 2).sum(axis=1).mean())
    present = [c for c in range(number) if 0 < (truth == c).sum() < len(truth)]
    put("rocAuc", np.mean([sk.roc_auc_score(truth == c, outputs[:, c] if meaning == "probabilities" else probabilities[:, c]) for c in present]))
    put("prAuc", np.mean([sk.average_precision_score(truth == c, outputs[:, c] if meaning == "probabilities" else probabilities[:, c]) for c in present]))


truth = generator.choice(4, size=40, p=[0.6, 0.2, 0.15, 0.05])
logits = rounded(40, 4) + np.eye(4)[truth]
classes(truth, logits, "classIndex", "logits")
classes(truth, logits, "oneHot", "probabilities")
classes(np.where(truth == 3, 0, truth), logits, "classIndex", "logits")  # a class that never occurs
classes(np.zeros(40, dtype=int) + (truth > 1), logits * [1, 1, 0, 0], "oneHot", "logits")
classes(truth % 2, logits[:, :2], "classIndex", "logits")  # two classes


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
    put("confusionMatrix", sk.confusion_matrix(truth, guess, labels=range(2)))
    put("matthewsCorrelation", sk.matthews_corrcoef(truth, guess))
    for name, cost in (("none", None), ("linear", "linear"), ("quadratic", "quadratic")):
        put("cohenKappa", sk.cohen_kappa_score(truth, guess, weights=cost), weights=name)
    put("jaccard", sk.jaccard_score(truth, guess), average="macro")
    put("precision", sk.precision_score(truth, guess), average="weighted")
    put("specificity", sk.recall_score(1 - truth, 1 - guess), average="weighted")
    put("logLoss", sk.log_loss(truth, probabilities if meaning == "logits" else outputs))
    put("perplexity", np.exp(sk.log_loss(truth, probabilities if meaning == "logits" else outputs)))
    put("brierScore", sk.brier_score_loss(truth, probabilities if meaning == "logits" else outputs))
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
    put("medianAbsoluteError", sk.median_absolute_error(targets, outputs))
    put("maxError", max(sk.max_error(targets[:, i], outputs[:, i]) for i in range(width)))
    put("meanSquaredLogarithmicError", sk.mean_squared_log_error(targets, outputs))
    put("r2", sk.r2_score(targets, outputs))
    put("explainedVariance", sk.explained_variance_score(targets, outputs + 0.0))
    put("pearsonCorrelation", np.mean([pearsonr(targets[:, i], outputs[:, i])[0] for i in range(width)]))

# Sequences of classes, three steps an example; class 0 does not count.
truth = generator.choice(4, size=(40, 3))
logits = np.float32(generator.normal(size=(40, 3, 4)) + np.eye(4)[truth]).astype(float)  # none are equal
counts = truth != 0
for ignored in (None, 0):
    kept = np.full(truth.shape, True) if ignored is None else counts
    wanted, given = truth[kept], logits[kept]
    put = lambda metric, value, **arguments: add(metric, "logits", "classIndex", truth, logits, value, ignored, **arguments)
    put("accuracy", sk.accuracy_score(wanted, given.argmax(axis=1)))
    for k in (1, 2):
        put("topKAccuracy", sk.top_k_accuracy_score(wanted, given, k=k, labels=range(4)), k=k)
    put("logLoss", sk.log_loss(wanted, softmax(given), labels=range(4)))
    put("perplexity", np.exp(sk.log_loss(wanted, softmax(given), labels=range(4))))
    put("fBeta", sk.f1_score(wanted, given.argmax(axis=1), average="macro"), beta=1, average="macro")
    put("cohenKappa", sk.cohen_kappa_score(wanted, given.argmax(axis=1)), weights="none")
    put("brierScore", sk.brier_score_loss(wanted, softmax(given), labels=range(4)))
    put("rocAuc", np.mean([sk.roc_auc_score(wanted == c, softmax(given)[:, c]) for c in set(wanted)]))

level = np.full((40, 1), 3.0)
add("r2", "values", "values", level, level + rounded(40, 1), 0.0)
add("r2", "values", "values", level, level, sk.r2_score(level, level))

lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
Path(__file__).with_suffix(".json").write_text(f'{{"scikit-learn":"{sklearn.__version__}","cases":[\n{lines}\n]}}\n')
