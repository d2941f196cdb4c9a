"""A push button whose icon follows the theme."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QPushButton, QWidget

from app.widgets.theme import icon


class IconButton(QPushButton):
    """A button with one of resources/icons beside its text.

    Args:
        text: What it says.
        icon_name: File name without ".svg".
        parent: Owner.
    """

    def __init__(self, text: str, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._icon_name = icon_name
        self.setIcon(icon(icon_name))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Draw the icon in the colours of the new theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.setIcon(icon(self._icon_name))
        super().changeEvent(event)
