"""Results that the user wants on the disk: at once, once they are there, or after leaving a photo.

Whoever has pressed Save counts on the file. So a wish is kept until its result is there, and goes
with its photo, not with whatever is open by then. What is not on the disk yet is told, so that it
can be made up for at the next start where the program ends before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from app.jobs.lost_saves import MadeUp, free_path, look_work, made_up_work
from app.jobs.orders import OnFailure, OnSuccess
from app.jobs.works import Saved, Work, finish_work, save_work
from app.session.document import Document
from app.session.recovery import WantedSave
from app.session.services import SavedFile, Services
from app.session.troubles import Trouble
from core.settings import RestorationSettings


class Submit(Protocol):
    """Queues the writing of a result."""

    def __call__(
        self, title: str, work: Work, on_success: OnSuccess, on_failure: OnFailure | None, /
    ) -> None:
        """Queue it."""
        ...


@dataclass(frozen=True, slots=True)
class _Wish:
    """Where a result shall go: None for a new name beside the original."""

    path: Path | None
    overwrite: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Writing:
    """The save that was queued last."""

    document: Document
    settings: RestorationSettings
    wish: _Wish


class PhotoSaves(QObject):
    """Saves results of the open photo, and of the one that is being left.

    Args:
        services: The engine and the files.
        submit: Queues a save.
        is_open: True while a queued save has not ended.
        parent: Owner.

    Signals:
        saved: (SavedFile, Document) a result is on the disk.
        failed: (Trouble)
        changed: Something else is wanted, or not any more.
    """

    saved = Signal(object, object)
    failed = Signal(object)
    changed = Signal()

    def __init__(
        self, services: Services, submit: Submit, is_open: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._submit = submit
        self._is_open = is_open
        self._wish: _Wish | None = None
        self._writing: _Writing | None = None
        self._queued: list[WantedSave] = []

    @property
    def is_wanted(self) -> bool:
        """True while a result is waited for that shall be saved."""
        return self._wish is not None

    def wanted(self, document: Document | None) -> tuple[WantedSave, ...]:
        """All that the user wants on the disk and that is not there yet.

        Args:
            document: The open photo.
        """
        waits = self._wish and document and _wanted(document, document.settings, self._wish)
        return (*self._queued, *((waits,) if waits else ()))

    def ask(self, document: Document, path: Path | None, *, overwrite: bool) -> None:
        """Save the result of the document's settings, now or as soon as it is there.

        Args:
            document: The open photo.
            path: The new file; None for a new name beside the original.
            overwrite: An earlier result may be replaced; the original never.
        """
        wish = _Wish(path, overwrite)
        if document.is_current:
            self._save(document, wish)
        else:
            self._wish = wish
            self.changed.emit()

    def ask_unless_there(
        self, document: Document, wanted: WantedSave, is_open: Callable[[], bool]
    ) -> None:
        """Save the open photo as an earlier run of the program was to, unless it did.

        Args:
            document: The photo.
            wanted: What was to be saved; nothing is replaced by it.
            is_open: True while the photo is still the open one.
        """

        def done(there: object) -> None:
            self._drop(wanted)
            if isinstance(there, Path):
                self._take_saved(document, wanted.settings, SavedFile(there))
            elif is_open() and document.settings == wanted.settings:
                self.ask(document, free_path(wanted), overwrite=False)
            else:  # it was left, or changed, while its result was looked for
                self.make_up(wanted)

        self._queued.append(wanted)
        work = look_work(self._services, document.photo, wanted)
        self._submit(self.tr("Saving"), work, done, partial(self._on_failed, wanted))

    def make_up(self, wanted: WantedSave) -> None:
        """Restore and save a photo that an earlier run of the program was to save."""
        self._queued.append(wanted)
        work = made_up_work(self._services, wanted)
        done, failed = partial(self._on_made_up, wanted), partial(self._on_failed, wanted)
        self._submit(self.tr("Saving"), work, done, failed)
        self.changed.emit()

    def on_current(self, document: Document) -> None:
        """Save what was asked for while its result was not there yet."""
        if self._wish is not None and document.is_current:
            wish, self._wish = self._wish, None
            self._save(document, wish)

    def forget(self) -> None:
        """Give up what waits for its result; what is queued goes on."""
        if self._wish is not None:
            self._wish = None
            self.changed.emit()

    def finish(self, document: Document | None) -> None:
        """The photo is being left: make and save the result that was asked for, if any."""
        wish, self._wish = self._wish, None
        self._writing = None  # it would keep the photo's pixels
        if wish is None or document is None:
            return
        work = finish_work(
            self._services,
            document.photo,
            document.settings,
            document.trace,
            wish.path,
            overwrite=wish.overwrite,
        )
        self._write(document, wish, work)

    def _save(self, document: Document, wish: _Wish) -> None:
        if document.result is None:
            return
        if self._is_open() and self._is_writing(document, wish):
            return  # a double click means one file
        self._writing = _Writing(document, document.settings, wish)
        work = save_work(
            self._services,
            document.result,
            document.settings,
            wish.path,
            overwrite=wish.overwrite,
        )
        self._write(document, wish, work)

    def _write(self, document: Document, wish: _Wish, work: Work) -> None:
        wanted = _wanted(document, document.settings, wish)
        if wanted is not None:
            self._queued.append(wanted)
        done = partial(self._on_saved, document, wanted)
        self._submit(self.tr("Saving"), work, done, partial(self._on_failed, wanted))
        self.changed.emit()

    def _is_writing(self, document: Document, wish: _Wish) -> bool:
        last = self._writing
        return (
            last is not None
            and last.document is document
            and last.settings == document.settings
            and last.wish.path == wish.path
        )

    # Results

    def _on_saved(self, document: Document, wanted: WantedSave | None, result: object) -> None:
        assert isinstance(result, Saved)
        self._drop(wanted)
        self._take_saved(document, result.settings, result.file)

    def _on_made_up(self, wanted: WantedSave, result: object) -> None:
        assert isinstance(result, MadeUp)
        self._drop(wanted)
        self._take_saved(result.document, result.saved.settings, result.saved.file)

    def _take_saved(
        self, document: Document, settings: RestorationSettings, file: SavedFile
    ) -> None:
        document.set_saved(settings, file.path)
        self.saved.emit(file, document)
        self.changed.emit()

    def _on_failed(self, wanted: WantedSave | None, trouble: Trouble | None) -> None:
        self._drop(wanted)
        if trouble is not None:
            self.failed.emit(trouble)
        self.changed.emit()

    def _drop(self, wanted: WantedSave | None) -> None:
        if wanted is not None:
            self._queued.remove(wanted)


def _wanted(document: Document, settings: RestorationSettings, wish: _Wish) -> WantedSave | None:
    """The wish as it can be written down; None for a picture that is no file."""
    source = document.photo.source.path
    if source is None:
        return None
    path = "" if wish.path is None else str(wish.path.absolute())
    return WantedSave(
        photo=str(source.absolute()), settings=settings, path=path, overwrite=wish.overwrite
    )
