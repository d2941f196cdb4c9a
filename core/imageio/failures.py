"""Failures of the file system while saving, in plain words."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from core.errors import OutputError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_LOCKED = {errno.EACCES, errno.EPERM}


@contextlib.contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Turn an OSError of the block into an `OutputError` about `path`.

    Raises:
        OutputError: The block raised an OSError.
    """
    try:
        yield
    except OSError as error:
        raise _explained(path, error) from error


def _explained(path: Path, error: OSError) -> OutputError:
    folder = path.parent
    if error.errno in _FULL:
        return OutputError(
            f"“{path.name}” could not be saved: the disk is full.",
            f"Make room on the disk that holds “{folder}”, or choose another folder.",
        )
    if isinstance(error, FileExistsError) and not folder.is_dir():
        return OutputError(
            f"“{folder}” is not a folder, so nothing can be saved in it.", "Choose another folder."
        )
    if isinstance(error, FileExistsError):
        return OutputError(
            f"“{path}” already exists.", "Choose another name, or allow it to be replaced."
        )
    if isinstance(error, NotADirectoryError):
        return OutputError(
            f"A part of “{folder}” is a file, not a folder.", "Choose another folder."
        )
    if error.errno in _LOCKED:
        return OutputError(
            f"You have no permission to save in “{folder}”.",
            "Choose a folder of your own, or ask the owner for access.",
        )
    if error.errno == errno.EROFS:
        return OutputError(
            f"“{folder}” is on a disk that can only be read.", "Choose a folder on another disk."
        )
    if error.errno == errno.ENAMETOOLONG:
        return OutputError(f"The name “{path.name}” is too long.", "Choose a shorter name.")
    reason = error.strerror or str(error) or type(error).__name__
    return OutputError(
        f"“{path.name}” could not be saved ({reason}).",
        "Check the disk or the connection, or choose another folder.",
    )
