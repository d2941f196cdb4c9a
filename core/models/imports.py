"""Model files that the user already has: recognised by hash, copied into the store."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import DownloadError, ModelFileError
from core.models.files import copy_and_hash
from core.models.own_models import OWN_SUFFIXES, Inspection

if TYPE_CHECKING:
    from core.models.spec import ModelSpec
    from core.progress import Progress

Inspector = Callable[[Path], Inspection]
"""Looks into a model file; raises ModelFileError where it is of no known kind."""

IMPORT_FOLDER = ".import"
SPARE_BYTES = 32_000_000


def importable_size_bytes(path: Path) -> int:
    """Size of a file that may be imported.

    Raises:
        ModelFileError: It is no file, cannot be read, or is empty.
    """
    try:
        # Opening a pipe would wait for somebody who writes into it, and a device has no end.
        if not (path.is_dir() or stat.S_ISREG(path.stat().st_mode)):
            raise ModelFileError(
                f"“{path}” is no file but a device or a pipe.", "Choose a model file."
            )
        with path.open("rb") as file:
            size_bytes = file.seek(0, os.SEEK_END)
    except OSError as error:
        raise ModelFileError(
            f"“{path}” cannot be read ({error.strerror or error}).",
            "Check its name, where it lies, and that you may read it.",
        ) from error
    if size_bytes == 0:
        raise ModelFileError(f"“{path.name}” is empty.", "Download or copy it again.")
    return size_bytes


def copy_in(path: Path, root: Path, size_bytes: int, progress: Progress) -> tuple[Path, str]:
    """Copy a file into a passing folder of the store; the caller moves it on.

    The copy keeps its name, because messages about it mention that. What a killed import left is
    deleted first, so the caller must hold the import lock.

    Returns:
        The copy and its SHA-256.

    Raises:
        DownloadError: There is not enough room.
        OSError: Reading or writing failed.
        Cancelled: The job was stopped.
    """
    clear_imports(root)
    if shutil.disk_usage(root).free < size_bytes + SPARE_BYTES:
        raise DownloadError(
            "There is not enough room on the disk for this model.",
            f"Make {(size_bytes + SPARE_BYTES) / 1e6:.0f} MB free where {root} lies.",
        )
    copy = root / IMPORT_FOLDER / path.name
    copy.parent.mkdir()
    return copy, copy_and_hash(path, copy, progress)


def clear_imports(root: Path) -> None:
    """Delete what imports have left in their passing folder."""
    shutil.rmtree(root / IMPORT_FOLDER, ignore_errors=True)


def refuse_unusable(path: Path, size_bytes: int, published: ModelSpec | None) -> None:
    """Refuse what cannot become a model of the user's own.

    Args:
        path: The file as the user named it; its hash is that of no known model.
        size_bytes: Its size.
        published: The known model that is published under the same file name, if any.

    Raises:
        ModelFileError: An incomplete copy of a known model, or not called like a model.
    """
    if published is not None and published.size_is_exact and size_bytes < published.size_bytes:
        raise ModelFileError(
            f"“{path.name}” is called like {published.name} but is incomplete: it has "
            f"{size_bytes:,} of {published.size_bytes:,} bytes.",
            f"Get the whole file, for example with “heirloom models install {published.id}”.",
        )
    if path.suffix.lower() not in OWN_SUFFIXES:
        raise ModelFileError(
            f"“{path.name}” is none of the models that Heirloom knows.",
            f"A model of your own must end in {', '.join(sorted(OWN_SUFFIXES))}.",
        )
