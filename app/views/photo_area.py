"""The middle of the window: the empty state or the photo, with the progress card over it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.views.grid_page import GridPage
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
        self.grid_page = GridPage()
        self.addWidget(self.grid_page)
        self.card = ProgressCard(self)
        self.card.installEventFilter(self)

    @property
    def views(self) -> tuple[ZoomArea, ...]:
        """All views of the photo."""
        return self.canvas, self.grid_page.grid

    @property
    def view(self) -> ZoomArea:
        """The view of the photo that is on the screen, or was last."""
        return self.grid_page.grid if self.shows_grid else self.canvas

    @property
    def shows_grid(self) -> bool:
        """True while results are compared."""
        return self.currentWidget() is self.grid_page

    def show_grid(self, *, shown: bool) -> None:
        """Show the grid of results in place of the photo, or the photo again."""
        self.setCurrentWidget(self.grid_page if shown else self.canvas)
        self.view.setFocus()
        self._place_card()
        if self.card.isVisible():
            self.card.raise_()

    def show_photo(self, *, shown: bool) -> None:
        """Show the photo, in the view in which it was, or the empty state."""
        has_focus = self.view.hasFocus()
        if not (shown and self.shows_grid):
            self.setCurrentWidget(self.canvas if shown else self.empty)
        if has_focus and not shown:
            self.empty.setFocus()
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
        foot = self.grid_page.foot_height_px if self.shows_grid else 0
        top = self.height() - height - _CARD_MARGIN_PX - foot
        self.card.setGeometry(left, top, width, height)
