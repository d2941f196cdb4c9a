"""Reading pictures as arrays, saving them without loss, and listing those of a folder."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from core.errors import UnreadableImageError
from core.geometry import Size
from core.image import FloatImage, to_float, to_stored, to_uint8
from core.imageio import READABLE_SUFFIXES, read_photo
from core.imageio.atomic import is_part_file, write_atomic
from core.imageio.failures import output_errors
from core.progress import Progress, no_progress


@dataclass(frozen=True, slots=True)
class Listing:
    """The pictures of a folder.

    Attributes:
        files: By name without ending, in natural order.
        ambiguous: Names that two files share; the first of them is taken.
    """

    files: dict[str, Path]
    ambiguous: tuple[str, ...] = ()


def pictures_in(folder: Path) -> Listing:
    """List the pictures of a folder, not of those within it.

    Raises:
        UnreadableImageError: The folder is not there or cannot be read.
    """
    try:
        entries = sorted(folder.iterdir(), key=natural_order)
    except OSError as error:
        raise UnreadableImageError(
            f"The folder “{folder}” cannot be read.", "Check its name and your permission."
        ) from error
    files: dict[str, Path] = {}
    ambiguous = []
    for path in entries:
        if path.suffix.lower() not in READABLE_SUFFIXES or is_part_file(path):
            continue
        if path.name.startswith(".") or not path.is_file():
            continue
        if path.stem in files:
            ambiguous.append(path.stem)
        files.setdefault(path.stem, path)
    return Listing(files, tuple(dict.fromkeys(ambiguous)))


def natural_order(path: Path) -> list[tuple[int, int, str]]:
    """Sorts "face2" before "face10"."""
    parts = re.findall(r"(\d+)|(\D+)", path.name.casefold())
    return [(0, int(digits), "") if digits else (1, 0, text) for digits, text in parts]


def read_picture(path: Path, progress: Progress | None = None) -> FloatImage:
    """A picture as float, H x W x 3 in [0, 1], upright.

    Raises:
        RestorationError: It cannot be read.
    """
    return to_float(read_photo(path, progress or no_progress()).pixels)


def png_bytes(image: FloatImage) -> bytes:
    """The picture as PNG of 8 bits: the same picture gives the same bytes."""
    pixels = to_uint8(to_stored(image, np.uint8))
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()


def save_png(path: Path, image: FloatImage) -> None:
    """Save a picture of the evaluation, whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    with output_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, png_bytes(image), overwrite=True)


def size_of(image: FloatImage) -> Size:
    """Width and height of an array."""
    return Size(image.shape[1], image.shape[0])


def as_saved(image: FloatImage) -> FloatImage:
    """The picture as it will be read again: rounded to 8 bits, so that scores are the file's."""
    return to_float(to_stored(image, np.uint8))
