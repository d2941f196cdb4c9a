"""How large a picture may be. Checked from the header, before anything is decoded."""

from __future__ import annotations

from core.errors import ImageSizeError
from core.geometry import Size

MAX_PIXELS = 250_000_000
"""Most pixels of a picture: 750 MB at 8 bits, 1.5 GB at 16 bits, before any work is done."""

MAX_SIDE_PX = 100_000
"""Longest side of a picture; longer ones are damaged headers or attacks."""

MAX_FILE_BYTES = 4 * 1024**3
"""Largest file that is read."""


def check_size(size: Size) -> None:
    """Refuse a picture that would not fit into memory.

    Raises:
        ImageSizeError: It has more than `MAX_PIXELS` pixels, or none.
    """
    if size.width < 1 or size.height < 1:
        raise ImageSizeError(
            "The picture has no pixels: its header gives a width or height of zero.",
            "The file is damaged; use another copy of it.",
        )
    if size.area_px > MAX_PIXELS or max(size.width, size.height) > MAX_SIDE_PX:
        megapixels = size.area_px / 1e6
        raise ImageSizeError(
            f"The picture says that it has {size.width:,} x {size.height:,} pixels "
            f"({megapixels:,.0f} megapixels), which is more than Heirloom can work on.",
            f"Reduce it to at most {MAX_PIXELS // 1_000_000} megapixels, "
            f"or check whether the file is damaged.",
        )


def too_large() -> ImageSizeError:
    """The error for a picture whose size only its decoder knows."""
    return ImageSizeError(
        "The picture has more pixels than Heirloom can work on.",
        f"Reduce it to at most {MAX_PIXELS // 1_000_000} megapixels, "
        "or check whether the file is damaged.",
    )


def check_file_bytes(size_bytes: int) -> None:
    """Refuse a file that is too large to be read.

    Raises:
        ImageSizeError: It is larger than `MAX_FILE_BYTES`.
    """
    if size_bytes > MAX_FILE_BYTES:
        raise ImageSizeError(
            f"The file is {size_bytes / 1024**3:.1f} GB large, "
            "which is more than Heirloom can read.",
            "Reduce the picture in the program that made it, or split the file.",
        )
