"""OpenCV as a decoder: silent, and in our order of channels."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import cv2

from core.imageio.decode import AnySamples
from core.imageio.quiet import SharedSwitch


class DamagedPixelsError(ValueError):
    """The pixels are broken or cut off."""


class UnknownLayoutError(ValueError):
    """The file is sound, but stores its samples in a way that cannot be read."""


def rgb_order(samples: AnySamples) -> AnySamples:
    """OpenCV's BGR(A) as RGB(A), in place; grey as it is."""
    if samples.ndim == 3 and samples.shape[2] == 3:
        cv2.cvtColor(samples, cv2.COLOR_BGR2RGB, dst=samples)
    elif samples.ndim == 3 and samples.shape[2] == 4:
        cv2.cvtColor(samples, cv2.COLOR_BGRA2RGBA, dst=samples)
    return samples


def quiet_opencv() -> AbstractContextManager[None]:
    """Keep OpenCV from writing to the error stream; our own errors say what is wrong."""
    return _LOG.off()


def _silence() -> Callable[[], object]:
    logging = cv2.utils.logging
    level = logging.getLogLevel()
    logging.setLogLevel(logging.LOG_LEVEL_SILENT)
    return lambda: logging.setLogLevel(level)


_LOG = SharedSwitch(_silence)
