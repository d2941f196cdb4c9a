"""File work that the model store stands on: hashing with progress, whole-or-nothing writes."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.progress import Progress

CHUNK_BYTES = 1 << 20


def hash_file(path: Path, progress: Progress) -> str:
    """SHA-256 of a file, 64 lower-case hexadecimal digits.

    Raises:
        OSError: The file cannot be read.
        Cancelled: The job was stopped.
    """
    digest = hashlib.sha256()
    size_bytes = max(1, path.stat().st_size)
    done_bytes = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            done_bytes += len(chunk)
            progress.report(done_bytes / size_bytes)
    return digest.hexdigest()


def size_bytes(path: Path) -> int:
    """Size of a file; 0 where there is none, or where it goes away in this moment."""
    try:
        status = path.stat()
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def copy_and_hash(source: Path, target: Path, progress: Progress) -> str:
    """Copy a file into a new one, flushed to the disk, and return the SHA-256 of what was copied.

    Raises:
        OSError: Reading or writing failed; `target` may be there in part.
        Cancelled: The job was stopped; `target` is there in part.
    """
    digest = hashlib.sha256()
    size_bytes = max(1, source.stat().st_size)
    done_bytes = 0
    with source.open("rb") as reader, target.open("xb") as writer:
        while chunk := reader.read(CHUNK_BYTES):
            digest.update(chunk)
            writer.write(chunk)
            done_bytes += len(chunk)
            progress.report(done_bytes / size_bytes)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest()


def write_atomic(path: Path, data: bytes) -> None:
    """Write a small file so that readers see the old content or the new, never a part.

    Raises:
        OSError: It cannot be written; the old content is still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def put_in_place(part: Path, target: Path) -> None:
    """Give a finished, flushed file its final name and make the name itself last.

    Raises:
        OSError: It cannot be renamed; `part` is still there.
    """
    part.replace(target)
    if os.name == "posix":
        with suppress(OSError):  # some network folders cannot flush a directory
            descriptor = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
