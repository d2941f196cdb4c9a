"""What a batch still has to do, on the disk, so that it survives a crash or a power cut.

Two files: the queue, written whole and put in place in one step; and a log to which the worker adds
a line before and after each photo. What the log says counts more, so a queue that is a moment old
never makes a finished photo be done again. A lock that the system drops with the process tells a
crash from a second window.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import BinaryIO

import filelock
import msgspec

from app.session.library import LibraryPhoto, PhotoState, waiting
from app.session.small_file import write_small
from core.export import ExportSettings
from core.plain_json import from_exact_json, to_exact_json
from core.recipe import path_beside
from core.settings import RestorationSettings

FORMAT = 1
_SLOTS = 16


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as it is written down.

    Attributes:
        format: Version of this layout.
        common: The settings for all photos.
        export: How results are written.
        photos: The photos in their order.
    """

    format: int = FORMAT
    common: RestorationSettings = RestorationSettings()
    export: ExportSettings = ExportSettings()
    photos: tuple[LibraryPhoto, ...] = ()


class Begun(msgspec.Struct, frozen=True, kw_only=True, tag="begun"):
    """A photo is about to be worked on.

    Attributes:
        id: The photo.
        attempt: As in `LibraryPhoto`; a line of an earlier attempt counts no more.
        output: Where its result will be.
        is_new: Nothing is there yet, so that whatever is found there later is this result.
    """

    id: str
    attempt: int
    output: str
    is_new: bool


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended"):
    """Work on a photo has ended. Fields as in `LibraryPhoto`."""

    id: str
    attempt: int
    state: PhotoState
    output: str = ""
    reason: str = ""
    remedy: str = ""


Line = Begun | Ended


class BatchJournal:
    """The journal of one window. Its methods may be called in any thread.

    Args:
        folder: Where the files lie, made when it is first needed; None to keep no journal.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        self._lock: filelock.BaseFileLock | None = None
        self._slot = 0
        self.interrupted: tuple[Path, ...] = ()
        """Results that were being made when the process ended; known after `unfinished`."""

    def may_hold_something(self) -> bool:
        """A quick look, without reading, at whether a batch may have been left behind."""
        return self._folder is not None and any(
            self._queue_path(slot).exists() for slot in range(_SLOTS)
        )

    def unfinished(self) -> Queue | None:
        """Take over a batch that a window left behind unfinished.

        Returns:
            What is left of it, with finished photos marked so; None where there is none.
        """
        if self._folder is None or not self._folder.is_dir():
            return None
        with self._guard:
            for slot in range(_SLOTS):
                if not self._queue_path(slot).exists() or not self._claim(slot):
                    continue
                queue = self._read()
                if queue is not None and _has_more(queue):
                    return queue
                self._forget()
        return None

    def write(self, queue: Queue) -> bool:
        """Write the queue down.

        Returns:
            False where it could not be written; the batch then runs without a journal.
        """
        data = to_exact_json(queue)
        with self._guard:
            return self._is_claimed() and write_small(
                self._queue_path(self._slot), data, flushed=True
            )

    def add(self, line: Line) -> None:
        """Note that work on a photo begins or has ended; on the disk when this returns."""
        data = to_exact_json(line) + b"\n"
        with self._guard, contextlib.suppress(OSError):
            if self._is_claimed():
                with self._log_path(self._slot).open("a+b") as handle:
                    handle.write(_end_of_line(handle) + data)
                    handle.flush()
                    os.fsync(handle.fileno())

    def forget(self) -> None:
        """Remove the journal: the batch is done, or the user wants it gone."""
        with self._guard:
            self._forget()

    @property
    def slot(self) -> int | None:
        """Which of the journals this window has; None where it has none."""
        return self._slot if self._lock is not None else None

    def adopt(self, slot: int) -> None:
        """Go on with the journal of a window that this one takes the place of."""
        with self._guard:
            if self._folder is not None:
                self._claim(slot)

    def close(self) -> None:
        """Let go of the journal and leave it for the next start."""
        with self._guard:
            self._release()

    # Files

    def _queue_path(self, slot: int) -> Path:
        assert self._folder is not None
        return self._folder / f"batch-{slot}.json"

    def _log_path(self, slot: int) -> Path:
        return self._queue_path(slot).with_suffix(".log")

    def _is_claimed(self) -> bool:
        """True where this window has a slot of its own, which it may get now."""
        if self._lock is not None:
            return True
        if self._folder is None:
            return False
        for slot in range(_SLOTS):
            # A slot with a batch in it waits for its user's answer.
            if not self._queue_path(slot).exists() and self._claim(slot):
                return True
        return False

    def _claim(self, slot: int) -> bool:
        assert self._folder is not None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(
                self._folder / f"batch-{slot}.lock", blocking=False, thread_local=False
            )
            lock.acquire()
        except (OSError, filelock.Timeout):
            return False
        self._release()
        self._lock, self._slot = lock, slot
        return True

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _forget(self) -> None:
        if self._lock is None:
            return
        # The queue goes first: a log without one means nothing, a queue without its log is redone.
        for path in (self._queue_path(self._slot), self._log_path(self._slot)):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        self._release()

    def _read(self) -> Queue | None:
        try:
            queue: Queue = from_exact_json(self._queue_path(self._slot).read_bytes(), Queue)
        except (OSError, msgspec.DecodeError):
            return None
        if queue.format > FORMAT:
            return None
        lines = self._read_log()
        open_lines = {line.id: line for line in lines}.values()
        self.interrupted = tuple(Path(o.output) for o in open_lines if isinstance(o, Begun))
        return _brought_up_to_date(queue, lines)

    def _read_log(self) -> list[Line]:
        try:
            content = self._log_path(self._slot).read_bytes()
        except OSError:
            return []
        lines: list[Line] = []
        for text in content.splitlines():
            # The last line may have been cut off by the crash.
            with contextlib.suppress(msgspec.DecodeError):
                lines.append(from_exact_json(text, Line))
        return lines


def _end_of_line(log: BinaryIO) -> bytes:
    """What a line must begin with where a crash has cut the one before it off."""
    if not log.seek(0, os.SEEK_END):
        return b""
    log.seek(-1, os.SEEK_END)
    return b"" if log.read(1) == b"\n" else b"\n"


def _brought_up_to_date(queue: Queue, lines: list[Line]) -> Queue:
    """The queue with everything in it that the log knows better."""
    last: dict[tuple[str, int], Line] = {(line.id, line.attempt): line for line in lines}
    photos = tuple(_settled(photo, last.get((photo.id, photo.attempt))) for photo in queue.photos)
    return msgspec.structs.replace(queue, photos=photos)


def _settled(photo: LibraryPhoto, line: Line | None) -> LibraryPhoto:
    if isinstance(line, Ended):
        return photo.replace(
            state=line.state, output=line.output, reason=line.reason, remedy=line.remedy
        )
    if isinstance(line, Begun) and line.is_new and _is_complete(Path(line.output)):
        # It was killed between the last byte of the result and the line about it.
        return photo.replace(state=PhotoState.DONE, output=line.output, reason="", remedy="")
    return waiting(photo) if photo.state is PhotoState.WORKING else photo


def _is_complete(output: Path) -> bool:
    """True where a result and the recipe beside it are there; the recipe is written last."""
    return output.is_file() and path_beside(output).is_file()


def _has_more(queue: Queue) -> bool:
    """True where something is left to do."""
    return any(photo.state is PhotoState.WAITING for photo in queue.photos)
