"""Makes feature networks for `pix2pix evaluate --features` from torchvision's weights: NAME.onnx, and NAME.json beside it.

    pip install torch torchvision onnx lpips
    python docs/feature_networks.py inception              # FID, KID, precision, recall
    python docs/feature_networks.py lpips --net alex       # LPIPS, with the weights of the package lpips

--random takes no weights: the networks are then good for trying the way alone, and nothing is fetched.
"""
import argparse
import json
from pathlib import Path

import torch
import torchvision
from torch import nn


def export(network, side, outputs, description, path):
    """Batches of one; sides may vary where the description has no size."""
    axes = None if "size" in description else {"image": {2: "height", 3: "width"}}
    image = torch.zeros(1, 3, side, side)
    torch.onnx.export(
        network.eval(), image, f"{path}.onnx", input_names=["image"], output_names=outputs, dynamic_axes=axes, opset_version=13
    )
    Path(f"{path}.json").write_text(json.dumps(description, indent=1) + "\n")
    print(f"wrote {path}.onnx and {path}.json")


def inception(weights):
    """2,048 features before the last layer, of 299 x 299 pixels."""
    network = torchvision.models.inception_v3(weights=weights, init_weights=False)
    network.fc = nn.Identity()
    network.transform_input = False  # images come with the mean and deviation that the weights were trained with
    name = f"Inception v3, torchvision {weights or 'random'}"
    described = {"name": name, "size": 299, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "features": "pool"}
    export(network, 299, ["pool"], described, "inception")


class Layers(nn.Module):
    """The outputs of some layers of a chain."""

    def __init__(self, chain, chosen):
        super().__init__()
        self.chain, self.chosen = chain[: chosen[-1] + 1], chosen

    def forward(self, x):
        found = []
        for i, layer in enumerate(self.chain):
            x = layer(x)
            if i in self.chosen:
                found.append(x)
        return tuple(found)


def perceptual(net, weights):
    """The layers that LPIPS compares, and how much each channel counts."""
    chosen = {"alex": [1, 4, 7, 9, 11], "vgg": [3, 8, 15, 22, 29]}[net]
    build = {"alex": torchvision.models.alexnet, "vgg": torchvision.models.vgg16}[net]
    outputs = [f"relu{i + 1}" for i in range(5)]
    layers = dict.fromkeys(outputs)
    if weights is not None:
        import lpips

        linear = lpips.LPIPS(net=net, pnet_rand=True, verbose=False).lins
        layers = {name: lin.model[-1].weight.flatten().tolist() for name, lin in zip(outputs, linear)}
    described = {
        "name": f"LPIPS 0.1, {net}, torchvision {weights or 'random'}",
        "range": [-1, 1],
        "mean": [-0.030, -0.088, -0.188],
        "std": [0.458, 0.448, 0.450],
        "layers": layers,
    }
    export(Layers(build(weights=weights).features, chosen), 64, outputs, described, f"lpips_{net}")


arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("kind", choices=["inception", "lpips"])
arguments.add_argument("--net", choices=["alex", "vgg"], default="alex", help="of lpips")
arguments.add_argument("--random", action="store_true", help="no weights")
given = arguments.parse_args()
chosen_weights = None if given.random else "IMAGENET1K_V1"
if given.kind == "inception":
    inception(chosen_weights)
else:
    perceptual(given.net, chosen_weights)
