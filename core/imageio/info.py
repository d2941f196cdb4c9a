"""What a picture file says about itself, without decoding its pixels (`heirloom info`)."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

from core.geometry import Size
from core.imageio import exif as exif_block
from core.imageio import xmp as xmp_packet
from core.imageio.background import Share
from core.imageio.beside import Beside, gather
from core.imageio.decode_avif import avif_depth
from core.imageio.decode_heif import open_heif
from core.imageio.decode_tiff import tiff_header
from core.imageio.formats import format_for_suffix
from core.imageio.limits import check_size
from core.imageio.probe import FileBytes, guarded, identify, is_plain, open_pillow, read_bytes
from core.imageio.profiles import description
from core.imageio.signatures import SIGNATURE_BYTES, camera_raw, kind_of
from core.imageio.tags import TagError
from core.imageio.xmp import XmpError
from core.progress import Progress, no_progress

_MAX_TEXT_CHARS = 200


@dataclass(frozen=True, slots=True)
class PhotoInfo:
    """A picture file's header and metadata.

    Attributes:
        format: "JPEG", "PNG", "TIFF", ... as in `Source.format`.
        mode: Pixel layout: "L", "RGB", "CMYK", "RGB;16", ...
        width: Width in pixels, upright.
        height: Height in pixels, upright.
        bit_depth: Bits a channel.
        frames: Pages or frames in the file.
        orientation: EXIF orientation, 1..8.
        profile: The colour profile's name; empty where there is none.
        dpi: Horizontal and vertical resolution in pixels an inch, or None.
        exif: Readable tag names to readable values.
        has_gps: True where the file tells a position.
        has_xmp: True where the file holds an XMP packet.
        has_iptc: True where the file holds IPTC-IIM records.
        digital_source_type: IPTC's term for how the picture was made (a URI), or None.
        comment: The file's comment, or None.
        file_bytes: Size of the file.
        sha256: Hash of the file, hexadecimal.
        notes: Plain sentences about damaged parts.
    """

    format: str
    mode: str
    width: int
    height: int
    bit_depth: int
    frames: int
    orientation: int
    profile: str = ""
    dpi: tuple[float, float] | None = None
    exif: dict[str, str] = field(default_factory=dict)
    has_gps: bool = False
    has_xmp: bool = False
    has_iptc: bool = False
    digital_source_type: str | None = None
    comment: str | None = None
    file_bytes: int = 0
    sha256: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Header:
    mode: str
    stored_size: Size
    bit_depth: int
    frames: int
    beside: Beside
    is_upright: bool = False


def read_info(path: Path, progress: Progress | None = None) -> PhotoInfo:
    """Read the header and the metadata of a picture file.

    Raises:
        UnreadableImageError: Missing, empty, damaged, or not a picture.
        UnsupportedFormatError: A picture of a kind that Heirloom does not read.
        ImageSizeError: Too many pixels.
        Cancelled: The job was stopped.
    """
    progress = progress or no_progress()
    file = read_bytes(Path(path), progress.part(0.0, 0.9))
    kind = identify(file)
    with guarded(file.path):
        header = _READERS.get(kind, _pillow_header)(file, kind)
        check_size(header.stored_size)
        return _info(file, kind, header)


def read_beside(path: Path) -> Beside:
    """Only the metadata of a picture file.

    Raises:
        RestorationError: As in `read_info`.
    """
    file = read_bytes(Path(path), no_progress())
    kind = identify(file)
    with guarded(file.path):
        return _READERS.get(kind, _pillow_header)(file, kind).beside


def kind_and_depth(path: Path) -> tuple[str, int]:
    """The format of a file by its content, and whether a new file needs 8 or 16 bits for it.

    Only HEIC and AVIF, which are not written at all their depths, are looked into. A file
    that cannot be read is taken for what its name says; reading it will tell what is wrong.
    """
    with contextlib.suppress(OSError, ValueError, RuntimeError, SyntaxError):
        if is_plain(path.stat().st_mode):
            kind, depth = _kind_and_depth(path)
            if kind is not None:
                return kind, depth
    return format_for_suffix(path.suffix) or "PNG", 8


def _kind_and_depth(path: Path) -> tuple[str | None, int]:
    with path.open("rb") as handle:
        kind = kind_of(handle.read(SIGNATURE_BYTES))
    if kind not in ("HEIF", "AVIF"):
        return kind, 8
    data = path.read_bytes()
    depth = open_heif(data).bit_depth if kind == "HEIF" else avif_depth(data)
    return kind, 8 if depth <= 8 else 16


def _info(file: FileBytes, kind: str, header: _Header) -> PhotoInfo:
    metadata = header.beside.metadata
    size = header.stored_size
    if header.beside.orientation >= 5 and not header.is_upright:
        size = Size(size.height, size.width)
    exif_gps = _quietly(lambda: exif_block.has_gps(metadata.exif or b""))
    xmp_gps = _quietly(lambda: xmp_packet.has_gps(metadata.xmp or b""))
    source_type = _quietly(lambda: xmp_packet.digital_source_type(metadata.xmp or b""))
    return PhotoInfo(
        format=kind,
        mode=header.mode,
        width=size.width,
        height=size.height,
        bit_depth=header.bit_depth,
        frames=header.frames,
        orientation=header.beside.orientation,
        profile=description(metadata.icc) if metadata.icc else "",
        dpi=metadata.dpi,
        exif=_readable(metadata.exif) if metadata.exif else {},
        has_gps=bool(exif_gps or xmp_gps),
        has_xmp=metadata.xmp is not None,
        has_iptc=metadata.iptc is not None,
        digital_source_type=source_type,
        comment=metadata.comment,
        file_bytes=len(file.data),
        sha256=file.sha256,
        notes=header.beside.notes,
    )


def _quietly(question: Any) -> Any:
    """The answer, or None where the block is missing or damaged."""
    try:
        return question()
    except (TagError, XmpError):
        return None


def _pillow_header(file: FileBytes, kind: str) -> _Header:
    with open_pillow(file, kind, Share(no_progress())) as image:
        depth = 1 if image.mode == "1" else 8
        mode = image.mode
        if kind == "PNG" and len(file.data) > 25:
            depth = file.data[24]
        if kind == "AVIF":
            depth = avif_depth(file.data)
        if depth > 8 and not mode.startswith("I;16"):
            mode = f"{mode};16"
        return _Header(
            mode,
            Size(*image.size),
            depth,
            int(getattr(image, "n_frames", 1)),
            gather(image.info, kind, file.data),
        )


def _tiff_header(file: FileBytes, kind: str) -> _Header:
    header = tiff_header(file.data)
    if header.is_raw:
        raise camera_raw(file.path)
    beside = gather(header.info, kind, file.data)
    beside = Beside(beside.metadata, header.orientation, beside.notes)
    return _Header(header.mode, header.size, header.bit_depth, header.pages, beside)


def _heif_header(file: FileBytes, kind: str) -> _Header:
    picture = open_heif(file.data)
    beside = gather(picture.info, kind, file.data)
    return _Header(
        str(picture.image.mode),
        picture.size,
        picture.bit_depth,
        picture.frames,
        beside,
        is_upright=True,
    )


_READERS = {"TIFF": _tiff_header, "HEIF": _heif_header}


def _readable(exif: bytes) -> dict[str, str]:
    """Tag names and values in words; what Pillow cannot read is left out."""
    tags = Image.Exif()
    found: dict[str, str] = {}
    try:
        tags.load(exif_block.PREFIX + exif)
        groups = [
            (dict(tags), ExifTags.TAGS),
            (tags.get_ifd(ExifTags.IFD.Exif), ExifTags.TAGS),
            (tags.get_ifd(ExifTags.IFD.GPSInfo), ExifTags.GPSTAGS),
        ]
    except Exception:  # noqa: BLE001 (Pillow raises whatever the damage makes it raise)
        return found
    for group, names in groups:
        for tag, value in group.items():
            if tag not in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo, ExifTags.IFD.MakerNote):
                found[names.get(tag, f"Tag {tag}")] = _words(value)
    return found


def _words(value: Any) -> str:
    if isinstance(value, bytes):
        plain = value.rstrip(b"\x00").decode("latin-1")
        if not plain.isascii() or not plain.isprintable():
            return f"{len(value)} bytes"
        value = plain
    if isinstance(value, tuple):
        value = ", ".join(_words(part) for part in value)
    text = str(value).strip("\x00 ")
    # Pillow reads text as Latin-1; most of it is UTF-8.
    with contextlib.suppress(UnicodeEncodeError, UnicodeDecodeError):
        text = text.encode("latin-1").decode("utf-8")
    return text if len(text) <= _MAX_TEXT_CHARS else text[: _MAX_TEXT_CHARS - 1] + "…"
