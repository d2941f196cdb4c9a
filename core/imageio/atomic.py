"""Files that appear whole or not at all.

The content goes to a hidden file in the target's folder, is flushed to the disk and only then gets
its name. Whatever goes wrong before leaves the target as it was; a killed process leaves at most
the hidden file, which `is_part_file` recognises.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import platform
import re
import secrets
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from core.imageio.failures import output_errors
from core.progress import Progress

if sys.platform != "win32":
    import fcntl

_PART_NAME = re.compile(r"^\.heirloom-[0-9a-f]{16}\.part$")
_THIS_COMPUTER = hashlib.blake2b(platform.node().encode(), digest_size=4).hexdigest()
"""Begins the names of its hidden files: locks may not reach from one computer to another."""

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}


def is_part_file(path: Path) -> bool:
    """True for the hidden file that a killed process may have left behind."""
    return _PART_NAME.match(path.name) is not None


_STALE_S = 60.0
"""Where the system cannot tell whether a process writes to a file, one that nobody has written to
for this long is no save in progress."""

_FRESH_S = 2.0
"""A file that was made just now may not be marked as being written yet."""

_TIDY_S, _POLL_S = 0.5, 0.05

_open_parts: set[Path] = set()
"""What this process is writing now."""


def abandon_parts() -> None:
    """Take away what is being written now, for a process that ends at once.

    Whoever writes it finds that it cannot get its name; nothing else is touched.
    """
    for path in list(_open_parts):
        with contextlib.suppress(OSError):
            path.unlink()


def remove_stale_parts(folder: Path) -> int:
    """Take away what killed processes left half written in a folder; lists all of it.

    Returns:
        How many files were removed; nothing is raised.
    """
    return len(_removed(_parts(folder)))


def _parts(folder: Path) -> list[Path]:
    """The hidden files of a folder that this process does not write."""
    found: list[Path] = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            path = folder / entry.name
            if is_part_file(path) and path not in _open_parts:
                found.append(path)
    return found


def _removed(parts: Iterable[Path]) -> list[Path]:
    """Take away those that nobody writes any more, and tell which."""
    gone: list[Path] = []
    for path in parts:
        with contextlib.suppress(OSError):
            if _is_left(path):
                path.unlink()
                gone.append(path)
    return gone


def _tidy(folder: Path) -> None:
    """Take away what is left; what is too fresh to be told is looked at again."""
    parts = _parts(folder)
    gone = _removed(parts)
    unsure = [path for path in parts if path not in gone]
    if unsure:
        time.sleep(1.1 * _FRESH_S)
        _removed(unsure)


_tidying: dict[Path, threading.Thread] = {}


def tidy(folder: Path, progress: Progress | None = None) -> None:
    """Take away what killed processes left half written in a folder, once for each.

    A folder may hold tens of thousands of files on a slow network, so this is done beside, and
    waited for only a moment; it goes on where that is not enough.

    Args:
        folder: The folder.
        progress: Polled for cancellation while it is waited for; None does not wait.

    Raises:
        Cancelled: The job was stopped.
    """
    thread = _tidying.get(folder)
    if thread is None:
        # A daemon: the program need not wait for it, and it leaves nothing half done.
        thread = threading.Thread(target=_tidy, args=(folder,), name="tidy", daemon=True)
        _tidying[folder] = thread
        thread.start()
        end = time.monotonic() + _TIDY_S
        while progress is not None and thread.is_alive() and time.monotonic() < end:
            thread.join(_POLL_S)
            progress.check()


def _is_left(part: Path) -> bool:
    """True where no process writes to a hidden file any more."""
    age_s = time.time() - part.stat().st_mtime
    if age_s < _FRESH_S:
        return False
    foreign = not part.name.startswith(f".heirloom-{_THIS_COMPUTER}")
    if foreign or sys.platform == "win32":  # which knows no such locks, and keeps an open file
        return age_s > _STALE_S
    with part.open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a disk that knows no locks
            return age_s > _STALE_S
    return True


def _mark_as_written(handle: BinaryIO) -> None:
    """Show other processes that this file is no leftover; the system forgets it with the process.

    A disk that knows no locks goes without.
    """
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def atomic_file(target: Path, *, overwrite: bool) -> Iterator[BinaryIO]:
    """Give a file to write to, and name it `target` when the block ends without an exception.

    Args:
        target: The final name; its folder must exist.
        overwrite: Replace what is there. Otherwise nothing is ever replaced, not even a file that
            somebody else makes in the same moment.

    Yields:
        A new binary file, open for reading and writing.

    Raises:
        FileExistsError: `target` exists and may not be replaced.
        OSError: The file cannot be made, written or named.
    """
    part = target.parent / f".heirloom-{_THIS_COMPUTER}{secrets.token_hex(4)}.part"
    handle = part.open("x+b")
    _open_parts.add(part)
    try:
        with handle:
            _mark_as_written(handle)
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
            if sys.platform != "win32":  # named while it is marked: nobody takes it for a leftover
                _give_name(part, target, overwrite=overwrite)
        if sys.platform == "win32":  # which names no file that is open
            _give_name(part, target, overwrite=overwrite)
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
        _open_parts.discard(part)
    _sync_folder(target.parent)


def write_atomic(target: Path, content: bytes, *, overwrite: bool) -> None:
    """Write a whole small file, such as a recipe; see `atomic_file`.

    Raises:
        OutputError: It cannot be written, or `target` exists and may not be replaced.
    """
    with output_errors(target), atomic_file(target, overwrite=overwrite) as handle:
        handle.write(content)


def _give_name(part: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        part.replace(target)
    else:
        _name_without_replacing(part, target)


def _name_without_replacing(part: Path, target: Path) -> None:
    """Give `part` its final name, or raise FileExistsError."""
    if os.name == "nt":
        part.rename(target)  # Windows refuses to replace
        return
    try:
        os.link(part, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # No hard links here (FAT, some network drives): claim the name first.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        try:
            part.replace(target)
        except OSError:
            target.unlink()
            raise


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut, where the system can."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
