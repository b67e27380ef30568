"""Loads a U-Net that pix2pix-ts trained into PyTorch, and translates an image with it.

    pip install torch safetensors pillow numpy
    python examples/loadInPython.py checkpoints/mine/latest_net_G.safetensors labels.png photo.png

A .pth does as well. Names and shapes are the reference's: in its repository, `define_G(...).load_state_dict(state)`.
"""

import sys

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import nn


class Block(nn.Module):
    """Halves its input, applies what is inside, doubles again; all but the outermost put their input beside the result."""

    def __init__(self, outer, inner, inside, norm, image=None):
        super().__init__()
        inward, outward = image or (outer, outer)
        bias = norm is nn.InstanceNorm2d  # a batch norm would subtract it again
        down = nn.Conv2d(inward, inner, 4, 2, 1, bias=bias)
        up = nn.ConvTranspose2d(inner * (2 if inside else 1), outward, 4, 2, 1, bias=bias or image is not None)
        if image:
            layers = [down, inside, nn.ReLU(), up, nn.Tanh()]
        else:
            middle = [norm(inner), inside] if inside else []
            layers = [nn.LeakyReLU(0.2), down, *middle, nn.ReLU(), up, norm(outer)]
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        return self.model(x) if isinstance(self.model[-1], nn.Tanh) else torch.cat([x, self.model(x)], 1)


class Generator(nn.Module):
    def __init__(self, state):
        super().__init__()
        ngf, inward = state["model.model.0.weight"].shape[:2]
        norm = nn.BatchNorm2d if any(key.endswith("running_mean") for key in state) else nn.InstanceNorm2d
        blocks = sum(key.endswith(".model.1.weight") for key in state)  # without the outermost
        block = Block(ngf * 8, ngf * 8, None, norm)
        for factor in [8] * (blocks - 4) + [4, 2, 1]:
            block = Block(ngf * factor, ngf * min(factor * 2, 8), block, norm)
        self.model = Block(None, ngf, block, norm, image=(inward, state["model.model.3.weight"].shape[1]))
        self.load_state_dict(state)


weights, source, target = sys.argv[1:]
state = load_file(weights) if weights.endswith(".safetensors") else torch.load(weights, weights_only=True)
net = Generator(state)  # in training mode, as a test is by default: batch statistics
colours = "L" if net.model.model[0].in_channels == 1 else "RGB"
pixels = np.atleast_3d(np.asarray(Image.open(source).convert(colours)))
with torch.no_grad():
    output = net.model(torch.from_numpy(pixels / 127.5 - 1).float().permute(2, 0, 1)[None])[0]
translated = ((output + 1) * 127.5).round().byte().permute(1, 2, 0).squeeze(2).numpy()
Image.fromarray(translated).save(target)
