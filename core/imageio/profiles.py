"""Colour profiles: whether one fits its pixels, and the ways from CMYK, Lab and grey to sRGB."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import numpy as np
from PIL import Image, ImageCms

from core.image import Pixels

_SIGNATURES = {b"RGB ": "RGB", b"GRAY": "GREY", b"CMYK": "CMYK", b"Lab ": "LAB"}
_HEADER_BYTES = 128
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION


def colour_space(icc: bytes) -> str | None:
    """The colour space that a profile describes: "RGB", "GREY", "CMYK", "LAB".

    Returns:
        None where the bytes are no ICC profile or one for another space.
    """
    if len(icc) <= _HEADER_BYTES or icc[36:40] != b"acsp":
        return None
    if int.from_bytes(icc[:4], "big") > len(icc):
        return None
    return _SIGNATURES.get(icc[16:20])


def description(icc: bytes) -> str:
    """The profile's name for people; empty where it cannot be read."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        return " ".join(ImageCms.getProfileDescription(profile).split())
    except (ImageCms.PyCMSError, OSError):
        return ""


@cache
def srgb_profile() -> bytes:
    """The sRGB profile that converted pictures carry; the same bytes on every day."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # The header's creation date would make two runs differ; the profile's id becomes "unset".
    made[24:36] = b"\x07\xe8\x00\x01\x00\x01" + bytes(6)
    made[84:100] = bytes(16)
    return bytes(made)


def srgb_converter(mode: str, icc: bytes | None) -> Callable[[Image.Image], Image.Image] | None:
    """How CMYK or Lab becomes sRGB, relative colorimetric with black point compensation.

    Args:
        mode: "CMYK" or "LAB".
        icc: The profile of its pixels; Lab needs none.

    Returns:
        Makes a picture of mode "RGB"; None where the profile is missing or unusable.
    """
    try:
        if mode == "LAB":
            source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        elif icc is not None and colour_space(icc) == "CMYK":
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        else:
            return None
        target = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
        transform = ImageCms.buildTransform(
            source,
            target,
            mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=_FLAGS,
        )
        transform.apply(Image.new(mode, (1, 1)))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    return transform.apply


def grey_to_srgb(pixels: Pixels, icc: bytes) -> Pixels | None:
    """Pixels whose tones follow a grey profile, with the tone curve of sRGB instead.

    Needed where a grey photo has gained colour: a grey profile cannot describe it any longer.

    Returns:
        Pixels of the same shape and depth, or None where the profile is unusable.
    """
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8).reshape(1, 256))
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        target = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
        made = ImageCms.profileToProfile(ramp, source, target, outputMode="RGB", flags=_FLAGS)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    curve = np.asarray(made)[0, :, 1]
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(curve[pixels])
    levels = np.arange(65536, dtype=np.float64) / 257
    fine = np.rint(np.interp(levels, np.arange(256), curve * 257.0)).astype(np.uint16)
    return np.ascontiguousarray(fine[pixels])
