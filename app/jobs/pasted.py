"""Turns a picture from the clipboard into a photo. Runs in the worker thread."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from core.errors import UnreadableImageError
from core.image import Metadata, Photo, Source
from core.progress import Progress


def photo_of_image(image: QImage, progress: Progress) -> Photo:
    """A photo without a file, 8 bits a channel, with the picture's own colour profile.

    Raises:
        UnreadableImageError: The clipboard held no pixels.
        Cancelled: The job was stopped.
    """
    progress.check()
    if image.isNull():
        raise UnreadableImageError(
            "The clipboard holds no picture that can be read.",
            "Copy the picture again, or save it as a file and open that.",
        )
    pixels = _array(image.convertToFormat(QImage.Format.Format_RGB888), 3)
    progress.check()
    alpha = None
    if image.hasAlphaChannel():
        alpha = _array(image.convertToFormat(QImage.Format.Format_Alpha8), 1)[..., 0]
    icc = bytes(image.colorSpace().iccProfile().data()) if image.colorSpace().isValid() else b""
    return Photo(
        pixels,
        None if alpha is None else np.ascontiguousarray(alpha),
        Metadata(icc=icc or None),
        Source(is_grey=image.isGrayscale()),
    )


def _array(image: QImage, channels: int) -> npt.NDArray[np.uint8]:
    """H x W x channels, without Qt's padding at the end of each line.

    Always a copy: the image's memory goes with the image.
    """
    rows = np.frombuffer(image.constBits(), np.uint8)
    rows = rows.reshape(image.height(), image.bytesPerLine())
    kept = rows[:, : image.width() * channels]
    return kept.reshape(image.height(), image.width(), channels).copy()
