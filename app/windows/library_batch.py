"""The lower half of the library: start, pause, retry, export settings, progress, the journal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.dialogs.export_dialog import ExportDialog
from app.jobs.batch_work import BatchWork
from app.jobs.library_work import LibraryWork
from app.session.batch_journal import Queue
from app.session.library import FINISHED, RETRIED, Library, PhotoState
from app.widgets.library_model import LibraryModel
from app.windows.actions import Actions
from app.windows.parts import Parts
from core.export import ExportSettings
from core.naming import NameFacts

_SECONDS_SHOWN_EXACTLY = 90
_MINUTES_SHOWN_EXACTLY = 100


@dataclass(frozen=True, slots=True)
class HandedList:
    """A list that goes from one window to the one that takes its place.

    Attributes:
        queue: The photos, their settings and how results are written.
        goes_on: Its batch was on.
        slot: Which journal it is written down in; None for none.
        is_shown: Its pane is shown.
    """

    queue: Queue
    goes_on: bool
    slot: int | None
    is_shown: bool


class LibraryBatch(QObject):
    """Connects the batch and its journal with the pane.

    Args:
        library: The photos.
        batch: Works them off.
        chores: Writes the queue down.
        model: Shows how far the present photo is.
        parts: The widgets.
        commands: Whose actions for the whole list are connected.

    Signals:
        export_edited: (ExportSettings) by the user.
        resumed: The list of a batch that was cut short is shown.
    """

    export_edited = Signal(object)
    resumed = Signal()

    def __init__(
        self,
        library: Library,
        batch: BatchWork,
        chores: LibraryWork,
        model: LibraryModel,
        parts: Parts,
        *,
        commands: Actions,
    ) -> None:
        super().__init__(batch)
        self._commands = commands
        self._library = library
        self._batch = batch
        self._chores = chores
        self._model = model
        self._pane = parts.library
        self._banner = parts.banner
        self.export = ExportSettings()
        self.dialog: ExportDialog | None = None
        self._is_journalled = False
        self._left_s: float | None = None
        self._share = 0.0
        batch.changed.connect(self._on_batch_changed)
        batch.progressed.connect(self._on_progressed)
        batch.ended.connect(self._on_ended)
        chores.left_over.connect(self._on_left_over)
        chores.unwritable.connect(self._on_unwritable)
        commands.start_batch.triggered.connect(self.start_or_pause)
        self._pane.start_asked.connect(self.start_or_pause)
        self._pane.stop_asked.connect(self.cancel_all)
        self._pane.retry_asked.connect(self.retry)
        self._pane.export_asked.connect(self.ask_export)
        self._pane.resume_asked.connect(self._on_resume_asked)
        self._pane.discard_asked.connect(self._on_discard_asked)
        self.refresh()

    # Orders

    def take_export(self, export: ExportSettings) -> None:
        """Use these settings for results."""
        self.export = export
        self._batch.set_export(export)
        self._write_soon()
        self.refresh()

    @Slot()
    def start_or_pause(self) -> None:
        """Begin, go on, or pause."""
        if self._batch.is_on:
            self._batch.pause()
            return
        self._take_offer_away()
        if self._batch.start(self.export):
            self._is_journalled = True
            self._chores.write_at_once(self._snapshot)

    @Slot()
    def cancel_all(self) -> None:
        """Stop now and leave out what waits."""
        self._batch.cancel_all()

    @Slot()
    def retry(self) -> None:
        """Try those that failed or were cancelled again, at once."""
        if self._library.retry_failed() and not self._batch.is_on:
            self.start_or_pause()

    @Slot()
    def ask_export(self) -> None:
        """Choose how results are written."""
        photos = self._library.photos
        first = photos[0] if photos else None
        facts = NameFacts(Path(first.name).stem if first else self.tr("photo"))
        if first is not None:
            model = self._library.settings_of(first).faces.model
            facts = NameFacts(facts.name, None, model, max(1, first.number))
            self._chores.find_facts(first, self._library.settings_of(first))
        ending = Path(first.name).suffix if first else ".jpg"
        self.make_dialog(facts, ending or ".png", self.tr("Use these")).open()

    def make_dialog(self, facts: NameFacts, ending: str, accept_text: str) -> ExportDialog:
        """The export dialog; what is chosen in it is remembered."""
        self.dialog = dialog = ExportDialog(
            self.export, facts, ending, accept_text, self._pane.window()
        )
        self._chores.facts_found.connect(dialog.show_facts)
        dialog.chosen.connect(self._on_export_chosen)
        dialog.finished.connect(self._on_dialog_finished)
        return dialog

    def on_library_changed(self) -> None:
        """Photos came, went, moved or are in another state."""
        self._write_soon()
        self.refresh()

    # From window to window

    def hand_over(self, *, goes_on: bool, slot: int | None) -> HandedList:
        """The list as it is now, for another window; the batch does nothing any more."""
        return HandedList(
            self._whole_queue(),
            goes_on,
            slot if self._is_journalled and self._has_more() else None,
            self._pane.isVisible(),
        )

    def take_over(self, handed: HandedList) -> None:
        """Show the list of another window, and go on with its batch."""
        self._is_journalled = handed.slot is not None
        self._show_queue(handed.queue)
        self._pane.setVisible(handed.is_shown)
        if handed.goes_on:
            self.start_or_pause()
        self.refresh()

    def _show_queue(self, queue: Queue) -> None:
        self._library.common = queue.common
        self.export = queue.export
        self._batch.set_export(queue.export)
        self._library.add(queue.photos)

    def _whole_queue(self) -> Queue:
        return Queue(
            common=self._library.common, export=self.export, photos=tuple(self._library.photos)
        )

    # The journal

    def _snapshot(self) -> Queue | None:
        """The queue as it is now; None where nothing is left to do."""
        if not self._is_journalled or not self._has_more():
            return None
        return self._whole_queue()

    def _has_more(self) -> bool:
        return bool(self._library.count(PhotoState.WAITING, PhotoState.WORKING))

    def _write_soon(self) -> None:
        if self._is_journalled:
            self._chores.write_soon(self._snapshot)

    @Slot(object)
    def _on_left_over(self, queue: Queue) -> None:
        """Show a batch that was cut short, and offer to go on."""
        if len(self._library):
            return  # the user was quicker; it is offered at the next start
        self._is_journalled = True
        self._show_queue(queue)
        self._pane.show()
        self._pane.show_offer(
            self.tr("Heirloom ended before all photos were done: {left} of {all} are left.").format(
                left=self._library.count(PhotoState.WAITING), all=len(self._library)
            )
        )
        self.resumed.emit()
        self.refresh()

    @Slot()
    def _on_resume_asked(self) -> None:
        self.start_or_pause()

    @Slot()
    def _on_discard_asked(self) -> None:
        self._take_offer_away()
        self._library.clear()

    def _take_offer_away(self) -> None:
        self._pane.show_offer("")

    @Slot()
    def _on_unwritable(self) -> None:
        self._banner.show_note(
            self.tr("The list of photos cannot be written down."),
            self.tr("The photos are restored all the same, but not after a crash."),
        )

    # What is shown

    @Slot(float, float, str, object)
    def _on_progressed(
        self, share: float, fraction: float, _message: str, left_s: float | None
    ) -> None:
        self._share, self._left_s = share, left_s
        self._model.show_fraction(self._batch.photo_id, fraction)
        self._show_status()

    @Slot()
    def _on_ended(self) -> None:
        self._share, self._left_s = 0.0, None
        if self._is_journalled and not self._has_more():
            self._is_journalled = False
            self._chores.write_at_once(self._snapshot)
        self.refresh()

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    @Slot(object)
    def _on_export_chosen(self, export: ExportSettings) -> None:
        self.take_export(export)
        self.export_edited.emit(export)

    @Slot()
    def _on_batch_changed(self) -> None:
        view = self._pane.view
        if self._batch.photo_id and not (view.hasFocus() or view.underMouse()):
            view.scrollTo(self._model.index_of(self._batch.photo_id))
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Bring texts and buttons in line with the library and the batch."""
        count = len(self._library)
        self._pane.show_count(self.tr("%n photo(s)", "", count))
        waiting = self._library.count(PhotoState.WAITING)
        works = bool(self._batch.photo_id)
        self._pane.stop.setVisible(self._batch.is_on or works)
        retried = self._library.count(*RETRIED)
        self._pane.retry.setVisible(bool(retried) and not self._batch.is_on and not works)
        self._commands.start_batch.setEnabled(self._batch.is_on or bool(waiting))
        made = self._library.count(PhotoState.DONE, PhotoState.WARNING)
        self._commands.report_list.setEnabled(bool(made))
        self._show_start(waiting)
        self._show_target()
        self._show_status()

    def _show_start(self, waiting: int) -> None:
        done = self._library.count(*FINISHED)
        if self._batch.is_on:
            self._pane.show_start(
                self.tr("Pause"),
                self.tr("Finishes the present photo, then waits. Press again to go on."),
                possible=True,
            )
        elif self._batch.is_stopping:
            self._pane.show_start(
                self.tr("Go on"), self.tr("Does not pause after all"), possible=bool(waiting)
            )
        elif done and waiting:
            text = self.tr("Restore %n more", "", waiting)
            tip = self.tr("Restores those that wait. Finished ones are not done again.")
            self._pane.show_start(text, tip, possible=True)
        else:
            tip = self.tr("Restores all photos that wait, one after the other, and saves them")
            text = self.tr("Restore %n photo(s)", "", waiting)
            self._pane.show_start(text, tip, possible=bool(waiting))

    def _show_target(self) -> None:
        folder = self.export.folder
        where = self.tr("in “{name}”").format(name=Path(folder).name)
        if not folder:
            where = self.tr("beside each photo")
        self._pane.show_target(
            self.tr("Saves {where}").format(where=where), folder or self.export.name
        )

    def _show_status(self) -> None:
        done, failed = self._library.count(*FINISHED), self._library.count(PhotoState.FAILED)
        works = bool(self._batch.photo_id)
        parts = []
        if done or works or failed:
            parts.append(self.tr("{done} of {all} done").format(done=done, all=len(self._library)))
        if failed:
            parts.append(self.tr("{count} failed").format(count=failed))
        left = ""
        if self._batch.is_stopping:
            left = self.tr("Pausing after this photo")
        elif self._batch.waits_for_user:
            left = self.tr("Your open photo comes first")
        elif self._batch.waits_for_others:
            left = self.tr("Getting ready…")
        elif works and self._left_s is not None:
            left = self._left_words(self._left_s)
        elif self._library.count(PhotoState.WAITING) and done and not works:
            left = self.tr("Paused")
        is_shown = self._batch.is_on or works
        self._pane.show_status(", ".join(parts), left, self._share if is_shown else None)

    def _left_words(self, left_s: float) -> str:
        if left_s < _SECONDS_SHOWN_EXACTLY:
            return self.tr("about %n second(s) left", "", max(1, round(left_s)))
        if left_s < _MINUTES_SHOWN_EXACTLY * 60:
            return self.tr("about %n minute(s) left", "", round(left_s / 60))
        return self.tr("about %n hour(s) left", "", round(left_s / 3600))
