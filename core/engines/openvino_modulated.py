"""StyleGAN2's modulated convolution as OpenVINO operations."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from core.engines import openvino_ops as write
from core.engines.openvino_ops import Node
from core.engines.openvino_silent import ops
from core.nets.stylegan2 import ModulatedConv2d

Convolve = Callable[[Node, Tensor], Node]
"""Convolves with a kernel C_out x C_in x K x K, resampling on the way."""


def modulated(
    x: Node,
    style: Node,
    conv: ModulatedConv2d,
    *,
    convolve: Convolve = write.convolved,
    gain: float = 1.0,
) -> Node:
    """Modulate, convolve and demodulate, as `ModulatedConv2d.forward`.

    Args:
        x: 1 x C_in x H x W.
        style: What the layer's modulation makes of the latent code, 1 x C_in.
        conv: Gives kernel and gain.
        convolve: The convolution.
        gain: A further factor on the output; only of demodulated layers.
    """
    kernel = conv.weight[0]
    if conv.gain != 1.0:
        style = ops.multiply(style, write.scalar(conv.gain))
    y = convolve(ops.multiply(x, _as_map(style, kernel.shape[1])), kernel)
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
