"""Hashes of files, however large, with progress and cancel."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from core.progress import Progress, no_progress

_BLOCK_BYTES = 4_000_000


def file_sha256(path: Path, progress: Progress | None = None) -> str:
    """Hash of a file, hexadecimal.

    Raises:
        OSError: It cannot be read.
        Cancelled: The job was stopped.
    """
    with path.open("rb") as handle:
        return sha256_of(handle, progress or no_progress())


def sha256_of(handle: BinaryIO, progress: Progress) -> str:
    """Hash of all that an open file holds, hexadecimal.

    Raises:
        OSError: It cannot be read.
        Cancelled: The job was stopped.
    """
    total = max(1, handle.seek(0, os.SEEK_END))
    handle.seek(0)
    found, done = hashlib.sha256(), 0
    while block := handle.read(_BLOCK_BYTES):
        found.update(block)
        done += len(block)
        progress.report(done / total)
    return found.hexdigest()
