"""Fixed held-out faces as the training goes: damaged, before, yours, true."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.widgets.theme import current_colours

_TITLES_PX, _GAP_PX = 92, 4


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
    """Draws a preview as large as fits, with a title before each row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preview: Preview | None = None
        self.setMinimumHeight(200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Previews of held-out faces"))
        self.setToolTip(
            self.tr("Faces that are never trained on, so they show what the model has learned")
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
        rows, faces = len(preview.rows), max(1, preview.faces)
        wide = (self.width() - _TITLES_PX) / faces
        side = min(wide, self.height() / rows) - _GAP_PX
        source = preview.image.height() / rows
        for row, name in enumerate(preview.rows):
            top = row * (side + _GAP_PX)
            painter.setPen(QColor(colours.text if name == "yours" else colours.muted))
            box = QRectF(0, top, _TITLES_PX - 8, side)
            painter.drawText(
                box,
                Qt.AlignmentFlag.AlignRight
                | Qt.AlignmentFlag.AlignVCenter
                | Qt.TextFlag.TextWordWrap,
                self._title(name),
            )
            for face in range(faces):
                place = QRectF(_TITLES_PX + face * (side + _GAP_PX), top, side, side)
                part = QRectF(face * source, row * source, source, source)
                painter.drawImage(place, preview.image, part)

    def _title(self, name: str) -> str:
        titles = {
            "input": self.tr("Damaged"),
            "start": self.tr("Before training"),
            "yours": self.tr("Yours"),
            "target": self.tr("True photo"),
        }
        return titles.get(name, name)
