"""OpenCV as a decoder: silent, and in our order of channels."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import cv2

from core.imageio.decode import AnySamples

_log_lock = threading.Lock()


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


@contextlib.contextmanager
def quiet_opencv() -> Iterator[None]:
    """Keep OpenCV from writing to the error stream; our own errors say what is wrong."""
    with _log_lock:
        level = cv2.utils.logging.getLogLevel()
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        try:
            yield
        finally:
            cv2.utils.logging.setLogLevel(level)
