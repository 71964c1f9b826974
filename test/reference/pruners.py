"""At which epoch Optuna stops trials of fixed learning curves: writes pruners.json beside itself.

Run: python test/reference/pruners.py (needs optuna; made with Optuna 5.0.0). The tests read the JSON only.
`golden` of the JSON, curves and the epochs at which Optuna 3.1.0 stops them, was made by 3.1.0 and stays as it is; this script only
checks that the Optuna at hand says the same. `cases` are drawn from a fixed seed: curves that go up and down, with NaN, infinities and
epochs without a score. Trials come one after the other, each reporting its epochs until it is stopped. Epochs count from 1; Optuna's
warm-up and interval count steps from 0, so that epoch - 1 is reported for pruners that have them.
"""

import json
import math
from pathlib import Path

import numpy as np
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
here = Path(__file__).parent
reference = json.loads((here / "pruners.json").read_text())


def stops(pruner, curves, first_step, direction="minimize"):
    """The epoch at which each curve (scores by epoch) is stopped, or None."""
    study = optuna.create_study(study_name="golden", pruner=pruner, direction=direction)
    result = []
    for curve in curves:
        trial = study.ask()
        stopped = None
        for epoch, score in curve:
            trial.report(score, epoch - 1 + first_step)
            if trial.should_prune():
                stopped = epoch
                break
        if stopped is None:
            last = curve[-1][1]
            # a study takes no NaN for a trial's own value; pruners look at what was reported only
            study.tell(trial, last if math.isfinite(last) else 0.0)
        else:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        result.append(stopped)
    return result


def check_golden():
    curves = [list(enumerate(curve, start=1)) for curve in reference["golden"]["curves"]]
    pruners = {
        "median": optuna.pruners.MedianPruner(),
        "median_w5_i3": optuna.pruners.MedianPruner(3, 5, 3),
        "sha_r1_eta3": optuna.pruners.SuccessiveHalvingPruner(1, 3),
        "sha_default": optuna.pruners.SuccessiveHalvingPruner(),
        "hyperband_1_27_3": optuna.pruners.HyperbandPruner(1, 27, 3),
    }
    for name, pruner in pruners.items():
        found = stops(pruner, curves, 1)
        assert found == reference["golden"][name], (name, found, reference["golden"][name])


def draw_curves(rng, trials, epochs):
    curves = []
    for _ in range(trials):
        level, speed = rng.uniform(0, 1), rng.uniform(0.02, 0.6)
        every = rng.choice([1, 1, 1, 2, 3])
        curve = []
        for epoch in range(1, epochs + 1):
            if epoch % every and epoch != epochs:
                continue
            score = level + math.exp(-speed * epoch) + rng.normal(0, 0.08)
            chance = rng.uniform()
            curve.append((epoch, math.nan if chance < 0.03 else math.inf if chance < 0.04 else round(float(score), 4)))
        curves.append(curve)
    return curves


def cases():
    rng = np.random.default_rng(8)
    p = optuna.pruners
    listed = [
        ({"type": "median"}, lambda: p.MedianPruner(), 0),
        ({"type": "median", "startupTrials": 0, "warmupEpochs": 2, "interval": 4}, lambda: p.MedianPruner(0, 2, 4), 0),
        ({"type": "median", "startupTrials": 2, "minTrials": 4}, lambda: p.MedianPruner(2, 0, 1, n_min_trials=4), 0),
        ({"type": "percentile", "percentile": 25}, lambda: p.PercentilePruner(25), 0),
        (
            {"type": "percentile", "percentile": 80, "startupTrials": 1, "warmupEpochs": 3, "interval": 2},
            lambda: p.PercentilePruner(80, 1, 3, 2),
            0,
        ),
        ({"type": "asha", "eta": 2}, lambda: p.SuccessiveHalvingPruner(1, 2), 1),
        ({"type": "asha", "minEpochs": 2, "eta": 3}, lambda: p.SuccessiveHalvingPruner(2, 3), 1),
        ({"type": "hyperband", "maxEpochs": 20}, lambda: p.HyperbandPruner(1, 20, 3), 1),
        ({"type": "hyperband", "minEpochs": 2, "maxEpochs": 16, "eta": 2}, lambda: p.HyperbandPruner(2, 16, 2), 1),
        ({"type": "threshold", "lower": 0.1, "upper": 1.7}, lambda: p.ThresholdPruner(0.1, 1.7), 0),
        (
            {"type": "threshold", "upper": 1.2, "warmupEpochs": 4, "interval": 3},
            lambda: p.ThresholdPruner(upper=1.2, n_warmup_steps=4, interval_steps=3),
            0,
        ),
        (
            {"type": "patience", "patience": 3, "pruner": {"type": "median", "startupTrials": 2}},
            lambda: p.PatientPruner(p.MedianPruner(2), patience=2),
            0,
        ),
        ({"type": "patience", "patience": 4}, lambda: p.PatientPruner(None, patience=3), 0),
    ]
    for spec, make, first_step in listed:
        for goal in ["minimize", "maximize"]:
            curves = draw_curves(rng, 40, 20)
            if spec["type"] == "patience":
                # of NaN alone in its window Optuna's makes nothing; ours counts it as no improvement
                curves = [[(epoch, score) for epoch, score in curve if math.isfinite(score)] for curve in curves]
            if spec["type"] in ("asha", "hyperband"):
                # the two part where several rungs lie between two scores: Optuna lets who is stopped at the first not count at the others
                curves = [[(e, s) for e, s in enumerate([s for _, s in curve], start=1)] for curve in curves]
            if goal == "maximize":
                curves = [[(epoch, -score) for epoch, score in curve] for curve in curves]
                if spec["type"] == "threshold":
                    continue
            yield {
                "spec": spec,
                "goal": goal,
                "curves": [[[e, s if math.isfinite(s) else str(s)] for e, s in curve] for curve in curves],
                "stops": stops(make(), curves, first_step, goal),
            }


check_golden()
reference["made_with"] = f"Optuna {optuna.__version__}; golden: Optuna 3.1.0"
reference["study_name"] = "golden"
reference["cases"] = list(cases())
text = json.dumps(reference)
(here / "pruners.json").write_text(text.replace('"cases": [', '"cases": [\n').replace('}, {"spec"', '},\n{"spec"') + "\n")
