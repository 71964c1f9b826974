"""Points of Sobol's sequence and values of the normal distribution by SciPy: writes samplers.json beside itself.

Run: python test/reference/samplers.py (needs scipy; made with 1.17). The tests read the JSON only.
"""

import json
import warnings
from pathlib import Path

import numpy as np
from scipy import special
from scipy.stats import qmc

warnings.simplefilter("ignore")
points = qmc.Sobol(256, scramble=False, bits=32).random(1100)
dimensions = [0, 1, 2, 3, 4, 5, 6, 7, 13, 41, 99, 180, 255]
indices = [*range(1, 34), 500, 1023, 1024, 1025, 1099]
x = [-60, -38.5, -21, -20, -10, -5.7, -3, -1.5, -1, -0.7, -0.3, -1e-8, 0, 1e-8, 0.2, 0.66, 0.7, 1, 2.5, 5.6, 5.7, 8, 12]
p = [1e-300, 1e-30, 1e-10, 1e-5, 0.001, 0.0067, 0.0068, 0.1, 0.3, 0.45, 0.5, 0.6, 0.9, 0.999, 1 - 1e-9]
out = {
    "sobol": {
        "dimensions": dimensions,
        "indices": indices,
        "points": [[points[i][d] for d in dimensions] for i in indices],
    },
    "normal": {
        "x": x,
        "cdf": special.ndtr(np.array(x)).tolist(),
        "logCdf": special.log_ndtr(np.array(x)).tolist(),
        "p": p,
        "quantile": special.ndtri(np.array(p)).tolist(),
    },
}
Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
