"""Writes a small file whole or not at all, so that a crash leaves the old or the new one."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path

_HALF = ".half"
_LEFT_S = 60.0
"""A half file that nobody has written to for this long was left by a process that was killed."""

_swept: set[Path] = set()


def replace_file(path: Path, data: bytes, *, flushed: bool = False) -> None:
    """Put a file of the program's own in place in one step; makes its folder.

    Args:
        path: The file.
        data: All of its content.
        flushed: The content is on the disk before the name is, so that not even a power cut leaves
            an empty file; takes the disk's time, so never in the window's thread.

    Raises:
        OSError: It cannot be written; what was there before is then still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_HALF)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            if flushed:
                stream.flush()
                os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_small(path: Path, data: bytes, *, flushed: bool = False) -> bool:
    """Do what `replace_file` does, where the program can go on without the file.

    Returns:
        False where it cannot be written; what was there before is then still there.
    """
    try:
        replace_file(path, data, flushed=flushed)
    except OSError:
        return False
    return True


def _sweep(folder: Path) -> None:
    """Take away the half files of killed processes, once for each of the program's own folders."""
    if folder in _swept:
        return
    _swept.add(folder)
    with contextlib.suppress(OSError):
        for half in folder.glob(f".*{_HALF}"):
            with contextlib.suppress(OSError):
                if time.time() - half.stat().st_mtime > _LEFT_S:
                    half.unlink()
