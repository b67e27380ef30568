"""The pix2pix networks in PyTorch: the peer of the benchmark and the source of the numbers under test/fixtures.

A small implementation of our own. Its state-dict keys and module order are those of the reference
(junyanz/pytorch-CycleGAN-and-pix2pix, models/networks.py), so that weights cross over by name:
`model.model.1.model.3.weight` is level 1 -> its element 3 -> weight.
"""

import torch
from torch import nn

LEVELS = {"unet_32": 5, "unet_64": 6, "unet_128": 7, "unet_256": 8}  # the input is halved this many times


def make_norm(norm: str, channels: int) -> nn.Module:
    if norm == "batch":
        return nn.BatchNorm2d(channels)
    if norm == "instance":
        return nn.InstanceNorm2d(channels)  # no affine, no running statistics
    if norm == "none":
        return nn.Identity()  # holds the place: indices in the keys do not move
    raise ValueError(f"norm {norm!r}: choose batch, instance or none")


def has_bias(norm: str) -> bool:
    """Linear blocks beside a norm: batch brings its own bias; the reference gives none for norm 'none' either."""
    return norm == "instance"


class UNetBlock(nn.Module):
    """One level: down, the next level inside, up; joined with its own input except at the outermost level.

    The activations work in place, as in the reference: the skip connection then carries LeakyReLU(x), which the
    ReLU of the level outside maps to the same values and gradients as x.
    """

    def __init__(self, outer, inner, norm, inside=None, image_channels=None, dropout=False):
        super().__init__()
        self.outermost = image_channels is not None
        bias = has_bias(norm)
        down = nn.Conv2d(image_channels or outer, inner, 4, 2, 1, bias=bias)
        up = nn.ConvTranspose2d(inner if inside is None else 2 * inner, outer, 4, 2, 1, bias=bias or self.outermost)
        layers = [] if self.outermost else [nn.LeakyReLU(0.2, inplace=True)]
        layers.append(down)
        if inside is not None:
            layers += [inside] if self.outermost else [make_norm(norm, inner), inside]
        layers += [nn.ReLU(inplace=True), up, nn.Tanh() if self.outermost else make_norm(norm, outer)]
        if dropout:
            layers.append(nn.Dropout(0.5))
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        y = self.model(x)
        return y if self.outermost else torch.cat([x, y], 1)


class UNetGenerator(nn.Module):
    """f32[N,input_nc,S,S] -> f32[N,output_nc,S,S] in [-1,1], S a multiple of 2**num_downs."""

    def __init__(self, input_nc=3, output_nc=3, num_downs=8, ngf=64, norm="batch", dropout=True):
        super().__init__()
        block = UNetBlock(8 * ngf, 8 * ngf, norm)
        for _ in range(num_downs - 5):
            block = UNetBlock(8 * ngf, 8 * ngf, norm, block, dropout=dropout)
        for factor in (4, 2, 1):
            block = UNetBlock(factor * ngf, 2 * factor * ngf, norm, block)
        self.model = UNetBlock(output_nc, ngf, norm, block, image_channels=input_nc)

    def forward(self, x):
        return self.model(x)


class PatchGAN(nn.Module):
    """f32[N,C,S,S] -> logits f32[N,1,P,P]; n_layers=3 sees 70x70 pixels and makes 30x30 logits of 256x256."""

    def __init__(self, input_nc=6, ndf=64, n_layers=3, norm="batch"):
        super().__init__()
        layers = [nn.Conv2d(input_nc, ndf, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True)]
        channels = ndf
        for n in range(1, n_layers + 1):
            wider = ndf * min(2**n, 8)
            layers += [
                nn.Conv2d(channels, wider, 4, 2 if n < n_layers else 1, 1, bias=has_bias(norm)),
                make_norm(norm, wider),
                nn.LeakyReLU(0.2, inplace=True),
            ]
            channels = wider
        self.model = nn.Sequential(*layers, nn.Conv2d(channels, 1, 4, 1, 1))

    def forward(self, x):
        return self.model(x)


class PixelDiscriminator(nn.Module):
    """A 1x1 PatchGAN: every pixel is judged by itself. f32[N,C,H,W] -> logits f32[N,1,H,W]."""

    def __init__(self, input_nc=6, ndf=64, norm="batch"):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(input_nc, ndf, 1),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf, 2 * ndf, 1, bias=has_bias(norm)),
            make_norm(norm, 2 * ndf),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(2 * ndf, 1, 1, bias=has_bias(norm)),
        )

    def forward(self, x):
        return self.net(x)


def make_generator(net_g="unet_256", input_nc=3, output_nc=3, ngf=64, norm="batch", dropout=True):
    return UNetGenerator(input_nc, output_nc, LEVELS[net_g], ngf, norm, dropout)


def make_discriminator(net_d="basic", input_nc=6, ndf=64, n_layers=3, norm="batch"):
    if net_d == "pixel":
        return PixelDiscriminator(input_nc, ndf, norm)
    return PatchGAN(input_nc, ndf, 3 if net_d == "basic" else n_layers, norm)


def init_normal(net: nn.Module, gain=0.02):
    """N(0, gain) for convolutions, N(1, gain) for batch-norm scales, zero biases.."""
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(module.weight, 0.0, gain)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, gain)
        if getattr(module, "bias", None) is not None:
            nn.init.zeros_(module.bias)
    return net
