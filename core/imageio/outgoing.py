"""Metadata on its way out: what became false is corrected, what must go is removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.export import MetadataChoice
from core.geometry import Size
from core.image import Metadata
from core.imageio import exif as exif_block
from core.imageio import xmp as xmp_packet
from core.imageio.formats import FormatInfo
from core.imageio.tags import TagError
from core.imageio.xmp import XmpError


def outgoing_metadata(
    metadata: Metadata,
    info: FormatInfo,
    size: Size,
    *,
    choice: MetadataChoice,
    altered: bool,
    software: str,
) -> tuple[Metadata, tuple[str, ...]]:
    """Metadata as it is written.

    Args:
        metadata: The photo's own.
        info: The format it goes into.
        size: The written picture's size.
        choice: What the user wants to keep. "strip_all" leaves profile and resolution, without
            which the picture would look different, and the mark of an altered picture.
        altered: A trained model changed the picture.
        software: Name and version of the program.

    Returns:
        The metadata, and notes about what was lost.
    """
    notes: list[str] = []
    if choice == "strip_all":
        metadata = Metadata(icc=metadata.icc, dpi=metadata.dpi)
    exif = _exif(metadata.exif, size, notes, strip_gps=choice == "strip_gps")
    xmp = _xmp(
        metadata.xmp,
        size,
        notes,
        strip_gps=choice == "strip_gps",
        altered=altered,
        software=software,
    )
    return _fitting(replace(metadata, exif=exif, xmp=xmp), info, notes, altered=altered)


def _exif(exif: bytes | None, size: Size, notes: list[str], *, strip_gps: bool) -> bytes | None:
    if exif is None:
        return None
    steps: list[Callable[[bytes], bytes]] = [exif_block.without_thumbnail]
    if strip_gps:
        steps.append(exif_block.without_gps)
    try:
        for step in steps:
            exif = step(exif)
        return exif_block.with_size(exif, size)
    except TagError:
        if not strip_gps:
            return exif
        notes.append("The EXIF data is damaged, so it was left out to be sure of the position.")
        return None


def _xmp(
    xmp: bytes | None,
    size: Size,
    notes: list[str],
    *,
    strip_gps: bool,
    altered: bool,
    software: str,
) -> bytes | None:
    try:
        if xmp is not None and strip_gps:
            xmp = xmp_packet.without_gps(xmp)
        return xmp_packet.for_output(xmp, size, altered=altered, software=software)
    except XmpError:
        if strip_gps:
            notes.append("The XMP data is damaged, so it was left out to be sure of the position.")
            return xmp_packet.for_output(None, size, altered=altered, software=software)
        if altered:
            notes.append(
                "The XMP data is damaged; it was kept as it is, so the mark of an altered picture "
                "is missing."
            )
        return xmp


def _fitting(
    metadata: Metadata, info: FormatInfo, notes: list[str], *, altered: bool
) -> tuple[Metadata, tuple[str, ...]]:
    """Only what the format has room for."""
    lost = [
        name
        for name, there, room in (
            ("EXIF", metadata.exif, info.exif),
            ("XMP", metadata.xmp, info.xmp),
            ("IPTC", metadata.iptc, info.iptc),
            ("colour profile", metadata.icc, info.icc),
            ("text", metadata.text or None, info.name == "PNG"),
        )
        if there is not None and not room and not (name == "XMP" and altered)
    ]
    if lost:
        notes.append(f"{info.title} has no room for this photo's {' and '.join(lost)} data.")
    if altered and not info.xmp:
        notes.append(f"{info.title} cannot hold the mark that says the picture was altered.")
    kept = Metadata(
        icc=metadata.icc if info.icc else None,
        exif=metadata.exif if info.exif else None,
        xmp=metadata.xmp if info.xmp else None,
        iptc=metadata.iptc if info.iptc else None,
        dpi=metadata.dpi,
        comment=metadata.comment,
        text=metadata.text if info.name == "PNG" else (),
    )
    return kept, tuple(notes)
