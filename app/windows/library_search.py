"""The search for photos behind what was dropped or chosen: how it goes, stopping it, its end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.jobs.library_work import LibraryWork
from app.session.library import LibraryPhoto
from app.session.troubles import Trouble
from app.widgets.banner import Banner
from app.widgets.core_text import core_text
from app.widgets.library_pane import LibraryPane

if TYPE_CHECKING:
    from core.outputs import FoundPhotos

PATIENCE_MS = 400
"""A search that ends sooner is not spoken of."""

_MAX_NAMED = 3


class LibrarySearch(QObject):
    """Says how a search goes, lets the user stop it, and says what could not be added.

    Args:
        chores: Searches.
        pane: Shows how it goes.
        banner: For what is to be said at the end.
    """

    def __init__(self, chores: LibraryWork, pane: LibraryPane, banner: Banner) -> None:
        super().__init__(chores)
        self._chores = chores
        self._pane = pane
        self._banner = banner
        self._said = ""
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._show)
        pane.stop_search_asked.connect(self.stop)
        chores.searched.connect(self._on_searched)
        chores.search_ended.connect(self._on_ended)
        chores.search_failed.connect(self._on_failed)
        chores.found.connect(self._on_found)

    def begin(self, paths: Sequence[Path]) -> None:
        """Look for the photos behind files and folders, after any search that still runs."""
        self._patience.start()
        self._chores.search(paths)

    @Slot()
    def stop(self) -> None:
        """Search no more; what was found so far is not added."""
        if self._chores.cancel_search():
            self._banner.show_note(
                self.tr("The search was stopped."), self.tr("No photo was added to the list.")
            )

    @Slot()
    def _show(self) -> None:
        if self._chores.is_searching:
            self._pane.show_search(self._said or self.tr("Looking for photos…"))

    @Slot(str)
    def _on_searched(self, message: str) -> None:
        self._said = core_text(message)
        if not self._patience.isActive():
            self._show()

    @Slot()
    def _on_ended(self) -> None:
        self._patience.stop()
        self._said = ""
        self._pane.show_search("")

    @Slot(object)
    def _on_failed(self, trouble: Trouble) -> None:
        self._banner.show_trouble(trouble)

    @Slot(object, list)
    def _on_found(self, found: FoundPhotos, _photos: list[LibraryPhoto]) -> None:
        problems = [core_text(problem.error.summary) for problem in found.problems]
        unread = [core_text(sentence) for sentence in found.left_out]
        if problems or unread:
            said = (*self._named(problems), *unread, *self._results_left_out(found))
            self._banner.show_note(self.tr("Some files were left out."), " ".join(said))
        elif found.results:
            title = (
                self.tr("Earlier results were not added.")
                if found.photos
                else self.tr("There are only earlier results of Heirloom here.")
            )
            self._banner.show_note(title, " ".join(self._results_left_out(found)))
        elif not found.photos:
            self._banner.show_note(
                self.tr("There is no photo in this folder."),
                self.tr("Heirloom also looked into the folders inside it."),
            )

    def _named(self, problems: Sequence[str]) -> tuple[str, ...]:
        """The first problems, and how many more there are."""
        named, more = tuple(problems[:_MAX_NAMED]), len(problems) - _MAX_NAMED
        return (*named, self.tr("And {count} more.").format(count=more)) if more > 0 else named

    def _results_left_out(self, found: FoundPhotos) -> tuple[str, ...]:
        """How many files were made by Heirloom itself; empty for none."""
        count = len(found.results)
        return (self.tr("%n earlier result(s) of Heirloom left out.", "", count),) if count else ()
