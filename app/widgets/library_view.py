"""The list of the library: thumbnail, name and state of each photo; dragged to another place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFont,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.session.library import LibraryPhoto, PhotoState
from app.widgets.library_model import (
    FRACTION_ROLE,
    MIME_TYPE,
    MISSING_ROLE,
    OPEN_ROLE,
    PHOTO_ROLE,
    state_text,
)
from app.widgets.line_break import line_height_px, wrapped
from app.widgets.theme import Colours, current_colours, svg_pixmap

ROW_PX = 66
_PICTURE_PX = 54
_MARGIN_PX = 6
_ICON_PX = 16
_BAR_PX = 3
_GAP_PX = 3
_ICON_GAP_PX = 6
_HINT_INSET_PX = 16
_LINES = 2
"""Room for what is said of a photo."""

_ICONS = {
    PhotoState.WAITING: ("state-waiting", "muted"),
    PhotoState.WORKING: ("state-working", "accent"),
    PhotoState.DONE: ("state-done", "accent"),
    PhotoState.WARNING: ("warning", "text"),
    PhotoState.SKIPPED: ("state-skipped", "muted"),
    PhotoState.FAILED: ("state-failed", "error"),
    PhotoState.CANCELLED: ("state-cancelled", "muted"),
}


class PhotoDelegate(QStyledItemDelegate):
    """Draws one photo of the library."""

    def sizeHint(  # noqa: N802
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """All rows are alike, so that long lists are quick."""
        return QSize(120, ROW_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Thumbnail, name, state."""
        photo: LibraryPhoto | None = index.data(PHOTO_ROLE)
        if photo is None:
            return
        colours = current_colours()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        _paint_ground(painter, rect, state, colours)
        picture = QRect(rect.left() + 10, rect.top() + _MARGIN_PX, _PICTURE_PX, _PICTURE_PX)
        _paint_picture(painter, picture, index, colours)
        is_open = bool(index.data(OPEN_ROLE))
        if is_open:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRoundedRect(QRectF(picture).adjusted(-2, -2, 2, 2), 7, 7)
        texts = rect.adjusted(10 + _PICTURE_PX + 12, 0, -10, -8)
        self._paint_texts(painter, texts, photo, option, colours, is_open=is_open)
        fraction = float(index.data(FRACTION_ROLE) or 0.0)
        if photo.state is PhotoState.WORKING:
            _paint_bar(painter, texts, fraction, colours)
        painter.restore()

    def _paint_texts(
        self,
        painter: QPainter,
        area: QRect,
        photo: LibraryPhoto,
        option: QStyleOptionViewItem,
        colours: Colours,
        *,
        is_open: bool,
    ) -> None:
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold if is_open else QFont.Weight.Normal)
        painter.setFont(font)
        # A name may hold a line break, and there is room for one line.
        title = " ".join(photo.name.split())
        name_px = line_height_px(font, (title,))
        font.setWeight(QFont.Weight.Normal)
        lines = wrapped(state_text(photo), font, area.width() - _ICON_PX - _ICON_GAP_PX, _LINES)
        line_px = line_height_px(font, lines)
        height_px = name_px + line_px * len(lines) + _GAP_PX
        top_px = area.top() + (ROW_PX - height_px) // 2
        name = QRect(area.left(), top_px, area.width(), name_px)
        painter.setPen(QColor(colours.text))
        if photo.own is not None:
            mark = _icon("own-settings", colours.muted, painter.device().devicePixelRatioF())
            painter.drawPixmap(name.right() - _ICON_PX, name.top() + 1, mark)
            name.setRight(name.right() - _ICON_PX - 6)
        text = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, name.width())
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.setFont(font)
        words = QRect(area.left(), name.bottom() + _GAP_PX, area.width(), line_px)
        _paint_state(painter, words, photo.state, lines, colours)


def _paint_state(
    painter: QPainter, area: QRect, state: PhotoState, lines: Sequence[str], colours: Colours
) -> None:
    """An icon and some lines of words beside it; `area` is that of the first line."""
    name, colour_name = _ICONS[state]
    ratio = painter.device().devicePixelRatioF()
    top_px = area.top() + (area.height() - _ICON_PX) // 2 + 1
    painter.drawPixmap(area.left(), top_px, _icon(name, getattr(colours, colour_name), ratio))
    painter.setPen(QColor(colours.error if colour_name == "error" else colours.muted))
    words = area.adjusted(_ICON_PX + _ICON_GAP_PX, 0, 0, 0)
    for line in lines:
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, line)
        words.translate(0, area.height())


def _paint_ground(
    painter: QPainter, rect: QRect, state: QStyle.StateFlag, colours: Colours
) -> None:
    ground = QRectF(rect).adjusted(4, 2, -4, -2)
    painter.setPen(Qt.PenStyle.NoPen)
    if state & QStyle.StateFlag.State_Selected:
        painter.setBrush(QColor(colours.accent_soft))
        painter.drawRoundedRect(ground, 8, 8)
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.setBrush(QColor(colours.control_hover))
        painter.drawRoundedRect(ground, 8, 8)
    if state & QStyle.StateFlag.State_HasFocus:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.accent), 1))
        painter.drawRoundedRect(ground.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


def _paint_picture(
    painter: QPainter,
    box: QRect,
    index: QModelIndex | QPersistentModelIndex,
    colours: Colours,
) -> None:
    """The thumbnail, cut to a square; a plain page where there is none."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(box), 6, 6)
    painter.save()
    painter.setClipPath(path)
    picture = index.data(Qt.ItemDataRole.DecorationRole)
    if isinstance(picture, QPixmap):
        side = min(picture.width(), picture.height())
        source = QRect((picture.width() - side) // 2, (picture.height() - side) // 2, side, side)
        painter.drawPixmap(box, picture, source)
    else:
        painter.fillRect(box, QColor(colours.control))
        name = "state-failed" if index.data(MISSING_ROLE) else "library"
        mark = _icon(name, colours.muted, painter.device().devicePixelRatioF())
        half = _ICON_PX // 2
        painter.drawPixmap(box.center().x() - half + 1, box.center().y() - half + 1, mark)
    painter.restore()


def _paint_bar(painter: QPainter, area: QRect, fraction: float, colours: Colours) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    bar = QRectF(area.left(), area.bottom() - _BAR_PX + 1, area.width(), _BAR_PX)
    painter.setBrush(QColor(colours.groove))
    painter.drawRoundedRect(bar, 1.5, 1.5)
    painter.setBrush(QColor(colours.accent))
    painter.drawRoundedRect(
        QRectF(bar.left(), bar.top(), bar.width() * min(1.0, fraction), bar.height()), 1.5, 1.5
    )


@cache
def _icon(name: str, colour: str, ratio: float) -> QPixmap:
    return svg_pixmap(name, QSize(_ICON_PX, _ICON_PX), colour, ratio)


class LibraryView(QTableView):
    """The list itself: a table of one column, which stays quick with thousands of rows.

    Signals:
        moved: (ids, row before which they shall be)
    """

    moved = Signal(list, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("libraryView")
        self.setItemDelegate(PhotoDelegate(self))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setAccessibleName(self.tr("Photos"))
        self.setToolTip(self.tr("Click a photo to see it; drag it to change the order"))
        self._drop_row = -1

    def drop_row(self, y: float) -> int:
        """The row before which something that is let go at this height shall be."""
        index = self.indexAt(QRect(self.viewport().width() // 2, round(y), 1, 1).topLeft())
        if not index.isValid():
            return self.model().rowCount() if y > 0 else 0
        rect = self.visualRect(index)
        return index.row() + (1 if y > rect.center().y() else 0)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Rows of this list are taken here; files are the window's."""
        self._consider(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802
        """Show where the row would go."""
        super().dragMoveEvent(event)  # scrolls near the edges
        self._consider(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        """Forget the place."""
        self._drop_row = -1
        self.viewport().update()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Tell what was moved where. Nothing is moved here: the library does that."""
        self._drop_row = -1
        self.viewport().update()
        if not event.mimeData().hasFormat(MIME_TYPE):
            event.ignore()
            return
        ids = bytes(event.mimeData().data(MIME_TYPE).data()).decode().splitlines()
        row = self.drop_row(event.position().y())
        # With "move", Qt would ask the model to remove the rows that were dragged.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.moved.emit(ids, row)

    def _consider(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(MIME_TYPE):
            self._drop_row = self.drop_row(event.position().y())
            self.viewport().update()
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()
        else:
            event.ignore()

    def _paint_hint(self) -> None:
        """What an empty list is for."""
        painter = QPainter(self.viewport())
        painter.setPen(QColor(current_colours().muted))
        place = self.viewport().rect().adjusted(_HINT_INSET_PX, 0, -_HINT_INSET_PX, 0)
        words = self.tr("Drop photos or a folder here to restore them together.")
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(place, flags, words)
        painter.end()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """The rows, and a line where a dragged one would go."""
        super().paintEvent(event)
        rows = self.model().rowCount() if self.model() is not None else 0
        if not rows:
            self._paint_hint()
        if self._drop_row < 0:
            return
        if self._drop_row < rows:
            y = self.visualRect(self.model().index(self._drop_row, 0)).top()
        else:
            y = self.visualRect(self.model().index(rows - 1, 0)).bottom()
        painter = QPainter(self.viewport())
        painter.setPen(QPen(QColor(current_colours().accent), 2))
        painter.drawLine(8, y, self.viewport().width() - 8, y)
        painter.end()
