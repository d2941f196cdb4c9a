"""From a path to an opened picture whose header has been read and whose size has been checked."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import jpeg_factory
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from core.errors import RestorationError, UnreadableImageError, UnsupportedFormatError
from core.geometry import Size
from core.imageio.background import PolledBytes, Share
from core.imageio.limits import check_file_bytes, check_size, too_large
from core.imageio.quiet import PYTHON_WARNINGS
from core.imageio.signatures import sniff
from core.progress import Progress

_BLOCK_BYTES = 1 << 22
_DAMAGED = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What decoders raise, by experience, for files whose insides make no sense."""


@dataclass(frozen=True, slots=True)
class FileBytes:
    """A file that was read whole.

    Attributes:
        path: Where it lies.
        data: Its content.
        sha256: Hash of the content, hexadecimal.
    """

    path: Path
    data: bytes
    sha256: str


def read_bytes(path: Path, progress: Progress) -> FileBytes:
    """Read and hash a file.

    Raises:
        UnreadableImageError: It is missing, a folder, a device, empty, or may not be read.
        ImageSizeError: It is too large.
        Cancelled: The job was stopped.
    """
    digest = hashlib.sha256()
    blocks: list[bytes] = []
    try:
        status = path.stat()
        if not is_plain(status.st_mode):
            raise _no_file(path)
        total = status.st_size
        check_file_bytes(total)
        with path.open("rb") as handle:
            while block := handle.read(_BLOCK_BYTES):
                digest.update(block)
                blocks.append(block)
                progress.report(min(1.0, len(blocks) * _BLOCK_BYTES / max(total, 1)))
    except (OSError, ValueError) as error:
        raise _unreadable_file(path, error) from error
    if not blocks:
        raise UnreadableImageError(
            f"“{path.name}” is empty: the file has zero bytes.",
            "Copy the photo again from where it came from.",
        )
    data = blocks[0] if len(blocks) == 1 else b"".join(blocks)
    return FileBytes(path, data, digest.hexdigest())


def is_plain(mode: int) -> bool:
    """False for devices, pipes and sockets, which may have no end or never answer.

    Folders are let through: opening one fails at once, and by its own name.

    Args:
        mode: `st_mode` of the file.
    """
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _no_file(path: Path) -> UnreadableImageError:
    return UnreadableImageError(
        f"“{path}” is no file but a device or a pipe.",
        "Save the photo to a file, and choose that.",
    )


def _unreadable_file(path: Path, error: OSError | ValueError) -> UnreadableImageError:
    if isinstance(error, (FileNotFoundError, NotADirectoryError, ValueError)):
        return UnreadableImageError(
            f"“{path}” does not exist.", "Check the name, or choose the photo again."
        )
    if os.path.isdir(path):  # noqa: PTH112 (Path.is_dir raises for names that are too long)
        return UnreadableImageError(
            f"“{path}” is a folder, not a photo.", "Choose the photos inside it."
        )
    if isinstance(error, PermissionError):
        return UnreadableImageError(
            f"You have no permission to read “{path}”.",
            "Ask its owner for access, or copy it to a folder of your own.",
        )
    reason = getattr(error, "strerror", None) or type(error).__name__
    return UnreadableImageError(
        f"“{path}” cannot be read ({reason}).", "Check the disk or the connection and try again."
    )


def damaged(path: Path) -> UnreadableImageError:
    """The error for a picture whose content is broken or cut off."""
    return UnreadableImageError(
        f"“{path.name}” is damaged or incomplete, so it cannot be opened.",
        "Use another copy of the photo, or repair it with the program that made it.",
    )


@contextlib.contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Turn whatever a decoder raises into a sentence, and keep its warnings to ourselves.

    Raises:
        UnreadableImageError: Something in the block failed because the file is damaged.
        ImageSizeError: A decoder found a picture inside that is too large.
    """
    with PYTHON_WARNINGS.off():
        try:
            yield
        except (RestorationError, MemoryError):
            raise
        except Image.DecompressionBombError as error:
            raise too_large() from error
        except _DAMAGED as error:
            raise damaged(path) from error


def open_pillow(file: FileBytes, kind: str, share: Share) -> Image.Image:
    """Open one of the formats that Pillow decodes, by its plugin.

    The plugins are called directly, not through `Image.open`: that would try formats nobody asked
    for, and warn about large pictures by its own global limit instead of ours.

    Args:
        file: The file.
        kind: Its format, a key of `FORMATS`.
        share: Told how much of the file the decoder has read.

    Raises:
        UnreadableImageError: The header is damaged.
        UnsupportedFormatError: The picture is laid out in a way that Pillow does not know.
        ImageSizeError: It is too large.
    """
    stream = PolledBytes(file.data, share)
    with guarded(file.path):
        check_size(header_size(file.data, kind) or Size(1, 1))
        try:
            image = _OPENERS[kind](stream)
        except UnidentifiedImageError as error:
            raise damaged(file.path) from error
        except SyntaxError as error:
            if kind == "TIFF" and "unknown" in str(error):
                raise unsupported_layout(file.path) from error
            raise
        check_size(Size(*image.size))
    return image


def unsupported_layout(path: Path) -> UnsupportedFormatError:
    """The error for a sound file whose kind of pixels Heirloom does not know."""
    return UnsupportedFormatError(
        f"“{path.name}” stores its pixels in a way that Heirloom cannot read.",
        "Save it as a TIFF or PNG with 8 or 16 bits a channel and try again.",
    )


def header_size(data: bytes, kind: str) -> Size | None:
    """The size in the header of those formats whose plugin takes memory for it at once."""
    if kind == "WEBP" and data[12:16] == b"VP8X" and len(data) >= 30:
        width = int.from_bytes(data[24:27], "little") + 1
        return Size(width, int.from_bytes(data[27:30], "little") + 1)
    return None


def identify(file: FileBytes) -> str:
    """The format of a file, by its content and never by its name.

    Raises:
        UnreadableImageError: It is not a picture.
        UnsupportedFormatError: It is a picture, but of a kind that Heirloom does not read.
    """
    return sniff(file.data[:4096], file.path)


_OPENERS: dict[str, Callable[[io.BytesIO], Image.Image]] = {
    "JPEG": jpeg_factory,
    "PNG": PngImageFile,
    "TIFF": TiffImageFile,
    "WEBP": WebPImageFile,
    "AVIF": AvifImageFile,
    "BMP": BmpImageFile,
    "GIF": GifImageFile,
}
