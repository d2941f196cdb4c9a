"""The layers of the two equalised GFP-GAN layouts as OpenVINO operations.

All factors (equalised learning rate, sqrt(2) behind activations, 1 / sqrt(2) behind residual sums)
are multiplied into the constants: a leaky ReLU lets positive factors through.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from core.engines import openvino_ops as write
from core.engines.openvino_modulated import Convolve, modulated
from core.engines.openvino_ops import Node
from core.engines.openvino_silent import ops
from core.nets.equalised import (
    BiasedLeakyRelu,
    DownBlock,
    EqualConv2d,
    EqualLinear,
    EqualStyleConv,
    EqualToRgb,
    UpBlock,
    UpConv,
)
from core.nets.gfpgan_original import low_pass_filter
from core.nets.stylegan2 import LEAKY_SLOPE

_SQRT_2 = math.sqrt(2)


class EqualisedLayers(ABC):
    """See `LayerWriter`; subclasses say how their layout resamples.

    Args:
        up_conv: Enlarges by two, bilinear, and convolves.
    """

    def __init__(self, up_conv: Convolve) -> None:
        self._up_conv = up_conv

    @abstractmethod
    def halving_conv(self, x: Node, kernel: Tensor) -> Node:
        """1 x C x H x W to 1 x C' x H/2 x W/2."""

    @abstractmethod
    def doubling_conv(self, x: Node, kernel: Tensor) -> Node:
        """1 x C x H x W to 1 x C' x 2H x 2W."""

    @abstractmethod
    def double(self, image: Node) -> Node:
        """1 x 3 x H x W to 1 x 3 x 2H x 2W."""

    def activated_conv(self, x: Node, layer: nn.Module) -> Node:
        """Convolution, bias, scaled leaky ReLU."""
        conv, activation = cast("nn.Sequential", layer)
        return _activated(_conv(x, conv, factor=_SQRT_2), activation, factor=_SQRT_2)

    def down(self, x: Node, block: nn.Module) -> Node:
        """As `DownBlock.forward`."""
        layers = cast("DownBlock", block)
        y = self.activated_conv(x, layers.conv1)
        _slot, conv, activation = layers.conv2
        y = _activated(_conv(y, conv, self.halving_conv), activation)
        return ops.add(y, _conv(x, layers.skip[1], self.halving_conv, factor=1 / _SQRT_2))

    def up(self, x: Node, block: nn.Module) -> Node:
        """As `UpBlock.forward`; bilinear in both layouts."""
        layers = cast("UpBlock", block)
        y = self.activated_conv(x, layers.conv1)
        y = _activated(_conv(y, layers.conv2, self._up_conv), layers.conv2.activation)
        return ops.add(y, write.doubled(_conv(x, layers.skip, factor=1 / _SQRT_2)))

    def linear(self, x: Node, layer: nn.Module) -> Node:
        """As `EqualLinear.forward`, without activation."""
        own = cast("EqualLinear", layer)
        weight = write.constant(own.weight * own.gain)
        product = ops.matmul(x, weight, transpose_a=False, transpose_b=True)
        return ops.add(product, write.constant((own.bias * own.lr_mul).view(1, -1)))

    def branch(self, x: Node, branch: nn.Module) -> Node:
        """Two convolutions."""
        first, _activation, last = cast("nn.Sequential", branch)
        return _conv(write.leaky(_conv(x, first, factor=_SQRT_2), LEAKY_SLOPE), last)

    def style_conv(
        self, x: Node, latent: Node, noise: Node, layer: nn.Module, *, upsample: bool = False
    ) -> Node:
        """As `EqualStyleConv.forward`."""
        own = cast("EqualStyleConv", layer)
        style = self.linear(latent, own.modulated_conv.modulation)
        convolve = self.doubling_conv if upsample else write.convolved
        y = modulated(x, style, own.modulated_conv, convolve=convolve, gain=_SQRT_2)
        strength = write.constant((own.weight * _SQRT_2).view(1, 1, 1, 1))
        return _activated(ops.add(y, ops.multiply(noise, strength)), own.activate, factor=_SQRT_2)

    def to_rgb(self, x: Node, latent: Node, image: Node | None, layer: nn.Module) -> Node:
        """As `EqualToRgb.forward`."""
        own = cast("EqualToRgb", layer)
        style = self.linear(latent, own.modulated_conv.modulation)
        rgb = ops.add(modulated(x, style, own.modulated_conv), write.constant(own.bias))
        return rgb if image is None else ops.add(rgb, self.double(image))


class BilinearLayers(EqualisedLayers):
    """Bilinear resampling."""

    def halving_conv(self, x: Node, kernel: Tensor) -> Node:
        """Mean of 2 x 2 pixels, then a convolution."""
        return write.convolved(write.halved(x), kernel)

    def doubling_conv(self, x: Node, kernel: Tensor) -> Node:
        """Bilinear enlargement, then a convolution."""
        return self._up_conv(x, kernel)

    def double(self, image: Node) -> Node:
        """Bilinear enlargement."""
        return write.doubled(image)


class OriginalLayers(EqualisedLayers):
    """StyleGAN2's low-pass filtered resampling; see `core.nets.gfpgan_original`."""

    def halving_conv(self, x: Node, kernel: Tensor) -> Node:
        """Low-pass, then a convolution with stride 2."""
        blurred = _low_pass(x, kernel.shape[1], (kernel.shape[-1] + 1) // 2)
        return ops.convolution(blurred, write.constant(kernel), [2, 2], [0, 0], [0, 0], [1, 1])

    def doubling_conv(self, x: Node, kernel: Tensor) -> Node:
        """Transposed convolution with stride 2, then low-pass."""
        turned = write.constant(kernel.transpose(0, 1))
        enlarged = ops.convolution_backprop_data(
            x, turned, [2, 2], None, [0, 0], [0, 0], [1, 1], "explicit", [0, 0]
        )
        return _low_pass(enlarged, kernel.shape[0], 1, gain=4.0)

    def double(self, image: Node) -> Node:
        """Zeros between the pixels, then low-pass."""
        taps = _grouped(3, 4.0)
        return ops.group_convolution_backprop_data(
            image, taps, [2, 2], None, [1, 1], [1, 1], [1, 1], "explicit", [0, 0]
        )


def _conv(
    x: Node, layer: nn.Module, convolve: Convolve = write.convolved, *, factor: float = 1.0
) -> Node:
    """An equalised convolution times `factor`."""
    own = cast("EqualConv2d | UpConv", layer)
    y = convolve(x, own.weight * (own.gain * factor))
    bias = own.bias if isinstance(own, EqualConv2d) else None
    return y if bias is None else ops.add(y, write.constant((bias * factor).view(1, -1, 1, 1)))


def _activated(x: Node, activation: nn.Module | None, *, factor: float = 1.0) -> Node:
    """Bias and leaky ReLU of an `x` that was multiplied by `factor` already."""
    own = cast("BiasedLeakyRelu", activation)
    bias = write.constant((own.bias * factor).view(1, -1, 1, 1))
    return write.leaky(ops.add(x, bias), LEAKY_SLOPE)


def _grouped(channels: int, gain: float) -> Node:
    """The low-pass filter for each channel, C x 1 x 1 x 4 x 4."""
    taps = low_pass_filter(torch.float32, gain=gain)
    return ops.constant(np.ascontiguousarray(taps.expand(channels, 1, 1, 4, 4).numpy()))


def _low_pass(x: Node, channels: int, padding: int, gain: float = 1.0) -> Node:
    pads = [padding, padding]
    return ops.group_convolution(x, _grouped(channels, gain), [1, 1], pads, pads, [1, 1])
