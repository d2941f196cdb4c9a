"""All faces of the photo below it: small pictures, and the controls of the chosen one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.session.services import ModelOption
from app.widgets.elided_label import ElidedLabel
from app.widgets.face_detail import FLAT_INSET_PX, FaceDetail
from app.widgets.face_list import FaceList
from app.widgets.face_words import FaceItem, summary_text

_NARROW_PX = 480


class FaceStrip(QFrame):
    """The faces of the open photo.

    What the user does to single faces is told by the signals of `list` and `detail`.

    Signals:
        add_asked: The user misses a face.
        done_asked: The user is done with the tool on the photo.
    """

    add_asked = Signal()
    done_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("faceStrip")
        self.list = FaceList()
        self.detail = FaceDetail()
        self._title = QLabel()
        self._title.setProperty("role", "heading")
        self._summary = ElidedLabel("muted", cut=Qt.TextElideMode.ElideRight)
        self.add = QPushButton(self.tr("Add a face"))
        self.add.setProperty("flat", "true")
        self.add.setToolTip(self.tr("Lets you draw a box around a face that was not found"))
        self.add.clicked.connect(self.add_asked)
        self.done = QPushButton(self.tr("Done"))
        self.done.setProperty("flat", "true")
        self.done.setToolTip(self.tr("Ends what you are doing on the photo"))
        self.done.clicked.connect(self.done_asked)
        self.done.hide()
        self._hint = ""
        self.list.chosen.connect(self._on_chosen)
        self.list.opened.connect(self._on_opened)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._title)
        head.addWidget(self._summary, 1)
        head.addWidget(self.add)
        head.addWidget(self.done)
        self._body = QWidget()
        body = QHBoxLayout(self._body)
        body.setContentsMargins(0, 0, FLAT_INSET_PX, 0)
        body.setSpacing(18 - FLAT_INSET_PX)
        body.addWidget(self.list, 1)
        body.addWidget(self.detail)
        body.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 4, 16 - FLAT_INSET_PX, 4)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self._body)

    @property
    def items(self) -> tuple[FaceItem, ...]:
        """The faces from left to right."""
        return self.list.faces.items

    @property
    def chosen(self) -> FaceItem | None:
        """The face that the controls belong to."""
        return self.list.current

    def show_faces(self, items: Sequence[FaceItem]) -> None:
        """Show other faces, or the same ones in another state; whoever owns the strip shows it."""
        was = self.items
        self.list.show_faces(items)
        if self.chosen is None and items and not was:
            self.list.choose(items[0].index)  # so that the controls are in sight at once
        self._body.setVisible(bool(items))
        self.detail.show_face(self.chosen)
        self._show_words()

    def clear(self) -> None:
        """Show nothing: no photo, or its faces are not known yet."""
        self.list.show_faces(())
        self.detail.show_face(None)
        self.hide()

    def choose(self, number: int | None) -> None:
        """Choose a face without emitting anything."""
        self.list.choose(number)
        self.detail.show_face(self.chosen)

    def set_models(self, models: Sequence[ModelOption]) -> None:
        """Offer these models for single faces."""
        self.detail.set_models(models)

    def set_studio(self, *, is_studio: bool) -> None:
        """Show every control, or the simple ones."""
        self.detail.set_studio(is_studio=is_studio)

    def show_hint(self, text: str) -> None:
        """Say how the tool on the photo is used; an empty text when it ended."""
        self._hint = text
        self.done.setVisible(bool(text))
        self.add.setVisible(not text)
        self._show_words()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Leave out what a narrow window has no room for."""
        super().resizeEvent(event)
        self.detail.set_narrow(is_narrow=self.width() < _NARROW_PX)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Draw signs in the colours of the new theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.detail.refresh_icons()
            self.list.viewport().update()
        super().changeEvent(event)

    def _show_words(self) -> None:
        real = [item for item in self.items if not item.removed]
        if real:
            self._title.setText(self.tr("%n face(s)", "", len(real)))
        else:
            self._title.setText(self.tr("No face"))
        text = self._hint or summary_text(real)
        self._summary.show_text(text)
        self._summary.setToolTip(text)

    @Slot(int)
    def _on_chosen(self, number: int) -> None:
        del number
        self.detail.show_face(self.chosen)

    @Slot(int)
    def _on_opened(self, number: int) -> None:
        """Enter on a face leads to its controls."""
        del number
        if self.detail.strength.isVisible() and self.detail.strength.isEnabled():
            self.detail.strength.slider.setFocus()
        elif self.detail.put_back.isVisible():
            self.detail.put_back.setFocus()
