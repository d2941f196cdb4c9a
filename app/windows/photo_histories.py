"""Gives a photo of the list its steps back when it is opened again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from app.jobs.photo_work import PhotoWork
from app.jobs.works import Opened
from app.session.document import Document
from app.session.histories import Histories, LeftPhoto
from app.session.library import Library, LibraryPhoto
from app.windows.presenter import Presenter


class PhotoHistories(QObject):
    """Remembers the steps of each photo of the list that was open.

    Args:
        library: The list.
        work: Holds the document.
        presenter: Shows what changed.
        parent: Owner.
    """

    def __init__(
        self,
        library: Library,
        work: PhotoWork,
        presenter: Presenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._work = work
        self._presenter = presenter
        self._document: Document | None = None
        self._expected = ""
        self.kept = Histories()
        work.opened.connect(self._on_opened)
        presenter.changed.connect(self._on_changed)

    def expect(self, photo: LibraryPhoto) -> None:
        """Say which photo of the list is being opened; it gets its steps once it is there."""
        self._expected = photo.id

    @Slot()
    def _on_changed(self) -> None:
        """Another photo, or none: the steps of the one before are kept."""
        left, self._document = self._document, self._work.document
        if left is None or left is self._document:
            return
        photo = self._library.of_path(left.photo.source.path)
        if photo is not None:
            left.history.finish_merging()
            self.kept.keep(photo.id, LeftPhoto(left.history, photo.output, left.project_path))

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        self._on_changed()
        photo, document = self._library.photo(self._expected), self._work.document
        if photo is None or document is None or opened.photo.source.path != Path(photo.path):
            return  # the one that is expected may be on its way behind this one
        self._expected = ""
        left = self.kept.take(photo.id)
        if left is None:
            return
        if document.result is None or photo.output != left.output:
            # The list may have been given other settings since, or have made another result.
            left.history.push(document.settings, self.tr("Settings of the list"))
        document.history = left.history
        document.project_path = left.project
        self._presenter.show_settings()
