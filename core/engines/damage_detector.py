"""Marks scratches, cracks and dust with the bundled small network, at sizes that it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
import torch
from safetensors.torch import load_file

from core.image import to_uint8
from core.interfaces import EngineInfo
from core.nets.damage_unet import REACH_PX, DamageUNet

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from core.image import Pixels
    from core.progress import Progress

    Likelihood = npt.NDArray[np.float32]

_TILE_PX = 512
SIDES_PX = (384, 768)
"""Shorter sides at which a photo is judged: wide cracks at the first, hairlines at the second."""


class SmallDamageDetector:
    """Tells for each pixel how likely it is damaged.

    Args:
        path: Weights of `DamageUNet`, safetensors.
        sha256: Their hash, for the report.
    """

    def __init__(self, path: Path, sha256: str = "") -> None:
        self._net = DamageUNet().eval().to(memory_format=torch.channels_last)
        self._net.load_state_dict(load_file(path))
        self._info = EngineInfo("damage detection", path.stem, sha256, "Apache-2.0")

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        return self._info

    def likelihood(self, pixels: Pixels, progress: Progress) -> Likelihood:
        """Judge a photo.

        Args:
            pixels: H x W x 3, RGB, uint8 or uint16.
            progress: Reported to and polled between tiles.

        Returns:
            H x W in [0, 1].

        Raises:
            Cancelled: The job was stopped.
        """
        image = to_uint8(pixels)
        size = (image.shape[1], image.shape[0])
        most = np.zeros(image.shape[:2], np.float32)
        total = np.zeros(image.shape[:2], np.float32)
        sides = [side for side in SIDES_PX if side <= min(size)] or [min(size)]
        if min(size) < SIDES_PX[-1] and min(size) not in sides:
            sides.append(min(size))
        for index, side in enumerate(sides):
            factor = side / min(size)
            small = image
            if factor < 1:
                small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
            found = self._judged(small, progress.step(index, len(sides)))
            if factor < 1:
                found = cv2.resize(found, size, interpolation=cv2.INTER_LINEAR)
            np.maximum(most, found, out=most)
            total += found
        # A crack may be seen at one size only, but what all sizes agree on is surer.
        return cast("Likelihood", (most + total / np.float32(len(sides))) / np.float32(2))

    def _judged(self, image: npt.NDArray[np.uint8], progress: Progress) -> Likelihood:
        """Judge tile by tile, each with its surroundings."""
        height, width = image.shape[:2]
        result = np.zeros((height, width), np.float32)
        step = _TILE_PX - 2 * REACH_PX
        corners = [(y, x) for y in range(0, height, step) for x in range(0, width, step)]
        # Enough on the far sides that every tile is whole: the network then sees one size only.
        rim = ((REACH_PX, REACH_PX + step), (REACH_PX, REACH_PX + step), (0, 0))
        padded = np.pad(image, rim, mode="symmetric")
        for index, (y, x) in enumerate(corners):
            progress.report(index / len(corners))
            tile = padded[y : y + _TILE_PX, x : x + _TILE_PX]
            inner = self._run(tile)[REACH_PX : REACH_PX + step, REACH_PX : REACH_PX + step]
            part = result[y : y + step, x : x + step]
            part[:] = inner[: part.shape[0], : part.shape[1]]
        return result

    def _run(self, tile: npt.NDArray[np.uint8]) -> Likelihood:
        batch = torch.from_numpy(tile.astype(np.float32) / np.float32(255)).permute(2, 0, 1)[None]
        with torch.inference_mode():
            logits = self._net(batch.contiguous(memory_format=torch.channels_last))
        return cast("Likelihood", logits.sigmoid()[0, 0].numpy())
