"""RRDBNet written down as an OpenVINO graph."""

from __future__ import annotations

from typing import cast

import numpy as np

from core.engines import openvino_ops as write
from core.engines.openvino_ops import Node
from core.engines.openvino_silent import ops, ov
from core.nets.rrdbnet import LEAKY_SLOPE, RESIDUAL_SCALE, DenseBlock, Rrdb, RrdbNet


def rrdbnet_graph(net: RrdbNet, height: int, width: int) -> ov.Model:
    """Write the network as a graph for one picture size.

    Args:
        net: The network, fp32, on the CPU. Its weights are copied.
        height: Rows of the picture.
        width: Columns of the picture.

    Returns:
        A model from 1 x 3 x H x W in [0, 1] to the enlarged picture, about [0, 1].
    """
    picture = ops.parameter([1, 3, height, width], np.float32, name="picture")
    x = picture
    if net.config.unshuffle > 1:
        # Same order of channels as torch's pixel_unshuffle.
        x = ops.space_to_depth(picture, "depth_first", net.config.unshuffle)
    first = write.conv(x, net.conv_first)
    trunk = first
    for block in net.body:
        trunk = _rrdb(trunk, cast("Rrdb", block))
    trunk = ops.add(first, write.conv(trunk, net.conv_body))
    for up in (net.conv_up1, net.conv_up2):
        trunk = _leaky(write.conv(write.doubled(trunk, "nearest"), up))
    image = write.conv(_leaky(write.conv(trunk, net.conv_hr)), net.conv_last)
    return ov.Model([image], [picture], "rrdbnet")


def _rrdb(x: Node, block: Rrdb) -> Node:
    y = _dense(_dense(_dense(x, block.rdb1), block.rdb2), block.rdb3)
    return ops.add(x, ops.multiply(y, write.scalar(RESIDUAL_SCALE)))


def _dense(x: Node, block: DenseBlock) -> Node:
    seen = [x]
    for layer in (block.conv1, block.conv2, block.conv3, block.conv4):
        joined = seen[0] if len(seen) == 1 else ops.concat(seen, 1)
        seen.append(_leaky(write.conv(joined, layer)))
    last = write.conv(ops.concat(seen, 1), block.conv5)
    return ops.add(x, ops.multiply(last, write.scalar(RESIDUAL_SCALE)))


def _leaky(x: Node) -> Node:
    return write.leaky(x, LEAKY_SLOPE)
