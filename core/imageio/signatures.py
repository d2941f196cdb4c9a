"""Telling picture formats apart by their first bytes."""

from __future__ import annotations

from pathlib import Path

from core.errors import UnreadableImageError, UnsupportedFormatError
from core.imageio.formats import FORMATS

SIGNATURE_BYTES = 4096
_HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
RAW_SUFFIXES = frozenset(
    {
        *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dng", ".erf", ".iiq", ".kdc", ".mef", ".mos"),
        *(".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf"),
        *(".srw", ".x3f"),
    }
)
"""Names of camera raw files end so."""
_RAW_MARKS = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\x00", b"FOVb", b"\x00MRM")
_UNREAD: tuple[tuple[int, bytes, str], ...] = (
    (0, b"8BPS", "Photoshop document"),
    (0, b"%PDF", "PDF document"),
    (0, b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (0, b"\xffO\xffQ", "JPEG 2000"),
    (0, b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"II\xbc\x01", "JPEG XR"),
    (0, b"\x00\x00\x01\x00", "icon"),
    (0, b"gimp xcf", "GIMP document"),
    (0, b"<svg", "SVG drawing"),
    (0, b"SIMPLE  =", "FITS"),
    (0, b"v/1\x01", "OpenEXR"),
    (0, b"#?RADIANCE", "Radiance HDR"),
    (0, b"DDS ", "DDS texture"),
    (0, b"BPG\xfb", "BPG"),
    (0, b"\xc5\xd0\xd3\xc6", "PostScript"),
    (0, b"%!PS", "PostScript"),
)
_NETPBM = frozenset(b"P%d%c" % (kind, space) for kind in range(1, 8) for space in b" \t\r\n")


_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
)
_BMP_HEADERS = frozenset(size.to_bytes(4, "little") for size in (12, 16, 40, 52, 56, 64, 108, 124))


def kind_of(head: bytes) -> str | None:
    """The format that a file's first bytes say, a key of `FORMATS`; None for anything else."""
    for mark, kind in _MARKS:
        if head.startswith(mark):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    # "BM" alone is too little to tell a picture from a text.
    if head[:2] == b"BM" and head[14:18] in _BMP_HEADERS:
        return "BMP"
    return _isobmff_kind(head) if head[4:8] == b"ftyp" else None


def _isobmff_kind(head: bytes) -> str | None:
    """HEIC and AVIF share a container and differ in its brands."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12]} | {head[at : at + 4] for at in range(16, end - 3, 4)}
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    return "HEIF" if brands & _HEIF_BRANDS else None


def is_camera_raw(head: bytes, suffix: str) -> bool:
    """True for a camera's raw file; most are TIFF structures that show only a small preview."""
    if head.startswith(_RAW_MARKS) or head[8:10] == b"CR" or head[4:12] == b"ftypcrx ":
        return True
    return suffix.lower() in RAW_SUFFIXES and kind_of(head) in (None, "TIFF")


def sniff(head: bytes, path: Path) -> str:
    """The format of a file by its first bytes.

    Args:
        head: Its first `SIGNATURE_BYTES` bytes, or all.
        path: For the name in the message, and to tell raw files from TIFF.

    Raises:
        UnreadableImageError: It is not a picture.
        UnsupportedFormatError: It is a picture, but of a kind that Heirloom does not read.
    """
    if is_camera_raw(head, path.suffix):
        raise camera_raw(path)
    kind = kind_of(head)
    if kind is not None:
        return kind
    title = next((name for at, mark, name in _UNREAD if head[at:].startswith(mark)), None)
    if title is None and head[:3] in _NETPBM:
        title = "Netpbm"
    readable = ", ".join(info.title for info in FORMATS.values())
    if title is not None:
        raise UnsupportedFormatError(
            f"“{path.name}” is a file of the kind {title}, which Heirloom cannot read.",
            f"Save it in one of these formats: {readable}.",
        )
    raise UnreadableImageError(
        f"“{path.name}” is not a picture.", f"Choose a photo in one of these formats: {readable}."
    )


def camera_raw(path: Path) -> UnsupportedFormatError:
    """The error for a camera's raw file."""
    return UnsupportedFormatError(
        f"“{path.name}” is a camera raw file, which Heirloom cannot read.",
        "Develop it in your raw converter and save it as a 16-bit TIFF.",
    )
