"""The ResNet of dlib's face recognition model: an aligned face in, 128 numbers out.

Davis King's network of 2017 (29 convolutions; weights of
`dlib_face_recognition_resnet_model_v1`, CC0). Rebuilt here from the layer list that the published
file itself contains; the weights are bundled (see `core.models.convert_dlib`). Strided
convolutions are not padded, and where a skip has fewer channels or pixels, zeros fill it up.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CHIP_SIZE_PX = 150
EMBEDDING_LENGTH = 128
WIDTHS: tuple[tuple[int, bool], ...] = (
    *((32, False),) * 3,
    (64, True), *((64, False),) * 3,
    (128, True), *((128, False),) * 2,
    (256, True), *((256, False),) * 2,
    (256, True),
)  # fmt: skip
"""Channels of each residual block, and whether it halves the size."""

_MEAN_RGB = (122.782, 117.001, 104.298)


class ConvAffine(nn.Module):
    """Convolution, then a scale and a shift for each channel (what batch statistics left)."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel: int, *, stride: int = 1
    ) -> None:
        super().__init__()
        padding = kernel // 2 if stride == 1 else 0
        self.conv = nn.Conv2d(in_channels, out_channels, kernel, stride, padding)
        self.gamma = nn.Parameter(torch.ones(out_channels))
        self.beta = nn.Parameter(torch.zeros(out_channels))

    def forward(self, x: Tensor) -> Tensor:
        """N x C x H x W to N x C' x H' x W'."""
        y: Tensor = self.conv(x)
        return y * self.gamma[:, None, None] + self.beta[:, None, None]


class ResidualBlock(nn.Module):
    """Two convolutions and the input added; halves by averaging where the stride is two."""

    def __init__(self, in_channels: int, out_channels: int, *, halves: bool) -> None:
        super().__init__()
        self.first = ConvAffine(in_channels, out_channels, 3, stride=2 if halves else 1)
        self.second = ConvAffine(out_channels, out_channels, 3)
        self.halves = halves

    def forward(self, x: Tensor) -> Tensor:
        """N x C x H x W to N x C' x H' x W'."""
        y = self.second(F.relu(self.first(x)))
        skip = F.avg_pool2d(x, 2) if self.halves else x
        shape = [max(a, b) for a, b in zip(y.shape[1:], skip.shape[1:], strict=True)]
        return F.relu(_filled(y, shape) + _filled(skip, shape))


def _filled(x: Tensor, shape: Sequence[int]) -> Tensor:
    """Zeros behind the last channel, row and column up to `shape` (C, H, W)."""
    channels, rows, columns = (want - have for want, have in zip(shape, x.shape[1:], strict=True))
    if channels == rows == columns == 0:
        return x
    return F.pad(x, (0, columns, 0, rows, 0, channels))


class DlibFaceNet(nn.Module):
    """Embeds face chips; differentiable, so that it also serves as an identity loss."""

    def __init__(self) -> None:
        super().__init__()
        inputs = WIDTHS[0][0]
        self.stem = ConvAffine(3, inputs, 7, stride=2)
        blocks = []
        for outputs, halves in WIDTHS:
            blocks.append(ResidualBlock(inputs, outputs, halves=halves))
            inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(inputs, EMBEDDING_LENGTH, bias=False)
        mean = torch.tensor(_MEAN_RGB).view(1, 3, 1, 1) / 255
        self.register_buffer("mean", mean, persistent=False)

    def forward(self, chips: Tensor) -> Tensor:
        """Embed face chips.

        Args:
            chips: N x 3 x 150 x 150, RGB, [0, 1], cut as `core.engines.identity` does.

        Returns:
            N x 128, not normalised; one person's faces lie within about 0.6 of each other.
        """
        x = (chips - self.get_buffer("mean")) * (255 / 256)
        x = F.max_pool2d(F.relu(self.stem(x)), 3, 2)
        embedding: Tensor = self.head(self.blocks(x).mean(dim=(2, 3)))
        return embedding
