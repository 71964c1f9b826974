"""Student's t and Welch's test by SciPy: writes statistics.json beside itself. Run: python test/reference/statistics.py (needs scipy)."""

import json
from pathlib import Path

import numpy as np
from scipy import stats

generator = np.random.default_rng(3)
rounded = lambda values: [float(f"{v:.6g}") for v in values]
samples = [rounded(generator.normal(mean, std, n)) for mean, std, n in [(0.98, 0.002, 3), (0.979, 0.004, 5), (0.9, 0.01, 2), (2.3, 0.5, 30), (1e-8, 1e-9, 4), (-5e6, 3e3, 7)]]
# One value that never changes, one that hardly does beside its size, a seed of three that stands alone, what vanishes or overflows when squared.
samples += [[0.7, 0.7, 0.7], [0.1, 0.1, 0.3], [1e8 + 0.25, 1e8 + 0.5, 1e8 + 0.75, 1e8], [0.0, 0.0, 1e-12], [1e200, 1.5e200, 0.9e200], [2e-200, 3e-200], [0.8, 0.8, 0.8, 0.8]]

def scaled(s):
    """SciPy squares what would overflow or vanish: by 1e200, which is what these samples are multiples of."""
    return (np.divide(s, 1e200), 1e200) if max(map(abs, s)) > 1e150 else (np.multiply(s, 1e200), 1e-200) if max(map(abs, s)) < 1e-150 else (np.array(s), 1)

def interval(s):
    if len(set(s)) == 1:
        return s[0], s[0]  # SciPy says NaN; the limit is the value
    values, scale = scaled(s)
    return np.array(stats.t.interval(0.95, len(s) - 1, np.mean(values), stats.sem(values))) * scale

def std(s):
    values, scale = scaled(s)
    return 0.0 if len(set(s)) == 1 else float(np.std(values, ddof=1) * scale)

def p(i, j):
    if max(map(abs, samples[i] + samples[j])) > 1e150:
        return float(stats.ttest_ind(np.divide(samples[i], 1e200), np.divide(samples[j], 1e200), equal_var=False).pvalue)
    return float(stats.ttest_ind(samples[i], samples[j], equal_var=False).pvalue)

intervals = [list(map(float, interval(s))) for s in samples]
tests = [
    {"a": i, "b": j, "p": p(i, j)}
    for i, j in [(0, 1), (0, 2), (1, 2), (3, 0), (4, 5), (1, 1), (6, 1), (7, 6), (8, 3), (9, 7), (10, 3), (0, 12)]
]
quantiles = [{"p": p, "degrees": d, "t": float(stats.t.ppf(p, d))} for p in (0.75, 0.95, 0.975, 0.9995) for d in (1, 2, 3.7, 29, 1000)]
beta = [{"x": x, "a": a, "b": b, "value": float(stats.beta.cdf(x, a, b))} for x in (1e-6, 0.1, 0.5, 0.93) for a in (0.5, 3, 200) for b in (0.5, 7.25)]
Path(__file__).with_suffix(".json").write_text(
    json.dumps({"samples": samples, "stds": [std(s) for s in samples], "intervals": intervals, "tests": tests, "quantiles": quantiles, "beta": beta}) + "\n"
)
