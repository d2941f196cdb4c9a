"""Reading and writing picture files: pixels, orientation, profiles and everything beside them."""

from __future__ import annotations

from core.imageio.formats import (
    READABLE_SUFFIXES,
    WRITABLE_FORMATS,
    format_for_suffix,
    output_format,
    suffix_for,
)
from core.imageio.info import PhotoInfo, read_info
from core.imageio.limits import MAX_PIXELS
from core.imageio.read import read_photo
from core.imageio.write import Saved, WriteOptions, check_output, write_photo

__all__ = [
    "MAX_PIXELS",
    "READABLE_SUFFIXES",
    "WRITABLE_FORMATS",
    "PhotoInfo",
    "Saved",
    "WriteOptions",
    "check_output",
    "format_for_suffix",
    "output_format",
    "read_info",
    "read_photo",
    "suffix_for",
    "write_photo",
]
