"""The beginning of a download on the disk, and the hash of what it holds."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Self

from core.models.files import CHUNK_BYTES

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from core.progress import Progress


class PartFile:
    """An unfinished file that grows at its end. A context manager: leaving it closes the file.

    Args:
        path: The file; made if it is not there, otherwise read and hashed, so that a download
            that was killed goes on where it stopped.
        progress: Reported to and polled while hashing.

    Raises:
        OSError: It cannot be opened, read or written.
        Cancelled: The job was stopped while hashing.

    Attributes:
        is_continued: True where what has arrived did not come in one go.
    """

    def __init__(self, path: Path, progress: Progress) -> None:
        self._file = path.open("a+b")
        self._digest = hashlib.sha256()
        self._size_bytes = 0
        try:
            self._hash_what_is_there(progress)
        except BaseException:
            self._file.close()
            raise
        self.is_continued = self._size_bytes > 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    @property
    def size_bytes(self) -> int:
        """How much has arrived."""
        return self._size_bytes

    @property
    def sha256(self) -> str:
        """Hash of what has arrived, 64 lower-case hexadecimal digits."""
        return self._digest.hexdigest()

    def append(self, chunk: bytes) -> None:
        """Add bytes at the end.

        Raises:
            OSError: The disk is full or fails.
        """
        self._file.write(chunk)
        self._digest.update(chunk)
        self._size_bytes += len(chunk)

    def restart(self) -> None:
        """Throw away what has arrived.

        Raises:
            OSError: The disk fails.
        """
        self._file.truncate(0)
        self._digest = hashlib.sha256()
        self._size_bytes = 0
        self.is_continued = False

    def flush_to_disk(self) -> None:
        """Return only when everything has reached the disk itself.

        Raises:
            OSError: The disk is full or fails.
        """
        self._file.flush()
        os.fsync(self._file.fileno())

    def _hash_what_is_there(self, progress: Progress) -> None:
        self._file.seek(0)
        while chunk := self._file.read(CHUNK_BYTES):
            progress.check()
            self._digest.update(chunk)
            self._size_bytes += len(chunk)
