"""What the library has done beside the restoration: search folders, make thumbnails, write down.

It has a worker thread of its own, so that a long batch never keeps a thumbnail waiting.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.jobs.job import Job
from app.jobs.queue import JobQueue
from app.session.batch_journal import BatchJournal, Queue
from app.session.library import LibraryPhoto, new_photo
from app.session.library_services import LibraryServices
from app.session.troubles import trouble_of
from core.progress import Progress
from core.settings import RestorationSettings

if TYPE_CHECKING:
    from core.outputs import FoundPhotos

THUMBNAIL_PX = 144
WRITE_DELAY_MS = 200
MAX_WANTED = 24
"""Thumbnails that wait; of a list that is scrolled quickly, those long gone are not made."""


class LibraryWork(QObject):
    """Runs the small jobs of the library. Its methods return at once.

    Args:
        services: What does them.
        journal: Where the queue is written down.
        parent: Owner.

    Signals:
        found: (FoundPhotos, the same as a list of LibraryPhoto)
        searched: (what the search has come to)
        search_ended: No search runs any more.
        search_failed: (Trouble)
        thumbnail_made: (id, H x W x 3 array of uint8, or None where it cannot be shown)
        facts_found: (NameFacts)
        left_over: (Queue) a batch that was not finished, found at the start.
        unwritable: The queue cannot be written down.
    """

    found = Signal(object, list)
    searched = Signal(str)
    search_ended = Signal()
    search_failed = Signal(object)
    thumbnail_made = Signal(str, object)
    facts_found = Signal(object)
    left_over = Signal(object)
    unwritable = Signal()

    def __init__(
        self, services: LibraryServices, journal: BatchJournal, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._journal = journal
        self._wanted: OrderedDict[str, Path] = OrderedDict()
        self._done: dict[int, Callable[[Any], None]] = {}
        self._searches: dict[int, Job] = {}
        self._thumbnail_job = 0
        self._thumbnail_id = ""
        self._snapshot: Callable[[], Queue | None] | None = None
        self._is_unwritten = False
        self._write_timer = QTimer(self)
        self._write_timer.setSingleShot(True)
        self._write_timer.setInterval(WRITE_DELAY_MS)
        self._write_timer.timeout.connect(self._write_now)
        self._queue: JobQueue | None = None

    @property
    def is_busy(self) -> bool:
        """True while anything runs, waits, or is about to be written."""
        works = self._queue is not None and self._queue.is_busy
        return works or self._write_timer.isActive()

    # Orders

    def look_back(self) -> None:
        """Look for a batch that was not finished."""

        def work(_progress: Progress) -> Queue | None:
            queue = self._journal.unfinished()
            for folder in {output.parent for output in self._journal.interrupted}:
                self._services.tidy(folder)
            return queue

        self._submit(work, self._on_looked_back)

    def search(self, paths: Sequence[Path]) -> None:
        """Find the photos behind files and folders."""
        wanted = list(paths)

        def work(progress: Progress) -> tuple[FoundPhotos, list[LibraryPhoto]]:
            found = self._services.find(wanted, progress)
            return found, [new_photo(photo.path, photo.relative) for photo in found.photos]

        job = self._submit(work, self._on_found)
        self._searches[job.id] = job

    @property
    def is_searching(self) -> bool:
        """True while a search runs or waits that nobody has stopped."""
        return any(not job.token.is_cancelled for job in self._searches.values())

    def cancel_search(self) -> bool:
        """Stop searching.

        Returns:
            False where no search runs.
        """
        was_searching = self.is_searching
        for job in self._searches.values():
            job.token.cancel()
        return was_searching

    def want_thumbnail(self, photo_id: str, path: Path) -> None:
        """Make a thumbnail soon. One that was forgotten is asked for again when it is seen."""
        if photo_id == self._thumbnail_id or photo_id in self._wanted:
            return
        self._wanted[photo_id] = path
        while len(self._wanted) > MAX_WANTED:
            self._wanted.popitem(last=False)
        self._next_thumbnail()

    def find_facts(self, photo: LibraryPhoto, settings: RestorationSettings) -> None:
        """Find out what the placeholders of a name stand for."""

        def work(_progress: Progress) -> object:
            return self._services.facts(photo, settings)

        self._submit(work, self.facts_found.emit)

    def write_soon(self, snapshot: Callable[[], Queue | None]) -> None:
        """Write the queue down in a moment; several changes in a row are written once.

        Args:
            snapshot: Gives the queue then, or None where there is none any more.
        """
        self._snapshot, self._is_unwritten = snapshot, True
        if not self._write_timer.isActive():
            self._write_timer.start()

    def write_at_once(self, snapshot: Callable[[], Queue | None]) -> None:
        """Write the queue down without waiting for more changes."""
        self._snapshot, self._is_unwritten = snapshot, True
        self._write_timer.stop()
        self._write_now()

    def stop(self) -> bool:
        """End the thread, with everything written; call it once, before the program ends."""
        self._write_timer.stop()
        self._wanted.clear()
        has_ended = self._queue is None or self._queue.stop()
        if self._is_unwritten and self._snapshot is not None:
            _written(self._journal, self._snapshot())
        self._journal.close()
        return has_ended

    # Jobs

    def _submit(self, work: Callable[[Progress], Any], done: Callable[[Any], None]) -> Job:
        job = Job("", work)
        self._done[job.id] = done
        self._thread_queue().submit(job)
        return job

    def _thread_queue(self) -> JobQueue:
        """The queue; its thread starts when there is a first job, as most windows need none."""
        if self._queue is None:
            self._queue = JobQueue(self)
            self._queue.progressed.connect(self._on_progressed)
            self._queue.succeeded.connect(self._on_succeeded)
            self._queue.failed.connect(self._on_failed)
            self._queue.cancelled.connect(self._on_cancelled)
        return self._queue

    def _next_thumbnail(self) -> None:
        if self._thumbnail_job or not self._wanted:
            return
        self._thumbnail_id, path = self._wanted.popitem(last=False)
        work = partial(self._services.thumbnail, path, THUMBNAIL_PX)
        self._thumbnail_job = self._submit(work, self._on_thumbnail).id

    @Slot()
    def _write_now(self) -> None:
        queue = self._snapshot() if self._snapshot else None

        def work(_progress: Progress) -> bool:
            return _written(self._journal, queue)

        self._submit(work, self._on_written)

    # Results

    def _on_looked_back(self, queue: Queue | None) -> None:
        if queue is not None:
            self.left_over.emit(queue)

    def _on_found(self, result: tuple[FoundPhotos, list[LibraryPhoto]]) -> None:
        self.found.emit(*result)

    def _on_thumbnail(self, pixels: object) -> None:
        self.thumbnail_made.emit(self._thumbnail_id, pixels)

    def _on_written(self, was_written: bool) -> None:
        self._is_unwritten = self._write_timer.isActive()
        if not was_written:
            self.unwritable.emit()

    @Slot(int, float, str)
    def _on_progressed(self, job_id: int, _fraction: float, message: str) -> None:
        if job_id in self._searches and message:
            self.searched.emit(message)

    @Slot(int, object)
    def _on_succeeded(self, job_id: int, result: object) -> None:
        self._done.pop(job_id)(result)
        self._after(job_id)

    @Slot(int, object)
    def _on_failed(self, job_id: int, error: BaseException) -> None:
        del self._done[job_id]
        if job_id in self._searches:
            self.search_failed.emit(trouble_of(error))
        if job_id == self._thumbnail_job:
            # The list shows a plain page; opening or restoring the photo says what is wrong.
            self.thumbnail_made.emit(self._thumbnail_id, None)
        self._after(job_id)

    @Slot(int)
    def _on_cancelled(self, job_id: int) -> None:
        del self._done[job_id]
        self._after(job_id)

    def _after(self, job_id: int) -> None:
        if self._searches.pop(job_id, None) is not None and not self._searches:
            self.search_ended.emit()
        if job_id == self._thumbnail_job:
            self._thumbnail_job, self._thumbnail_id = 0, ""
            self._next_thumbnail()


def _written(journal: BatchJournal, queue: Queue | None) -> bool:
    """Write the queue, or remove the journal where there is none."""
    if queue is None:
        journal.forget()
        return True
    return journal.write(queue)
