"""Ranks, Kruskal-Wallis, Spearman and chi-squared tails by SciPy: writes importance.json beside itself. Run: python test/reference/importance.py (needs scipy)."""

import json
from pathlib import Path

import numpy as np
from scipy import stats

generator = np.random.default_rng(7)
rounded = lambda values: [float(f"{v:.4g}") for v in values]
cases = [
    [rounded(generator.normal(m, 1, n)) for m, n in [(0, 5), (1, 7), (3, 4)]],
    [rounded(generator.normal(0, 1, n)) for n in (12, 3)],
    [[0.9, 0.9, 0.95], [0.95, 0.95, 0.97], [0.9, 0.97, 0.97], [0.99, 0.99, 0.99]],
    [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
    [rounded(generator.exponential(10.0**k, 20)) for k in range(6)],
]
kruskal = []
for groups in cases:
    h, p = stats.kruskal(*groups)
    n, k = sum(map(len, groups)), len(groups)
    kruskal.append({"groups": groups, "h": float(h), "p": float(p), "share": float(min(1, max(0, (h - k + 1) / (n - k))))})
x = rounded(generator.normal(0, 1, 25))
pairs = [[x, rounded(np.array(x) ** 3 + generator.normal(0, 1, 25))], [[1, 2, 2, 3, 3, 3], [9, 8, 8, 1, 2, 0.5]], [[1, 2, 3], [1, 2, 3]]]
spearman = [{"x": a, "y": b, "rho": float(stats.spearmanr(a, b).statistic)} for a, b in pairs]
tails = [{"x": v, "degrees": d, "p": float(stats.chi2.sf(v, d))} for v in (0.01, 0.7, 3.84, 7.9, 8.1, 25.0, 120.0) for d in (1, 2, 3, 4, 9, 30)]
ranks = [3.5, 1, 2, 2, 7, 2, -1e300, 3.5]
Path(__file__).with_suffix(".json").write_text(
    json.dumps({"kruskal": kruskal, "spearman": spearman, "tails": tails, "ranks": {"values": ranks, "ranks": list(map(float, stats.rankdata(ranks)))}}) + "\n"
)
