"""Student's t and Welch's test by SciPy: writes statistics.json beside itself. Run: python test/reference/statistics.py (needs scipy)."""

import json
from pathlib import Path

import numpy as np
from scipy import stats

generator = np.random.default_rng(3)
rounded = lambda values: [float(f"{v:.6g}") for v in values]
samples = [rounded(generator.normal(mean, std, n)) for mean, std, n in [(0.98, 0.002, 3), (0.979, 0.004, 5), (0.9, 0.01, 2), (2.3, 0.5, 30), (1e-8, 1e-9, 4), (-5e6, 3e3, 7)]]
intervals = [list(map(float, stats.t.interval(0.95, len(s) - 1, np.mean(s), stats.sem(s)))) for s in samples]
tests = [
    {"a": i, "b": j, "p": float(stats.ttest_ind(samples[i], samples[j], equal_var=False).pvalue)}
    for i, j in [(0, 1), (0, 2), (1, 2), (3, 0), (4, 5), (1, 1)]
]
quantiles = [{"p": p, "degrees": d, "t": float(stats.t.ppf(p, d))} for p in (0.75, 0.95, 0.975, 0.9995) for d in (1, 2, 3.7, 29, 1000)]
beta = [{"x": x, "a": a, "b": b, "value": float(stats.beta.cdf(x, a, b))} for x in (1e-6, 0.1, 0.5, 0.93) for a in (0.5, 3, 200) for b in (0.5, 7.25)]
Path(__file__).with_suffix(".json").write_text(
    json.dumps({"samples": samples, "stds": [float(np.std(s, ddof=1)) for s in samples], "intervals": intervals, "tests": tests, "quantiles": quantiles, "beta": beta}) + "\n"
)
