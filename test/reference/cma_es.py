"""Generations of CMA-ES told the same points: writes cma_es.json beside itself.

Run: python test/reference/cma_es.py (needs numpy and cmaes; made with cmaes 0.13.1). The tests read the JSON only. The points are drawn
here, around the current mean, and some of them far off; nothing depends on the package's own random numbers.
"""

import json
from pathlib import Path

import numpy as np
from cmaes import CMA

rng = np.random.RandomState(20261124)
cases = []
for n, population, sigma in ((1, None, 0.3), (2, None, 0.3), (3, 12, 0.2), (6, None, 0.3), (10, None, 0.1)):
    optimizer = CMA(mean=np.full(n, 0.5), sigma=sigma, population_size=population, seed=0)
    target = rng.rand(n)
    scales = 10 ** rng.uniform(0, 2, n)
    generations = []
    for _ in range(7):
        points = []
        for _ in range(optimizer.population_size):
            x = optimizer.mean + optimizer._sigma * np.sqrt(np.diag(optimizer._C)) * rng.randn(n)
            points.append((x, float(np.sum(scales * (x - target) ** 2) + x[0] * x[-1])))
        generation = {"points": [x.tolist() for x, _ in points], "scores": [score for _, score in points]}
        optimizer.tell(list(points))
        generations.append(
            generation
            | {
                "mean": optimizer.mean.tolist(),
                "sigma": float(optimizer._sigma),
                "covariance": optimizer._C.flatten().tolist(),
                "stepPath": optimizer._p_sigma.tolist(),
                "covariancePath": optimizer._pc.tolist(),
            }
        )
    cases.append({"n": n, "population": optimizer.population_size, "sigma": sigma, "generations": generations})

Path(__file__).with_suffix(".json").write_text(json.dumps(cases) + "\n")
