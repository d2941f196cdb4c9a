"""Fixed held-out faces as the training goes: damaged, before, yours, true."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.widgets.theme import current_colours

_TITLES_PX, _GAP_PX = 92, 4
_FRAME_PX = 2
_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """One preview picture, read.

    Attributes:
        step: When it was made.
        rows: What its rows show: of "input", "start", "yours", "target".
        faces: How many faces stand in a row.
        image: Rows of faces without gaps.
    """

    step: int
    rows: tuple[str, ...]
    faces: int
    image: QImage

    def pixels(self, row: int, face: int) -> npt.NDArray[np.uint8]:
        """One version of one face, S x S x 3 RGB."""
        side = self.image.height() // len(self.rows)
        part = self.image.copy(face * side, row * side, side, side)
        part.convertTo(QImage.Format.Format_RGB888)
        lines = np.frombuffer(part.constBits(), np.uint8).reshape(side, part.bytesPerLine())
        return lines[:, : 3 * side].reshape(side, side, 3).copy()  # the image goes now


def row_title(name: str) -> str:
    """What a row of a preview shows."""
    translate = QCoreApplication.translate
    titles = {
        "input": translate("PreviewGrid", "Damaged"),
        "start": translate("PreviewGrid", "Before training"),
        "yours": translate("PreviewGrid", "Yours"),
        "target": translate("PreviewGrid", "True photo"),
    }
    return titles.get(name, name)


def read_preview(path: Path) -> Preview:
    """Read a preview; runs in a worker thread."""
    try:
        layout = json.loads((path.parent / "layout.json").read_bytes())
        rows, faces = tuple(layout["rows"]), int(layout["faces"])
    except (OSError, ValueError, KeyError):
        rows, faces = ("input", "yours", "target"), 0
    image = QImage(str(path))
    side = image.height() / max(1, len(rows))
    return Preview(
        int(path.stem.removeprefix("step-")), rows, faces or round(image.width() / side), image
    )


class PreviewGrid(QWidget):
    """Draws a preview as large as fits, with a title before each row; a face can be opened.

    Signals:
        opened: (int) The user wants to see this face large.
    """

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preview: Preview | None = None
        self._face = 0
        self._hovered = -1
        self.setMouseTracking(True)
        self.setMinimumHeight(200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Previews of held-out faces"))
        self.setAccessibleDescription(
            self.tr("Left and right choose a face, Enter shows it large.")
        )
        self.setToolTip(
            self.tr(
                "Faces that are never trained on, so they show what the model has learned. A "
                "click shows one large."
            )
        )

    @property
    def preview(self) -> Preview | None:
        """What is shown."""
        return self._preview

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for four rows of six."""
        return QSize(640, 400)

    def show_preview(self, preview: Preview | None) -> None:
        """Show another."""
        self._preview = preview
        can_open = self._faces() > 0
        self._face = max(0, min(self._face, self._faces() - 1))
        self._hovered = self._hovered if can_open else -1
        policy = Qt.FocusPolicy.StrongFocus if can_open else Qt.FocusPolicy.NoFocus
        self.setFocusPolicy(policy)
        self.update()

    @property
    def face(self) -> int:
        """The face that Enter opens, from 0."""
        return self._face

    def _faces(self) -> int:
        """How many faces are shown; 0 without a preview."""
        preview = self._preview
        return 0 if preview is None or preview.image.isNull() else max(1, preview.faces)

    def _side(self) -> float:
        """Side of a face on the screen."""
        preview = self._preview
        if preview is None:
            return 0.0
        wide = (self.width() - _TITLES_PX) / max(1, self._faces())
        return min(wide, self.height() / len(preview.rows)) - _GAP_PX

    def column(self, face: int) -> QRectF:
        """Where all versions of a face lie."""
        preview, side = self._preview, self._side()
        rows = 0 if preview is None else len(preview.rows)
        left = _TITLES_PX + face * (side + _GAP_PX)
        return QRectF(left, 0, side, rows * (side + _GAP_PX) - _GAP_PX)

    def _face_at(self, point: QPointF) -> int:
        faces = range(self._faces())
        return next((face for face in faces if self.column(face).contains(point)), -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Show what a click opens."""
        self._hover(self._face_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Nothing is under the pointer any more."""
        self._hover(-1)
        super().leaveEvent(event)

    def _hover(self, face: int) -> None:
        if face != self._hovered:
            self._hovered = face
            shape = Qt.CursorShape.PointingHandCursor if face >= 0 else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Open the face."""
        face = self._face_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and face >= 0:
            self._face = face
            self.update()
            self.opened.emit(face)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Left, right, home and end choose a face, Enter opens it."""
        key, last = event.key(), self._faces() - 1
        forward = Qt.Key.Key_Left if self.isRightToLeft() else Qt.Key.Key_Right
        back = Qt.Key.Key_Right if self.isRightToLeft() else Qt.Key.Key_Left
        places = {
            forward: min(self._face + 1, last),
            back: max(self._face - 1, 0),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if last >= 0 and key in places:
            self._face = places[Qt.Key(key)]
            self.update()
        elif last >= 0 and key in _OPENING:
            self.opened.emit(self._face)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show which face Enter opens."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show it no more."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Rows of faces."""
        del event
        colours = current_colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        preview = self._preview
        if preview is None or preview.image.isNull():
            painter.setPen(QColor(colours.muted))
            words = self.tr("The first preview comes after the first measurement.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
            return
        side, source = self._side(), preview.image.height() / len(preview.rows)
        for row, name in enumerate(preview.rows):
            top = row * (side + _GAP_PX)
            painter.setPen(QColor(colours.text if name == "yours" else colours.muted))
            box = QRectF(0, top, _TITLES_PX - 8, side)
            painter.drawText(
                box,
                Qt.AlignmentFlag.AlignRight
                | Qt.AlignmentFlag.AlignVCenter
                | Qt.TextFlag.TextWordWrap,
                row_title(name),
            )
            for face in range(self._faces()):
                place = QRectF(_TITLES_PX + face * (side + _GAP_PX), top, side, side)
                part = QRectF(face * source, row * source, source, source)
                painter.drawImage(place, preview.image, part)
        framed = {self._hovered, self._face if self.hasFocus() else -1} - {-1}
        for face in framed:
            painter.setPen(QPen(QColor(colours.accent), _FRAME_PX))
            painter.drawRect(self.column(face))
