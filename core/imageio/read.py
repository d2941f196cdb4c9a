"""Reading a picture file into a `Photo`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from core.image import Photo, Source
from core.imageio.background import interruptible
from core.imageio.beside import Beside, fitting_profile, gather
from core.imageio.decode import Decoded, from_pillow
from core.imageio.decode_avif import avif_depth, decode_avif
from core.imageio.decode_heif import decode_heif, open_heif
from core.imageio.decode_png import decode_png, has_late_text, is_deep_png
from core.imageio.decode_tiff import TiffHeader, decode_tiff, tiff_header
from core.imageio.limits import check_size
from core.imageio.opencv import UnknownLayoutError
from core.imageio.orient import turned
from core.imageio.probe import (
    FileBytes,
    guarded,
    identify,
    open_pillow,
    read_bytes,
    unsupported_layout,
)
from core.imageio.profiles import srgb_profile
from core.imageio.signatures import camera_raw
from core.progress import Progress, no_progress

_STREAMED = frozenset({"JPEG", "PNG", "BMP", "GIF"})
"""Formats that Pillow decodes while it reads, so that reading is where it can be stopped."""


@dataclass(frozen=True, slots=True, eq=False)
class _Content:
    """A decoded file: pixels, what rides beside them, and how many pictures the file holds."""

    decoded: Decoded
    beside: Beside
    frames: int


def read_photo(path: Path, progress: Progress | None = None) -> Photo:
    """Read the first picture of a file, upright, at its own depth.

    Pixels stay in the file's colour space and keep its profile. CMYK and Lab are converted to sRGB
    through their profile. A grey file becomes three equal channels.

    Args:
        path: JPEG, PNG, TIFF, WebP, AVIF, HEIC, BMP or GIF, recognised by content.
        progress: Reported to and polled for cancellation.

    Returns:
        The photo, with everything that rides beside its pixels; `notes` says what was left out.

    Raises:
        UnreadableImageError: Missing, empty, damaged, cut off, or not a picture.
        UnsupportedFormatError: A picture of a kind that Heirloom does not read.
        ImageSizeError: Too many pixels, found out before any is decoded.
        Cancelled: The job was stopped.
    """
    progress = (progress or no_progress()).part(0.0, 1.0, "Reading")
    file = read_bytes(Path(path), progress.part(0.0, 0.3))
    kind = identify(file)
    part = progress.part(0.3, 0.9)
    if kind == "HEIF":
        content = _read_heif(file, part)
    elif kind == "TIFF":
        content = _read_tiff(file, part)
    else:
        content = _read_pillow(file, kind, part)
    progress.report(0.92)
    photo = _assembled(file, kind, content)
    progress.report(1.0)
    return photo


def _read_heif(file: FileBytes, progress: Progress) -> _Content:
    with guarded(file.path):
        picture = open_heif(file.data)
        check_size(picture.size)
        beside = gather(picture.info, "HEIF", file.data)
        decoded = interruptible(lambda: decode_heif(picture), progress)
    return _Content(decoded, beside, picture.frames)


def _read_tiff(file: FileBytes, progress: Progress) -> _Content:
    with guarded(file.path):
        header = tiff_header(file.data)
        if header.is_raw:
            raise camera_raw(file.path)
        check_size(header.size)
        beside = replace(gather(header.info, "TIFF", file.data), orientation=header.orientation)
        decoded = _decoded_tiff(file, header, progress)
    return _Content(decoded, beside, header.pages)


def _decoded_tiff(file: FileBytes, header: TiffHeader, progress: Progress) -> Decoded:
    if header.is_deep:
        try:
            return interruptible(lambda: decode_tiff(file.data), progress)
        except UnknownLayoutError as error:
            raise unsupported_layout(file.path) from error
    with open_pillow(file, "TIFF", progress) as image:
        interruptible(image.load, progress)
        # Pillow turns TIFF pages upright while it loads them.
        return replace(_plain(image, file), is_upright=True)


def _read_pillow(file: FileBytes, kind: str, progress: Progress) -> _Content:
    with guarded(file.path), open_pillow(file, kind, progress) as image:
        frames = int(getattr(image, "n_frames", 1))
        image.seek(0)
        if kind == "PNG" and is_deep_png(file.data):
            key = image.info.get("transparency")
            if has_late_text(file.data):
                image.load()
            decoded = interruptible(lambda: decode_png(file.data, key), progress)
        elif kind == "AVIF" and avif_depth(file.data) > 8:
            grey = image.mode in ("L", "LA")
            decoded = interruptible(lambda: decode_avif(file.data, is_grey=grey), progress)
        else:
            if kind in _STREAMED:
                image.load()
            else:
                interruptible(image.load, progress)
            decoded = _plain(image, file)
        return _Content(decoded, gather(image.info, kind, file.data), frames)


def _plain(image: Image.Image, file: FileBytes) -> Decoded:
    decoded = from_pillow(image, image.info.get("icc_profile"))
    if decoded is None:
        raise unsupported_layout(file.path)
    return decoded


def _assembled(file: FileBytes, kind: str, content: _Content) -> Photo:
    decoded, beside = content.decoded, content.beside
    notes = [*beside.notes, *decoded.notes]
    icc, note = fitting_profile(beside.metadata.icc, is_grey=decoded.is_grey)
    if decoded.is_srgb:
        icc, note = srgb_profile(), ""
    notes += [note] if note else []
    notes += [_frames_note(kind, content.frames - 1)] if content.frames > 1 else []
    orientation = 1 if decoded.is_upright else beside.orientation
    source = Source(
        path=file.path,
        format=kind,
        mode=decoded.mode,
        is_grey=decoded.is_grey,
        frames=content.frames,
        orientation=beside.orientation,
        sha256=file.sha256,
    )
    alpha = None if decoded.alpha is None else turned(decoded.alpha, orientation)
    return Photo(
        turned(decoded.pixels, orientation),
        alpha,
        replace(beside.metadata, icc=icc),
        source,
        tuple(notes),
    )


def _frames_note(kind: str, more: int) -> str:
    thing = {"TIFF": "page", "JPEG": "picture", "HEIF": "picture"}.get(kind, "frame")
    if more == 1:
        return f"1 more {thing} of the file was left out."
    return f"{more} more {thing}s of the file were left out."
