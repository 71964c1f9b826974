"""Numbers of Optuna's tree-structured Parzen estimator: writes tpe-3.1.json or tpe-5.0.json beside itself.

Run: python test/reference/tpe.py with optuna 3.1.0 (Debian 12's python3-optuna), and once more with optuna 5.0 (made with its main
branch of 2026-08-21, version 5.0.0.dev). The tests read the JSON only. Nothing here depends on random numbers of Optuna.
"""

import json
import sys
from pathlib import Path

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe import sampler as tpe
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.trial import TrialState, create_trial

# Equal observations in the order in which they stand, not in that of an unstable sort.
argsort = np.argsort
np.argsort = lambda values, **_: argsort(values, kind="stable")

VERSION = ".".join(optuna.__version__.split(".")[:2])
NEW = VERSION == "5.0"


def distribution(d):
    if d["kind"] == "categorical":
        return CategoricalDistribution(d["choices"])
    log = d["scale"] == "log"
    if d["kind"] == "int":
        return IntDistribution(d["low"], d["high"], log=log, step=d.get("step", 1))
    return FloatDistribution(d["low"], d["high"], log=log, step=d.get("step"))


def estimator(space, observations, multivariate):
    parameters = dict(
        prior_weight=1.0,
        consider_magic_clip=True,
        consider_endpoints=False,
        weights=tpe.default_weights,
        multivariate=multivariate,
    )
    if not NEW:
        parameters["consider_prior"] = True
    return _ParzenEstimator(observations, space, _ParzenEstimatorParameters(**parameters))


def densities(case):
    space = {d["name"]: distribution(d) for d in case["space"]}
    columns = [d["name"] for d in case["space"]]
    observations = {name: np.array([row[i] for row in case["observations"]]) for i, name in enumerate(columns)}
    query = {name: np.array([row[i] for row in case["query"]]) for i, name in enumerate(columns)}
    return {
        key: estimator(space, observations, multivariate).log_pdf(query).tolist()
        for key, multivariate in ({"logDensities": True} if NEW else {"univariate": False, "multivariate": True}).items()
    }


rng = np.random.RandomState(20261123)


def draw(d):
    if d["kind"] == "categorical":
        return int(rng.randint(len(d["choices"])))
    u = rng.rand() ** 2
    if d["kind"] == "int":
        step = d.get("step", 1)
        if d["scale"] == "log":
            return int(round(np.exp(np.log(d["low"]) + u * np.log(d["high"] / d["low"]))))
        return int(d["low"] + step * int(u * ((d["high"] - d["low"]) // step + 1)))
    if d["scale"] == "log":
        return float(np.exp(np.log(d["low"]) + u * np.log(d["high"] / d["low"])))
    if "step" in d:
        return float(np.round(d["low"] + d["step"] * round(u * (d["high"] - d["low"]) / d["step"]), 12))
    return float(d["low"] + u * (d["high"] - d["low"]))


# The numbers of observations and queries with which the first goldens were made.
FIRST = {
    "name": "first",
    "space": [
        {"name": "lr", "kind": "float", "low": 1e-5, "high": 0.1, "scale": "log"},
        {"name": "m", "kind": "float", "low": 0, "high": 1, "scale": "linear"},
        {"name": "n", "kind": "int", "low": 1, "high": 8, "scale": "linear"},
        {"name": "opt", "kind": "categorical", "choices": ["a", "b", "c"]},
    ],
    "observations": [
        [0.0015676677195506068, 0.4375872112626925, 1, 1],
        [0.007257005721594277, 0.8917730007820798, 2, 0],
        [0.0025766385746135885, 0.9636627605010293, 6, 0],
        [0.0015119336467641006, 0.3834415188257777, 2, 1],
        [0.0004950159553733195, 0.7917250380826646, 6, 2],
        [0.0038333321561566627, 0.5288949197529045, 1, 0],
    ],
    "query": [[0.0001, 0.1, 1, 0], [0.001, 0.5, 4, 1], [0.05, 0.9, 8, 2]],
}
WIDE = [
    {"name": "rate", "kind": "float", "low": 1e-6, "high": 1, "scale": "log"},
    {"name": "momentum", "kind": "float", "low": -1, "high": 1, "scale": "linear"},
    {"name": "dropout", "kind": "float", "low": 0, "high": 0.9, "scale": "linear", "step": 0.1},
    {"name": "units", "kind": "int", "low": 16, "high": 512, "scale": "log"},
    {"name": "blocks", "kind": "int", "low": 2, "high": 20, "scale": "linear", "step": 3},
    {"name": "optimizer", "kind": "categorical", "choices": ["sgd", "adam", "lion", "lamb"]},
]

cases = [FIRST]
for count in (0, 1, 2, 3, 26, 120):
    rows = [[draw(d) for d in WIDE] for _ in range(count)]
    if count == 3:
        rows[2] = list(rows[0])  # equal observations
    query = [[draw(d) for d in WIDE] for _ in range(6)]
    query.append([1, -1, 0, 16, 2, 3])  # corners
    query.append([1e-6, 1, 0.9, 512, 20, 0])
    cases.append({"name": f"{count} observations", "space": WIDE, "observations": rows, "query": query})
for case in cases:
    case.update(densities(case))

out = {
    "optuna": optuna.__version__,
    "gamma": {str(n): tpe.default_gamma(n) for n in (1, 9, 10, 11, 29, 30, 31, 50, 70, 100, 250, 251, 500)},
    "weights": {str(n): tpe.default_weights(n).tolist() for n in (0, 1, 24, 25, 26, 27, 30, 60)},
    "cases": cases,
}

if NEW:
    # Which trials are good: finished, pruned at several epochs with several scores, running.
    space = {d["name"]: distribution(d) for d in FIRST["space"]}
    trials = []
    for number in range(60):
        row = [draw(d) for d in FIRST["space"]]
        params = {d["name"]: (d["choices"][v] if "choices" in d else v) for d, v in zip(FIRST["space"], row)}
        kind = ("COMPLETE", "PRUNED", "PRUNED", "RUNNING")[rng.randint(4)] if number > 3 else "PRUNED"
        if number in (20, 40):
            kind = "COMPLETE"
        score = float(np.round(rng.rand(), 1))  # ties
        epoch = int(rng.randint(4))
        trials.append({"number": number, "state": kind, "row": row, "params": params, "score": score, "epoch": epoch})
    for name, subset in (("few finished", [t for t in trials if t["state"] != "COMPLETE" or t["number"] in (20, 40)]), ("all", trials)):
        study = optuna.create_study()
        frozen = []
        for t in subset:
            trial = create_trial(
                state=TrialState[t["state"]],
                params=t["params"],
                distributions=space,
                value=t["score"] if t["state"] == "COMPLETE" else None,
                intermediate_values={t["epoch"]: t["score"]} if t["state"] == "PRUNED" else {},
            )
            trial.number = t["number"]
            frozen.append(trial)
        n = sum(t["state"] != "RUNNING" for t in subset)
        below, above = tpe._split_trials(study, frozen, tpe.default_gamma(n))
        estimators = []
        for side in (below, above):
            rows = {t["number"]: t["row"] for t in subset}
            columns = np.array([rows[t.number] for t in side], dtype=float)
            estimators.append(
                estimator(space, {d["name"]: columns[:, i] for i, d in enumerate(FIRST["space"])}, True)
            )
        query_rows = [[draw(d) for d in FIRST["space"]] for _ in range(8)]
        query = {d["name"]: np.array([row[i] for row in query_rows]) for i, d in enumerate(FIRST["space"])}
        out.setdefault("splits", []).append(
            {
                "name": name,
                "space": FIRST["space"],
                "trials": [{k: v for k, v in t.items() if k != "params"} for t in subset],
                "below": [t.number for t in below],
                "query": query_rows,
                "acquisition": (estimators[0].log_pdf(query) - estimators[1].log_pdf(query)).tolist(),
            }
        )

target = Path(__file__).with_name(f"tpe-{VERSION}.json")
target.write_text(json.dumps(out) + "\n")
print(target, file=sys.stderr)
