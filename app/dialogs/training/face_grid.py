"""Thumbnails of faces, any number; a click uses one or leaves it out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPixmapCache
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.dialogs.training.texts import reason_text
from app.session.training_values import CheckedFace
from app.widgets.theme import current_colours, icon

_CELL_PX, _PICTURE_PX = 104, 92
_ROOT = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class _Faces(QAbstractListModel):
    """Faces in the order in which they are shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.faces: tuple[CheckedFace, ...] = ()

    def set_faces(self, faces: Sequence[CheckedFace]) -> None:
        self.beginResetModel()
        self.faces = tuple(faces)
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self.faces)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        face = self.faces[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(face)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{Path(face.photo).name}, {self._state(face)}"
        return None

    def _state(self, face: CheckedFace) -> str:
        if face.reason:
            return reason_text(face.reason)
        return self.tr("held out to measure with") if face.held_out else self.tr("used")

    def _tip(self, face: CheckedFace) -> str:
        if not face.can_change:
            hint = ""
        elif face.reason:
            hint = "\n" + self.tr("Click to use it anyway")
        else:
            hint = "\n" + self.tr("Click to leave it out")
        return f"{face.photo}\n{self._state(face)}{hint}"


class _Painter(QStyledItemDelegate):
    """Draws a thumbnail with a mark that says what a click does."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        del option, index
        return QSize(_CELL_PX, _CELL_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, _Faces):
            return
        face, colours = model.faces[index.row()], current_colours()
        cell: QRect = option.rect
        state: QStyle.StateFlag = option.state
        frame = QRect(0, 0, _PICTURE_PX, _PICTURE_PX)
        frame.moveCenter(cell.center())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        picture = _picture(face.thumbnail)
        painter.fillRect(frame, QColor(colours.control))
        if picture is not None:
            shown = picture.rect()
            shown.setSize(shown.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio))
            shown.moveCenter(frame.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(shown, picture)
        else:
            icon("warning").paint(painter, frame.adjusted(30, 30, -30, -30))
        hovered = bool(state & QStyle.StateFlag.State_MouseOver) and face.can_change
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        if hovered or focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 3))
            painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), 4, 4)
        if hovered:
            self._paint_mark(painter, frame, face)
        elif face.held_out:
            self._paint_badge(painter, frame, self.tr("held out"))
        painter.restore()

    def _paint_mark(self, painter: QPainter, frame: QRect, face: CheckedFace) -> None:
        words = self.tr("Use it") if face.reason else self.tr("Leave out")
        self._paint_badge(painter, frame, words, strong=True)

    def _paint_badge(
        self, painter: QPainter, frame: QRect, words: str, *, strong: bool = False
    ) -> None:
        colours = current_colours()
        badge = QRect(frame.left(), frame.bottom() - 19, frame.width(), 20)
        back = QColor(colours.accent if strong else colours.surface)
        back.setAlpha(235)
        painter.fillRect(badge, back)
        painter.setPen(QColor(colours.accent_text if strong else colours.text))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)


class FaceGrid(QListView):
    """A grid of faces.

    Signals:
        chosen: (CheckedFace) the user wants to change what becomes of it.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._faces = _Faces(self)
        self.setModel(self._faces)
        self.setItemDelegate(_Painter(self))
        self.setObjectName("trainingFaces")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(self.tr("Faces"))
        self.setToolTip(self.tr("A click uses a face or leaves it out"))
        self.clicked.connect(self._on_chosen)
        self.activated.connect(self._on_chosen)

    @property
    def faces(self) -> tuple[CheckedFace, ...]:
        """What is shown."""
        return self._faces.faces

    def show_faces(self, faces: Sequence[CheckedFace]) -> None:
        """Show others; the place in a long list is kept."""
        place = self.verticalScrollBar().value()
        self._faces.set_faces(faces)
        self.verticalScrollBar().setValue(place)

    @Slot(QModelIndex)
    def _on_chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            face = self._faces.faces[index.row()]
            if face.can_change:
                self.chosen.emit(face)


def _picture(path: Path | None) -> QPixmap | None:
    if path is None:
        return None
    try:
        key = f"training:{path}:{path.stat().st_mtime_ns}"
    except OSError:
        return None
    found = QPixmap()
    if QPixmapCache.find(key, found):
        return found
    found = QPixmap(str(path))
    if found.isNull():
        return None
    QPixmapCache.insert(key, found)
    return found
