"""The day on which a photo was taken, for the names of results."""

from __future__ import annotations

import contextlib
from datetime import date, datetime
from pathlib import Path

from PIL import ExifTags, Image

from core.errors import RestorationError
from core.imageio import exif as exif_block
from core.imageio.info import read_beside

_FORMAT = "%Y:%m:%d"
_DATE_CHARS = 10


def date_taken(path: Path) -> date | None:
    """The day that EXIF names, or else the day on which the file was last changed.

    Returns:
        None where neither can be found out; nothing is raised.
    """
    with contextlib.suppress(RestorationError):
        exif = read_beside(path).metadata.exif
        if exif is not None and (found := _exif_date(exif)) is not None:
            return found
    try:
        return datetime.fromtimestamp(path.stat().st_mtime).astimezone().date()
    except (OSError, OverflowError, ValueError):
        return None


def _exif_date(exif: bytes) -> date | None:
    tags = Image.Exif()
    try:
        tags.load(exif_block.PREFIX + exif)
        inner = tags.get_ifd(ExifTags.IFD.Exif)
    except Exception:  # noqa: BLE001 (Pillow raises whatever the damage makes it raise)
        return None
    for value in (
        inner.get(ExifTags.Base.DateTimeOriginal),
        inner.get(ExifTags.Base.DateTimeDigitized),
        tags.get(ExifTags.Base.DateTime),
    ):
        text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value or "")
        with contextlib.suppress(ValueError):
            return datetime.strptime(text[:_DATE_CHARS], _FORMAT).date()  # noqa: DTZ007
    return None
