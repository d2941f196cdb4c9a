"""Keeps what would be lost in a crash: which photo was open, and its settings.

Each running window has a file of its own in the user's data folder, with a lock that the system
takes away when the process ends, however it ends. A file without its lock at the next start is
therefore work that was lost.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from uuid import uuid4

import msgspec
from filelock import FileLock, Timeout

from app.session.small_file import write_small
from core import __version__
from core.plain_json import from_exact_json, to_exact_json
from core.settings import RestorationSettings

FOLDER_NAME = "recovery"
_SUFFIX = ".draft.json"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Work that is not saved.

    Attributes:
        photo: Absolute path of the photo.
        settings: What the user had chosen.
        heirloom: Version that wrote it.
    """

    photo: str
    settings: RestorationSettings
    heirloom: str = __version__


class RecoveryStore:
    """The drafts of one folder; this process writes one of them.

    Args:
        folder: Where they lie; made when the first one is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"{os.getpid()}-{uuid4().hex[:8]}{_SUFFIX}"
        self._lock: FileLock | None = None

    def keep(self, draft: Draft) -> bool:
        """Write the present work. Returns False where that cannot be done."""
        if self._lock is None and not self._take_lock():
            return False
        return write_small(self._path, to_exact_json(draft))

    def forget(self) -> None:
        """There is nothing that could be lost any more."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """End properly: nothing is left behind."""
        self.forget()
        if self._lock is not None:
            self._lock.release()
            with contextlib.suppress(OSError):
                _lock_path(self._path).unlink(missing_ok=True)
            self._lock = None

    def leave(self) -> None:
        """End without the user's word on it: the draft stays, and the next start offers it."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def take_lost(self) -> Draft | None:
        """The newest draft of a process that is gone, or None; all such drafts are removed."""
        found: Draft | None = None
        for path in sorted(self._folder.glob(f"*{_SUFFIX}"), key=_age, reverse=True):
            if path == self._path:
                continue
            lock = FileLock(_lock_path(path))
            with contextlib.suppress(Timeout, OSError), lock.acquire(timeout=0):
                found = found or _read(path)
                path.unlink(missing_ok=True)
            if not path.exists():
                with contextlib.suppress(OSError):
                    _lock_path(path).unlink(missing_ok=True)
        return found

    def _take_lock(self) -> bool:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(_lock_path(self._path))
            lock.acquire(timeout=0)
        except (OSError, Timeout):
            return False
        self._lock = lock
        return True


def _lock_path(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(_SUFFIX) + ".lock")


def _age(path: Path) -> float:
    """When it was written; drafts that vanish meanwhile count as oldest."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _read(path: Path) -> Draft | None:
    try:
        draft: Draft = from_exact_json(path.read_bytes(), Draft)
    except (OSError, msgspec.DecodeError):
        return None
    return draft
