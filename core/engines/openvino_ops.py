"""A few operations for writing a torch network down as an OpenVINO graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

from core.engines.openvino_silent import ops, ov

Node = Any
"""An output of an OpenVINO operation; OpenVINO's Python types are not annotated."""


def parameter_like(node: Node) -> Node:
    """An input of the shape of what another graph gives."""
    return ops.parameter(shape(node), np.float32)


def shape(node: Node) -> list[int]:
    """The shape of what an operation gives."""
    output = node.output(0) if isinstance(node, ov.Node) else node
    return list(output.get_shape())


def scalar(value: float) -> Node:
    """One number."""
    return ops.constant(np.array([value], np.float32))


def constant(tensor: Tensor) -> Node:
    """A copy of a tensor on the CPU."""
    array: npt.NDArray[np.float32] = tensor.detach().contiguous().numpy()
    return ops.constant(array)


def affine(x: Node, factor: float, offset: float) -> Node:
    """X * factor + offset."""
    return ops.add(ops.multiply(x, scalar(factor)), scalar(offset))


def leaky(x: Node, slope: float) -> Node:
    """Leaky ReLU."""
    return ops.prelu(x, scalar(slope))


def convolved(x: Node, kernel: Tensor) -> Node:
    """Convolution that keeps the size."""
    margin = kernel.shape[-1] // 2
    pads = [margin, margin]
    return ops.convolution(x, constant(kernel), [1, 1], pads, pads, [1, 1])


def conv(x: Node, layer: nn.Module) -> Node:
    """A `Conv2d` that keeps the size."""
    return biased(convolved(x, cast("nn.Conv2d", layer).weight), layer)


def biased(y: Node, layer: nn.Module) -> Node:
    """The bias of a `Conv2d`, if it has one, added to what its kernel gave."""
    bias = cast("nn.Conv2d", layer).bias
    return y if bias is None else ops.add(y, constant(bias.view(1, -1, 1, 1)))


def linear(x: Node, layer: nn.Module) -> Node:
    """A `Linear` on 1 x F."""
    plain = cast("nn.Linear", layer)
    product = ops.matmul(x, constant(plain.weight), transpose_a=False, transpose_b=True)
    return ops.add(product, constant(plain.bias.view(1, -1)))


def halved(x: Node) -> Node:
    """Mean of 2 x 2 pixels."""
    return ops.avg_pool(x, [2, 2], [0, 0], [0, 0], [2, 2], exclude_pad=True)


def lines(x: Node, axis: int, start: int, stop: int) -> Node:
    """A part of a map along one axis."""
    start_at, stop_at, step = (np.array([value]) for value in (start, stop, 1))
    return ops.slice(x, start_at, stop_at, step, np.array([axis]))


def doubled(x: Node, mode: str = "linear_onnx", axes: Sequence[int] = (2, 3)) -> Node:
    """Twice the height and width, outer edges aligned.

    Args:
        x: 1 x C x H x W.
        mode: "linear_onnx" or "nearest".
        axes: Which of height (2) and width (3); both by default.
    """
    factors = [2.0 if axis in axes else 1.0 for axis in (2, 3)]
    return ops.interpolate(
        x,
        np.array(factors, np.float32),
        mode=mode,
        shape_calculation_mode="scales",
        coordinate_transformation_mode="half_pixel" if mode == "linear_onnx" else "asymmetric",
        nearest_mode="floor",
        axes=np.array([2, 3]),
    )
