"""RRDBNet, the network of ESRGAN (Wang et al. 2018) and Real-ESRGAN (Wang et al. 2021)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LEAKY_SLOPE = 0.2
RESIDUAL_SCALE = 0.2
"""Residuals are scaled down before they are added (ESRGAN, section 3.1)."""


@dataclass(frozen=True, slots=True)
class RrdbConfig:
    """The shape of one network.

    Attributes:
        num_feat: Channels of the trunk.
        num_grow: Channels that each convolution of a dense block adds.
        num_block: Residual-in-residual dense blocks.
        unshuffle: Pixels that are folded into channels first: 1 for x4, 2 for x2, 4 for x1.
    """

    num_feat: int = 64
    num_grow: int = 32
    num_block: int = 23
    unshuffle: int = 1

    @property
    def scale(self) -> int:
        """How many times larger the output is."""
        return 4 // self.unshuffle


def deduce_rrdb_config(shapes: Mapping[str, tuple[int, ...]]) -> RrdbConfig | None:
    """Read the shape off a checkpoint with Real-ESRGAN's key names; None where it is no such."""
    first = shapes.get("conv_first.weight")
    grow = shapes.get("body.0.rdb1.conv1.weight")
    if first is None or grow is None or "conv_up2.weight" not in shapes:
        return None
    unshuffle = {3: 1, 12: 2, 48: 4}.get(first[1])
    if unshuffle is None:
        return None
    blocks = {key.split(".")[1] for key in shapes if key.startswith("body.")}
    return RrdbConfig(first[0], grow[0], len(blocks), unshuffle)


def _conv(in_channels: int, out_channels: int) -> nn.Conv2d:
    return nn.Conv2d(in_channels, out_channels, 3, padding=1)


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, LEAKY_SLOPE)


class DenseBlock(nn.Module):
    """Five convolutions, each of which sees all before it."""

    def __init__(self, num_feat: int, num_grow: int) -> None:
        super().__init__()
        self.conv1 = _conv(num_feat, num_grow)
        self.conv2 = _conv(num_feat + num_grow, num_grow)
        self.conv3 = _conv(num_feat + 2 * num_grow, num_grow)
        self.conv4 = _conv(num_feat + 3 * num_grow, num_grow)
        self.conv5 = _conv(num_feat + 4 * num_grow, num_feat)

    def forward(self, x: Tensor) -> Tensor:
        """N x C x H x W to the same."""
        seen = x
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            seen = torch.cat([seen, _leaky(conv(seen))], dim=1)
        last: Tensor = self.conv5(seen)
        return x + last * RESIDUAL_SCALE


class Rrdb(nn.Module):
    """Three dense blocks with a residual around them."""

    def __init__(self, num_feat: int, num_grow: int) -> None:
        super().__init__()
        self.rdb1 = DenseBlock(num_feat, num_grow)
        self.rdb2 = DenseBlock(num_feat, num_grow)
        self.rdb3 = DenseBlock(num_feat, num_grow)

    def forward(self, x: Tensor) -> Tensor:
        """N x C x H x W to the same."""
        y: Tensor = self.rdb3(self.rdb2(self.rdb1(x)))
        return x + y * RESIDUAL_SCALE


class RrdbNet(nn.Module):
    """Enlarges a picture four times (or twice, or not at all) and sharpens it.

    Args:
        config: Shape of the network.
    """

    def __init__(self, config: RrdbConfig) -> None:
        super().__init__()
        self.config = config
        feat = config.num_feat
        self.conv_first = _conv(3 * config.unshuffle**2, feat)
        self.body = nn.ModuleList(Rrdb(feat, config.num_grow) for _ in range(config.num_block))
        self.conv_body = _conv(feat, feat)
        self.conv_up1 = _conv(feat, feat)
        self.conv_up2 = _conv(feat, feat)
        self.conv_hr = _conv(feat, feat)
        self.conv_last = _conv(feat, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge.

        Args:
            x: N x 3 x H x W, RGB, [0, 1]; H and W multiples of `config.unshuffle`. Rounded to the
                precision of the weights.

        Returns:
            N x 3 x (H * scale) x (W * scale), fp32, about [0, 1].
        """
        x = x.to(self.conv_first.weight.dtype)
        if self.config.unshuffle > 1:
            x = F.pixel_unshuffle(x, self.config.unshuffle)
        first: Tensor = self.conv_first(x)
        trunk = first
        for block in self.body:
            trunk = block(trunk)
        trunk = first + self.conv_body(trunk)
        for up in (self.conv_up1, self.conv_up2):
            trunk = _leaky(up(F.interpolate(trunk, scale_factor=2.0, mode="nearest")))
        image: Tensor = self.conv_last(_leaky(self.conv_hr(trunk)))
        return image.float()
