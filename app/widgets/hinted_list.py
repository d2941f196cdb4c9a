"""A list of names that says what belongs into it while it is empty."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import QLabel, QListView, QListWidget, QVBoxLayout, QWidget

_INSET_PX = 12


class HintedList(QListWidget):
    """A list in the style of the dialogs; long names take several lines.

    Args:
        hint: Shown while there is no entry.
        parent: Owner.
    """

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plainList")
        self.setWordWrap(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.hint = QLabel(hint)
        self.hint.setProperty("role", "muted")
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_INSET_PX, _INSET_PX, _INSET_PX, _INSET_PX)
        layout.addWidget(self.hint, 1)
        model = self.model()
        model.rowsInserted.connect(self._on_rows_changed)
        model.rowsRemoved.connect(self._on_rows_changed)
        model.modelReset.connect(self._on_rows_changed)

    @Slot()
    def _on_rows_changed(self, *_rows: QModelIndex | int) -> None:
        self.hint.setVisible(self.count() == 0)
