"""What can be done with the selected photos of the list, by menu, key and dragging."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence

from app.jobs.batch_work import BatchWork
from app.session.library import Library
from app.widgets.library_model import LibraryModel
from app.widgets.library_pane import LibraryPane


class ListOrders(QObject):
    """Carries out orders for the selected photos.

    Args:
        library: The photos.
        batch: Stops the one that is worked on.
        model: Tells which rows are which photos.
        pane: Holds the list; gets the actions.
        show_current: Shows the photo that the list is at.
    """

    def __init__(
        self,
        library: Library,
        batch: BatchWork,
        model: LibraryModel,
        pane: LibraryPane,
        show_current: Callable[[], object],
    ) -> None:
        super().__init__(batch)
        self._library = library
        self._batch = batch
        self._model = model
        self._view = pane.view
        self._view.moved.connect(self._on_moved)
        pane.add_list_actions(
            [
                self._make(self.tr("Show this photo"), (), show_current),
                self._make(self.tr("Move up"), ("Alt+Up",), partial(self.move, -1)),
                self._make(self.tr("Move down"), ("Alt+Down",), partial(self.move, 1)),
                self._make(self.tr("Next to be restored"), ("Alt+Home",), partial(self.move, 0)),
                self._make(self.tr("Cancel"), ("Backspace",), self.cancel_selected),
                self._make(self.tr("Restore again"), (), self.again_selected),
                self._make(self.tr("Take from the list"), ("Del",), self.remove_selected),
            ]
        )

    def _make(self, text: str, keys: Sequence[str], slot: Callable[[], object]) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(slot)
        return action

    def selected_ids(self) -> list[str]:
        """The selected photos in their order."""
        rows = sorted(index.row() for index in self._view.selectedIndexes())
        photos = [self._model.photo_at(self._model.index(row, 0)) for row in rows]
        return [photo.id for photo in photos if photo is not None]

    def move(self, step: int) -> None:
        """Move the selection by one place, or to the front of those that wait for 0."""
        ids = self.selected_ids()
        if not ids:
            return
        rows = [self._library.row(photo_id) for photo_id in ids]
        if step < 0:
            self._on_moved(ids, max(0, rows[0] - 1))
        elif step > 0:
            self._on_moved(ids, min(len(self._library), rows[-1] + 2))
        else:
            first = self._library.next_waiting()
            self._on_moved(ids, self._library.row(first.id) if first else 0)

    @Slot(list, int)
    def _on_moved(self, ids: list[str], row: int) -> None:
        self._library.move(ids, row)
        self._view.scrollTo(self._model.index_of(ids[0]))

    @Slot()
    def cancel_selected(self) -> None:
        """Leave out the selected photos; one that is worked on stops within a second."""
        for photo_id in self.selected_ids():
            self._batch.cancel(photo_id)

    @Slot()
    def again_selected(self) -> None:
        """Let the selected photos be restored again."""
        self._library.again(self.selected_ids())

    @Slot()
    def remove_selected(self) -> None:
        """Take the selected photos from the list; their files stay."""
        ids = self.selected_ids()
        if self._batch.photo_id in ids:
            self._batch.cancel(self._batch.photo_id)
        self._library.remove(ids)
