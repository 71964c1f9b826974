"""Per-channel moments and normalized values computed by NumPy in double precision: writes data.json beside itself.

Run: python test/reference/data.py (needs numpy; made with 2.4.6). The tests read the JSON only.
The iris figures come from the rows in src/data/sources/iris-rows.ts, whose origin another test checks.
"""

import json
import re
from pathlib import Path

import numpy as np

here = Path(__file__).parent
generator = np.random.default_rng(20261123)

# [examples, height, width, channels]; whole numbers, so that bytes, float32 and the JSON hold the same.
images = generator.integers(0, 256, size=(17, 3, 2, 2)).astype(np.float64)
images[..., 1] = np.clip(images[..., 1] // 4 + 100, 0, 255)
mean = images.mean(axis=(0, 1, 2))
std = images.std(axis=(0, 1, 2))

text = (here / "../../src/data/sources/iris-rows.ts").read_text()
rows = np.array([[float(x) for x in line.split(",")] for line in re.findall(r"^[\d.,]+$", text, re.M)])

json.dump(
    {
        "images": images.astype(int).ravel().tolist(),
        "shape": list(images.shape),
        "mean": mean.tolist(),
        "std": std.tolist(),
        "normalized": ((images - mean) / std).ravel().tolist(),
        "iris": {"mean": rows.mean(axis=0).tolist(), "std": rows.std(axis=0).tolist()},
    },
    (here / "data.json").open("w"),
)
