"""Pixels of an opened Pillow picture, as the one image convention wants them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.image import Pixels, Plane
from core.imageio.profiles import srgb_converter
from core.progress import Progress, no_progress

_BLOCK_ROWS = 128
Samples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
"""H x W (grey) or H x W x C."""

AnySamples = npt.NDArray[Any]
"""The same where numpy's own types lose the depth; it is uint8 or uint16 all the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """Pixels before orientation.

    Attributes:
        pixels: H x W x 3, uint8 or uint16.
        alpha: H x W of the same depth, or None.
        is_grey: True where the file has one colour channel.
        mode: The file's own layout: "L", "RGB;16", "CMYK", ...
        is_srgb: True where the pixels were converted to sRGB, so that the file's profile no longer
            belongs to them.
        is_upright: True where the decoder has applied the orientation already.
        notes: What a user should know.
    """

    pixels: Pixels
    alpha: Plane | None
    is_grey: bool
    mode: str
    is_srgb: bool = False
    is_upright: bool = False
    notes: tuple[str, ...] = ()


def from_samples(samples: AnySamples, mode: str, notes: tuple[str, ...] = ()) -> Decoded:
    """Split an array of 1 to 4 channels (grey, grey + alpha, RGB, RGBA) into pixels and alpha."""
    if samples.ndim == 2:
        samples = samples[..., np.newaxis]
    channels = samples.shape[2]
    alpha: AnySamples | None = None
    if channels in (2, 4):
        alpha = np.ascontiguousarray(samples[..., -1])
    pixels: AnySamples
    if channels <= 2:
        pixels = np.repeat(samples[..., :1], 3, axis=2)
    else:
        pixels = np.ascontiguousarray(samples[..., :3])
    return Decoded(pixels, alpha, channels <= 2, mode, notes=notes)


def full_range(samples: AnySamples, bits: int) -> AnySamples:
    """Numbers of 9 to 15 bits spread over 16, so that white is 65535."""
    levels = (1 << bits) - 1
    table = np.rint(np.arange(levels + 1) * (65535 / levels)).astype(np.uint16)
    return np.asarray(table[np.minimum(samples, levels)])


def from_pillow(
    image: Image.Image, icc: bytes | None, progress: Progress | None = None
) -> Decoded | None:
    """Pixels of a loaded picture.

    Args:
        image: Any Pillow mode.
        icc: Its colour profile, for CMYK.
        progress: Reported to and polled for cancellation.

    Returns:
        The pixels, or None for modes that hold no displayable 8- or 16-bit picture (32-bit
        integers and floating point).
    """
    mode, progress = image.mode, progress or no_progress()
    if mode in ("CMYK", "LAB"):
        return _converted(image, icc, progress)
    if mode.startswith("I;16"):
        return _deep_grey(image, progress)
    steps = _STEPS.get(mode)
    if steps is None:
        return None
    plain, see_through = steps
    target = see_through if image.has_transparency_data else plain
    return from_samples(_array(image, _converter(image, target), progress), mode)


_STEPS: dict[str, tuple[str, str]] = {
    "1": ("L", "LA"),
    "L": ("L", "LA"),
    "LA": ("LA", "LA"),
    "La": ("LA", "LA"),
    "P": ("RGB", "RGBA"),
    "PA": ("RGBA", "RGBA"),
    "RGB": ("RGB", "RGBA"),
    "RGBX": ("RGB", "RGB"),
    "RGBA": ("RGBA", "RGBA"),
    "RGBa": ("RGBA", "RGBA"),
    "YCbCr": ("RGB", "RGB"),
    "HSV": ("RGB", "RGB"),
}
"""Pillow mode to (mode without, mode with transparency)."""


def _converter(image: Image.Image, target: str) -> Callable[[Image.Image], Image.Image]:
    """How a strip of `image` becomes `target`."""
    source = image.mode
    if source == target:
        return lambda strip: strip
    if source in ("La", "RGBa"):
        return lambda strip: strip.convert("RGBA").convert(target)
    if source == "L" and target == "LA":
        key = image.info.get("transparency")
        return lambda strip: _keyed(strip, key)
    return lambda strip: strip.convert(target)


def _keyed(strip: Image.Image, key: object) -> Image.Image:
    """Grey with one transparent level (PNG tRNS) as grey and alpha."""
    alpha = strip.point([0 if level == key else 255 for level in range(256)])
    return Image.merge("LA", (strip, alpha))


def _array(
    image: Image.Image, convert: Callable[[Image.Image], Image.Image], progress: Progress
) -> Samples:
    """The picture as an array, strip by strip: `np.asarray` would hold three copies at once."""
    width, height = image.size
    result: Samples | None = None
    for top in range(0, height, _BLOCK_ROWS):
        progress.report(top / height)
        bottom = min(height, top + _BLOCK_ROWS)
        strip = np.asarray(convert(image.crop((0, top, width, bottom))))
        if result is None:
            result = np.empty((height, *strip.shape[1:]), strip.dtype)
        result[top:bottom] = strip
    if result is None:
        raise ValueError("the picture has no rows")
    return result


def _deep_grey(image: Image.Image, progress: Progress) -> Decoded:
    """16-bit grey of either byte order, with the transparent level that a PNG may name."""
    grey = _array(image, lambda strip: strip, progress).astype(np.uint16, copy=False)
    key = image.info.get("transparency")
    if isinstance(key, int):
        alpha = np.where(grey == key, np.uint16(0), np.uint16(65535))
        return from_samples(np.stack([grey, alpha], axis=-1), "I;16")
    return from_samples(grey, "I;16")


def _converted(image: Image.Image, icc: bytes | None, progress: Progress) -> Decoded:
    """CMYK or Lab in sRGB, through the profile where there is one."""
    name = "CMYK" if image.mode == "CMYK" else "Lab"
    convert = srgb_converter(image.mode, icc)
    if convert is None:
        note = (
            f"The {name} colours were converted without a profile, because the file has no usable "
            "one: they may look different from the print."
        )
        convert = _plain_rgb
    else:
        note = f"The {name} colours were converted to sRGB."
    made = from_samples(_array(image, convert, progress), image.mode, (note,))
    return Decoded(made.pixels, made.alpha, made.is_grey, made.mode, is_srgb=True, notes=made.notes)


def _plain_rgb(strip: Image.Image) -> Image.Image:
    return strip.convert("RGB")
