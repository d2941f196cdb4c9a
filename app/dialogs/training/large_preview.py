"""One held-out face in all its versions, large; zoom and pan are in step."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.dialogs.training.preview_grid import Preview, row_title
from app.session.pyramid import Pyramid
from app.views.layer import Layer
from app.views.result_grid import ResultGrid, ResultPane

_SIZE = (960, 720)


class LargePreview(QDialog):
    """Shows a face of a preview, and leads to the others.

    Args:
        preview: The picture with all faces.
        face: Which of them, from 0.
        parent: Owner.
    """

    def __init__(self, preview: Preview, face: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("largePreview")
        self.setWindowTitle(self.tr("Preview at step {step}").format(step=preview.step))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(*_SIZE)
        self._preview = preview
        self._face = face
        self.grid = _Versions()
        self.place = QLabel()
        self.earlier_button = QPushButton(self.tr("Face before"))
        self.earlier_button.setToolTip(self.tr("Shows the face to the left (Page up)"))
        self.next_button = QPushButton(self.tr("Next face"))
        self.next_button.setToolTip(self.tr("Shows the face to the right (Page down)"))
        self.close_button = QPushButton(self.tr("Close"))
        self.close_button.setToolTip(self.tr("Goes back to the training (Esc)"))
        self._lay_out()
        self.earlier_button.clicked.connect(self._on_earlier)
        self.next_button.clicked.connect(self._on_next)
        self.close_button.clicked.connect(self.accept)
        self.grid.left.connect(self.accept)
        self._show()
        self.grid.setFocus()

    def _lay_out(self) -> None:
        hint = QLabel(self.tr("The wheel zooms, dragging moves; a double click shows all pixels."))
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 12)
        row.setSpacing(10)
        row.addWidget(self.place)
        row.addWidget(hint, 1)
        for button in (self.earlier_button, self.next_button, self.close_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.grid, 1)
        layout.addLayout(row)

    @property
    def face(self) -> int:
        """Which face is shown, from 0."""
        return self._face

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Page up and page down lead to the other faces."""
        if event.key() == Qt.Key.Key_PageUp:
            self._on_earlier()
        elif event.key() == Qt.Key.Key_PageDown:
            self._on_next()
        else:
            super().keyPressEvent(event)

    def _show(self) -> None:
        preview, face = self._preview, self._face
        layers = [Layer(Pyramid(preview.pixels(row, face), ())) for row in range(len(preview.rows))]
        panes = [
            ResultPane(row_title(name), layer=layer)
            for name, layer in zip(preview.rows, layers, strict=True)
        ]
        self.grid.show_panes(panes, layers[0], layers[0].size)
        number = self.locale().toString
        self.place.setText(
            self.tr("Face {number} of {count}").format(
                number=number(face + 1), count=number(preview.faces)
            )
        )
        self.earlier_button.setEnabled(face > 0)
        self.next_button.setEnabled(face + 1 < preview.faces)

    @Slot()
    def _on_earlier(self) -> None:
        self._go_to(self._face - 1)

    @Slot()
    def _on_next(self) -> None:
        self._go_to(self._face + 1)

    def _go_to(self, face: int) -> None:
        if 0 <= face < self._preview.faces:
            view = self.grid.viewport
            self._face = face
            self._show()
            self.grid.show_viewport(view)  # to compare the same part of several faces


class _Versions(ResultGrid):
    """The versions of a face; none of them is to be chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Versions of a face side by side"))
        self.setAccessibleDescription(
            self.tr("Arrow keys move all of them together, plus and minus zoom, Escape goes back.")
        )

    def choose(self, pane: int, face: int = -1) -> None:
        """Nothing is chosen here."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Plus and minus zoom, as the menu does for photos."""
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom_out()
        else:
            super().keyPressEvent(event)
