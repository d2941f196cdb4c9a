"""The critics: projected heads, facial component discriminators, and StyleGAN2's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

_SLOPE = 0.2
_GAIN = math.sqrt(2)


class ProjectedDiscriminator(nn.Module):
    """One small head on each level of a frozen feature network (Sauer et al. 2021, sec. 3).

    Args:
        channels: Channels of the feature levels.
        width: Most channels inside a head; fine levels, which cost most, get twice their own.
    """

    def __init__(self, channels: Sequence[int], width: int = 64) -> None:
        super().__init__()
        self.heads = nn.ModuleList(
            _projected_head(count, min(width, 2 * count)) for count in channels
        )

    def forward(self, features: Sequence[Tensor]) -> list[Tensor]:
        """Logit maps, B x 1 x h x w, one a level."""
        return [head(level) for head, level in zip(self.heads, features, strict=True)]


def _projected_head(channels: int, width: int) -> nn.Sequential:
    return nn.Sequential(
        spectral_norm(nn.Conv2d(channels, width, 1)),
        nn.LeakyReLU(_SLOPE),
        spectral_norm(nn.Conv2d(width, width, 3, padding=1)),
        nn.LeakyReLU(_SLOPE),
        spectral_norm(nn.Conv2d(width, 1, 3, padding=1)),
    )


class ComponentDiscriminator(nn.Module):
    """3 x 3 convolutions 64-128-128-256-256-1 with two downsamplings (paper, sec. 3.3).

    Plain convolutions with He start: component crops are small, and fine-tuning needs no
    equalised rates.

    Args:
        width: Channels of the first layer (64 in the paper).
    """

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        w = width
        plan = ((3, w, 1), (w, 2 * w, 2), (2 * w, 2 * w, 1), (2 * w, 4 * w, 2), (4 * w, 4 * w, 1))
        convs = [nn.Conv2d(before, after, 3, stride, padding=1) for before, after, stride in plan]
        for conv in convs:
            nn.init.kaiming_normal_(conv.weight, a=_SLOPE)
            nn.init.zeros_(cast("nn.Parameter", conv.bias))
        self.convs = nn.ModuleList(convs)
        self.last = nn.Conv2d(4 * w, 1, 3, padding=1)

    def forward(self, crops: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Logit map B x 1 x h x w, and the features after the third and the fifth convolution."""
        x, kept = crops, []
        for index, conv in enumerate(self.convs):
            x = F.leaky_relu(conv(x), _SLOPE)
            if index in (2, 4):
                kept.append(x)
        return self.last(x), (kept[0], kept[1])


class _EqualConv(nn.Module):
    """Convolution whose weights are scaled at run time (Karras et al. 2018, sec. 4.1)."""

    def __init__(self, before: int, after: int, kernel: int, *, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(after)) if bias else None
        self.scale = 1 / math.sqrt(before * kernel**2)
        self.padding = kernel // 2

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight * self.scale, self.bias, padding=self.padding)


class _EqualLinear(nn.Module):
    """Linear layer with run-time weight scale."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before))
        self.bias = nn.Parameter(torch.zeros(after))
        self.scale = 1 / math.sqrt(before)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight * self.scale, self.bias)


def _activate(x: Tensor) -> Tensor:
    return F.leaky_relu(x, _SLOPE) * _GAIN


class _ResidualBlock(nn.Module):
    """Two convolutions with halving and a 1 x 1 skip, divided by sqrt(2) (StyleGAN2, fig. 7c)."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.conv1 = _EqualConv(before, before, 3)
        self.conv2 = _EqualConv(before, after, 3)
        self.skip = _EqualConv(before, after, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        out = _activate(self.conv2(F.avg_pool2d(_activate(self.conv1(x)), 2)))
        skip: Tensor = self.skip(F.avg_pool2d(x, 2))
        return (out + skip) / _GAIN


def minibatch_deviation(x: Tensor, group: int = 4) -> Tensor:
    """Append one channel with the mean standard deviation over groups of the batch.

    Samples i, i + B/g, i + 2B/g, ... form one group, as in StyleGAN2.
    """
    batch, _, height, width = x.shape
    group = min(batch, group)
    while batch % group:
        group -= 1
    grouped = x.view(group, batch // group, *x.shape[1:])  # g x B/g x C x h x w
    deviation = (grouped.var(0, unbiased=False) + 1e-8).sqrt()  # B/g x C x h x w
    level = deviation.mean(dim=(1, 2, 3), keepdim=True).repeat(group, 1, height, width)
    return torch.cat([x, level], 1)


class StyleGan2Discriminator(nn.Module):
    """Residual discriminator of StyleGAN2 (Karras et al. 2020), averaging for downsampling.

    Args:
        size_px: Side of the images, a power of two of at least 8.
        channel_multiplier: Widens the layers above 32 px; 1 for the paper's size.
        narrow: Widens all layers; smaller for compact networks.
    """

    def __init__(self, size_px: int, channel_multiplier: float = 1.0, narrow: float = 1.0) -> None:
        super().__init__()
        widths = _discriminator_widths(size_px, channel_multiplier, narrow)
        self.first = _EqualConv(3, widths[0], 1)
        self.blocks = nn.Sequential(*(_ResidualBlock(a, b) for a, b in pairwise(widths)))
        self.final_conv = _EqualConv(widths[-1] + 1, widths[-1], 3)
        self.final_linear = nn.ModuleList(
            [_EqualLinear(widths[-1] * 16, widths[-1]), _EqualLinear(widths[-1], 1)]
        )

    def forward(self, images: Tensor) -> Tensor:
        """Logits, B x 1."""
        x = self.blocks(_activate(self.first(images)))  # B x C x 4 x 4
        x = _activate(self.final_conv(minibatch_deviation(x))).flatten(1)
        logits: Tensor = self.final_linear[1](_activate(self.final_linear[0](x)))
        return logits


def _discriminator_widths(size_px: int, channel_multiplier: float, narrow: float) -> list[int]:
    """Channels from the image's size down to 4 px: 512 up to 32 px, 256 at 64 px, then halved."""
    sizes = [2**k for k in range(int(math.log2(size_px)), 1, -1)]
    return [
        max(4, int(narrow * (512 if size <= 32 else 16384 // size * channel_multiplier)))
        for size in sizes
    ]
