"""Writing a `Photo` to a file: never over an original, never half."""

from __future__ import annotations

import errno
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.errors import ImageSizeError, OutputError
from core.export import MetadataChoice
from core.geometry import Size
from core.image import Photo, Pixels, Plane, is_grey, max_value, to_uint8
from core.imageio.atomic import atomic_file, tidy
from core.imageio.decode import AnySamples
from core.imageio.encode import LOSSLESS_QUALITY, Picture, encode
from core.imageio.failures import output_errors
from core.imageio.file_hash import sha256_of
from core.imageio.folders import folder_for
from core.imageio.formats import (
    FORMATS,
    FormatInfo,
    format_for_suffix,
    output_format_of,
    writable_format,
)
from core.imageio.outgoing import outgoing_metadata
from core.imageio.profiles import colour_space, grey_to_srgb, srgb_profile
from core.imageio.resized import resized, with_depth
from core.imageio.same_file import is_any_of
from core.progress import Progress, no_progress

DEFAULT_QUALITY = 95
_BLOCK_ROWS = 128


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How a photo is written.

    Attributes:
        format: "JPEG", "PNG", "TIFF", "WEBP", "AVIF", "BMP" (or a file name ending such as "jpg").
            None takes the one that the path's ending names, and otherwise the source's own.
        quality: 1..100 for JPEG, WebP and AVIF; 100 makes WebP lossless. None keeps a lossless WebP
            lossless, and is `DEFAULT_QUALITY` for everything else.
        metadata: "keep", "strip_gps" (no position), or "strip_all" (only profile and resolution).
        overwrite: Replace an existing file. An input is never replaced.
        max_side_px: The picture is made smaller where its longest side is longer; None keeps it.
        depth: 8 or 16 bits a channel, where the format can hold them; None for the photo's own.
    """

    format: str | None = None
    quality: int | None = None
    metadata: MetadataChoice = "keep"
    overwrite: bool = False
    max_side_px: int | None = None
    depth: int | None = None

    def __post_init__(self) -> None:
        if self.quality is not None and not 1 <= self.quality <= 100:
            raise ValueError(f"quality must be 1 to 100, not {self.quality}")
        if self.metadata not in ("keep", "strip_gps", "strip_all"):
            raise ValueError(f"metadata cannot be {self.metadata!r}")
        if self.max_side_px is not None and self.max_side_px < 1:
            raise ValueError(f"the longest side must be at least 1 pixel, not {self.max_side_px}")
        if self.depth not in (None, 8, 16):
            raise ValueError(f"a channel has 8 or 16 bits, not {self.depth}")


@dataclass(frozen=True, slots=True)
class Saved:
    """A written file.

    Attributes:
        path: Where it lies.
        format: What it is.
        size: Width and height in pixels.
        sha256: Hash of the file, hexadecimal.
        notes: Plain sentences about what the format had no room for.
    """

    path: Path
    format: str
    size: Size
    sha256: str
    notes: tuple[str, ...] = ()


def write_photo(
    photo: Photo,
    path: Path,
    options: WriteOptions,
    *,
    altered: bool,
    software: str,
    protected: Collection[Path] = (),
    progress: Progress | None = None,
) -> Saved:
    """Write a photo, whole or not at all.

    The same photo and options give the same bytes.

    Args:
        photo: What to write.
        path: The file to make; missing folders are made.
        options: Format, quality, metadata.
        altered: A trained model changed the picture: it is marked so in its XMP.
        software: Name and version of the program, for that mark.
        protected: Files that must not be replaced, whatever they are called; the photo's own source
            is always one of them.
        progress: Reported to and polled for cancellation.

    Returns:
        What was written, with notes about everything that the format could not hold.

    Raises:
        OutputError: The path is an input, exists, or cannot be written; nothing is left behind.
        UnsupportedFormatError: Heirloom does not write that format.
        ImageSizeError: The picture is too large for the format.
        Cancelled: The job was stopped; nothing is left behind.
    """
    progress = (progress or no_progress()).part(0.0, 1.0, "Saving")
    path = Path(path)
    info = FORMATS[_chosen_format(photo, path, options)]
    check_output(path, [*_inputs(photo), *protected], overwrite=options.overwrite)
    photo = resized(photo, options.max_side_px, progress.part(0.0, 0.05))
    if options.depth is not None and options.depth <= info.max_depth:
        photo = with_depth(photo, options.depth)
    _check_side(photo, info)
    samples, icc, notes = _samples(photo, info)
    metadata, more = outgoing_metadata(
        replace(photo.metadata, icc=icc),
        info,
        photo.size,
        choice=options.metadata,
        altered=altered,
        software=software,
    )
    quality, note = _quality(photo, info, options.quality)
    picture = Picture(samples, metadata, quality)
    progress.report(0.05)
    with (
        output_errors(path),
        folder_for(path),
        atomic_file(path, overwrite=options.overwrite) as handle,
    ):
        tidy(path.parent, progress)
        late = encode(info.name, picture, handle, progress.part(0.05, 0.9))
        sha256 = sha256_of(handle, progress.part(0.9, 0.99))
        # The last point at which a cancelled job leaves nothing; then the file gets its name.
        progress.report(1.0)
    return Saved(path, info.name, photo.size, sha256, (*notes, *more, *note, *late))


def _chosen_format(photo: Photo, path: Path, options: WriteOptions) -> str:
    if options.format is not None:
        return writable_format(options.format)
    named = format_for_suffix(path.suffix)
    return writable_format(named) if named is not None else output_format_of(photo)


def check_output(path: Path, inputs: Collection[Path], *, overwrite: bool) -> None:
    """Refuse a path that a result cannot have. Quick, so that it can be asked before the work.

    Args:
        path: The file to make.
        inputs: Originals, which are never replaced.
        overwrite: An existing file may be replaced.

    Raises:
        OutputError: The path is an input, a folder, too long, or exists.
    """
    with output_errors(path):
        if is_any_of(path, inputs):
            raise OutputError(
                f"“{path}” is one of the original photos, which Heirloom never replaces.",
                "Choose another name or another folder for the result.",
            )
        _raise_if_too_long(path)
        if path.is_dir():
            raise OutputError(f"“{path}” is a folder.", "Choose a file name inside it.")
        if not overwrite and path.exists():
            raise OutputError(
                f"“{path}” already exists.", "Choose another name, or allow it to be replaced."
            )


def _raise_if_too_long(path: Path) -> None:
    """Raise the system's own error now; `Path.exists` keeps it to itself."""
    try:
        path.lstat()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise


def _inputs(photo: Photo) -> list[Path]:
    return [] if photo.source.path is None else [photo.source.path]


def _check_side(photo: Photo, info: FormatInfo) -> None:
    longest = max(photo.size.width, photo.size.height)
    if longest > info.max_side_px:
        raise ImageSizeError(
            f"A {info.title} file holds at most {info.max_side_px:,} pixels a side; "
            f"this picture has {longest:,}.",
            "Save it as PNG or TIFF.",
        )


def _quality(photo: Photo, info: FormatInfo, wanted: int | None) -> tuple[int, tuple[str, ...]]:
    """The quality that is written, and what should be said about it."""
    if not (photo.source.is_lossless and info.name == photo.source.format):
        return wanted or DEFAULT_QUALITY, ()
    if wanted is None or wanted == LOSSLESS_QUALITY:
        return LOSSLESS_QUALITY, ()
    note = (
        f"The photo was stored without loss, but the result is not at quality {wanted}; "
        "quality 100 loses nothing."
    )
    return wanted, (note,)


def _samples(photo: Photo, info: FormatInfo) -> tuple[AnySamples, bytes | None, list[str]]:
    """The samples as the format holds them, their profile, and notes."""
    notes: list[str] = []
    pixels, alpha, icc = photo.pixels, photo.alpha, photo.metadata.icc
    if photo.bit_depth > info.max_depth:
        notes.append(f"{info.title} holds 8 bits a channel, so the photo's 16 bits were reduced.")
        pixels = to_uint8(pixels)
        alpha = None if alpha is None else to_uint8(alpha)
    if alpha is not None and not info.alpha:
        if int(alpha.min()) < max_value(alpha):
            notes.append(f"{info.title} holds no transparency, so the photo was laid on white.")
            pixels = _on_white(pixels, alpha)
        alpha = None
    grey = photo.source.is_grey and is_grey(pixels)
    if icc is not None and not grey and colour_space(icc) == "GREY":
        pixels, icc = _coloured(pixels, icc)
    channels: AnySamples = pixels[..., :1] if grey else pixels
    if alpha is not None:
        channels = np.dstack([channels, alpha])
    elif grey:
        channels = channels[..., 0]
    return np.ascontiguousarray(channels), icc, notes


def _coloured(pixels: Pixels, icc: bytes) -> tuple[Pixels, bytes | None]:
    """A grey photo that has gained colour, in sRGB: its grey profile cannot describe it."""
    converted = grey_to_srgb(pixels, icc)
    return (pixels, None) if converted is None else (converted, srgb_profile())


def _on_white(pixels: Pixels, alpha: Plane) -> Pixels:
    """Pixels laid on a white ground, by strips to spare memory."""
    white = max_value(pixels)
    result = np.empty_like(pixels)
    for top in range(0, pixels.shape[0], _BLOCK_ROWS):
        rows = slice(top, top + _BLOCK_ROWS)
        opacity = alpha[rows, :, np.newaxis].astype(np.float64) / white
        mixed = white + (pixels[rows].astype(np.float64) - white) * opacity
        result[rows] = np.rint(mixed).astype(pixels.dtype)
    return result
