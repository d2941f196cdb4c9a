"""Failures of the file system while saving, in plain words."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from core.errors import OutputError


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
    reason = error.strerror or str(error) or type(error).__name__
    if isinstance(error, FileExistsError):
        key = "exists" if folder.is_dir() else "no_folder"
    else:
        key = _KEYS.get(error.errno or 0, "other")
    summary, remedy = _SENTENCES[key]
    words = {"path": path, "name": path.name, "folder": folder, "reason": reason}
    return OutputError(summary.format(**words), remedy.format(**words))


_KEYS = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EACCES: "locked",
    errno.EPERM: "locked",
    errno.EROFS: "read_only",
    errno.ENOTDIR: "no_folder",
    errno.ENOENT: "gone",
    errno.ENAMETOOLONG: "long",
}
_SENTENCES = {
    "full": (
        "“{name}” could not be saved: the disk is full.",
        "Make room on the disk that holds “{folder}”, or choose another folder.",
    ),
    "locked": (
        "You have no permission to save in “{folder}”.",
        "Choose a folder of your own, or ask the owner for access.",
    ),
    "read_only": (
        "“{folder}” is on a disk that can only be read.",
        "Choose a folder on another disk.",
    ),
    "no_folder": (
        "“{folder}” is not a folder, or a part of it is a file.",
        "Choose another folder.",
    ),
    "gone": ("There is no folder “{folder}”.", "Make it first, or choose another folder."),
    "long": ("The name “{name}” is too long.", "Choose a shorter name."),
    "exists": ("“{path}” already exists.", "Choose another name, or allow it to be replaced."),
    "other": (
        "“{name}” could not be saved ({reason}).",
        "Check the disk or the connection, or choose another folder.",
    ),
}
