"""Saves the result of the open photo with name, folder, format and size chosen."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from app.jobs.photo_work import PhotoWork
from app.session.document import Document
from app.session.library_services import LibraryServices
from app.session.services import SavedFile
from app.widgets.banner import Banner
from app.windows.library_batch import LibraryBatch
from core.export import ExportSettings
from core.naming import NameFacts
from core.progress import Progress
from core.settings import RestorationSettings


class PhotoExport(QObject):
    """Asks how the result is to be saved, and saves it.

    Args:
        files: Write the result.
        work: Holds the document and runs the job.
        desk: Makes the dialog, with what was chosen the last time.
        banner: For short notes.
        parent: Owner.
    """

    def __init__(
        self,
        files: LibraryServices,
        work: PhotoWork,
        desk: LibraryBatch,
        banner: Banner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._files = files
        self._work = work
        self._desk = desk
        self._banner = banner

    @Slot()
    def ask(self) -> None:
        """Open the dialog; does nothing where there is no result yet."""
        document = self._work.document
        if document is None or document.result is None:
            return
        name = Path(document.name)
        facts = NameFacts(name.stem or self.tr("photo"), None, document.settings.faces.model)
        dialog = self._desk.make_dialog(facts, name.suffix or ".png", self.tr("Export"))
        dialog.chosen.connect(self._on_chosen)
        dialog.open()

    @Slot(object)
    def _on_chosen(self, export: ExportSettings) -> None:
        document = self._work.document
        if document is None or document.result is None:
            return
        result, settings = document.result, document.result_settings or document.settings

        def work(progress: Progress) -> SavedFile | None:
            return self._files.export(result, settings, export, progress)

        done = partial(self._on_exported, document, settings)
        self._work.run_beside("export", self.tr("Saving"), work, done)

    def _on_exported(
        self, document: Document, settings: RestorationSettings, saved: object
    ) -> None:
        if not isinstance(saved, SavedFile):
            self._banner.show_note(
                self.tr("Nothing was saved: a file of this name is there already."),
                self.tr("Choose another name, or that a number is added."),
            )
            return
        document.set_saved(settings, saved.path)
        self._work.saved.emit(saved, document)
