"""Bilinear enlargement by two and the 3 x 3 convolution behind it, as one operation.

`enlarged_first` does one after the other. `enlarged_last` gives the same with a quarter of the
multiplications. Enlarging is a convolution too: zeros between the pixels, then (1, 3, 3, 1) / 4
along both axes. Convolutions commute, so the network's kernel goes first, where three of four
pixels are still zeros (a transposed convolution), and the filter, which works on each channel for
itself, comes last. Only the order of the sums differs.

That holds in the middle. At the border the network's kernel sees zeros around the enlarged map,
while a map that is filtered last goes on beyond its border; what the kernel takes from there is
calculated for each side and subtracted from the outermost line.

In fp32, where multiplications take the time, that saves a quarter of the whole network's. Matrix
units for bf16 are so quick that moving the maps takes the time, and then it costs more.
"""

from __future__ import annotations

from functools import reduce
from itertools import product

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.engines import openvino_ops as write
from core.engines.openvino_ops import Node
from core.engines.openvino_silent import ops

_TAPS = (0.25, 0.75, 0.75, 0.25)
_HEIGHT, _WIDTH = 2, 3
"""The axes of a map."""


def enlarged_first(x: Node, kernel: Tensor) -> Node:
    """As `enlarged_last`, one operation after the other."""
    return write.convolved(write.doubled(x), kernel)


def enlarged_last(x: Node, kernel: Tensor) -> Node:
    """Enlarge by two, bilinear with aligned outer edges, and convolve.

    Args:
        x: 1 x C_in x H x W.
        kernel: C_out x C_in x 3 x 3.

    Returns:
        1 x C_out x 2H x 2W.
    """
    sides = product((_HEIGHT, _WIDTH), (False, True))
    beyond = reduce(ops.add, (_from_beyond(x, kernel, axis, last=last) for axis, last in sides))
    return ops.subtract(_filtered(_stretched(x, kernel), kernel.shape[0]), beyond)


def _stretched(x: Node, kernel: Tensor) -> Node:
    """Zeros between the pixels of `x`, continued by one pixel, then the kernel.

    Gives 1 x C_out x 2H + 3 x 2W + 3: two more than the result on each side but the last.
    """
    continued = ops.pad(x, _around(1, 1), _around(1, 1), "edge")
    turned = write.constant(kernel.flip(2, 3).transpose(0, 1))
    return ops.convolution_backprop_data(
        continued, turned, [2, 2], None, [1, 1], [1, 1], [1, 1], "explicit", [0, 0]
    )


def _filtered(stretched: Node, channels: int) -> Node:
    """The enlarging filter on each channel, without margins."""
    taps = torch.tensor(_TAPS)
    kernels = write.constant(torch.outer(taps, taps).expand(channels, 1, 1, 4, 4))
    return ops.group_convolution(stretched, kernels, [1, 1], [0, 0], [0, 0], [1, 1])


def _from_beyond(x: Node, kernel: Tensor, axis: int, *, last: bool) -> Node:
    """What the kernel takes from the first line beyond one side of the enlarged map.

    That line equals the outermost one of `x`, enlarged along itself. A corner belongs to both
    sides, and is counted above and below only.

    Args:
        x: 1 x C_in x H x W.
        kernel: C_out x C_in x 3 x 3.
        axis: Across the side.
        last: The side below or to the right, not above or to the left.

    Returns:
        1 x C_out x 2H x 2W, of which all but one line is 0.
    """
    index = write.shape(x)[axis] - 1 if last else 0
    line = write.doubled(write.lines(x, axis, index, index + 1), axes=(5 - axis,))
    part = kernel.narrow(axis, 2 if last else 0, 1)
    if axis == _WIDTH:
        pads = [1, 0]
    else:
        pads = [0, 0]
        line = ops.pad(line, _around(0, 1), _around(0, 1), "edge")
    taken = ops.convolution(line, write.constant(part), [1, 1], pads, pads, [1, 1])
    return ops.multiply(taken, _only(axis, 2 * write.shape(x)[axis], last=last))


def _around(rows: int, columns: int) -> npt.NDArray[np.int64]:
    return np.array([0, 0, rows, columns])


def _only(axis: int, size: int, *, last: bool) -> Node:
    """1 on the first or the last of `size` lines across `axis`, 0 elsewhere."""
    marks = torch.zeros([size if a == axis else 1 for a in range(4)])
    marks.select(axis, size - 1 if last else 0).fill_(1.0)
    return write.constant(marks)
