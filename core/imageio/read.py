"""Reading a picture file into a `Photo`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PIL import Image

from core.geometry import Size
from core.image import Photo, Source
from core.imageio.background import Share, interruptible
from core.imageio.beside import Beside, fitting_profile, gather
from core.imageio.decode import Decoded, from_pillow
from core.imageio.decode_avif import avif_depth, decode_avif
from core.imageio.decode_heif import decode_heif, open_heif
from core.imageio.decode_png import decode_png, has_late_text, is_deep_png
from core.imageio.decode_tiff import TiffHeader, decode_tiff, tiff_header
from core.imageio.decode_webp import is_lossless_webp
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

_DECODING_S_PER_MEGAPIXEL = 0.04
"""How long decoders take on a usual computer, for those that do not tell how far they are."""

_LEAST_S = 0.3


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
    last = progress.part(0.9, 1.0)
    # Turning a large photo upright takes a while, too.
    photo = interruptible(lambda: _assembled(file, kind, content), last, _LEAST_S)
    progress.report(1.0)
    return photo


def _read_heif(file: FileBytes, progress: Progress) -> _Content:
    with guarded(file.path):
        picture = open_heif(file.data)
        check_size(picture.size)
        beside = gather(picture.info, "HEIF", file.data)
        expected_s = _expected_s(picture.size)
        decoded = interruptible(lambda: decode_heif(picture), progress, expected_s)
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
    expected_s, share = _expected_s(header.size), Share(progress)
    if header.is_deep:
        try:
            work = partial(decode_tiff, file.data, share)
            return interruptible(work, progress, expected_s, share)
        except UnknownLayoutError as error:
            raise unsupported_layout(file.path) from error
    with open_pillow(file, "TIFF", share) as image:
        # Pillow turns TIFF pages upright while it loads them.
        return replace(_loaded(image, file, progress, share), is_upright=True)


def _read_pillow(file: FileBytes, kind: str, progress: Progress) -> _Content:
    share = Share(progress)
    with guarded(file.path), open_pillow(file, kind, share) as image:
        expected_s = _expected_s(Size(*image.size))
        counting, progress = progress.part(0.0, 0.05), progress.part(0.05, 1.0)
        # A GIF is read to its end for it.
        frames = interruptible(lambda: int(getattr(image, "n_frames", 1)), counting, _LEAST_S)
        image.seek(0)
        if kind == "PNG" and is_deep_png(file.data):
            key = image.info.get("transparency")
            if has_late_text(file.data):
                image.load()
            decoded = interruptible(lambda: decode_png(file.data, key), progress, expected_s)
        elif kind == "AVIF" and avif_depth(file.data) > 8:
            work = partial(decode_avif, file.data, is_grey=image.mode in ("L", "LA"))
            decoded = interruptible(work, progress, expected_s)
        else:
            decoded = _loaded(image, file, progress, share)
        return _Content(decoded, gather(image.info, kind, file.data), frames)


def _loaded(image: Image.Image, file: FileBytes, progress: Progress, share: Share) -> Decoded:
    """What Pillow decodes; it tells how far it is where it decodes while it reads."""
    expected_s = _expected_s(Size(*image.size))
    interruptible(image.load, progress.part(0.0, 0.8), expected_s, share)
    decoded = from_pillow(image, image.info.get("icc_profile"), progress.part(0.8, 1.0))
    if decoded is None:
        raise unsupported_layout(file.path)
    return decoded


def _expected_s(size: Size) -> float:
    return max(_LEAST_S, size.area_px / 1e6 * _DECODING_S_PER_MEGAPIXEL)


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
        is_lossless=kind == "WEBP" and is_lossless_webp(file.data),
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
