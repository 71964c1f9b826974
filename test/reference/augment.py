"""Pictures turned, moved and enlarged by PyTorch's affine_grid and grid_sample, recoloured by torchvision: writes augment.json beside itself.

Run: python test/reference/augment.py (needs torch and torchvision; made with 2.13 and 0.28). align_corners=False: a pixel is a square, its value is at its centre.
The matrices are those of turns and moves in pixels, brought to affine_grid's coordinates, where the picture is 2 wide and 2 high.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torchvision.transforms.functional import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation

torch.manual_seed(7)
height, width, channels = 5, 7, 2
picture = torch.randint(0, 256, (1, channels, height, width)).double()


def sample(radians=0.0, scale=1.0, dx=0.0, dy=0.0, mode="zeros"):
    """Turned by radians counterclockwise as seen, enlarged, then moved by dx, dy pixels (dy downwards)."""
    cos, sin = math.cos(radians) / scale, math.sin(radians) / scale
    # From a pixel of the result to one of the picture, about the centre.
    a = torch.tensor([[cos, -sin], [sin, cos]], dtype=torch.float64)
    move = -a @ torch.tensor([dx, dy], dtype=torch.float64)
    half = torch.tensor([width / 2, height / 2], dtype=torch.float64)
    theta = torch.cat([a * half[None, :] / half[:, None], (move / half)[:, None]], dim=1)
    grid = F.affine_grid(theta[None], (1, channels, height, width), align_corners=False)
    out = F.grid_sample(picture, grid, mode="bilinear", padding_mode=mode, align_corners=False)
    return out[0].permute(1, 2, 0).flatten().tolist()


cases = []
for arguments in [
    {"radians": 0.3},
    {"radians": -1.2},
    {"radians": math.pi / 2},
    {"scale": 1.7},
    {"scale": 0.6},
    {"dx": 1.25, "dy": -0.5},
    {"dx": -9.0},
    {"radians": 0.5, "scale": 1.3, "dx": 0.75, "dy": 1.5},
]:
    for fill, mode in [("zeros", "zeros"), ("edge", "border")]:
        cases.append({"arguments": arguments, "fill": fill, "result": sample(**arguments, mode=mode)})

# Random colours, greys, black, white, and pixels with two equal largest or smallest values; torchvision's floats are in [0, 1].
colours = torch.randint(0, 256, (3, 3, 8)).double()
colours[:, 0, :4] = torch.tensor([[0, 255, 77, 200], [0, 255, 77, 200], [0, 255, 77, 10]])
colours[:, 1, :4] = torch.tensor([[200, 10, 10, 255], [10, 200, 10, 0], [200, 200, 10, 0]])
adjustments = {
    "brightness": (adjust_brightness, [0.4, 1.3]),
    "contrast": (adjust_contrast, [0.0, 0.7, 1.8]),
    "saturation": (adjust_saturation, [0.0, 0.3, 1.9, 4.0]),
    "hue": (adjust_hue, [-0.5, -0.21, 0.0, 0.04, 1 / 3, 0.5]),
}
recoloured = [
    {"type": name, "factor": factor, "result": (255 * adjust(colours / 255, factor)).permute(1, 2, 0).flatten().tolist()}
    for name, (adjust, factors) in adjustments.items()
    for factor in factors
]

json.dump(
    {
        "colours": {"shape": [3, 8, 3], "picture": colours.permute(1, 2, 0).flatten().int().tolist(), "cases": recoloured},
        "shape": [height, width, channels],
        "picture": picture[0].permute(1, 2, 0).flatten().int().tolist(),
        "cases": cases,
    },
    (Path(__file__).parent / "augment.json").open("w"),
)
