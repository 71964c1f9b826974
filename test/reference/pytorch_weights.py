"""Weights as PyTorch saves them, and what the networks give: writes pytorch-*.safetensors, pytorch-sequences.npz and pytorch_weights.json
beside itself.

Run: python test/reference/pytorch_weights.py (needs torch, safetensors, numpy; made with torch 2.13). The tests read the files only.
Inputs and outputs are written as exp has them (channels last); the layers are the same network in exp's words.
"""

import json
from pathlib import Path

import numpy
import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(20261123)
here = Path(__file__).parent


def array(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.9g}") for v in tensor.detach().double().reshape(-1).tolist()]}


def scramble(net):
    """Norms, slopes and statistics that are not 0 and 1, so that a mix-up shows."""
    with torch.no_grad():
        for name, value in [*net.named_parameters(), *net.named_buffers()]:
            if not value.is_floating_point():
                continue
            noise = torch.randn(value.shape) * 0.3
            value.copy_(noise.abs() + 0.5 if name.endswith("running_var") else value + noise)
    return net.eval()


class Separable(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs * 2, 3, padding=1, groups=inputs, bias=False)
        self.pointwise = nn.Conv2d(inputs * 2, outputs, 1)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


class Images(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.Conv2d(4, 8, (3, 5), padding=(1, 2), groups=2),
            nn.PReLU(8),
            nn.Conv2d(8, 16, 3, padding=1, groups=8),
            nn.GroupNorm(2, 16, eps=1e-3),
            Separable(16, 5),
            nn.ConvTranspose2d(5, 3, 2, stride=2),
            nn.MaxPool2d(2),
        )
        self.norm = nn.BatchNorm1d(3 * 4 * 5)
        self.classifier = nn.Sequential(nn.Dropout(), nn.Linear(3 * 4 * 5, 6), nn.Tanh(), nn.LayerNorm(6), nn.Linear(6, 3, bias=False))

    def forward(self, x):
        return self.classifier(self.norm(torch.flatten(self.features(x), 1)))


class Sequences(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 4)
        self.lstm = nn.LSTM(4, 3, batch_first=True, bidirectional=True)
        self.gru = nn.GRU(6, 5, batch_first=True)
        self.rnn = nn.RNN(5, 4, batch_first=True)
        self.conv = nn.Conv1d(4, 6, 3)
        self.head = nn.Linear(6 * 5, 2)

    def forward(self, x):
        x = self.embed(x)
        for layer in (self.lstm, self.gru, self.rnn):
            x, _ = layer(x)
        return self.head(torch.flatten(self.conv(x.transpose(1, 2)), 1))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.rms = nn.RMSNorm(8, eps=1e-6)
        self.head = nn.Linear(7 * 8, 3)

    def forward(self, x):
        x = self.norm(x)
        x = x + self.attention(x, x, x, need_weights=False)[0]
        return self.head(torch.flatten(self.rms(x), 1))


def images():
    net = scramble(Images())
    x = torch.randn(3, 2, 4, 5)
    state = {name: value.clone() for name, value in net.state_dict().items()}
    # Other widths of floats are read as well; the network below computes with what they hold.
    state["features.0.weight"] = state["features.0.weight"].to(torch.bfloat16)
    state["classifier.1.weight"] = state["classifier.1.weight"].to(torch.float16)
    state["classifier.4.weight"] = state["classifier.4.weight"].to(torch.float64)
    net.load_state_dict(state)
    save_file(state, here / "pytorch-images.safetensors")
    conv = {"kernelSize": 3, "padding": "same"}
    return {
        "title": "images",
        "file": "pytorch-images.safetensors",
        "layers": [
            {"type": "conv2d", "filters": 4, **conv},
            {"type": "batchNormalization", "epsilon": 1e-5},
            {"type": "activation", "function": "relu"},
            {"type": "conv2d", "filters": 8, "kernelSize": [3, 5], "padding": "same", "groups": 2},
            {"type": "prelu", "sharedAxes": [0, 1]},
            {"type": "depthwiseConv2d", **conv, "depthMultiplier": 2},
            {"type": "groupNormalization", "groups": 2},
            {"type": "separableConv2d", "filters": 5, **conv, "depthMultiplier": 2},
            {"type": "conv2dTranspose", "filters": 3, "kernelSize": 2, "strides": 2},
            {"type": "maxPooling2d", "poolSize": 2},
            {"type": "flatten"},
            {"type": "batchNormalization", "epsilon": 1e-5},
            {"type": "dropout", "rate": 0.5},
            {"type": "dense", "units": 6, "activation": "tanh"},
            {"type": "layerNormalization", "epsilon": 1e-5},
            {"type": "dense", "units": 3, "useBias": False},
        ],
        "rename": {
            "features.0": "conv2d",
            "features.1": "batchNormalization",
            "features.3": "conv2d_1",
            "features.4": "prelu",
            "features.5": "depthwiseConv2d",
            "features.6": "groupNormalization",
            "features.7": "separableConv2d",
            "features.8": "conv2dTranspose",
            "norm": "batchNormalization_1",
            "classifier.1": "dense",
            "classifier.3": "layerNormalization",
            "classifier.4": "dense_1",
        },
        "inputs": array(x.permute(0, 2, 3, 1)),
        "outputs": array(net(x)),
    }


def sequences():
    net = scramble(Sequences())
    x = torch.randint(0, 10, (3, 7))
    numpy.savez(here / "pytorch-sequences.npz", **{name: value.numpy() for name, value in net.state_dict().items()})
    sequence = {"returnSequences": True}
    return {
        "title": "sequences",
        "file": "pytorch-sequences.npz",
        "layers": [
            {"type": "embedding", "inputDim": 10, "outputDim": 4, "name": "embed"},
            {"type": "bidirectional", "layer": {"type": "lstm", "units": 3, **sequence}, "name": "lstm"},
            {"type": "gru", "units": 5, **sequence},
            {"type": "simpleRnn", "units": 4, **sequence, "name": "rnn"},
            {"type": "conv1d", "filters": 6, "kernelSize": 3, "name": "conv"},
            {"type": "flatten"},
            {"type": "dense", "units": 2, "name": "head"},
        ],
        "rename": {},
        "inputs": array(x),
        "outputs": array(net(x)),
    }


def attention():
    net = scramble(Attention())
    x = torch.randn(2, 7, 8)
    save_file(net.state_dict(), here / "pytorch-attention.safetensors")
    return {
        "title": "attention",
        "file": "pytorch-attention.safetensors",
        "layers": [
            {"type": "layerNormalization", "epsilon": 1e-5, "name": "norm"},
            {"type": "multiHeadAttention", "numHeads": 2, "keyDim": 4, "name": "attention"},
            {"type": "add", "inputs": ["norm", "attention"]},
            {"type": "rmsNormalization", "name": "rms"},
            {"type": "flatten"},
            {"type": "dense", "units": 3, "name": "head"},
        ],
        "rename": {},
        "inputs": array(x),
        "outputs": array(net(x)),
    }


cases = [images(), sequences(), attention()]
(here / "pytorch_weights.json").write_text(json.dumps({"torch": torch.__version__, "cases": cases}) + "\n")
print(f"{len(cases)} networks written")
