"""What every view of a photo has in common: zoom, pan, panes in step, and the active tool.

A view has one or more panes of the same size. All panes share one viewport, so they cannot get out
of step.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.session.viewport import Viewport
from app.views.canvas_tool import CanvasTool, ToolPoint
from app.views.loupe import Loupe
from core.geometry import Size

ZOOM_STEP = 1.25
KEY_PAN_PX = 60
LOUPE_STEP_PX = 12


class ZoomArea(QWidget):
    """Zoom and pan over one or more panes that show the same scene; subclasses draw.

    Signals:
        zoomed: (device pixels a photo pixel)
        tool_changed: (the active CanvasTool, or None)
        loupe_changed: (whether the magnifier is shown)
    """

    zoomed = Signal(float)
    tool_changed = Signal(object)
    loupe_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = Viewport(Size(1, 1), Size(1, 1))
        self._has_scene = False
        self._tool: CanvasTool | None = None
        self._tool_drags = False
        self._space_held = False
        self._panned_from: QPointF | None = None
        self._loupe: Loupe | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(QSize(240, 180))

    # Panes

    def _origins(self) -> tuple[QPointF, ...]:
        """Where the top left corner of each pane lies in the widget."""
        return (QPointF(0, 0),)

    def _pane_size(self) -> Size:
        """Size of one pane."""
        return Size(max(1, self.width()), max(1, self.height()))

    def _pane_at(self, point: QPointF) -> int:
        """The number of the pane under a point, or of the one before the gap that it lies in."""
        found = 0
        for number, origin in enumerate(self._origins()):
            if point.x() >= origin.x() and point.y() >= origin.y():
                found = number
        return found

    def _in_pane(self, point: QPointF) -> QPointF:
        """A point of the widget, seen from the pane that it lies in."""
        return point - self._origins()[self._pane_at(point)]

    def _lay_out_panes(self) -> None:
        """Call it when size or number of the panes changes: what is in the middle stays there."""
        self._view = self._view.resized(self._pane_size())
        self._tell_view()

    # Zoom and pan

    @property
    def viewport(self) -> Viewport:
        """Where the photo lies in each pane."""
        return self._view

    def show_scene(self, scene: Size) -> None:
        """Show another photo of this size, fitted."""
        self._has_scene = True
        self._view = Viewport(scene, Size(1, 1))  # how panes lie depends on the photo's shape
        self._view = Viewport(scene, self._pane_size()).fitted()
        self._tell_view()

    def show_viewport(self, view: Viewport) -> None:
        """Show the same part as another view does; nothing changes if that is of another photo."""
        if self._has_scene and view.scene == self._view.scene:
            self._move_to(view.resized(self._pane_size()))

    def fit(self) -> None:
        """Show the whole photo."""
        self._move_to(self._view.fitted())

    def show_actual_size(self) -> None:
        """One pixel of the photo on one pixel of the screen."""
        self._zoom_to(1.0 / self.devicePixelRatioF())

    def zoom_in(self) -> None:
        """Zoom in around the middle."""
        self._zoom_to(self._view.scale * ZOOM_STEP)

    def zoom_out(self) -> None:
        """Zoom out around the middle."""
        self._zoom_to(self._view.scale / ZOOM_STEP)

    def pan(self, dx_px: float, dy_px: float) -> None:
        """Move the photo on the screen."""
        self._move_to(self._view.panned(dx_px, dy_px))

    def _zoom_to(self, scale: float, at: QPointF | None = None) -> None:
        point = at or QPointF(self._view.screen.width / 2, self._view.screen.height / 2)
        self._move_to(self._view.zoomed(scale, point.x(), point.y()))

    def _move_to(self, view: Viewport) -> None:
        if self._has_scene:
            self._view = view
            self._tell_view()

    def _tell_view(self) -> None:
        if self._has_scene:
            self.zoomed.emit(self._view.scale * self.devicePixelRatioF())
        self.update()

    def _toggle_zoom(self, point: QPointF) -> None:
        """Change between the whole photo and its actual size."""
        if self._view.is_fitted:
            self._zoom_to(1.0 / self.devicePixelRatioF(), self._in_pane(point))
        else:
            self.fit()

    # The magnifier

    @property
    def loupe(self) -> Loupe | None:
        """What is magnified, or None where the magnifier is off."""
        return self._loupe

    def set_loupe(self, *, shown: bool) -> None:
        """Show the magnifier in the middle of what is visible, or hide it."""
        if shown == (self._loupe is not None):
            return
        if shown:
            visible = self._view.visible
            middle = self._view.to_scene(
                (visible.left + visible.right) / 2, (visible.top + visible.bottom) / 2
            )
            self._loupe = Loupe(*middle)
        else:
            self._loupe = None
        self.loupe_changed.emit(shown)
        self.update()

    def _move_loupe_to(self, point: QPointF) -> None:
        if self._loupe is not None:
            inside = self._in_pane(point)
            x, y = self._view.to_scene(inside.x(), inside.y())
            self._loupe = self._loupe.at(x, y, self._view.scene)
            self.update()

    def _loupe_takes_key(self, key: Qt.Key) -> bool:
        """Arrows move the magnifier, page up and page down make it stronger or weaker."""
        if self._loupe is None:
            return False
        step = LOUPE_STEP_PX / self._view.scale
        moves = {
            Qt.Key.Key_Left: (-step, 0.0),
            Qt.Key.Key_Right: (step, 0.0),
            Qt.Key.Key_Up: (0.0, -step),
            Qt.Key.Key_Down: (0.0, step),
        }
        strengths = {Qt.Key.Key_PageUp: 1, Qt.Key.Key_PageDown: -1}
        if key in moves:
            dx, dy = moves[key]
            self._loupe = self._loupe.at(self._loupe.x + dx, self._loupe.y + dy, self._view.scene)
            self._follow_loupe(self._loupe)
        elif key in strengths:
            self._loupe = self._loupe.stronger(strengths[key])
        else:
            return False
        self.update()
        return True

    def _follow_loupe(self, loupe: Loupe) -> None:
        """Move the photo where the magnifier left what is visible of it."""
        view = self._view
        x, y = view.x + loupe.x * view.scale, view.y + loupe.y * view.scale
        dx = max(0.0, -x) - max(0.0, x - view.screen.width)
        dy = max(0.0, -y) - max(0.0, y - view.screen.height)
        if dx or dy:
            self.pan(dx, dy)

    # The active tool

    @property
    def tool(self) -> CanvasTool | None:
        """What takes mouse and keys at the moment, or None."""
        return self._tool

    def set_tool(self, tool: CanvasTool | None) -> None:
        """Give mouse and keys to a tool; the one before ends."""
        if tool is self._tool:
            return
        before, self._tool = self._tool, tool
        self._tool_drags = False
        self.unsetCursor()
        if before is not None:
            before.ended()
        self.tool_changed.emit(tool)
        self.update()

    def _tool_point(self, event: QMouseEvent) -> ToolPoint:
        inside = self._in_pane(event.position())
        x, y = self._view.to_scene(inside.x(), inside.y())
        return ToolPoint(x, y, self._view.scale, event.modifiers())

    def _tool_takes_press(self, event: QMouseEvent) -> bool:
        if self._tool is None or event.button() != Qt.MouseButton.LeftButton:
            return False
        self._tool_drags = self._tool.pressed(self._tool_point(event))
        return self._tool_drags

    def _tool_takes_key(self, event: QKeyEvent) -> bool:
        if self._tool is None:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self._tool_drags = False
            if not self._tool.cancelled():
                self.set_tool(None)
            self.update()
            return True
        return self._tool.wants_key(Qt.Key(event.key())) and self._tool.key_pressed(event)

    # Events

    def event(self, event: QEvent) -> bool:
        """Keys that the tool wants become no shortcut; two fingers that part zoom."""
        if isinstance(event, QNativeGestureEvent) and self._takes_gesture(event):
            return True
        if event.type() == QEvent.Type.ShortcutOverride and self._tool is not None:
            assert isinstance(event, QKeyEvent)
            key = Qt.Key(event.key())
            if key == Qt.Key.Key_Escape or self._tool.wants_key(key):
                event.accept()
                return True
        return super().event(event)

    def _takes_gesture(self, event: QNativeGestureEvent) -> bool:
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        scale = self._view.scale * max(0.1, 1.0 + event.value())
        self._zoom_to(scale, self._in_pane(event.position()))
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep what is in the middle there."""
        del event
        self._lay_out_panes()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom at the pointer; two fingers on a trackpad move the photo."""
        if not self._has_scene:
            return
        is_trackpad = event.device().type() == QInputDevice.DeviceType.TouchPad
        zooms = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if is_trackpad and not zooms:
            # Not every system tells pixels; half a unit of the wheel is about as far.
            delta = QPointF(event.pixelDelta()) or QPointF(event.angleDelta()) / 2
            self.pan(delta.x(), delta.y())
        else:
            factor = ZOOM_STEP ** (event.angleDelta().y() / 120)
            self._zoom_to(self._view.scale * factor, self._in_pane(event.position()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin to move the photo, or give the press to the tool."""
        if not self._has_scene:
            return
        moves_photo = event.button() == Qt.MouseButton.MiddleButton or (
            event.button() == Qt.MouseButton.LeftButton and self._space_held
        )
        if moves_photo:
            self._panned_from = event.position()
        elif not self._tool_takes_press(event):
            self._on_press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Move the photo, or go on with what the press began."""
        if self._panned_from is not None:
            step = event.position() - self._panned_from
            self._panned_from = event.position()
            self.pan(step.x(), step.y())
            return
        if self._tool is not None and self._has_scene:
            point = self._tool_point(event)
            self._tool.moved(point, is_drag=self._tool_drags)
            if self._tool is not None:
                self.setCursor(self._tool.cursor(point))
            if self._tool_drags:
                return
        self._move_loupe_to(event.position())
        self._on_move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End what the press began."""
        if self._panned_from is not None:
            self._panned_from = None
        elif self._tool_drags and self._tool is not None:
            if event.button() == Qt.MouseButton.LeftButton:
                self._tool_drags = False
                self._tool.released(self._tool_point(event))
        else:
            self._on_release(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Forget what was under the pointer."""
        if self._tool is not None:
            self._tool.left()
        self.update()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrows move the photo; space with the left button too."""
        if self._tool_takes_key(event):
            return
        pans = {
            Qt.Key.Key_Left: (KEY_PAN_PX, 0),
            Qt.Key.Key_Right: (-KEY_PAN_PX, 0),
            Qt.Key.Key_Up: (0, KEY_PAN_PX),
            Qt.Key.Key_Down: (0, -KEY_PAN_PX),
        }
        key = Qt.Key(event.key())
        if self._loupe_takes_key(key):
            return
        if key in pans:
            self.pan(*pans[key])
        elif key == Qt.Key.Key_Space:
            self._space_held = True
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """The space key went up."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_held = False
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Keys that go up elsewhere are not seen here."""
        self._space_held = False
        super().focusOutEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Draw anew when the theme changes."""
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    # What subclasses do with the left button where no tool takes it

    def _on_press(self, event: QMouseEvent) -> None:
        """A button went down on the photo."""

    def _on_move(self, event: QMouseEvent) -> None:
        """The pointer moved, with or without a button."""

    def _on_release(self, event: QMouseEvent) -> None:
        """A button went up."""
