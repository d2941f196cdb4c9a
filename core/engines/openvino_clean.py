"""The layers of the clean GFP-GAN as OpenVINO operations."""

from __future__ import annotations

import math
from typing import cast

from torch import nn

from core.engines import openvino_ops as write
from core.engines.openvino_modulated import Convolve, modulated
from core.engines.openvino_ops import Node
from core.engines.openvino_silent import ops
from core.nets.gfpgan_clean import DownBlock, StyleConv, ToRgb, UpBlock
from core.nets.stylegan2 import LEAKY_SLOPE


class CleanLayers:
    """See `LayerWriter`.

    Args:
        up_conv: Enlarges by two, bilinear, and convolves.
    """

    def __init__(self, up_conv: Convolve) -> None:
        self._up_conv = up_conv

    def activated_conv(self, x: Node, layer: nn.Module) -> Node:
        """Convolution and leaky ReLU."""
        return _leaky(write.conv(x, layer))

    def down(self, x: Node, block: nn.Module) -> Node:
        """As `DownBlock.forward`."""
        layers = cast("DownBlock", block)
        y = write.halved(_leaky(write.conv(x, layers.conv1)))
        y = _leaky(write.conv(y, layers.conv2))
        return ops.add(y, write.conv(write.halved(x), layers.skip))

    def up(self, x: Node, block: nn.Module) -> Node:
        """As `UpBlock.forward`."""
        layers = cast("UpBlock", block)
        y = self._up_conv(_leaky(write.conv(x, layers.conv1)), layers.conv2.weight)
        y = _leaky(write.biased(y, layers.conv2))
        return ops.add(y, write.doubled(write.conv(x, layers.skip)))

    def linear(self, x: Node, layer: nn.Module) -> Node:
        """A `Linear`."""
        return write.linear(x, layer)

    def branch(self, x: Node, branch: nn.Module) -> Node:
        """Two convolutions."""
        first, _activation, last = cast("nn.Sequential", branch)
        return write.conv(_leaky(write.conv(x, first)), last)

    def style_conv(
        self, x: Node, latent: Node, noise: Node, layer: nn.Module, *, upsample: bool = False
    ) -> Node:
        """As `StyleConv.forward`."""
        own = cast("StyleConv", layer)
        style = write.linear(latent, own.modulated_conv.modulation)
        convolve = self._up_conv if upsample else write.convolved
        y = modulated(x, style, own.modulated_conv, convolve=convolve, gain=math.sqrt(2))
        y = ops.add(y, ops.multiply(noise, write.constant(own.weight.view(1, 1, 1, 1))))
        return _leaky(ops.add(y, write.constant(own.bias)))

    def to_rgb(self, x: Node, latent: Node, image: Node | None, layer: nn.Module) -> Node:
        """As `ToRgb.forward`."""
        own = cast("ToRgb", layer)
        style = write.linear(latent, own.modulated_conv.modulation)
        rgb = ops.add(modulated(x, style, own.modulated_conv), write.constant(own.bias))
        return rgb if image is None else ops.add(rgb, write.doubled(image))


def _leaky(x: Node) -> Node:
    return write.leaky(x, LEAKY_SLOPE)
