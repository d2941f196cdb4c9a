"""Encoders: prepared samples and metadata in, a file's bytes out."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, cast

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.errors import OutputError
from core.image import Metadata
from core.imageio import iptc as iptc_records
from core.imageio.background import interruptible
from core.imageio.decode import Samples
from core.imageio.encode_png import text_entries, write_deep_png
from core.imageio.encode_tiff import write_tiff
from core.imageio.exif import PREFIX, without_orientation
from core.imageio.tags import TagError
from core.progress import Progress

MAX_JPEG_SEGMENT_BYTES = 65_533
_XMP_HEADER_BYTES = 29
_MAX_JFIF_DENSITY = 65_535
FULL_CHROMA_QUALITY = 90
"""From this quality on JPEG and AVIF keep colour at full resolution (4:4:4)."""
_PNG_LEVEL = 4  # level 6 takes more than twice as long for 8 percent less
LOSSLESS_QUALITY = 100


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What an encoder gets.

    Attributes:
        samples: H x W (grey), H x W x 2 (grey, alpha), x 3 (RGB) or x 4 (RGBA); uint8 or uint16, as
            the format can hold it.
        metadata: What is written beside it, already as it shall be.
        quality: 1..100; 100 means lossless where the format has a lossless kind.
    """

    samples: Samples
    metadata: Metadata
    quality: int


class _PolledWriter(io.BufferedIOBase):
    """A file that stops an encoder when the job is cancelled.

    It names no descriptor, so that Pillow hands over its blocks one by one.
    """

    def __init__(self, handle: BinaryIO, raw_bytes: int, progress: Progress) -> None:
        super().__init__()
        self._handle = handle
        self._raw_bytes = raw_bytes
        self._progress = progress

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, block: Any, /) -> int:
        """Write a block; raises `Cancelled` where the job was stopped."""
        self._progress.report(self._handle.tell() / self._raw_bytes)
        return self._handle.write(block)


def _polled(handle: BinaryIO, picture: Picture, progress: Progress) -> BinaryIO:
    return cast("BinaryIO", _PolledWriter(handle, picture.samples.nbytes, progress))


def encode(name: str, picture: Picture, handle: BinaryIO, progress: Progress) -> tuple[str, ...]:
    """Write a picture in the format `name`.

    Returns:
        Notes about what had no room.

    Raises:
        OutputError: The encoder refused the picture.
        OSError: The file cannot be written.
        Cancelled: The job was stopped.
    """
    try:
        return _ENCODERS[name](picture, handle, progress)
    except (ValueError, TypeError, RuntimeError) as error:
        raise OutputError(
            f"The picture cannot be written as {name} ({error}).",
            "Choose another format, for example PNG or TIFF.",
        ) from error


def _jpeg(picture: Picture, handle: BinaryIO, progress: Progress) -> tuple[str, ...]:
    metadata, notes = picture.metadata, []
    options: dict[str, Any] = {}
    if metadata.exif is not None:
        if len(metadata.exif) + len(PREFIX) <= MAX_JPEG_SEGMENT_BYTES:
            options["exif"] = PREFIX + metadata.exif
        else:
            notes.append("The EXIF data is too long for a JPEG file, so it was left out.")
    if metadata.xmp is not None:
        if len(metadata.xmp) + _XMP_HEADER_BYTES <= MAX_JPEG_SEGMENT_BYTES:
            options["xmp"] = metadata.xmp
        else:
            notes.append("The XMP data is too long for a JPEG file, so it was left out.")
    if metadata.iptc is not None:
        segment = iptc_records.as_jpeg_segment(metadata.iptc)
        if segment is not None:
            options["extra"] = segment
        else:
            notes.append("The IPTC data is too long for a JPEG file, so it was left out.")
    if metadata.comment:
        options["comment"] = metadata.comment.encode()[:MAX_JPEG_SEGMENT_BYTES]
    # Pillow's own layout takes another third of the memory, and seconds for a large photo.
    image = interruptible(
        lambda: Image.fromarray(picture.samples), progress.part(0.0, 0.1), expected_s=1.0
    )
    image.save(
        _polled(handle, picture, progress.part(0.1, 1.0)),
        "JPEG",
        quality=picture.quality,
        subsampling="4:4:4" if picture.quality >= FULL_CHROMA_QUALITY else "4:2:0",
        optimize=False,
        icc_profile=metadata.icc,
        dpi=metadata.dpi if metadata.dpi and max(metadata.dpi) <= _MAX_JFIF_DENSITY else (0, 0),
        **options,
    )
    return tuple(notes)


def _png(picture: Picture, handle: BinaryIO, progress: Progress) -> tuple[str, ...]:
    if picture.samples.dtype == np.uint16:
        write_deep_png(picture.samples, picture.metadata, handle, progress)
        return ()
    metadata = picture.metadata
    text = PngInfo()
    if metadata.xmp is not None:
        text.add_itxt("XML:com.adobe.xmp", metadata.xmp.decode("utf-8", "replace"))
    if metadata.iptc is not None:
        text.add_text(
            iptc_records.RAW_PROFILE_KEY, iptc_records.as_raw_profile(metadata.iptc), zip=True
        )
    for key, value in text_entries(metadata):
        text.add_itxt(key, value)
    options: dict[str, Any] = {}
    if metadata.exif is not None:
        options["exif"] = metadata.exif
    if metadata.dpi is not None:
        options["dpi"] = metadata.dpi
    Image.fromarray(picture.samples).save(
        _polled(handle, picture, progress),
        "PNG",
        pnginfo=text,
        icc_profile=metadata.icc,
        compress_level=_PNG_LEVEL,
        **options,
    )
    return ()


def _tiff(picture: Picture, handle: BinaryIO, progress: Progress) -> tuple[str, ...]:
    return write_tiff(picture.samples, picture.metadata, handle, progress)


def _webp(picture: Picture, handle: BinaryIO, progress: Progress) -> tuple[str, ...]:
    options = {"lossless": picture.quality >= LOSSLESS_QUALITY, "exact": True, "method": 2}
    return _whole("WEBP", picture, handle, progress, options)


def _avif(picture: Picture, handle: BinaryIO, progress: Progress) -> tuple[str, ...]:
    chroma = "4:4:4" if picture.quality >= FULL_CHROMA_QUALITY else "4:2:0"
    grey = picture.samples.ndim == 2
    options = {"subsampling": "4:0:0" if grey else chroma, "speed": 8}
    metadata = replace(picture.metadata, exif=_without_orientation(picture.metadata.exif))
    return _whole("AVIF", replace(picture, metadata=metadata), handle, progress, options)


def _without_orientation(exif: bytes | None) -> bytes | None:
    """Pillow would take the tag out itself, and rebuild the whole block in doing so."""
    with contextlib.suppress(TagError):
        return None if exif is None else without_orientation(exif)
    return exif


def _whole(
    name: str, picture: Picture, handle: BinaryIO, progress: Progress, options: dict[str, Any]
) -> tuple[str, ...]:
    """Encode in memory: these codecs give nothing until they are done."""
    metadata = picture.metadata
    image = Image.fromarray(picture.samples)
    if image.mode == "LA":
        image = image.convert("RGBA")

    def call() -> bytes:
        buffer = io.BytesIO()
        image.save(
            buffer,
            name,
            quality=picture.quality,
            exif=metadata.exif or b"",
            xmp=metadata.xmp or b"",
            icc_profile=metadata.icc,
            **options,
        )
        return buffer.getvalue()

    handle.write(interruptible(call, progress, expected_s=10.0))
    return ()


def _bmp(picture: Picture, handle: BinaryIO, progress: Progress) -> tuple[str, ...]:
    options = {"dpi": picture.metadata.dpi} if picture.metadata.dpi else {}
    Image.fromarray(picture.samples).save(_polled(handle, picture, progress), "BMP", **options)
    return ()


_ENCODERS: dict[str, Callable[[Picture, BinaryIO, Progress], tuple[str, ...]]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "TIFF": _tiff,
    "WEBP": _webp,
    "AVIF": _avif,
    "BMP": _bmp,
}
