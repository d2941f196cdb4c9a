"""What runs a network: one contract, several libraries and devices behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.device import Chosen

FloatBatch = npt.NDArray[np.float32]
"""N x C x H x W, float32; for pictures C = 3, RGB, [0, 1]."""

Poll = Callable[[float], None]
"""Called often while a network runs, with the share that is done; raises `Cancelled` to stop it."""


class Runtime(Protocol):
    """A network, loaded on one device in one precision."""

    @property
    def chosen(self) -> Chosen:
        """Device, runtime and precision."""
        ...

    def infer(self, images: FloatBatch, extras: Sequence[FloatBatch], poll: Poll) -> FloatBatch:
        """Run the network once.

        Args:
            images: N x 3 x H x W, [0, 1].
            extras: Further inputs, the same for the whole batch (the generator's noise).
            poll: Called at least a few times a second while the network runs.

        Returns:
            N x 3 x H' x W', about [0, 1]; neither clipped nor checked.

        Raises:
            MemoryError: The batch does not fit.
            torch.OutOfMemoryError: The batch does not fit.
            Cancelled: `poll` said so.
        """
        ...
