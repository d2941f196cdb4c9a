"""Any network that restores aligned face crops, behind the `FaceRestorer` protocol."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.device import Chosen, ComputePreference, Runtime, total_memory_bytes
from core.engines.resilient import ResilientRunner, RuntimeFactory
from core.engines.runtime import FloatBatch
from core.interfaces import EngineInfo, Restored
from core.progress import Progress

_MOST_FACES = 16

NoiseSource = Callable[[int], tuple[FloatBatch, ...]]
"""Gives a network's further inputs for a seed."""


@dataclass(frozen=True, slots=True)
class FaceNetwork:
    """A face-restoration network, ready to be loaded on any device.

    Attributes:
        make: Loads it; takes N x 3 x S x S in [0, 1].
        crop_size_px: S.
        noises: Further inputs by seed.
        bytes_a_face: Memory that one more face in a batch takes, in bytes (fp32).
        runtimes: What `make` can make.
    """

    make: RuntimeFactory
    crop_size_px: int
    noises: NoiseSource
    bytes_a_face: int
    runtimes: tuple[Runtime, ...] = ("torch",)


class NetworkFaceRestorer:
    """Restores aligned crops with a network.

    Args:
        network: What to run.
        info: What the report says about it.
        chosen: Device, runtime and precision.
        preference: The user's memory limit.
    """

    def __init__(
        self, network: FaceNetwork, info: EngineInfo, chosen: Chosen, preference: ComputePreference
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
    def crop_size_px(self) -> int:
        """Side of the crops in pixels."""
        return self._network.crop_size_px

    def restore(self, crops: npt.NDArray[np.float32], *, seed: int, progress: Progress) -> Restored:
        """Restore N aligned crops; see `FaceRestorer.restore`."""
        size = self.crop_size_px
        if crops.ndim != 4 or crops.shape[1:] != (size, size, 3):
            raise ValueError(f"crops must be N x {size} x {size} x 3, not {crops.shape}")
        if not len(crops):
            return Restored(crops)
        images = np.ascontiguousarray(crops.transpose(0, 3, 1, 2), dtype=np.float32)
        done = self._runner.run(
            images, self._network.noises(seed), batch=self._batch(len(crops)), progress=progress
        )
        # N x 3 x S x S to N x S x S x 3
        return Restored(np.ascontiguousarray(done.images.transpose(0, 2, 3, 1)), done.warnings)

    def _batch(self, faces: int) -> int:
        """How many faces at a time.

        On a processor one: a batch is no faster there. On a graphics card what fits into half of
        it, whatever happens to be free now, so that the result does not depend on other programs.
        """
        device = self._runner.chosen.device
        if device == "cpu":
            return 1
        memory = total_memory_bytes(device) // 2
        if self._limit_bytes is not None:
            memory = min(memory, self._limit_bytes)
        return max(1, min(faces, _MOST_FACES, memory // self._network.bytes_a_face))
