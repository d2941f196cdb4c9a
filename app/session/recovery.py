"""Keeps what would be lost in a crash: the open photo, its settings, and what was to be saved.

Each running window has a file of its own in the user's data folder, with a lock that the system
takes away when the process ends, however it ends. A file without its lock at the next start is
therefore work that was lost.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import msgspec
from filelock import FileLock, Timeout

from app.session.small_file import write_small
from core import __version__
from core.plain_json import from_exact_json, to_exact_json
from core.settings import RestorationSettings

FOLDER_NAME = "recovery"
_SUFFIX, _LOCK = ".draft.json", ".lock"
_FRESH_S = 2.0


class WantedSave(msgspec.Struct, frozen=True, kw_only=True):
    """A result that the user wants on the disk and that is not there yet.

    Attributes:
        photo: Absolute path of the photo.
        settings: What it is restored with.
        path: Absolute path of the new file; empty for a new name beside the photo.
        overwrite: The user agreed that an earlier result is replaced.
    """

    photo: str
    settings: RestorationSettings
    path: str = ""
    overwrite: bool = False


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Work that is not saved.

    Attributes:
        photo: Absolute path of the open photo; empty where it is saved, or none was open.
        settings: What the user had chosen for it.
        saves: Results that were to be saved, of the open photo and of others.
        heirloom: Version that wrote it.
    """

    photo: str = ""
    settings: RestorationSettings = RestorationSettings()
    saves: tuple[WantedSave, ...] = ()
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
        """What processes that are gone have left, or None; their drafts are removed.

        Of several open photos the newest counts; what was to be saved counts in any case.
        """
        lost: list[Draft] = []
        for path in sorted(self._folder.glob(f"*{_SUFFIX}"), key=_age, reverse=True):
            if path == self._path:
                continue
            lock = FileLock(_lock_path(path))
            with contextlib.suppress(Timeout, OSError), lock.acquire(timeout=0):
                lost += filter(None, [_read(path)])
                path.unlink(missing_ok=True)
            if not path.exists():
                with contextlib.suppress(OSError):
                    _lock_path(path).unlink(missing_ok=True)
        self._remove_left_locks()
        return _together(lost)

    def _remove_left_locks(self) -> None:
        """A killed process leaves its lock file, also where it had nothing to lose."""
        for path in self._folder.glob(f"*{_LOCK}"):
            draft = path.with_name(path.name.removesuffix(_LOCK) + _SUFFIX)
            is_own = draft == self._path
            # One that is a moment old may be about to be taken.
            if is_own or draft.exists() or time.time() - _age(path) < _FRESH_S:
                continue
            with contextlib.suppress(Timeout, OSError), FileLock(path).acquire(timeout=0):
                path.unlink(missing_ok=True)

    def _take_lock(self) -> bool:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(_lock_path(self._path))
            lock.acquire(timeout=0)
        except (OSError, Timeout):
            return False
        self._lock = lock
        return True


def _together(lost: Sequence[Draft]) -> Draft | None:
    """Several drafts as one, the newest first."""
    if not lost:
        return None
    newest = next((draft for draft in lost if draft.photo), lost[0])
    saves = dict.fromkeys(itertools.chain.from_iterable(draft.saves for draft in lost))
    return msgspec.structs.replace(newest, saves=tuple(saves))


def _lock_path(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(_SUFFIX) + _LOCK)


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
