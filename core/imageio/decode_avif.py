"""AVIF pixels with 10 or 12 bits a channel, which Pillow would cut to 8 without a word."""

from __future__ import annotations

import cv2
import numpy as np

from core.imageio.decode import Decoded, from_samples, full_range
from core.imageio.opencv import DamagedPixelsError, quiet_opencv, rgb_order

_CONFIGURATION = b"av1C"
_HIGH, _TWELVE = 0x40, 0x20


def avif_depth(data: bytes) -> int:
    """Bits a channel of the first AV1 stream: 8, 10 or 12.

    AV1 codec configuration record, section 2.3: the flags are in its third byte.
    """
    at = data.find(_CONFIGURATION)
    flags = data[at + 6] if 0 <= at < len(data) - 6 else 0
    if not flags & _HIGH:
        return 8
    return 12 if flags & _TWELVE else 10


def decode_avif(data: bytes, *, is_grey: bool) -> Decoded:
    """Decode the first picture at full depth; its orientation is not applied.

    Raises:
        DamagedPixelsError: The file is damaged.
    """
    with quiet_opencv():
        samples = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if samples is None or samples.dtype != np.uint16:
        raise DamagedPixelsError("the AVIF cannot be decoded")
    samples = full_range(rgb_order(samples), avif_depth(data))
    if is_grey and samples.ndim == 3:
        samples = np.ascontiguousarray(samples[..., 0])
    names = {2: "L;16", 3: "RGB;16", 4: "RGBA;16"}
    return from_samples(samples, names[2 if samples.ndim == 2 else samples.shape[2]])
