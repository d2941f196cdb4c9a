"""A very long text, shown without holding up the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QShowEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

_PIECE_CHARS = 100_000
"""Laid out in some milliseconds."""


class LicenceText(QPlainTextEdit):
    """Reads a file once it is seen for the first time, and adds it piece by piece.

    Args:
        path: The file, UTF-8.
        parent: Owner.
    """

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._rest = ""
        self._was_seen = False
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Begin to read."""
        super().showEvent(event)
        if not self._was_seen:
            self._was_seen = True
            self._rest = self._path.read_text("utf-8")
            self._add_piece()

    @Slot()
    def _add_piece(self) -> None:
        piece, self._rest = self._rest[:_PIECE_CHARS], self._rest[_PIECE_CHARS:]
        end = QTextCursor(self.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        end.insertText(piece)
        if self._rest:
            QTimer.singleShot(0, self, self._add_piece)
