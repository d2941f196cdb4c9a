"""Qt's own buttons, which it names in the user's language, below a dialog."""

from __future__ import annotations

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialogButtonBox


def button_row(kind: QDialogButtonBox.StandardButton) -> QDialogButtonBox:
    """A row with one of Qt's own buttons, without the sign that some desktops put beside it.

    Args:
        kind: Which button.
    """
    row = QDialogButtonBox(kind)
    row.button(kind).setIcon(QIcon())
    return row
