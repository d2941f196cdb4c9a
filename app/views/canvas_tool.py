"""The hook by which a feature takes the mouse and the keys on the photo: a brush, a box, landmarks.

How to build on it: subclass `CanvasTool`, override what you need, and hand an instance to
`PhotoCanvas.set_tool`; `set_tool(None)`, Esc or another tool ends it, which calls `ended` exactly
once. One tool is active at a time. All positions are in pixels of the original photo (edges, not
pixel centres: the first pixel reaches from 0 to 1) and may lie outside of it; zoom, pan and compare
modes go on working, as wheel, middle button and space with the left button stay with the canvas.
Call `PhotoCanvas.update()` after a change that should be seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor, QKeyEvent, QPainter


@dataclass(frozen=True, slots=True)
class ToolPoint:
    """Where the pointer is.

    Attributes:
        x: Pixels of the original photo, from its left edge.
        y: Pixels of the original photo, from its top edge.
        scale: Screen pixels (device-independent) a photo pixel, for handles of constant size.
        modifiers: The keys that are held.
    """

    x: float
    y: float
    scale: float
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier


class CanvasTool:
    """A tool that does nothing; see the top of this module on how to build on it.

    Attributes:
        note: What to do, in one sentence at the bottom of the view; may be empty.
    """

    note = ""

    def cursor(self, point: ToolPoint) -> QCursor | Qt.CursorShape:
        """The pointer's shape at a place; asked at each move of the mouse."""
        del point
        return Qt.CursorShape.CrossCursor

    def pressed(self, point: ToolPoint) -> bool:
        """The left button went down. False: the canvas moves the photo, as without a tool."""
        del point
        return False

    def moved(self, point: ToolPoint, *, is_drag: bool) -> None:
        """The pointer moved; `is_drag` after a press that was taken, until the release."""

    def released(self, point: ToolPoint) -> None:
        """The left button went up after a press that was taken."""

    def left(self) -> None:
        """The pointer left the canvas, or the photo moved beneath it: forget what it hovered."""

    def wants_key(self, key: Qt.Key) -> bool:
        """Whether `key_pressed` shall get this key, before any shortcut of the window."""
        del key
        return False

    def key_pressed(self, event: QKeyEvent) -> bool:
        """A key that `wants_key` asked for. False: the canvas does with it what it always does."""
        del event
        return False

    def cancelled(self) -> bool:
        """Esc was pressed. True: only a drag was given up and the tool stays; False: it ends."""
        return False

    def paint(self, painter: QPainter, scale: float) -> None:
        """Draw over the photo, in each pane that shows it.

        Args:
            painter: One unit is one pixel of the original photo; clipped to what is visible. Use
                cosmetic pens, or divide widths by `scale`.
            scale: Screen pixels a photo pixel.
        """

    def ended(self) -> None:
        """The tool is no longer the active one, for whatever reason."""
