"""Wires what compares and zooms: the actions, the before/after view and the grid of results."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot

from app.views.compare import CompareMode
from app.windows.actions import Actions
from app.windows.parts import Parts


class CompareViews(QObject):
    """Hands zoom, compare modes and the magnifier to the view that is on the screen.

    Args:
        parts: The widgets.
        actions: The actions.
        parent: Owner.
    """

    def __init__(self, parts: Parts, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._area = parts.area
        self._panel = parts.panel
        self._actions = actions
        actions.fit.triggered.connect(self._on_fit_asked)
        actions.actual.triggered.connect(self._on_actual_asked)
        actions.zoom_in.triggered.connect(self._on_zoom_in_asked)
        actions.zoom_out.triggered.connect(self._on_zoom_out_asked)
        actions.loupe.toggled.connect(self._on_loupe_toggled)
        actions.original.toggled.connect(self._on_original_toggled)
        for action, mode in zip(actions.compare.actions(), CompareMode, strict=True):
            action.triggered.connect(partial(self._show_mode, mode))
        actions.compare.actions()[list(CompareMode).index(self._area.canvas.mode)].setChecked(True)

    def _show_mode(self, mode: CompareMode, *_checked: object) -> None:
        self._area.canvas.set_mode(mode)
        self._panel.show_divider_help(shown=mode.has_divider)

    @Slot()
    def _on_fit_asked(self) -> None:
        self._area.view.fit()

    @Slot()
    def _on_actual_asked(self) -> None:
        self._area.view.show_actual_size()

    @Slot()
    def _on_zoom_in_asked(self) -> None:
        self._area.view.zoom_in()

    @Slot()
    def _on_zoom_out_asked(self) -> None:
        self._area.view.zoom_out()

    @Slot(bool)
    def _on_loupe_toggled(self, shown: bool) -> None:
        for view in self._area.views:
            view.set_loupe(shown=shown)

    @Slot(bool)
    def _on_original_toggled(self, shown: bool) -> None:
        self._area.canvas.set_shows_original(shown=shown)
