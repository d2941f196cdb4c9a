"""The photos of the library as a list that Qt shows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QImage, QPixmap

from app.session.library import Library, LibraryPhoto, PhotoState
from app.widgets.core_text import core_text

Index = QModelIndex | QPersistentModelIndex

MIME_TYPE = "application/x-heirloom-photos"
MAX_THUMBNAILS = 600
"""Kept in memory, some 50 kB each. None is written to the disk: it would outlive its photo."""

PHOTO_ROLE = Qt.ItemDataRole.UserRole
FRACTION_ROLE = Qt.ItemDataRole.UserRole + 1
OPEN_ROLE = Qt.ItemDataRole.UserRole + 2
MISSING_ROLE = Qt.ItemDataRole.UserRole + 3


class LibraryModel(QAbstractListModel):
    """Rows are photos.

    Args:
        library: The photos; tell the model when they change.
        parent: Owner.

    Signals:
        thumbnail_wanted: (id) a thumbnail is about to be seen for the first time.
    """

    thumbnail_wanted = Signal(str)

    def __init__(self, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._thumbnails: OrderedDict[str, QPixmap | None] = OrderedDict()
        self._answers: dict[int, Callable[[LibraryPhoto], object]] = {
            Qt.ItemDataRole.DisplayRole: lambda photo: photo.name,
            Qt.ItemDataRole.DecorationRole: lambda photo: self._thumbnail(photo.id),
            Qt.ItemDataRole.ToolTipRole: _tip,
            Qt.ItemDataRole.AccessibleTextRole: lambda p: f"{p.name}, {state_text(p)}",
            PHOTO_ROLE: lambda photo: photo,
            FRACTION_ROLE: self._fraction_of,
            OPEN_ROLE: lambda photo: photo.id == self._open_id,
            MISSING_ROLE: lambda photo: self._thumbnails.get(photo.id, photo) is None,
        }
        self._ids: list[str] = []
        self._fraction = 0.0
        self._open_id = ""
        self.refresh()

    # Changes

    def refresh(self, photo_id: str = "") -> None:
        """Show one photo again; all of them, and their order, where no id is given."""
        if photo_id:
            self._tell(photo_id)
            return
        ids = [photo.id for photo in self._library.photos]
        if ids == self._ids:
            if ids:
                self.dataChanged.emit(self.index(0, 0), self.index(len(ids) - 1, 0))
        elif ids[: len(self._ids)] == self._ids:
            self.beginInsertRows(QModelIndex(), len(self._ids), len(ids) - 1)
            self._ids = ids
            self.endInsertRows()
        elif sorted(ids) == sorted(self._ids):
            self._reorder(ids)
        else:
            self.beginResetModel()
            self._ids = ids
            self.endResetModel()

    def _reorder(self, ids: list[str]) -> None:
        """Take another order; what is selected stays selected."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        kept = [self._ids[index.row()] for index in before]
        self._ids = ids
        rows = {photo_id: row for row, photo_id in enumerate(ids)}
        self.changePersistentIndexList(before, [self.index(rows[one], 0) for one in kept])
        self.layoutChanged.emit()

    def show_fraction(self, photo_id: str, fraction: float) -> None:
        """Show how far the photo that is worked on is."""
        self._fraction = fraction
        self._tell(photo_id)

    def show_open(self, photo_id: str) -> None:
        """Mark the photo that is on the canvas; empty for none."""
        previous, self._open_id = self._open_id, photo_id
        self._tell(previous)
        self._tell(photo_id)

    def take_thumbnail(self, photo_id: str, pixels: npt.NDArray[np.uint8] | None) -> None:
        """Keep a thumbnail; None where the file cannot be shown."""
        self._thumbnails[photo_id] = None if pixels is None else _pixmap(pixels)
        self._thumbnails.move_to_end(photo_id)
        while len(self._thumbnails) > MAX_THUMBNAILS:
            self._thumbnails.popitem(last=False)
        self._tell(photo_id)

    def index_of(self, photo_id: str) -> QModelIndex:
        """The row of a photo; invalid where it is gone."""
        row = self._library.row(photo_id)
        if 0 <= row < len(self._ids) and self._ids[row] == photo_id:
            return self.index(row, 0)
        return QModelIndex()

    def photo_at(self, index: Index) -> LibraryPhoto | None:
        """The photo of a row, or None."""
        if not index.isValid() or index.row() >= len(self._ids):
            return None
        return self._library.photo(self._ids[index.row()])

    def _tell(self, photo_id: str) -> None:
        index = self.index_of(photo_id)
        if index.isValid():
            self.dataChanged.emit(index, index)

    # What Qt asks

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        """How many photos there are."""
        return 0 if parent is not None and parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What is shown of a photo."""
        photo = self.photo_at(index)
        answer = self._answers.get(role)
        return None if photo is None or answer is None else answer(photo)

    def _fraction_of(self, photo: LibraryPhoto) -> float:
        return self._fraction if photo.state is PhotoState.WORKING else 0.0

    def _thumbnail(self, photo_id: str) -> QPixmap | None:
        if photo_id in self._thumbnails:
            self._thumbnails.move_to_end(photo_id)
            return self._thumbnails[photo_id]
        self.thumbnail_wanted.emit(photo_id)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Photos can be dragged to another place in the list."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def mimeTypes(self) -> list[str]:  # noqa: N802
        """The kind of a dragged row."""
        return [MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:  # noqa: N802
        """The ids of dragged photos."""
        photos = [photo for index in indexes if (photo := self.photo_at(index))]
        data = QMimeData()
        data.setData(MIME_TYPE, "\n".join(photo.id for photo in photos).encode())
        return data


def state_text(photo: LibraryPhoto) -> str:
    """How far a photo is, in a few words."""
    translate = QCoreApplication.translate
    if photo.state is PhotoState.FAILED and photo.reason:
        return core_text(photo.reason)
    if photo.state is PhotoState.WARNING and photo.reason:
        return core_text(photo.reason.splitlines()[0])
    return {
        PhotoState.WAITING: translate("Library", "Waiting"),
        PhotoState.WORKING: translate("Library", "Restoring…"),
        PhotoState.DONE: translate("Library", "Done"),
        PhotoState.WARNING: translate("Library", "Done, with a note"),
        PhotoState.SKIPPED: translate("Library", "Left out: its result is there"),
        PhotoState.FAILED: translate("Library", "Failed"),
        PhotoState.CANCELLED: translate("Library", "Cancelled"),
    }[photo.state]


def _tip(photo: LibraryPhoto) -> str:
    translate = QCoreApplication.translate
    lines = [photo.path]
    if photo.reason:
        lines += [core_text(line) for line in photo.reason.splitlines()]
    if photo.remedy:
        lines.append(core_text(photo.remedy))
    if photo.output:
        lines.append(translate("Library", "Result: {path}").format(path=photo.output))
    if photo.own is not None:
        lines.append(translate("Library", "It has settings of its own."))
    return "\n".join(lines)


def _pixmap(pixels: npt.NDArray[np.uint8]) -> QPixmap:
    packed = np.ascontiguousarray(pixels)
    height, width = packed.shape[:2]
    image = QImage(packed.data, width, height, packed.strides[0], QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image)  # a copy: the array may go
