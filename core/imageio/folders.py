"""Folders that are made for a file, and that go again where the file does not come."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from core.imageio.failures import output_errors


@contextlib.contextmanager
def folder_for(path: Path) -> Iterator[None]:
    """Make the folder of a file; where the block fails, take away again what was made and is empty.

    Raises:
        OSError: The folder cannot be made.
    """
    made = _make(path.parent)
    try:
        yield
    except BaseException:
        _remove(made)
        raise


def check_folder(folder: Path) -> None:
    """Find out whether files can be made in a folder, which is left as it was.

    Raises:
        OutputError: It cannot be made, or nothing can be written in it.
    """
    target = folder / "photo"
    with output_errors(target):
        made = _make(folder)
        try:
            _try_to_write(folder)
        finally:
            _remove(made)


def check_writable(path: Path) -> None:
    """Find out whether a file can be written, which is left as it was.

    Raises:
        OutputError: Its folder is missing or closed, or the path is a folder.
    """
    with output_errors(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        _try_to_write(path.parent)


def _try_to_write(folder: Path) -> None:
    trial = folder / f".heirloom-{secrets.token_hex(8)}.part"
    trial.touch(exist_ok=False)
    trial.unlink()


def _make(folder: Path) -> list[Path]:
    """Make a folder and those around it.

    Returns:
        Those that were not there, from the inside to the outside.
    """
    missing = []
    for place in (folder, *folder.parents):
        if place.exists():
            break
        missing.append(place)
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _remove(folders: list[Path]) -> None:
    with contextlib.suppress(OSError):  # one that is not empty ends it: somebody uses it
        for folder in folders:
            folder.rmdir()
