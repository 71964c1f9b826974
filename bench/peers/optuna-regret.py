"""Regret of Optuna's samplers on Branin's and Hartmann's functions: median and quartiles of 30 seeds after 25, 50 and 100 trials.

Run: python bench/peers/optuna-regret.py OUT.json (bench/results/optuna-5.0-regret.json was made with Optuna's main branch of
2026-08-21, version 5.0.0.dev; optuna-3.1.0-regret.json with Debian 12's python3-optuna).
"""

import json
import math
import sys

import numpy as np
import optuna
from optuna.samplers import CmaEsSampler, RandomSampler, TPESampler

optuna.logging.set_verbosity(optuna.logging.ERROR)
ALPHA = np.array([1, 1.2, 3, 3.2])
A = np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
P = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)


def branin(trial):
    x, y = trial.suggest_float("x", -5, 10), trial.suggest_float("y", 0, 15)
    bowl = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return bowl**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10 - 0.39788735772973816


def hartmann6(trial):
    x = np.array([trial.suggest_float(f"x{i}", 0, 1) for i in range(6)])
    return float(3.322368011415515 - ALPHA @ np.exp(-np.sum(A * (x - P) ** 2, axis=1)))


SAMPLERS = {
    "random": lambda seed: RandomSampler(seed=seed),
    "tpe": lambda seed: TPESampler(seed=seed, multivariate=False),
    "tpe_mv": lambda seed: TPESampler(seed=seed, multivariate=True),
    "cmaes": lambda seed: CmaEsSampler(seed=seed),
}
out = {"optuna": optuna.__version__}
for objective in (branin, hartmann6):
    for name, make in SAMPLERS.items():
        curves = []
        for seed in range(30):
            study = optuna.create_study(sampler=make(seed))
            study.optimize(objective, n_trials=100)
            curves.append(np.minimum.accumulate([t.value for t in study.trials]))
        at = {}
        for n in (25, 50, 100):
            values = [curve[n - 1] for curve in curves]
            q25, median, q75 = np.percentile(values, [25, 50, 75])
            at[str(n)] = {"median": float(median), "q25": float(q25), "q75": float(q75), "mean": float(np.mean(values))}
        out[f"{objective.__name__}/{name}"] = at
        print(objective.__name__, name, at["100"], file=sys.stderr)
with open(sys.argv[1], "w") as file:
    file.write(json.dumps(out, indent=2) + "\n")
