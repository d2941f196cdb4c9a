"""What rides beside the pixels of an opened picture: profile, EXIF, XMP, IPTC, resolution."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.image import Metadata
from core.imageio import exif as exif_block
from core.imageio import iptc as iptc_records
from core.imageio import xmp as xmp_packet
from core.imageio.exif_tree import exif_of_tiff
from core.imageio.profiles import colour_space
from core.imageio.tags import TagError
from core.imageio.xmp import XmpError

_MAX_DPI = 1_000_000.0
RAW_EXIF_KEY = "Raw profile type exif"
_NOT_TEXT = frozenset({"Comment", "XML:com.adobe.xmp", "xmp"})


@dataclass(frozen=True, slots=True)
class Beside:
    """Metadata as it lies in the file, before anything is reset.

    Attributes:
        metadata: Profile, EXIF, XMP, IPTC, resolution and comment.
        orientation: 1..8, from EXIF, or from XMP where EXIF says nothing.
        notes: What a user should know.
    """

    metadata: Metadata
    orientation: int = 1
    notes: tuple[str, ...] = field(default=())


def gather(info: Mapping[Any, Any], kind: str, data: bytes) -> Beside:
    """Collect metadata.

    Args:
        info: The decoder's dictionary: Pillow's `Image.info`, that of the HEIF library, or
            `TiffHeader.info`.
        kind: The format's name.
        data: The whole file; TIFF keeps its EXIF between its other tags.
    """
    notes: list[str] = []
    exif = _exif(info, kind, data)
    xmp = _xmp(info)
    exif, exif_orientation = _reset_exif(exif, notes)
    xmp, xmp_orientation = _reset_xmp(xmp, notes)
    icc = info.get("icc_profile") or None
    metadata = Metadata(
        icc=bytes(icc) if icc else None,
        exif=exif,
        xmp=xmp,
        iptc=_iptc(info),
        dpi=_dpi(info, kind, exif),
        comment=_comment(info),
        text=_text(info) if kind == "PNG" else (),
    )
    return Beside(metadata, exif_orientation or xmp_orientation or 1, tuple(notes))


def fitting_profile(icc: bytes | None, *, is_grey: bool) -> tuple[bytes | None, str]:
    """The profile if it describes pixels of this kind.

    Returns:
        The profile or None, and a note for the user; empty where there is nothing to say.
    """
    if icc is None:
        return None, ""
    space = colour_space(icc)
    if space == "GREY" and is_grey:
        return icc, ""
    if space == "RGB" and not is_grey:
        return icc, ""
    return None, (
        "The file's colour profile is damaged or does not fit its pixels, so it was left out."
    )


def _exif(info: Mapping[Any, Any], kind: str, data: bytes) -> bytes | None:
    if kind == "TIFF":
        try:
            return exif_of_tiff(data)
        except TagError:
            return None
    raw = info.get("exif")
    if not raw and isinstance(text := info.get(RAW_EXIF_KEY), str):
        raw = iptc_records.from_raw_profile(text)
    return exif_block.without_prefix(bytes(raw)) or None if raw else None


def _reset_exif(exif: bytes | None, notes: list[str]) -> tuple[bytes | None, int | None]:
    if exif is None:
        return None, None
    try:
        return exif_block.upright(exif), exif_block.orientation_of(exif)
    except TagError:
        notes.append("The file's EXIF data is damaged; it is kept as it is.")
        return exif, None


def _reset_xmp(xmp: bytes | None, notes: list[str]) -> tuple[bytes | None, int | None]:
    if xmp is None:
        return None, None
    try:
        return xmp_packet.upright(xmp)
    except XmpError:
        notes.append("The file's XMP data is damaged; it is kept as it is.")
        return xmp, None


def _xmp(info: Mapping[Any, Any]) -> bytes | None:
    raw = info.get("xmp") or info.get("XML:com.adobe.xmp")
    if isinstance(raw, str):
        raw = raw.encode("utf-8")
    if not isinstance(raw, (bytes, bytearray)):
        return None
    return bytes(raw).rstrip(b"\x00") or None


def _iptc(info: Mapping[Any, Any]) -> bytes | None:
    resources = info.get("photoshop")
    if isinstance(resources, Mapping):
        found = resources.get(iptc_records.RESOURCE_ID)
        if isinstance(found, bytes):
            return found or None
    raw = info.get("iptc")
    if isinstance(raw, bytes):
        return iptc_records.without_padding(raw)
    block = info.get("photoshop_block")
    if isinstance(block, bytes):
        return iptc_records.from_resources(block)
    text = info.get(iptc_records.RAW_PROFILE_KEY)
    return iptc_records.iptc_from_raw_profile(text) if isinstance(text, str) else None


def _dpi(info: Mapping[Any, Any], kind: str, exif: bytes | None) -> tuple[float, float] | None:
    """Resolution by the container, or else by EXIF."""
    value = info.get("dpi")
    if kind == "JPEG" and info.get("jfif_unit") not in (1, 2):
        value = None  # Pillow makes up 72 dpi where JFIF names no unit
    if value is None and exif is not None:
        with contextlib.suppress(TagError):
            value = exif_block.resolution_of(exif)
    try:
        horizontal, vertical = (float(part) for part in value or ())
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if not all(math.isfinite(d) and 0 < d <= _MAX_DPI for d in (horizontal, vertical)):
        return None
    return horizontal, vertical


def _comment(info: Mapping[Any, Any]) -> str | None:
    raw: Any = info.get("comment") or info.get("Comment")
    if isinstance(raw, bytes):
        try:
            raw = raw.decode("utf-8")
        except UnicodeDecodeError:
            raw = raw.decode("latin-1")
    return str(raw).rstrip("\x00") or None if raw else None


def _text(info: Mapping[Any, Any]) -> tuple[tuple[str, str], ...]:
    """The text entries of a PNG, without those that have a place of their own."""
    return tuple(
        (key, str(value))
        for key, value in info.items()
        if isinstance(key, str)
        and isinstance(value, str)
        and key not in _NOT_TEXT
        and not key.startswith("Raw profile type")
    )
