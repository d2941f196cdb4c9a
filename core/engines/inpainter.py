"""Any network that fills unknown areas, behind the `Inpainter` protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.engines.resilient import ResilientRunner, RuntimeFactory
from core.interfaces import EngineInfo, Restored

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.device import Chosen
    from core.image import FloatImage
    from core.progress import Progress

SIDE_PX = 512
"""LaMa was trained on windows of 256 px and works best up to about this size."""


class NetworkInpainter:
    """Fills windows of a photo with a network.

    Args:
        make: Loads the network; it takes 1 x 4 x H x W, the last channel being the mask.
        info: What the report says about it.
        chosen: Device and precision.
    """

    def __init__(self, make: RuntimeFactory, info: EngineInfo, chosen: Chosen) -> None:
        self._runner = ResilientRunner(make, chosen)
        self._info = info

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        return self._info

    @property
    def side_px(self) -> int:
        """Side of the square windows that it should be given."""
        return SIDE_PX

    def inpaint(
        self, image: FloatImage, mask: npt.NDArray[np.bool_], *, progress: Progress
    ) -> Restored:
        """Fill one window; see `Inpainter.inpaint`."""
        unknown = mask[..., None].astype(np.float32)
        # What lies under the mask must not shine through: the network gets it blank.
        stacked = np.concatenate([image * (1 - unknown), unknown], axis=2)
        batch = np.ascontiguousarray(stacked.transpose(2, 0, 1)[None])
        done = self._runner.run(batch, (), batch=1, progress=progress)
        return Restored(np.ascontiguousarray(done.images[0].transpose(1, 2, 0)), done.warnings)
