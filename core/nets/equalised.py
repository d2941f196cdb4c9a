"""Layers with equalised learning rate (Karras et al. 2018) and StyleGAN2's scaled activations.

The weights are kept at unit variance and scaled at run time, so that Adam treats all layers alike.
Shared by the "bilinear" and the "original" layout; both are written in ordinary tensor operations.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.nets.stylegan2 import (
    LEAKY_SLOPE,
    Convolution,
    ModulatedConv2d,
    NormStyleCode,
    bilinear_x2,
    same_size_conv,
)


class ScaledLeakyRelu(nn.Module):
    """Leaky ReLU times sqrt(2), which keeps the variance."""

    def forward(self, x: Tensor) -> Tensor:
        """Element by element."""
        return F.leaky_relu(x, LEAKY_SLOPE) * math.sqrt(2)


class BiasedLeakyRelu(nn.Module):
    """Bias for each channel, leaky ReLU, times sqrt(2)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """N x C x H x W, element by element."""
        return F.leaky_relu(x + self.bias[:, None, None], LEAKY_SLOPE) * math.sqrt(2)


class EqualLinear(nn.Module):
    """Linear layer with equalised learning rate.

    Args:
        in_features: Length of the input.
        out_features: Length of the output.
        bias: Start value of the bias.
        lr_mul: Learning rate relative to other layers.
        activate: Follow with the scaled leaky ReLU.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        bias: float = 0.0,
        lr_mul: float = 1.0,
        activate: bool = False,
    ) -> None:
        super().__init__()
        self.gain = lr_mul / math.sqrt(in_features)
        self.lr_mul = lr_mul
        self.activate = activate
        self.weight = nn.Parameter(torch.randn(out_features, in_features) / lr_mul)
        self.bias = nn.Parameter(torch.full((out_features,), bias))

    def forward(self, x: Tensor) -> Tensor:
        """N x in_features to N x out_features."""
        y = F.linear(x, self.weight) * self.gain + self.bias * self.lr_mul
        return F.leaky_relu(y, LEAKY_SLOPE) * math.sqrt(2) if self.activate else y


class EqualConv2d(nn.Module):
    """Convolution with equalised learning rate.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: 1 or 3.
        bias: Start value of the bias, or None for no bias.
        convolve: The convolution, with its resampling.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        *,
        bias: float | None,
        convolve: Convolution = same_size_conv,
    ) -> None:
        super().__init__()
        self.gain = 1.0 / math.sqrt(in_channels * kernel_size**2)
        self._convolve = convolve
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels, kernel_size, kernel_size))
        self.bias = None if bias is None else nn.Parameter(torch.full((out_channels,), bias))

    def forward(self, x: Tensor) -> Tensor:
        """N x C x H x W to N x C' x H' x W'."""
        y = self._convolve(x, self.weight * self.gain)
        return y if self.bias is None else y + self.bias[:, None, None]


class UpConv(nn.Module):
    """Bilinear enlargement by two and an equalised convolution.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: 3 with activation, 1 without (the skip path).
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int) -> None:
        super().__init__()
        self.gain = 1.0 / math.sqrt(in_channels * kernel_size**2)
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels, kernel_size, kernel_size))
        self.activation = BiasedLeakyRelu(out_channels) if kernel_size > 1 else None

    def forward(self, x: Tensor) -> Tensor:
        """N x C x H x W to N x C' x 2H x 2W."""
        kernel = self.weight * self.gain
        if self.activation is None:
            # A 1 x 1 convolution and an interpolation commute; this order costs a quarter.
            return bilinear_x2(same_size_conv(x, kernel))
        activated: Tensor = self.activation(same_size_conv(bilinear_x2(x), kernel))
        return activated


class Slot(nn.Module):
    """Passes its input on: holds a place in a sequence, so that key names are upstream's."""

    def forward(self, x: Tensor) -> Tensor:
        """The input."""
        return x


def activated_conv(in_channels: int, out_channels: int, kernel_size: int) -> nn.Sequential:
    """Equalised convolution, bias, scaled leaky ReLU."""
    return nn.Sequential(
        EqualConv2d(in_channels, out_channels, kernel_size, bias=None),
        BiasedLeakyRelu(out_channels),
    )


class DownBlock(nn.Module):
    """Residual block that halves the size.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        halving_conv: Resamples and convolves; gets the input at full size.
    """

    def __init__(self, in_channels: int, out_channels: int, halving_conv: Convolution) -> None:
        super().__init__()
        self.conv1 = activated_conv(in_channels, in_channels, 3)
        self.conv2 = nn.Sequential(
            Slot(),
            EqualConv2d(in_channels, out_channels, 3, bias=None, convolve=halving_conv),
            BiasedLeakyRelu(out_channels),
        )
        self.skip = nn.Sequential(
            Slot(), EqualConv2d(in_channels, out_channels, 1, bias=None, convolve=halving_conv)
        )

    def forward(self, x: Tensor) -> Tensor:
        """N x C x H x W to N x C' x H/2 x W/2."""
        y: Tensor = self.conv2(self.conv1(x)) + self.skip(x)
        return y / math.sqrt(2)


class UpBlock(nn.Module):
    """Residual block that doubles the size; bilinear in both layouts."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv1 = activated_conv(in_channels, in_channels, 3)
        self.conv2 = UpConv(in_channels, out_channels, 3)
        self.skip = UpConv(in_channels, out_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """N x C x H x W to N x C' x 2H x 2W."""
        y: Tensor = self.conv2(self.conv1(x)) + self.skip(x)
        return y / math.sqrt(2)


class EqualStyleConv(nn.Module):
    """Modulated convolution, noise, bias, scaled leaky ReLU."""

    def __init__(
        self, in_channels: int, out_channels: int, num_style_feat: int, convolve: Convolution
    ) -> None:
        super().__init__()
        self.modulated_conv = _modulated(
            in_channels, out_channels, 3, num_style_feat, demodulate=True, convolve=convolve
        )
        self.weight = nn.Parameter(torch.zeros(1))
        self.activate = BiasedLeakyRelu(out_channels)

    def forward(self, x: Tensor, latent: Tensor, noise: Tensor) -> Tensor:
        """N x C x H x W, N x F, N x 1 x H' x W' to N x C' x H' x W'."""
        y: Tensor = self.activate(self.modulated_conv(x, latent) + self.weight * noise)
        return y


class EqualToRgb(nn.Module):
    """Modulated 1 x 1 convolution to RGB, added to the enlarged image so far.

    Args:
        in_channels: Channels of the input.
        num_style_feat: Length of the latent code.
        enlarge: Doubles the image so far.
    """

    def __init__(
        self, in_channels: int, num_style_feat: int, enlarge: Callable[[Tensor], Tensor]
    ) -> None:
        super().__init__()
        self.modulated_conv = _modulated(
            in_channels, 3, 1, num_style_feat, demodulate=False, convolve=same_size_conv
        )
        self.bias = nn.Parameter(torch.zeros(1, 3, 1, 1))
        self._enlarge = enlarge

    def forward(self, x: Tensor, latent: Tensor, image: Tensor | None) -> Tensor:
        """N x C x H x W, N x F, N x 3 x H/2 x W/2 or None to N x 3 x H x W."""
        rgb: Tensor = self.modulated_conv(x, latent) + self.bias
        return rgb if image is None else rgb + self._enlarge(image)


def _modulated(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    num_style_feat: int,
    *,
    demodulate: bool,
    convolve: Convolution,
) -> ModulatedConv2d:
    return ModulatedConv2d(
        in_channels,
        out_channels,
        kernel_size,
        EqualLinear(num_style_feat, in_channels, bias=1.0),
        demodulate=demodulate,
        convolve=convolve,
        gain=1.0 / math.sqrt(in_channels * kernel_size**2),
    )


def equalised_mapping(num_style_feat: int, layers: int) -> nn.Sequential:
    """StyleGAN2's mapping network, learning rate multiplier 0.01."""
    return nn.Sequential(
        NormStyleCode(),
        *(
            EqualLinear(num_style_feat, num_style_feat, lr_mul=0.01, activate=True)
            for _ in range(layers)
        ),
    )
