"""A row for a folder: its name, a button that chooses another, one that empties it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from app.widgets.rows import Row


class FolderRow(Row):
    """The path of a folder as text; an empty one has a meaning of its own.

    Args:
        title: What it is.
        description: What it is for.
        empty: What an empty path means, shown in its place.
    """

    def __init__(self, title: str, description: str, empty: str) -> None:
        super().__init__()
        label = QLabel(title)
        self._title = title
        self._path = QLineEdit()
        self._path.setReadOnly(True)
        self._path.setPlaceholderText(empty)
        self._path.setAccessibleName(title)
        self._path.setToolTip(description)
        self.setToolTip(description)
        self._choose = QPushButton(self.tr("Choose…"))
        self._choose.setToolTip(self.tr("Chooses another folder"))
        self._choose.setAccessibleName(self.tr("Choose: {title}").format(title=title))
        self._forget = QPushButton(self.tr("Reset"))
        self._forget.setToolTip(self.tr("Goes back to what is usual"))
        self._forget.setAccessibleName(self.tr("Reset: {title}").format(title=title))
        label.setBuddy(self._choose)
        fields = QHBoxLayout()
        fields.setSpacing(8)
        fields.addWidget(self._path, 1)
        fields.addWidget(self._choose)
        fields.addWidget(self._forget)
        for button in (self._choose, self._forget):
            button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(label)
        layout.addLayout(fields)
        self._choose.clicked.connect(self._on_choose_clicked)
        self._forget.clicked.connect(self._on_forget_clicked)
        self.show_value("")

    def show_value(self, value: str) -> None:
        """Show a path without emitting `edited`."""
        self._path.setText(value)
        self._path.setCursorPosition(0)
        self._forget.setEnabled(bool(value))

    @Slot()
    def _on_choose_clicked(self) -> None:
        start = self._path.text() or str(Path.home())
        chosen = QFileDialog.getExistingDirectory(self, self._title, start)
        if chosen:
            self.take(chosen)

    @Slot()
    def _on_forget_clicked(self) -> None:
        self.take("")

    def take(self, path: str) -> None:
        """Show a path and tell of it, as if the user had chosen it."""
        self.show_value(path)
        self.edited.emit(path)
        self.finished.emit()
