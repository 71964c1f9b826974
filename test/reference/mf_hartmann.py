"""Values of mfpbench's multi-fidelity Hartmann functions without noise: writes mf_hartmann.json beside itself.

Run: python test/reference/mf_hartmann.py GENERATORS (needs numpy; GENERATORS is src/mfpbench/synthetic/hartmann/generators.py of
github.com/automl/mf-prior-bench 1.10.0, which needs nothing but numpy). The tests read the JSON only.
"""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np

spec = importlib.util.spec_from_file_location("generators", sys.argv[1])
generators = importlib.util.module_from_spec(spec)
spec.loader.exec_module(generators)

rng = np.random.default_rng(3)
values = []
for name in ["MFHartmann3", "MFHartmann6"]:
    kind = getattr(generators, name)
    points = [list(kind.optimum)] + rng.uniform(size=(6, kind.dims)).round(6).tolist()
    for bias in [0.5, 3.0]:
        function = kind(n_fidelities=100, fidelity_bias=bias, fidelity_noise=0.0)
        for epoch in [1, 7, 30, 100]:
            for point in points:
                values.append({"dims": kind.dims, "bias": bias, "epoch": epoch, "point": point, "value": function(epoch, tuple(point))})

(Path(__file__).parent / "mf_hartmann.json").write_text(json.dumps(values).replace("}, {", "},\n{") + "\n")
