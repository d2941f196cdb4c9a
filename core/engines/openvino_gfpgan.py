"""The clean GFP-GAN written down as an OpenVINO graph.

OpenVINO can convert a torch module by tracing it, which takes four seconds, as long as restoring a
dozen faces with the result. Writing the graph directly takes a tenth of one. A test holds both
against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from torch import nn

from core.engines import openvino_ops as write
from core.engines.openvino_ops import Node
from core.engines.openvino_silent import ops, ov
from core.nets.gfpgan_clean import DownBlock, GfpganClean, StyleConv, ToRgb, UpBlock
from core.nets.stylegan2 import LEAKY_SLOPE, ModulatedConv2d

_SQRT_2 = float(np.sqrt(2.0))


def gfpgan_graph(net: GfpganClean) -> ov.Model:
    """Write the network as a graph for one picture.

    Args:
        net: The network, fp32, on the CPU. Its weights are copied.

    Returns:
        A model with the inputs picture (1 x 3 x S x S, [0, 1]) and one for each noise plane, and
        the output picture (1 x 3 x S x S, about [0, 1]).
    """
    config = net.config
    size = config.out_size
    picture = ops.parameter([1, 3, size, size], np.float32, name="picture")
    noises = [
        ops.parameter([1, 1, side, side], np.float32, name=f"noise{i}")
        for i, side in enumerate(config.noise_size(i) for i in range(config.num_noises))
    ]
    latent, conditions = _encoder(net, write.affine(picture, 2.0, -1.0))
    image = _decoder(net, latent, conditions, noises)
    return ov.Model([write.affine(image, 0.5, 0.5)], [picture, *noises], "gfpgan-clean")


def _encoder(net: GfpganClean, x: Node) -> tuple[list[Node], list[tuple[Node, Node]]]:
    """Latent codes (1 x F each) and conditions, as `Gfpgan.encode`."""
    feature = _leaky(write.conv(x, net.conv_body_first))
    skips: list[Node] = []
    for block in net.conv_body_down:
        feature = _down(feature, cast("DownBlock", block))
        skips.append(feature)
    feature = _leaky(write.conv(feature, net.final_conv))
    codes = write.linear(ops.reshape(feature, [1, -1], special_zero=False), net.final_linear)
    conditions: list[tuple[Node, Node]] = []
    for level, block in enumerate(net.conv_body_up):
        feature = _up(ops.add(feature, skips[-1 - level]), cast("UpBlock", block))
        conditions.append(
            (
                _branch(feature, net.condition_scale[level]),
                _branch(feature, net.condition_shift[level]),
            )
        )
    return _split_codes(net, codes), conditions


def _split_codes(net: GfpganClean, codes: Node) -> list[Node]:
    count = net.config.num_latent
    if not net.config.different_w:
        return [codes] * count
    return list(ops.split(codes, 1, count).outputs())


def _decoder(
    net: GfpganClean,
    latent: Sequence[Node],
    conditions: Sequence[tuple[Node, Node]],
    noises: Sequence[Node],
) -> Node:
    """The picture, as `StyleGan2Decoder.forward`."""
    decoder = net.stylegan_decoder
    start = write.constant(decoder.constant_input.weight)
    x = _style_conv(start, latent[0], noises[0], decoder.style_conv1)
    image = _to_rgb(x, latent[1], None, decoder.to_rgb1)
    for level, to_rgb in enumerate(decoder.to_rgbs):
        first = 2 * level + 1
        x = _style_conv(
            x, latent[first], noises[first], decoder.style_convs[2 * level], upsample=True
        )
        x = _transform(x, conditions[level], half=net.config.sft_half)
        second = decoder.style_convs[2 * level + 1]
        x = _style_conv(x, latent[first + 1], noises[first + 1], second)
        image = _to_rgb(x, latent[first + 2], image, to_rgb)
    return image


def _transform(x: Node, condition: tuple[Node, Node], *, half: bool) -> Node:
    scale, shift = condition
    if not half:
        return ops.add(ops.multiply(x, scale), shift)
    untouched, changed = ops.split(x, 1, 2).outputs()
    return ops.concat([untouched, ops.add(ops.multiply(changed, scale), shift)], 1)


def _down(x: Node, block: DownBlock) -> Node:
    y = write.halved(_leaky(write.conv(x, block.conv1)))
    y = _leaky(write.conv(y, block.conv2))
    return ops.add(y, write.conv(write.halved(x), block.skip))


def _up(x: Node, block: UpBlock) -> Node:
    y = write.doubled(_leaky(write.conv(x, block.conv1)))
    y = _leaky(write.conv(y, block.conv2))
    return ops.add(y, write.doubled(write.conv(x, block.skip)))


def _branch(x: Node, branch: nn.Module) -> Node:
    first, _activation, last = cast("nn.Sequential", branch)
    return write.conv(_leaky(write.conv(x, first)), last)


def _style_conv(
    x: Node, latent: Node, noise: Node, layer: nn.Module, *, upsample: bool = False
) -> Node:
    style_conv = cast("StyleConv", layer)
    y = _modulated(x, latent, style_conv.modulated_conv, gain=_SQRT_2, upsample=upsample)
    y = ops.add(y, ops.multiply(noise, write.constant(style_conv.weight.view(1, 1, 1, 1))))
    return _leaky(ops.add(y, write.constant(style_conv.bias)))


def _to_rgb(x: Node, latent: Node, image: Node | None, layer: nn.Module) -> Node:
    to_rgb = cast("ToRgb", layer)
    rgb = ops.add(_modulated(x, latent, to_rgb.modulated_conv), write.constant(to_rgb.bias))
    return rgb if image is None else ops.add(rgb, write.doubled(image))


def _modulated(
    x: Node, latent: Node, conv: ModulatedConv2d, *, gain: float = 1.0, upsample: bool = False
) -> Node:
    kernel = conv.weight[0]
    style = write.linear(latent, conv.modulation)  # 1 x C_in
    x = ops.multiply(x, _as_map(style, kernel.shape[1]))
    y = write.convolved(write.doubled(x) if upsample else x, kernel)
    if not conv.demodulate:
        return y
    power = kernel.square().sum(dim=(2, 3))  # C_out x C_in
    energy = ops.matmul(
        ops.multiply(style, style), write.constant(power), transpose_a=False, transpose_b=True
    )
    norm = ops.sqrt(ops.add(energy, write.scalar(1e-8)))
    return ops.multiply(y, _as_map(ops.divide(write.scalar(gain), norm), kernel.shape[0]))


def _as_map(values: Node, channels: int) -> Node:
    return ops.reshape(values, [1, channels, 1, 1], special_zero=False)


def _leaky(x: Node) -> Node:
    return write.leaky(x, LEAKY_SLOPE)
