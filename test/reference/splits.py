"""How scikit-learn divides examples into folds: writes splits.json beside itself.

Run: python test/reference/splits.py (made with scikit-learn 1.9.1, numpy 2.4). Which examples are drawn depends on the random generator;
compared are sizes, counts of classes and sizes of groups, which do not, and the folds of TimeSeriesSplit, which draws nothing.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit

generator = np.random.default_rng(20261123)


def zeros(n):
    return np.zeros((n, 1))


def stratified(n, k):
    # Class 0 first, then 1, then 2: scikit-learn numbers classes as they appear.
    labels = np.concatenate([[0, 1, 2], generator.choice([0, 0, 0, 1, 2], size=n - 3)])
    folds = StratifiedKFold(k, shuffle=True, random_state=0).split(zeros(n), labels)
    return {"k": k, "labels": labels.tolist(), "counts": [np.bincount(labels[held], minlength=3).tolist() for _, held in folds]}


def grouped(n, k, num_groups):
    groups = (num_groups * generator.random(n) ** 2).astype(int)
    folds = GroupKFold(k).split(zeros(n), groups=groups)
    return {"k": k, "groups": groups.tolist(), "sizes": [len(held) for _, held in folds]}


def ordered(n, k):
    folds = TimeSeriesSplit(k).split(zeros(n))
    return {"n": n, "k": k, "folds": [{"kept": len(kept), "held": held.tolist()} for kept, held in folds]}


sizes = [(6, 2), (11, 3), (50, 5), (103, 10)]
result = {
    "kFold": [{"n": n, "k": k, "sizes": [len(held) for _, held in KFold(k, shuffle=True).split(zeros(n))]} for n, k in sizes],
    "stratified": [stratified(n, k) for n, k in [(30, 3), (101, 5), (200, 7)]],
    "grouped": [grouped(n, k, g) for n, k, g in [(20, 3, 6), (200, 5, 30), (500, 4, 12)]],
    "ordered": [ordered(n, k) for n, k in sizes],
}
json.dump(result, (Path(__file__).parent / "splits.json").open("w"))
