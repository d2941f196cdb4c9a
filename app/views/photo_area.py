"""The middle of the window: the empty state or the photo, with the progress card over it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.views.photo_canvas import PhotoCanvas
from app.views.zoom_area import ZoomArea
from app.widgets.empty_state import EmptyState
from app.widgets.progress_card import ProgressCard

_CARD_MARGIN_PX = 22
_CARD_MAX_WIDTH_PX = 560


class PhotoArea(QStackedWidget):
    """Shows the empty state until a photo is open.

    Args:
        has_sample: The sample photo is installed.
        parent: Owner.
    """

    def __init__(self, *, has_sample: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvasHolder")
        self.empty = EmptyState(has_sample=has_sample)
        self.canvas = PhotoCanvas()
        self.addWidget(self.empty)
        self.addWidget(self.canvas)
        self.card = ProgressCard(self)
        self.card.installEventFilter(self)

    @property
    def views(self) -> tuple[ZoomArea, ...]:
        """All views of the photo."""
        return (self.canvas,)

    @property
    def view(self) -> ZoomArea:
        """The view of the photo that is on the screen, or was last."""
        return self.canvas

    def show_photo(self, *, shown: bool) -> None:
        """Show the photo or the empty state."""
        self.setCurrentWidget(self.canvas if shown else self.empty)
        if self.card.isVisible():
            self.card.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the card at the bottom."""
        super().resizeEvent(event)
        self._place_card()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Place the card when it appears."""
        if watched is self.card and event.type() == QEvent.Type.Show:
            self._place_card()
        return super().eventFilter(watched, event)

    def _place_card(self) -> None:
        width = min(_CARD_MAX_WIDTH_PX, self.width() - 2 * _CARD_MARGIN_PX)
        height = self.card.sizeHint().height()
        left = (self.width() - width) // 2
        self.card.setGeometry(left, self.height() - height - _CARD_MARGIN_PX, width, height)
