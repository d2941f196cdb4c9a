"""GFP-GAN written down as an OpenVINO graph, whatever its layout.

OpenVINO can convert a torch module by tracing it, which takes four seconds, as long as restoring a
dozen faces with the result. Writing the graph directly takes a tenth of one. A test holds both
against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from torch import nn

from core.engines import openvino_ops as write
from core.engines.openvino_clean import CleanLayers
from core.engines.openvino_equalised import BilinearLayers, OriginalLayers
from core.engines.openvino_ops import Node
from core.engines.openvino_silent import ops, ov
from core.nets.gfpgan import Gfpgan
from core.nets.gfpgan_config import Layout


class LayerWriter(Protocol):
    """Writes the layers of one layout."""

    def activated_conv(self, x: Node, layer: nn.Module) -> Node:
        """The first or the final convolution of the U-Net, with its activation."""
        ...

    def down(self, x: Node, block: nn.Module) -> Node:
        """Residual block that halves the size."""
        ...

    def up(self, x: Node, block: nn.Module) -> Node:
        """Residual block that doubles the size."""
        ...

    def linear(self, x: Node, layer: nn.Module) -> Node:
        """Linear layer on 1 x F."""
        ...

    def branch(self, x: Node, branch: nn.Module) -> Node:
        """Scale or shift from the spatial features."""
        ...

    def style_conv(
        self, x: Node, latent: Node, noise: Node, layer: nn.Module, *, upsample: bool = False
    ) -> Node:
        """Modulated convolution, noise, bias, activation."""
        ...

    def to_rgb(self, x: Node, latent: Node, image: Node | None, layer: nn.Module) -> Node:
        """Modulated 1 x 1 convolution, added to the enlarged image so far."""
        ...


_WRITERS: dict[Layout, LayerWriter] = {
    "clean": CleanLayers(),
    "bilinear": BilinearLayers(),
    "original": OriginalLayers(),
}


def gfpgan_graph(net: Gfpgan) -> ov.Model:
    """Write the network as a graph for one picture.

    Args:
        net: The network, fp32, on the CPU. Its weights are copied.

    Returns:
        A model with the inputs picture (1 x 3 x S x S, [0, 1]) and one for each noise plane, and
        the output picture (1 x 3 x S x S, about [0, 1]).
    """
    config = net.config
    layers = _WRITERS[config.layout]
    size = config.out_size
    picture = ops.parameter([1, 3, size, size], np.float32, name="picture")
    noises = [
        ops.parameter([1, 1, side, side], np.float32, name=f"noise{i}")
        for i, side in enumerate(config.noise_size(i) for i in range(config.num_noises))
    ]
    latent, conditions = _encoder(net, layers, write.affine(picture, 2.0, -1.0))
    image = _decoder(net, layers, latent, conditions, noises)
    return ov.Model([write.affine(image, 0.5, 0.5)], [picture, *noises], f"gfpgan-{config.layout}")


def _encoder(
    net: Gfpgan, layers: LayerWriter, x: Node
) -> tuple[list[Node], list[tuple[Node, Node]]]:
    """Latent codes (1 x F each) and conditions, as `Gfpgan.encode`."""
    feature = layers.activated_conv(x, net.conv_body_first)
    skips: list[Node] = []
    for block in net.conv_body_down:
        feature = layers.down(feature, block)
        skips.append(feature)
    feature = layers.activated_conv(feature, net.final_conv)
    codes = layers.linear(ops.reshape(feature, [1, -1], special_zero=False), net.final_linear)
    conditions: list[tuple[Node, Node]] = []
    for level, block in enumerate(net.conv_body_up):
        feature = layers.up(ops.add(feature, skips[-1 - level]), block)
        scale = layers.branch(feature, net.condition_scale[level])
        conditions.append((scale, layers.branch(feature, net.condition_shift[level])))
    return _split_codes(net, codes), conditions


def _split_codes(net: Gfpgan, codes: Node) -> list[Node]:
    count = net.config.num_latent
    if not net.config.different_w:
        return [codes] * count
    return list(ops.split(codes, 1, count).outputs())


def _decoder(
    net: Gfpgan,
    layers: LayerWriter,
    latent: Sequence[Node],
    conditions: Sequence[tuple[Node, Node]],
    noises: Sequence[Node],
) -> Node:
    """The picture, as `StyleGan2Decoder.forward`."""
    decoder = net.stylegan_decoder
    start = write.constant(decoder.constant_input.weight)
    x = layers.style_conv(start, latent[0], noises[0], decoder.style_conv1)
    image = layers.to_rgb(x, latent[1], None, decoder.to_rgb1)
    for level, to_rgb in enumerate(decoder.to_rgbs):
        first = 2 * level + 1
        doubling = decoder.style_convs[2 * level]
        x = layers.style_conv(x, latent[first], noises[first], doubling, upsample=True)
        x = _transform(x, conditions[level], half=net.config.sft_half)
        second = decoder.style_convs[2 * level + 1]
        x = layers.style_conv(x, latent[first + 1], noises[first + 1], second)
        image = layers.to_rgb(x, latent[first + 2], image, to_rgb)
    return image


def _transform(x: Node, condition: tuple[Node, Node], *, half: bool) -> Node:
    scale, shift = condition
    if not half:
        return ops.add(ops.multiply(x, scale), shift)
    untouched, changed = ops.split(x, 1, 2).outputs()
    return ops.concat([untouched, ops.add(ops.multiply(changed, scale), shift)], 1)
