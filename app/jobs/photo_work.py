"""What the window has done in the background: open, restore, preview, save.

Sits between the document and the queue. Everything here runs in the window's thread; the work
itself is in `app.jobs.works`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from app.jobs.eta import Eta
from app.jobs.job import Job
from app.jobs.orders import OnFailure, OnSuccess, Order, Orders
from app.jobs.pasted import photo_of_image
from app.jobs.photo_previews import Previews, needs_networks_again
from app.jobs.photo_saves import PhotoSaves
from app.jobs.queue import JobQueue
from app.jobs.works import (
    Adopted,
    Opened,
    Restored,
    Work,
    adopt_work,
    open_work,
    restore_work,
    warm_up_work,
)
from app.session.document import Document
from app.session.recovery import WantedSave
from app.session.services import Services
from app.session.troubles import trouble_of
from core.image import Photo
from core.progress import Progress
from core.settings import RestorationSettings

SETTLE_MS = 250
"""A slider that rests this long is done moving; then the full photo is worked on."""

_QUIET_KINDS = ("warm_up", "preview")
_SAVING_KINDS = ("save", "export", "project")


class PhotoWork(QObject):
    """Runs the jobs of one window and keeps its document.

    Args:
        services: The engine and the files.
        defaults: What a fresh photo is restored with.
        parent: Owner.

    Signals:
        began: (title) a job that the user should see has started.
        progressed: (fraction, what is being done, seconds left or None)
        ended: No job that the user should see is running or waiting.
        opened: (Opened)
        restored: (Restored) the full photo.
        previewed: (Pyramid) a small stand-in while a slider moves.
        saved: (SavedFile, Document) the result of a photo, which need not be open any more.
        wishes_changed: `wanted_saves` is another one.
        failed: (Trouble)
        choices_found: (Choices)
    """

    began = Signal(str)
    progressed = Signal(float, str, object)
    ended = Signal()
    opened = Signal(object)
    restored = Signal(object)
    previewed = Signal(object)
    saved = Signal(object, object)
    wishes_changed = Signal()
    failed = Signal(object)
    choices_found = Signal(object)

    def __init__(
        self, services: Services, defaults: RestorationSettings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._defaults = defaults
        self._orders = Orders(_QUIET_KINDS)
        self._document: Document | None = None
        self._previews = Previews(
            services,
            partial(self._submit, "preview", self.tr("Preview")),
            partial(self._orders.is_open, "preview"),
            self.previewed.emit,
        )
        self._saves = PhotoSaves(
            services, partial(self._submit, "save"), partial(self._orders.is_open, "save"), self
        )
        self._saves.saved.connect(self.saved)
        self._saves.failed.connect(self.failed)
        self._saves.changed.connect(self.wishes_changed)
        self._running = 0
        self._eta = Eta()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        self._queue = JobQueue(self)
        self._queue.started.connect(self._on_started)
        self._queue.progressed.connect(self._on_progressed)
        self._queue.succeeded.connect(self._on_succeeded)
        self._queue.failed.connect(self._on_failed)
        self._queue.cancelled.connect(self._on_cancelled)

    @property
    def document(self) -> Document | None:
        """The open photo, or None."""
        return self._document

    @property
    def is_busy(self) -> bool:
        """True while anything runs, waits, or is about to begin; a batch does not count."""
        return bool(self._orders) or self._settle.isActive()

    @property
    def is_saving(self) -> bool:
        """True while a result is being written, or will be as soon as it is there."""
        return self._saves.is_wanted or self._orders.is_open(*_SAVING_KINDS)

    @property
    def wanted_saves(self) -> tuple[WantedSave, ...]:
        """What the user wants on the disk and is not there yet."""
        return self._saves.wanted(self._document)

    @property
    def queue(self) -> JobQueue:
        """The queue, for a batch that shares the engine with the open photo."""
        return self._queue

    # Orders of the window

    def warm_up(self) -> None:
        """Load the engine while the user looks for a photo."""
        work = warm_up_work(self._services)
        self._submit("warm_up", self.tr("Getting ready"), work, self.choices_found.emit)

    def set_defaults(self, defaults: RestorationSettings) -> None:
        """Choose what photos that are opened from now on are restored with."""
        self._defaults = defaults

    def open_path(self, path: Path, settings: RestorationSettings | None = None) -> None:
        """Read a file; it replaces the open photo once it has been read.

        Args:
            path: The file.
            settings: What it starts with; those of a fresh photo by default.
        """
        self._open(partial(self._services.read_photo, path), settings)

    def take_over(self, document: Document) -> None:
        """Adopt what another window had open, with its result and its history."""
        self._orders.cancel("open")
        work = adopt_work(document.photo, document.trace, document.result_settings)
        adopted = partial(self._on_adopted, document)
        self._submit("open", self.tr("Opening"), work, adopted)

    def release(self) -> Document | None:
        """Give the open photo away, for another window to adopt it."""
        document = self._document
        self.close_photo()
        return document

    def open_image(self, image: QImage) -> None:
        """Take a picture from the clipboard."""
        self._open(partial(photo_of_image, image))

    def settings_changed(self) -> None:
        """Bring the result in line with the document's settings, soon."""
        self._orders.cancel("restore")
        document = self._document
        if document is None:
            return
        if document.is_current:
            self._settle.stop()
            self._saves.on_current(document)
            self._tell_if_ended()
        else:
            self._settle.start()
            self._previews.show(document)

    def restore_now(self) -> None:
        """Bring the result in line with the document's settings at once."""
        self._settle.stop()
        self._on_settled()

    def save(self, path: Path | None, *, overwrite: bool = False) -> None:
        """Save the result of the present settings, as soon as there is one.

        Args:
            path: The new file; None for a new name beside the original.
            overwrite: An earlier result may be replaced; the original never.
        """
        document = self._document
        if document is None:
            return
        self._saves.ask(document, path, overwrite=overwrite)
        if not document.is_current and not self._orders.is_open("restore"):
            self.restore_now()

    def make_up(self, wanted: WantedSave) -> None:
        """Save what an earlier run of the program was to save, unless it did."""
        document = self._document
        if document is None or not _is_of(wanted, document):
            self._saves.make_up(wanted)
            return
        self._saves.ask_unless_there(document, wanted, lambda: self._document is document)

    def run_beside(
        self,
        kind: str,
        title: str,
        work: Work,
        on_success: OnSuccess,
        on_failure: OnFailure | None = None,
    ) -> None:
        """Run work of another part of the window in the same queue, with progress and cancel.

        Args:
            kind: What `cancel_kind` stops it by.
            title: What the user reads while it runs.
            work: See `app.jobs.job.Job`.
            on_success: Gets the result.
            on_failure: Gets what went wrong, or None where it was cancelled; without it, an error
                is shown as all others are.
        """
        self._submit(kind, title, work, on_success, on_failure)

    def cancel_kind(self, kind: str) -> None:
        """Stop what `run_beside` started under this name."""
        self._orders.cancel(kind)

    def take_restored(self, restored: Restored) -> None:
        """Take a finished run on the open photo that has the document's settings."""
        self._settle.stop()
        self._orders.cancel("restore", "preview")
        self._on_restored(restored)
        self._tell_if_ended()

    def close_photo(self) -> None:
        """Forget the open photo and stop its work; what was to be saved is saved all the same."""
        self._leave_photo()
        self._document = None

    def cancel(self) -> None:
        """Stop what the user sees running. Returns at once; the jobs end within a second.

        What waits to be written goes on: it is not what the user sees, and would be lost.
        """
        self._settle.stop()
        self._saves.forget()
        self._orders.cancel_shown(self._running, but=_SAVING_KINDS)
        self._tell_if_ended()

    def stop(self) -> bool:
        """Cancel everything and end the thread, before the program ends."""
        self._settle.stop()
        return self._queue.stop()

    # Jobs

    def _submit(
        self,
        kind: str,
        title: str,
        work: Work,
        on_success: OnSuccess,
        on_failure: OnFailure | None = None,
    ) -> None:
        job = Job(title, work, keeps_late_result=kind == "save")
        self._orders.add(Order(kind, job, on_success, on_failure))
        self._queue.submit(job)

    def _open(
        self, read: Callable[[Progress], Photo], settings: RestorationSettings | None = None
    ) -> None:
        self._orders.cancel("open", "restore", "preview")
        opened = partial(self._on_opened, settings)
        self._submit("open", self.tr("Opening"), open_work(read), opened)

    def _leave_photo(self) -> None:
        """Stop the work on the open photo; a result that the user wants to have is still made."""
        self._settle.stop()
        self._previews.forget()
        self._orders.cancel("restore", "preview")
        self._saves.finish(self._document)

    @Slot()
    def _on_settled(self) -> None:
        document = self._document
        if document is None or document.is_current:
            return
        self._orders.cancel("restore")
        previous, stand_in = document.trace, self._previews.stand_in
        if needs_networks_again(document):
            stand_in = None
        if stand_in is not None and stand_in.original is document.photo:
            previous = stand_in  # a small photo is its own stand-in, and further along
        work = restore_work(self._services, document.photo, document.settings, previous, stand_in)
        self._submit("restore", self.tr("Restoring"), work, self._on_restored)

    # Results

    def _on_opened(self, settings: RestorationSettings | None, result: object) -> None:
        assert isinstance(result, Opened)
        self._leave_photo()
        self._document = Document(result.photo, settings or self._defaults)
        self.opened.emit(result)
        self.restore_now()

    def _on_adopted(self, document: Document, result: object) -> None:
        assert isinstance(result, Adopted)
        self._leave_photo()
        self._document = document
        self.opened.emit(result.opened)
        if result.restored is not None:
            self._previews.stand_in = result.restored.stand_in
            self.restored.emit(result.restored)
        self.restore_now()

    def _on_restored(self, result: object) -> None:
        assert isinstance(result, Restored)
        if self._document is None:
            return
        self._previews.stand_in = result.stand_in
        self._document.set_trace(result.trace, result.settings)
        self.restored.emit(result)
        self._saves.on_current(self._document)

    # Signals of the queue, which tells of the jobs of a batch too

    @Slot(int)
    def _on_started(self, job_id: int) -> None:
        if (order := self._orders.shown(job_id)) is not None:
            self._eta = Eta()
            self._running = job_id
            self.began.emit(order.job.title)

    @Slot(int, float, str)
    def _on_progressed(self, job_id: int, fraction: float, message: str) -> None:
        if self._orders.shown(job_id) is not None:
            self.progressed.emit(fraction, message, self._eta.left_s(fraction))

    @Slot(int, object)
    def _on_succeeded(self, job_id: int, result: object) -> None:
        if (order := self._orders.take(job_id)) is not None:
            order.on_success(result)
            self._after_job(order)

    @Slot(int, object)
    def _on_failed(self, job_id: int, error: Exception) -> None:
        order = self._orders.take(job_id)
        if order is None:
            return
        if order.kind == "restore":
            self._saves.forget()
        tell = order.on_failure or self.failed.emit
        tell(trouble_of(error))
        if order.kind == "open":
            # The photo that was open before stays open; its work goes on.
            self.restore_now()
        self._after_job(order)

    @Slot(int)
    def _on_cancelled(self, job_id: int) -> None:
        order = self._orders.take(job_id)
        if order is None:
            return
        if order.on_failure is not None:
            order.on_failure(None)
        self._after_job(order)

    def _after_job(self, order: Order) -> None:
        if order.kind == "preview" and self._document is not None:
            self._previews.go_on(self._document)
        self._tell_if_ended()

    def _tell_if_ended(self) -> None:
        if not self._orders.has_shown:
            self.ended.emit()


def _is_of(wanted: WantedSave, document: Document) -> bool:
    """True where the save is one of the photo and with the settings that it has now."""
    path = document.photo.source.path
    is_same_photo = path is not None and wanted.photo == str(path.absolute())
    return is_same_photo and wanted.settings == document.settings
