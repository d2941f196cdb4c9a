"""The faces as a row of small pictures, before and after; only those in sight are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.widgets.face_words import FaceItem, face_title, state_text
from app.widgets.theme import Colours, current_colours, svg_pixmap

PICTURE_PX = 58
_MARGIN_PX = 6
_LINE_PX = 22
_TICK_PX = 16
CARD = QSize(2 * PICTURE_PX + 2 * _MARGIN_PX, PICTURE_PX + _LINE_PX + 2 * _MARGIN_PX)
_ITEM = int(Qt.ItemDataRole.UserRole)
_PICTURES = _ITEM + 1

Index = QModelIndex | QPersistentModelIndex


class FaceModel(QAbstractListModel):
    """The faces in the order in which they are shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[FaceItem] = []
        self._pictures: dict[int, tuple[QImage, QImage]] = {}

    @property
    def items(self) -> tuple[FaceItem, ...]:
        """All of them."""
        return tuple(self._items)

    def show(self, items: Sequence[FaceItem]) -> None:
        """Show these; where the faces are the same ones, what is chosen stays chosen."""
        same = [item.index for item in items] == [item.index for item in self._items]
        if not same:
            self.beginResetModel()
        old = {item.index: item for item in self._items}
        for item in items:
            was = old.get(item.index)
            if was is None or was.before is not item.before or was.after is not item.after:
                self._pictures.pop(item.index, None)
        self._items = list(items)
        if not same:
            self.endResetModel()
        elif items:
            self.dataChanged.emit(self.index(0), self.index(len(items) - 1))

    def row_of(self, number: int) -> int:
        """The row of the face with this number, or -1."""
        rows = (row for row, item in enumerate(self._items) if item.index == number)
        return next(rows, -1)

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        """How many faces there are."""
        return 0 if parent is not None and parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a role asks of a face."""
        if not index.isValid() or index.row() >= len(self._items):
            return None
        item = self._items[index.row()]
        asked: dict[int, Callable[[], Any]] = {
            _ITEM: lambda: item,
            _PICTURES: lambda: self._pictures_of(item),
            int(Qt.ItemDataRole.DisplayRole): lambda: (
                f"{face_title(item.index)}. {state_text(item)}"
            ),
            int(Qt.ItemDataRole.ToolTipRole): lambda: self._tip(item),
            int(Qt.ItemDataRole.CheckStateRole): lambda: _check_state(item),
        }
        answer = asked.get(int(role))
        return None if answer is None else answer()

    def _tip(self, item: FaceItem) -> str:
        text = f"{face_title(item.index)}: {state_text(item)}"
        if item.removed or item.skipped:
            return text
        if item.enabled:
            return text + "\n" + self.tr("Take the tick away to leave this face as it was.")
        return text + "\n" + self.tr("Tick it to restore this face.")

    def _pictures_of(self, item: FaceItem) -> tuple[QImage, QImage]:
        """Before and after, made when the face comes into sight."""
        if item.index not in self._pictures:
            after = item.before if item.after is None else item.after
            self._pictures[item.index] = (_image(item.before), _image(after))
        return self._pictures[item.index]


class FaceDelegate(QStyledItemDelegate):
    """Draws one face: before, after, tick, name and a sign where it needs a look.

    Signals:
        toggled: (number of the face) the tick was clicked
    """

    toggled = Signal(int)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """All are of one size."""
        del option, index
        return CARD

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a card."""
        item: FaceItem = index.data(_ITEM)
        colours = current_colours()
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        rect = QRectF(option.rect.topLeft(), CARD).adjusted(1.5, 1.5, -1.5, -1.5)
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(colours.accent), 1.6))
            painter.setBrush(QColor(colours.accent_soft))
            painter.drawRoundedRect(rect, 8, 8)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.control_hover))
            painter.drawRoundedRect(rect, 8, 8)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(colours.text), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), 7, 7)
        self._paint_pictures(painter, item, index.data(_PICTURES), option)
        self._paint_line(painter, item, option, colours)
        painter.restore()

    def _paint_pictures(
        self,
        painter: QPainter,
        item: FaceItem,
        pictures: tuple[QImage, QImage],
        option: QStyleOptionViewItem,
    ) -> None:
        place = QRectF(option.rect).topLeft()
        left = QRectF(place + QPointF(_MARGIN_PX, _MARGIN_PX), QSize(PICTURE_PX, PICTURE_PX))
        both = QRectF(left.topLeft(), QSize(2 * PICTURE_PX, PICTURE_PX))
        path = QPainterPath()
        path.addRoundedRect(both, 6, 6)
        painter.save()
        painter.setClipPath(path)
        painter.setOpacity(0.35 if item.removed else 1.0)
        painter.drawImage(left, pictures[0])
        painter.setOpacity(1.0 if item.is_on else 0.35)
        painter.drawImage(left.translated(PICTURE_PX, 0), pictures[1])
        painter.setOpacity(1.0)
        painter.setPen(QPen(QColor(255, 255, 255, 200), 1.5))
        painter.drawLine(both.center() - QPointF(0, PICTURE_PX), both.center() + QPointF(0, 60))
        painter.restore()

    def _paint_line(
        self, painter: QPainter, item: FaceItem, option: QStyleOptionViewItem, colours: Colours
    ) -> None:
        ratio = painter.device().devicePixelRatioF()
        tick = tick_rect(QRectF(option.rect))
        can_tick = not item.removed and not item.skipped
        if can_tick:
            painter.setPen(QPen(QColor(colours.accent if item.enabled else colours.muted), 1))
            painter.setBrush(QColor(colours.accent if item.enabled else colours.surface))
            painter.drawRoundedRect(tick, 4, 4)
            if item.enabled:
                mark = svg_pixmap("check", QSize(14, 14), colours.accent_text, ratio)
                painter.drawPixmap(tick.topLeft() + QPointF(1, 1), mark)
        text = tick.adjusted(_TICK_PX + 6 if can_tick else 2, -2, 0, 2)
        text.setRight(QRectF(option.rect).right() - _MARGIN_PX)
        if item.is_worrying:
            sign = svg_pixmap("warning", QSize(16, 16), colours.error, ratio)
            painter.drawPixmap(QPointF(text.right() - 16, tick.top()), sign)
            text.setRight(text.right() - 18)
        painter.setPen(QColor(colours.muted if item.removed else colours.text))
        font = option.font
        font.setStrikeOut(item.removed)
        painter.setFont(font)
        title = painter.fontMetrics().elidedText(
            face_title(item.index), Qt.TextElideMode.ElideRight, int(text.width())
        )
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)

    def editorEvent(  # noqa: N802
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """A click on the tick."""
        del model
        if event.type() != QEvent.Type.MouseButtonRelease or not isinstance(event, QMouseEvent):
            return False
        item: FaceItem = index.data(_ITEM)
        target = tick_rect(QRectF(option.rect)).adjusted(-6, -5, 5, 6)
        if item.removed or item.skipped or not target.contains(event.position()):
            return False
        self.toggled.emit(item.index)
        return True


class FaceList(QListView):
    """All faces of the photo, side by side.

    Signals:
        toggled: (number of the face) by its tick or the space key
        chosen: (number of the face) by the user
        removal_asked: (number of the face) by the delete key
        opened: (number of the face) by the enter key or a double click
    """

    toggled = Signal(int)
    chosen = Signal(int)
    removal_asked = Signal(int)
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("faceList")
        self._faces = FaceModel(self)
        delegate = FaceDelegate(self)
        delegate.toggled.connect(self.toggled)
        self.setModel(self._faces)
        self.setItemDelegate(delegate)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSpacing(0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(CARD.height() + 16)
        self.setMinimumWidth(CARD.width() + 4)
        self.setAccessibleName(self.tr("Faces of the photo"))
        self.setAccessibleDescription(
            self.tr("Arrow keys choose a face, space restores it or leaves it, delete takes it out")
        )
        self.setToolTip(self.tr("Every face before and after. Click one to change it."))
        self._quiet = False
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        self.doubleClicked.connect(self._on_double_clicked)

    @property
    def faces(self) -> FaceModel:
        """What is shown."""
        return self._faces

    @property
    def current(self) -> FaceItem | None:
        """The chosen face."""
        found: FaceItem | None = self.currentIndex().data(_ITEM)
        return found

    def show_faces(self, items: Sequence[FaceItem]) -> None:
        """Show other faces, or the same ones in another state; the chosen one stays chosen."""
        current = self.current
        self._quiet = True
        self._faces.show(items)
        # No wider than it needs to be, so that the controls are beside the faces.
        self.setMaximumWidth(max(1, len(items)) * CARD.width() + 4)
        self._quiet = False
        if current is not None:
            self.choose(current.index)

    def choose(self, number: int | None) -> None:
        """Choose a face without emitting anything, and bring it into sight."""
        self._quiet = True
        row = -1 if number is None else self._faces.row_of(number)
        if row < 0:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        else:
            self.setCurrentIndex(self._faces.index(row))
            self.scrollTo(self._faces.index(row))
        self._quiet = False

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, index: QModelIndex, _previous: QModelIndex) -> None:
        item: FaceItem | None = index.data(_ITEM)
        if item is not None and not self._quiet:
            self.chosen.emit(item.index)

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        item: FaceItem = index.data(_ITEM)
        self.opened.emit(item.index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Space ticks, delete takes out, enter goes on to the face's controls."""
        item = self.current
        key = event.key()
        if item is None:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Space:
            if not item.removed and not item.skipped:
                self.toggled.emit(item.index)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removal_asked.emit(item.index)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(item.index)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """The wheel moves the row to the side."""
        steps = event.angleDelta().y() or event.angleDelta().x()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - steps)
        event.accept()


def _check_state(item: FaceItem) -> Qt.CheckState | None:
    """For screen readers; the delegate draws its own tick."""
    if item.removed or item.skipped:
        return None
    return Qt.CheckState.Checked if item.enabled else Qt.CheckState.Unchecked


def tick_rect(card: QRectF) -> QRectF:
    """Where the tick box lies in a card."""
    top = card.top() + _MARGIN_PX + PICTURE_PX + (_LINE_PX - _TICK_PX) / 2 + 2
    return QRectF(card.left() + _MARGIN_PX, top, _TICK_PX, _TICK_PX)


def _image(pixels: npt.NDArray[np.uint8]) -> QImage:
    height, width = pixels.shape[:2]
    packed = np.ascontiguousarray(pixels)
    shared = QImage(packed.data, width, height, packed.strides[0], QImage.Format.Format_RGB888)
    return shared.copy()
