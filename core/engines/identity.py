"""How alike two faces are: cosine of their embeddings, taken from aligned crops.

The identity network wants a chip of 150 px. The five points of the FFHQ template fix its place
inside an aligned crop, so that no second detection is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file

from core.faces import template
from core.geometry import Matrix, composed, enlarging, inverted, similarity
from core.interfaces import EngineInfo
from core.nets.dlib_resnet import CHIP_SIZE_PX, DlibFaceNet

CHIP_EYES = np.array([[74.0 - 26.27, 47.14], [74.0 + 26.27, 47.12]])
"""Eye centres in the chip: dlib's five-point shape with its usual padding of a quarter."""

FLOORS = {"gentle": 0.897, "normal": 0.915, "strict": 0.945}
"""Cosines of this network under which a face counts as another person.

They stand for the floors .3, .5 and .6 that are usual with ArcFace, whose cosines spread wider.
Calibrated on 204 photographs of 102 people (Face Research Lab London Set, 256 px): of 20,604 pairs
of two people 5 %, 1 % and 0.03 % score higher; of 102 pairs of one person none scores lower. The
third is the point of equal error.
"""


def chip_transform(crop_size_px: int) -> Matrix:
    """Aligned crop pixels to chip pixels, 2 x 3."""
    return similarity(template(crop_size_px)[:2], CHIP_EYES)


def chips_of(crops: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Cut the identity network's chips out of aligned crops.

    Args:
        crops: N x S x S x 3, RGB, [0, 1], FFHQ-aligned.

    Returns:
        N x 150 x 150 x 3, RGB, [0, 1].
    """
    matrix = chip_transform(crops.shape[1])
    return np.stack([_cut(crop, matrix) for crop in crops])


def _cut(crop: npt.NDArray[np.float32], matrix: Matrix) -> npt.NDArray[np.float32]:
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    while scale < 0.5:  # a plain warp would skip pixels: halve by averaging first
        crop = cv2.resize(crop, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        matrix = composed(matrix, inverted(enlarging(0.5)))
        scale *= 2
    size = (CHIP_SIZE_PX, CHIP_SIZE_PX)
    chip: npt.NDArray[np.float32] = cv2.warpAffine(
        crop, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    return chip


class IdentityScorer:
    """Compares faces with the bundled network.

    Args:
        path: `dlib-resnet29.safetensors`.
        sha256: Its hash, for the report.
    """

    def __init__(self, path: Path, sha256: str = "") -> None:
        self._net = DlibFaceNet().eval()
        weights = {name: value.float() for name, value in load_file(path).items()}
        self._net.load_state_dict(weights)
        self._info = EngineInfo("identity", path.stem, sha256, "CC0-1.0")

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        return self._info

    @property
    def floors(self) -> Mapping[str, float]:
        """See `FLOORS`."""
        return FLOORS

    def embed(self, crops: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Unit embeddings of aligned crops.

        Args:
            crops: N x S x S x 3, RGB, [0, 1].

        Returns:
            N x 128, each of length 1.
        """
        chips = torch.from_numpy(chips_of(crops)).permute(0, 3, 1, 2)  # N x 3 x 150 x 150
        with torch.inference_mode():
            embeddings = self._net(chips)
        unit: npt.NDArray[np.float32] = torch.nn.functional.normalize(embeddings).numpy()
        return unit

    def similarity(self, before: npt.NDArray[np.float32], after: npt.NDArray[np.float32]) -> float:
        """Cosine in [-1, 1] of two aligned crops (S x S x 3, [0, 1]); sizes may differ."""
        first, second = self.embed(before[None])[0], self.embed(after[None])[0]
        return float(np.dot(first, second))
