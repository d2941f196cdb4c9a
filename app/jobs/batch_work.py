"""Works off the photos of the library, one job a photo, on the queue of the open photo.

The rule between the two: what the user does to the open photo comes first. A batch photo that has
begun is finished, then the open photo's jobs run, and the next batch photo begins when the user has
rested for a moment.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.jobs.batch_eta import BatchEta
from app.jobs.job import Job
from app.jobs.queue import JobQueue
from app.session.batch_journal import BatchJournal, Begun, Ended
from app.session.library import FINISHED, Library, LibraryPhoto, PhotoState
from app.session.library_services import LibraryServices, PhotoOrder
from app.session.troubles import trouble_of
from core.export import ExportSettings
from core.progress import Progress
from core.report import FileReport
from core.settings import RestorationSettings

REST_MS = 1500
"""The next photo begins when nothing was done to the open photo for this long."""

_STATES = {
    "done": PhotoState.DONE,
    "failed": PhotoState.FAILED,
    "skipped": PhotoState.SKIPPED,
    "cancelled": PhotoState.CANCELLED,
}


class BatchWork(QObject):
    """Runs the batch of one window.

    Args:
        queue: The queue of the open photo.
        services: Restores files.
        library: The photos; their states are kept there.
        journal: Told before and after each photo, in the worker thread.
        parent: Owner.

    Signals:
        changed: The batch began, paused, went on or ended.
        progressed: (done share of the batch, of the present photo, what is being done,
            seconds left or None)
        photo_ended: (id)
        ended: Nothing is left to do.
    """

    changed = Signal()
    progressed = Signal(float, float, str, object)
    photo_ended = Signal(str)
    ended = Signal()

    def __init__(
        self,
        queue: JobQueue,
        services: LibraryServices,
        library: Library,
        journal: BatchJournal,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._queue = queue
        self._services = services
        self._library = library
        self._journal = journal
        self._export = ExportSettings()
        self._is_on = False
        self._job: Job | None = None
        self._photo_id = ""
        self.settings = RestorationSettings()
        """What the photo that was begun last is restored with."""
        self._fraction = 0.0
        self._done_in_run = 0
        self._is_photo_open = False
        self._eta = BatchEta()
        self.is_closing = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._advance)
        queue.progressed.connect(self._on_progressed)
        queue.succeeded.connect(self._on_succeeded)
        queue.failed.connect(self._on_failed)
        queue.cancelled.connect(self._on_cancelled)
        queue.idled.connect(self._on_idled)

    # State

    @property
    def is_on(self) -> bool:
        """True from start to pause or end; a photo may be worked on a little longer."""
        return self._is_on

    @property
    def photo_id(self) -> str:
        """The photo that is worked on; empty for none."""
        return self._photo_id

    @property
    def is_stopping(self) -> bool:
        """True where the present photo is the last one."""
        return not self._is_on and bool(self._photo_id)

    @property
    def waits_for_user(self) -> bool:
        """True where the open photo comes first: it is worked on, or was a moment ago."""
        waits = self._rest.isActive() or self._queue.is_busy
        return self._is_on and not self._photo_id and self._is_photo_open and waits

    @property
    def waits_for_others(self) -> bool:
        """True where something else is done first while no photo is open: models are loaded."""
        return (
            self._is_on and not self._photo_id and not self._is_photo_open and self._queue.is_busy
        )

    def set_rest_ms(self, rest_ms: int) -> None:
        """How long the user must rest before the next photo begins."""
        self._rest.setInterval(rest_ms)

    def note_open_photo(self, *, is_open: bool) -> None:
        """Learn whether a photo is open, for which the batch would wait."""
        if is_open == self._is_photo_open:
            return
        self._is_photo_open = is_open
        if not is_open and self._rest.isActive():
            self._rest.stop()
            self._advance()
        if self._is_on:
            self.changed.emit()

    def set_export(self, export: ExportSettings) -> None:
        """Write the results of the photos that come next in this way."""
        self._export = export

    # Orders of the user

    def start(self, export: ExportSettings) -> bool:
        """Begin, or go on after a pause.

        Returns:
            False where nothing waits, or the batch is on already.
        """
        self._export = export
        if self._is_on or self._library.next_waiting() is None:
            return False
        if not self._photo_id:
            self._done_in_run, self._eta = 0, BatchEta()
        self._library.give_numbers()
        self._is_on = True
        self.changed.emit()
        self._advance()
        return True

    def pause(self) -> None:
        """Stop after the present photo."""
        self._is_on = False
        self._rest.stop()
        self.changed.emit()

    def cancel(self, photo_id: str) -> None:
        """Leave out one photo; the one that is worked on stops within a second."""
        if photo_id == self._photo_id and self._job is not None:
            self._job.token.cancel()
            return
        photo = self._library.photo(photo_id)
        if photo is not None and photo.state is PhotoState.WAITING:
            self._library.update(photo_id, state=PhotoState.CANCELLED)
            self._end_if_empty()

    def cancel_all(self) -> None:
        """Stop now, and leave out all photos that wait."""
        self._is_on = False
        self._rest.stop()
        self._library.cancel_waiting()
        if self._job is not None:
            self._job.token.cancel()
        else:
            self.ended.emit()
        self.changed.emit()

    def close(self) -> None:
        """Stop now and leave the rest for the next start; the queue ends its thread itself."""
        self.is_closing = True
        self._is_on = False
        self._rest.stop()
        if self._job is not None:
            self._job.token.cancel()

    # One photo after the other

    @Slot()
    def _advance(self) -> None:
        """Begin the next photo, unless something else is to be done first."""
        if not self._is_on or self._job is not None or self._queue.is_busy:
            return
        if self._rest.isActive():
            return
        photo = self._library.next_waiting()
        if photo is None:
            self._end_if_empty()
            return
        self._photo_id, self._fraction = photo.id, 0.0
        self._job = Job(photo.name, self._work(photo), keeps_late_result=True)
        self._eta.begin_photo()
        self._queue.submit(self._job)
        self._library.update(photo.id, state=PhotoState.WORKING)
        self.changed.emit()

    def _work(self, photo: LibraryPhoto) -> Callable[[Progress], FileReport]:
        photos = self._library.photos
        self.settings = self._library.settings_of(photo)
        order = PhotoOrder(
            photo,
            self.settings,
            self._export,
            self._library.paths,
            tuple(
                other.output
                for other in photos
                if other.output and other.state in FINISHED and other.id != photo.id
            ),
        )
        services, journal = self._services, self._journal

        def on_planned(path: Path, is_new: bool) -> None:
            line = Begun(id=photo.id, attempt=photo.attempt, output=str(path), is_new=is_new)
            journal.add(line)

        def work(progress: Progress) -> FileReport:
            report = services.restore(order, on_planned, progress)
            line = _line(photo, report)
            if line.state is not PhotoState.CANCELLED:
                journal.add(line)
            return report

        return work

    def _end_if_empty(self) -> None:
        if self._job is None and self._library.next_waiting() is None:
            was_on, self._is_on = self._is_on, False
            if was_on:
                self.changed.emit()
            self.ended.emit()

    # Signals of the queue, which also tell of the open photo's jobs

    def _is_mine(self, job_id: int) -> bool:
        return self._job is not None and self._job.id == job_id

    @Slot(int, float, str)
    def _on_progressed(self, job_id: int, fraction: float, message: str) -> None:
        if not self._is_mine(job_id):
            return
        self._fraction = fraction
        waiting = self._library.count(PhotoState.WAITING)
        share = (self._done_in_run + fraction) / (self._done_in_run + 1 + waiting)
        left_s = self._eta.left_s(fraction, waiting if self._is_on else 0)
        self.progressed.emit(share, fraction, message, left_s)

    @Slot(int, object)
    def _on_succeeded(self, job_id: int, result: object) -> None:
        if not self._is_mine(job_id):
            self._let_user_work()
            return
        assert isinstance(result, FileReport)
        photo = self._library.photo(self._photo_id)
        if photo is None:
            self._after_photo(counts=False)
            return
        line = _line(photo, result)
        state = line.state
        if state is PhotoState.CANCELLED and self.is_closing:
            state = PhotoState.WAITING
        self._library.update(
            photo.id, state=state, output=line.output, reason=line.reason, remedy=line.remedy
        )
        self._after_photo(counts=state in FINISHED and state is not PhotoState.SKIPPED)

    @Slot(int, object)
    def _on_failed(self, job_id: int, error: BaseException) -> None:
        if not self._is_mine(job_id):
            self._let_user_work()
            return
        trouble = trouble_of(error)
        self._library.update(
            self._photo_id,
            state=PhotoState.FAILED,
            reason=trouble.summary,
            remedy=trouble.remedy,
        )
        self._after_photo(counts=False)

    @Slot(int)
    def _on_cancelled(self, job_id: int) -> None:
        if not self._is_mine(job_id):
            self._let_user_work()
            return
        state = PhotoState.WAITING if self.is_closing else PhotoState.CANCELLED
        self._library.update(self._photo_id, state=state)
        self._after_photo(counts=False)

    @Slot()
    def _on_idled(self) -> None:
        self._advance()

    def _after_photo(self, *, counts: bool) -> None:
        photo_id, self._photo_id, self._job = self._photo_id, "", None
        self._eta.end_photo(counts=counts)
        self._done_in_run += 1
        self.photo_ended.emit(photo_id)
        self.changed.emit()
        self._end_if_empty()
        # `idled` follows where nothing else waits, and begins the next one.

    def _let_user_work(self) -> None:
        """The open photo has just had a job: the next batch photo waits until the user rests."""
        if self._is_on and self._is_photo_open and self._rest.interval():
            self._rest.start()


def _line(photo: LibraryPhoto, report: FileReport) -> Ended:
    """What the report of a photo means for the library and for the journal."""
    state = _STATES[report.status]
    reason = remedy = ""
    if report.error is not None:
        reason, remedy = report.error.summary, report.error.remedy
    elif report.warnings:
        reason = "\n".join(report.warnings)
        state = PhotoState.WARNING if state is PhotoState.DONE else state
    return Ended(
        id=photo.id,
        attempt=photo.attempt,
        state=state,
        output=report.output or "",
        reason=reason,
        remedy=remedy,
    )
