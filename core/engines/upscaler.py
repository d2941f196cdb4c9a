"""Any network that enlarges pictures, behind the `Upscaler` protocol."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.device import Chosen, ComputePreference, Runtime, free_memory_bytes
from core.engines.resilient import ResilientRunner, RuntimeFactory
from core.image import FloatImage
from core.interfaces import EngineInfo, Restored
from core.progress import Progress

TILE_SIDES_PX = (256, 192, 128, 96)
"""Tiles from comfortable to small; larger ones gain nothing and delay progress."""

SMALLEST_TILE_PX = 96
"""A tile up to this size that a graphics card cannot hold goes to the processor."""


@dataclass(frozen=True, slots=True)
class UpscalingNetwork:
    """An enlarging network, ready to be loaded on any device.

    Attributes:
        make: Loads it; takes N x 3 x H x W in [0, 1].
        scale: How many times larger the output is.
        bytes_a_pixel: Memory that it takes for each pixel of the input, in bytes (fp32).
        multiple_px: Height and width that it takes must be multiples of this.
        runtimes: What `make` can make.
    """

    make: RuntimeFactory
    scale: int
    bytes_a_pixel: int
    multiple_px: int = 1
    runtimes: tuple[Runtime, ...] = ("torch",)


class NetworkUpscaler:
    """Enlarges tiles with a network.

    Args:
        network: What to run.
        info: What the report says about it.
        chosen: Device, runtime and precision.
        preference: The user's memory limit.
    """

    def __init__(
        self,
        network: UpscalingNetwork,
        info: EngineInfo,
        chosen: Chosen,
        preference: ComputePreference,
    ) -> None:
        self._network = network
        self._info = info
        self._limit_bytes = preference.memory_limit_bytes
        self._runner = ResilientRunner(network.make, chosen)

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        return self._info

    @property
    def scale(self) -> int:
        """How many times wider and higher the output is."""
        return self._network.scale

    @property
    def tile_px(self) -> int:
        """The largest tile whose estimated need is half of the free memory."""
        memory = free_memory_bytes(self._runner.chosen.device) // 2
        if self._limit_bytes is not None:
            memory = min(memory, self._limit_bytes)
        for side in TILE_SIDES_PX:
            if side * side * self._network.bytes_a_pixel <= memory:
                return side
        return TILE_SIDES_PX[-1]

    def upscale(self, tile: FloatImage, *, progress: Progress) -> Restored:
        """Enlarge one tile; see `Upscaler.upscale`."""
        height, width = tile.shape[:2]
        images = np.ascontiguousarray(self._padded(tile).transpose(2, 0, 1)[None])
        shrinkable = max(height, width) > SMALLEST_TILE_PX
        done = self._runner.run(images, (), batch=1, progress=progress, shrinkable=shrinkable)
        cut = done.images[0, :, : height * self.scale, : width * self.scale]
        return Restored(np.ascontiguousarray(cut.transpose(1, 2, 0)), done.warnings)

    def _padded(self, tile: FloatImage) -> FloatImage:
        """The tile, grown to the right and below by its mirror image to what the network takes."""
        multiple = self._network.multiple_px
        below, right = (-side % multiple for side in tile.shape[:2])
        if not below and not right:
            return tile
        return np.pad(tile, ((0, below), (0, right), (0, 0)), mode="symmetric")
