"""The library of a window: its list, the photo of it that is open, and whom settings are for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.dialogs.files import ask_open_folder
from app.jobs.batch_work import BatchWork
from app.jobs.library_open import stored_work
from app.jobs.library_work import LibraryWork
from app.jobs.photo_work import PhotoWork
from app.session.batch_journal import BatchJournal
from app.session.document import Document
from app.session.library import FINISHED, Library, LibraryPhoto, PhotoState
from app.session.preferences import Preferences
from app.session.services import SavedFile, Services
from app.session.troubles import Trouble
from app.widgets.library_model import LibraryModel
from app.windows.actions import Actions
from app.windows.intake import Intake
from app.windows.library_batch import HandedList, LibraryBatch
from app.windows.library_orders import ListOrders
from app.windows.library_search import LibrarySearch
from app.windows.parts import Parts
from app.windows.photo_export import PhotoExport
from app.windows.photo_histories import PhotoHistories
from app.windows.presenter import Presenter
from core.export import ExportSettings
from core.settings import RestorationSettings

WhenSaved = Callable[[Callable[[], object]], None]


class LibraryController(QObject):
    """Keeps the library, its pane and the open photo in step.

    Args:
        services: The engine and the files; its `library` must be there.
        work: Runs the jobs of the open photo.
        presenter: Shows the open photo.
        parts: The widgets.
        commands: Whose actions are connected.
        when_saved: Goes on once an unsaved result cannot be lost.
        window: Owner, and of its dialogs.

    Signals:
        export_edited: (ExportSettings) by the user.
    """

    export_edited = Signal(object)

    def __init__(
        self,
        services: Services,
        work: PhotoWork,
        presenter: Presenter,
        parts: Parts,
        commands: Actions,
        *,
        when_saved: WhenSaved,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        assert services.library is not None
        self._services = services
        self._files = services.library
        self._window = window
        self._commands = commands
        self._folder = ""
        self._seen_export = ExportSettings()
        self._work = work
        self._presenter = presenter
        self._pane = parts.library
        self._when_saved = when_saved
        self.library = Library(RestorationSettings(), self._on_library_changed)
        self.model = LibraryModel(self.library, self)
        self.journal = BatchJournal(self._files.journal_folder)
        self.chores = LibraryWork(self._files, self.journal, self)
        self.batch = BatchWork(work.queue, self._files, self.library, self.journal, self)
        self._pane.view.setModel(self.model)
        listed = self.library, self.batch, self.chores, self.model
        self.desk = LibraryBatch(*listed, parts, commands=commands)
        self.search = LibrarySearch(self.chores, self._pane, parts.banner)
        self.histories = PhotoHistories(self.library, work, presenter, self)
        self._export = PhotoExport(self._files, work, self.desk, parts.banner, self)
        self._document: Document | None = None
        self._known: RestorationSettings | None = None
        self._wanted_first = False
        self._goes_on = False
        self._is_list_taken_over = False
        self.orders = ListOrders(
            self.library, self.batch, self.model, self._pane, self._open_current
        )
        self._connect()
        self._on_document_changed()
        # After the window's first frame, and after a window that this one replaces has closed.
        QTimer.singleShot(0, self, self.look_back)

    def _connect(self) -> None:
        self._pane.view.clicked.connect(self._on_activated)
        self._pane.view.activated.connect(self._on_activated)
        self._pane.scope_chosen.connect(self._on_scope_chosen)
        self._pane.apply_asked.connect(self._on_apply_asked)
        self._pane.close_asked.connect(partial(self.show_pane, shown=False))
        self.model.thumbnail_wanted.connect(self._on_thumbnail_wanted)
        self.chores.thumbnail_made.connect(self.model.take_thumbnail)
        self.chores.found.connect(self._on_found)
        self.chores.search_ended.connect(self.desk.refresh)
        self.batch.photo_ended.connect(self._on_photo_ended)
        self.desk.resumed.connect(self._on_resumed)
        self.desk.export_edited.connect(self.export_edited)
        self._presenter.changed.connect(self._on_document_changed)
        self._work.saved.connect(self._on_saved)
        self._commands.open_folder.triggered.connect(self._on_open_folder_asked)
        self._commands.library.toggled.connect(self._on_library_toggled)
        self._commands.export.triggered.connect(self._export.ask)

    # Orders

    @property
    def is_in_use(self) -> bool:
        """True where there are photos in the list."""
        return bool(len(self.library))

    def add(self, paths: Sequence[Path]) -> None:
        """Add files and what is in folders; the pane opens, and the first photo where none is."""
        self._wanted_first = True
        self.show_pane(shown=True)
        self.search.begin(paths)
        self.desk.refresh()

    def show_pane(self, *, shown: bool) -> None:
        """Show or hide the pane."""
        self._pane.setVisible(shown)
        self._commands.library.setChecked(shown)

    def take(self, intake: Intake) -> bool:
        """Add what was dropped or chosen where that is for the list.

        Returns:
            False for a single photo while there is no list, and for a picture without a file.
        """
        paths = list(intake.many)
        if intake.path is not None and self.is_in_use and self._is_photo(intake.path):
            paths.append(intake.path)
        if paths:
            self.add([path.absolute() for path in paths])
        return bool(paths)

    def _is_photo(self, path: Path) -> bool:
        """True for what is called like a photo; projects and presets are not for the list."""
        return path.suffix.lower() in self._services.readable_suffixes()

    def take_preferences(self, preferences: Preferences) -> None:
        """Learn where results go, and where the folder dialog starts."""
        self._folder = preferences.last_folder
        if (
            preferences.export != self._seen_export
        ):  # not where a batch that was cut short has others
            self._seen_export = preferences.export
            self.desk.take_export(preferences.export)

    def refresh_icons(self) -> None:
        """Take the colours of the present theme."""
        self._pane.refresh_icons()

    def look_back(self) -> None:
        """Offer to go on with a batch that a crash has cut short."""
        if not self._is_list_taken_over and self.journal.may_hold_something():
            self.chores.look_back()

    def open_photo(self, photo_id: str) -> None:
        """Show a photo of the list, with its result where it has one."""
        document = self._work.document
        if document is not None and self._photo_of(document) is not None:
            # Its settings are kept in the list, so that nothing is lost by looking at another.
            self._open(photo_id)
        else:
            self._when_saved(partial(self._open, photo_id))

    # From window to window

    @property
    def is_searching(self) -> bool:
        """True while photos are looked for, which another window would know nothing of."""
        return self.chores.is_searching

    def lay_down(self, then: Callable[[], object]) -> None:
        """Stop the batch within a second so that another window can go on with it.

        Args:
            then: Called when nothing is worked on any more; the present photo waits again.
        """
        self._goes_on = self.batch.is_on
        is_working = bool(self.batch.photo_id)
        self.batch.close()
        if is_working:
            self.batch.photo_ended.connect(lambda _id: QTimer.singleShot(0, self, then))
        else:
            then()

    def hand_over(self) -> HandedList:
        """The list with all that is known of it; ask before this window closes."""
        return self.desk.hand_over(goes_on=self._goes_on, slot=self.journal.slot)

    def take_over(self, handed: HandedList) -> None:
        """Show the list of a window that has closed, and go on with its batch."""
        if not handed.queue.photos:
            return
        self._is_list_taken_over = True
        if handed.slot is not None:
            self.journal.adopt(handed.slot)
        self.desk.take_over(handed)
        self._commands.library.setChecked(handed.is_shown)

    def stop(self) -> None:
        """Stop the batch and leave what is left to the next start; before the work stops."""
        self.batch.close()

    def stop_chores(self) -> None:
        """End the other thread, with the queue written down; after the work has stopped."""
        self.chores.stop()

    @Slot()
    def _on_open_folder_asked(self) -> None:
        folder = ask_open_folder(self._window, self._folder)
        if folder is not None:
            self.add([folder])

    @Slot(bool)
    def _on_library_toggled(self, shown: bool) -> None:
        self.show_pane(shown=shown)

    # Opening

    def _open(self, photo_id: str) -> None:
        photo = self.library.photo(photo_id)
        if photo is None:
            return
        settings = self.library.settings_of(photo)
        self.histories.expect(photo)
        for kind in ("open", "stored"):
            self._work.cancel_kind(kind)
        if photo.state in FINISHED and photo.output:
            self._work.run_beside(
                "stored",
                self.tr("Opening"),
                stored_work(
                    self._services, self._files, Path(photo.path), Path(photo.output), settings
                ),
                partial(self._on_stored, photo),
                partial(self._on_stored_failed, photo),
            )
        else:
            self._work.open_path(Path(photo.path), settings)

    def _on_stored(self, photo: LibraryPhoto, document: object) -> None:
        if isinstance(document, Document):
            self._work.take_over(document)
            return
        if photo.state is not PhotoState.SKIPPED:
            # The file is another photo by now, which nobody has restored.
            self.library.again([photo.id])
        self._work.open_path(Path(photo.path), self.library.settings_of(photo))

    def _on_stored_failed(self, photo: LibraryPhoto, trouble: Trouble | None) -> None:
        if trouble is not None:  # the result is gone or damaged: show the photo alone
            self._work.open_path(Path(photo.path), self.library.settings_of(photo))

    def _photo_of(self, document: Document | None) -> LibraryPhoto | None:
        return None if document is None else self.library.of_path(document.photo.source.path)

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        photo = self.model.photo_at(index)
        open_now = self._photo_of(self._work.document)
        selected = len(self._pane.view.selectedIndexes())
        if photo is None or selected > 1 or (open_now is not None and open_now.id == photo.id):
            return
        self.open_photo(photo.id)

    @Slot()
    def _open_current(self) -> None:
        self._on_activated(self._pane.view.currentIndex())

    @Slot(object, list)
    def _on_found(self, _found: object, photos: list[LibraryPhoto]) -> None:
        added = self.library.add(photos)
        if added and self._wanted_first and self._work.document is None:
            self.open_photo(added[0].id)
        elif len(photos) == 1:
            known = self.library.of_path(Path(photos[0].path))
            if known is not None:
                self.open_photo(known.id)
        self._wanted_first = False

    @Slot()
    def _on_resumed(self) -> None:
        if self._work.document is None and len(self.library):
            first = self.library.next_waiting() or self.library.photos[0]
            self.open_photo(first.id)

    # Settings

    @Slot()
    def _on_document_changed(self) -> None:
        """The document, its settings or its state of saving may be others."""
        document = self._work.document
        photo = self._photo_of(document)
        self.batch.note_open_photo(is_open=document is not None)
        self._commands.export.setEnabled(document is not None and document.result is not None)
        self.model.show_open(photo.id if photo else "")
        self._pane.show_scope(None if photo is None else _scope(photo))
        if document is None or document is not self._document:
            self._document = document
            self._known = document.settings if document else None
            return
        if document.settings != self._known:
            self._known = document.settings
            if photo is not None:
                self.library.set_settings(
                    photo.id, document.settings, for_all=_scope(photo) == "all"
                )

    @Slot(str)
    def _on_scope_chosen(self, scope: str) -> None:
        document = self._work.document
        photo = self._photo_of(document)
        if document is None or photo is None:
            return
        if scope == "one":
            self.library.update(photo.id, own=document.settings)
        else:
            own = photo.own
            updated = self.library.update(photo.id, own=None, personal=own or photo.personal)
            if updated is not None:
                self._presenter.change(self.library.settings_of(updated), self.tr("All photos"))
        self._on_document_changed()

    @Slot()
    def _on_apply_asked(self) -> None:
        document = self._work.document
        if document is not None:
            self.library.apply_to_all(document.settings)
            self._on_document_changed()

    # The list

    @Slot(str)
    def _on_thumbnail_wanted(self, photo_id: str) -> None:
        photo = self.library.photo(photo_id)
        if photo is not None:
            self.chores.want_thumbnail(photo_id, Path(photo.path))

    def _on_library_changed(self, photo_id: str) -> None:
        self.model.refresh(photo_id)
        self.desk.on_library_changed()

    # The open photo

    @Slot(str)
    def _on_photo_ended(self, photo_id: str) -> None:
        """A photo of the batch is done: show its result if it is the open one without its own."""
        document = self._work.document
        photo = self._photo_of(document)
        if document is None or photo is None or photo.id != photo_id:
            return
        if photo.state not in FINISHED or not photo.output:
            return
        if document.result is not None:
            if photo.state is not PhotoState.SKIPPED:  # else it is some other file
                document.set_saved(self.batch.settings, Path(photo.output))
            self._presenter.refresh()
        else:
            self._open(photo_id)

    @Slot(object, object)
    def _on_saved(self, saved: SavedFile, document: Document) -> None:
        """A photo was saved by hand, open or left since: the batch need not do it again."""
        photo = self._photo_of(document)
        if photo is not None and photo.state is not PhotoState.WORKING:
            self.library.update(
                photo.id, state=PhotoState.DONE, output=str(saved.path), reason="", remedy=""
            )


def _scope(photo: LibraryPhoto) -> str:
    return "all" if photo.own is None else "one"
