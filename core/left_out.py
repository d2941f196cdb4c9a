"""What is said about pictures in a folder that Heirloom cannot read, so that nobody misses them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.imageio.signatures import RAW_SUFFIXES

_MOST_NAMED = 3
_DOCUMENTS = frozenset({".pdf"})
_OTHERS = frozenset(
    {
        *(".psd", ".psb", ".xcf"),
        *(".jp2", ".j2k", ".jpf", ".jpx", ".jxl", ".jxr"),
        *(".pbm", ".pgm", ".ppm", ".pnm", ".tga"),
    }
)


def is_unread_picture(path: Path) -> bool:
    """True for a name that promises a picture which Heirloom cannot read."""
    suffix = path.suffix.lower()
    return suffix in RAW_SUFFIXES or suffix in _DOCUMENTS or suffix in _OTHERS


def left_out_sentences(paths: Iterable[Path]) -> tuple[str, ...]:
    """What was left out and what the user can do: a sentence a kind; empty for no files.

    Args:
        paths: Files for which `is_unread_picture` is true.
    """
    raw: list[Path] = []
    documents: list[Path] = []
    others: list[Path] = []
    for path in paths:
        suffix = path.suffix.lower()
        kind = raw if suffix in RAW_SUFFIXES else documents if suffix in _DOCUMENTS else others
        kind.append(path)
    said = ((_raw, raw), (_documents, documents), (_others, others))
    return tuple(say(found) for say, found in said if found)


def _raw(paths: Sequence[Path]) -> str:
    if len(paths) == 1:
        return (
            f"The camera raw file “{paths[0].name}” was left out: develop it in your raw "
            "converter and save it as a 16-bit TIFF."
        )
    return (
        f"{len(paths)} camera raw files were left out ({_names(paths)}): develop them in your raw "
        "converter and save them as 16-bit TIFF."
    )


def _documents(paths: Sequence[Path]) -> str:
    if len(paths) == 1:
        return f"The PDF document “{paths[0].name}” was left out: save its pages as TIFF or PNG."
    return (
        f"{len(paths)} PDF documents were left out ({_names(paths)}): save their pages as TIFF "
        "or PNG."
    )


def _others(paths: Sequence[Path]) -> str:
    if len(paths) == 1:
        return (
            f"“{paths[0].name}” is of a kind that Heirloom cannot read and was left out: save it "
            "as TIFF or PNG."
        )
    return (
        f"{len(paths)} files of kinds that Heirloom cannot read were left out ({_names(paths)}): "
        "save them as TIFF or PNG."
    )


def _names(paths: Sequence[Path]) -> str:
    named = [path.name for path in paths[:_MOST_NAMED]]
    return ", ".join([*named, "…"] if len(paths) > _MOST_NAMED else named)
