"""Small JSON files of Heirloom that people keep and share: presets, projects."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from core.errors import SettingsError
from core.plain_json import from_json, to_json

FORMAT = 1
MAX_BYTES = 32_000_000

Kind = Literal["preset", "project"]
FileT = TypeVar("FileT", bound=msgspec.Struct)


class _Head(msgspec.Struct, frozen=True):
    """What every such file begins with."""

    kind: str = ""
    format: int = 0


def encode(content: msgspec.Struct) -> bytes:
    """Readable JSON, UTF-8, ending in a newline; the same content gives the same bytes."""
    return msgspec.json.format(to_json(content), indent=2) + b"\n"


def read(path: Path, kind: Kind, layout: type[FileT]) -> FileT:
    """Read a file.

    Raises:
        SettingsError: It cannot be read, is damaged, of another kind, or of a newer program.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SettingsError(
                f"“{path.name}” is too large to be a {kind}.", "Choose a file of Heirloom's."
            )
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"The {kind} “{path.name}” cannot be read: {error.strerror or error}.",
            "Check that the file exists and that you may read it.",
        ) from error
    try:
        _check(from_json(data, _Head), path, kind)
        return from_json(data, layout)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise SettingsError(
            f"“{path.name}” is damaged or is not a {kind} of Heirloom: {error}.",
            "Take a copy of the file from a backup, or make it anew.",
        ) from error


def _check(head: _Head, path: Path, kind: Kind) -> None:
    if head.kind != kind:
        raise ValueError(f"it is no {kind}")
    if head.format > FORMAT:
        raise SettingsError(
            f"“{path.name}” was written by a newer Heirloom.",
            "Update Heirloom, then open the file again.",
        )
