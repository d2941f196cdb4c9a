"""What each picture format is called and what it can hold."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import UnsupportedFormatError
from core.image import Photo


@dataclass(frozen=True, slots=True)
class FormatInfo:
    """One picture format.

    Attributes:
        name: Upper-case name, as `Source.format` holds it.
        title: What people call it.
        suffixes: File name endings, lower case with the dot; the first one is used for new files.
        writable: True where Heirloom writes it.
        max_depth: Most bits a channel that are written.
        alpha: True where transparency is written.
        exif: True where an EXIF block is written.
        xmp: True where an XMP packet is written.
        iptc: True where IPTC-IIM records are written.
        icc: True where a colour profile is written.
        max_side_px: Longest side that the format can hold.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    writable: bool = True
    max_depth: int = 8
    alpha: bool = False
    exif: bool = True
    xmp: bool = True
    iptc: bool = False
    icc: bool = True
    max_side_px: int = 2**31 - 1


FORMATS: dict[str, FormatInfo] = {
    info.name: info
    for info in (
        FormatInfo(
            "JPEG",
            "JPEG",
            (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
            iptc=True,
            max_side_px=65_500,
        ),
        FormatInfo("PNG", "PNG", (".png", ".apng"), max_depth=16, alpha=True, iptc=True),
        FormatInfo("TIFF", "TIFF", (".tif", ".tiff"), max_depth=16, alpha=True, iptc=True),
        FormatInfo("WEBP", "WebP", (".webp",), alpha=True, max_side_px=16_383),
        FormatInfo("AVIF", "AVIF", (".avif",), alpha=True, max_side_px=32_768),
        FormatInfo("BMP", "BMP", (".bmp", ".dib"), exif=False, xmp=False, icc=False),
        FormatInfo("GIF", "GIF", (".gif",), writable=False),
        FormatInfo("HEIF", "HEIC", (".heic", ".heif", ".hif"), writable=False),
    )
}
"""Every format that Heirloom reads, by name."""

READABLE_SUFFIXES: frozenset[str] = frozenset(
    suffix for info in FORMATS.values() for suffix in info.suffixes
)
"""File name endings of pictures that Heirloom reads, lower case with the dot."""

WRITABLE_FORMATS: tuple[str, ...] = tuple(info.name for info in FORMATS.values() if info.writable)
"""Names of the formats that Heirloom writes."""


def format_for_suffix(suffix: str) -> str | None:
    """The format that a file name ending (".jpg", any case) stands for, or None."""
    wanted = suffix.lower()
    for info in FORMATS.values():
        if wanted in info.suffixes:
            return info.name
    return None


def writable_format(name: str) -> str:
    """The canonical name of a format that a person asked for: "jpg" gives "JPEG".

    Raises:
        UnsupportedFormatError: Heirloom does not write it.
    """
    wanted = name.strip().lower().lstrip(".")
    found = next((info for info in FORMATS.values() if info.name.lower() == wanted), None)
    info = found or FORMATS.get(format_for_suffix("." + wanted) or "")
    if info is None or not info.writable:
        raise UnsupportedFormatError(
            f"Heirloom cannot write pictures of the kind “{name}”.",
            f"Choose one of {', '.join(WRITABLE_FORMATS)}.",
        )
    return info.name


def output_format(source_format: str, bit_depth: int = 8) -> str:
    """The format a result is written in when nobody chose one.

    It is the source's own format where that can be written. HEIC becomes JPEG at 8 bits and PNG at
    more, so that no depth is lost; GIF and everything else become PNG.
    """
    info = FORMATS.get(source_format)
    if info is not None and info.writable and bit_depth <= info.max_depth:
        return info.name
    return "JPEG" if source_format == "HEIF" and bit_depth == 8 else "PNG"


def output_format_of(photo: Photo) -> str:
    """`output_format` for a photo that was read."""
    return output_format(photo.source.format, photo.bit_depth)


def suffix_for(name: str) -> str:
    """The usual file name ending of a writable format, lower case with the dot."""
    return FORMATS[writable_format(name)].suffixes[0]
