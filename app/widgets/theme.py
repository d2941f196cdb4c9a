"""Light and dark: colours from resources/styles, one style sheet for both, icons in text colour."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QObject, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

ICON_SIZE_PX = 20
_PIXEL_RATIOS = (1, 2, 3)
_THEME = "heirloomTheme"
_A_TURN = 40
"""So many hidden widgets take the colours of another theme in one turn of the event loop."""

_Role = QPalette.ColorRole
_ROLES = {
    "window": (_Role.Window,),
    "surface": (_Role.Base,),
    "canvas": (_Role.Dark,),
    "text": (_Role.WindowText, _Role.Text, _Role.ButtonText),
    "muted": (_Role.PlaceholderText,),
    "border": (_Role.Midlight,),
    "control": (_Role.Button,),
    "control_hover": (_Role.Light,),
    "groove": (_Role.Mid,),
    "accent": (_Role.Highlight, _Role.Accent, _Role.Link),
    "accent_hover": (_Role.LinkVisited,),
    "accent_text": (_Role.HighlightedText,),
    "accent_soft": (_Role.AlternateBase,),
    "error": (_Role.BrightText,),
    "error_soft": (_Role.Shadow,),
    "note_soft": (_Role.ToolTipBase,),
    "disabled": (_Role.ToolTipText,),
}
"""Where the palette keeps each colour. The style sheet, which is the same in every theme, asks for
the first role. Some roles hold colours of another kind; tool tips are all in the sheet."""


@dataclass(frozen=True, slots=True)
class Colours:
    """The named colours of one theme, "#rrggbb"; what each is for is said in base.qss."""

    window: str
    surface: str
    canvas: str
    text: str
    muted: str
    border: str
    control: str
    control_hover: str
    groove: str
    accent: str
    accent_hover: str
    accent_text: str
    accent_soft: str
    error: str
    error_soft: str
    note_soft: str
    disabled: str


@cache
def colours(*, dark: bool) -> Colours:
    """The colours of a theme."""
    name = "dark" if dark else "light"
    text = files("resources").joinpath("styles", f"{name}.toml").read_text("utf-8")
    return Colours(**tomllib.loads(text))


def system_is_dark() -> bool:
    """True where the desktop asks for dark windows."""
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def current_colours() -> Colours:
    """The colours that the application shows now."""
    window = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    return colours(dark=window.lightness() < 128)


def apply_theme(app: QApplication, *, dark: bool) -> None:
    """Give the whole application one theme; quick where it has it already.

    Another style sheet would have Qt measure every widget anew, a third of a second for a window
    with all its hidden parts. So there is one, which takes its colours from the palette.
    """
    name = "dark" if dark else "light"
    before = app.property(_THEME)
    if before == name:
        return
    app.setProperty(_THEME, name)
    if before is None:
        app.setStyle("Fusion")
    app.setPalette(_palette(colours(dark=dark)))
    if before is None:
        app.setStyleSheet(style_sheet())
    else:
        redrawing(app).begin()


def _palette(chosen: Colours) -> QPalette:
    palette = QPalette()
    for name, roles in _ROLES.items():
        for role in roles:
            palette.setColor(role, QColor(getattr(chosen, name)))
    for role in _ROLES["text"]:
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(chosen.disabled))
    return palette


class _Redrawing(QObject):
    """Has the style look up the colours of all widgets again, as it keeps what it once found.

    What is seen comes at once. Hidden widgets, which are most, come in turns of a few milliseconds,
    or when they are shown.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._hidden: set[QWidget] = set()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._take_turn)

    def begin(self) -> None:
        """Draw anew what is seen, and see to the rest."""
        polished = Qt.WidgetAttribute.WA_WState_Polished
        widgets = [widget for widget in self._app.allWidgets() if widget.testAttribute(polished)]
        self._hidden = {widget for widget in widgets if not widget.isVisible()}
        for widget in widgets:
            if widget.isVisible():
                self._redraw(widget)
                if widget.isWindow():
                    widget.update()
        self._app.installEventFilter(self)
        self._timer.start()

    @property
    def is_done(self) -> bool:
        """Whether all of them have the colours."""
        return not self._hidden

    def _take_turn(self) -> None:
        for _ in range(min(_A_TURN, len(self._hidden))):
            widget = self._hidden.pop()
            if isValid(widget):  # it may be gone by now
                self._redraw(widget)
        if self.is_done:
            self._timer.stop()
            self._app.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """A widget that is shown before its turn takes the colours first."""
        if event.type() == QEvent.Type.Show and watched in self._hidden:
            self._hidden.discard(watched)
            self._redraw(watched)
        return False

    def _redraw(self, widget: QWidget) -> None:
        style = self._app.style()
        style.unpolish(widget)
        style.polish(widget)


@cache
def redrawing(app: QApplication) -> _Redrawing:
    """The one of the application."""
    return _Redrawing(app)


def style_sheet() -> str:
    """The style sheet; colours are names of the palette's roles."""
    text = files("resources").joinpath("styles", "base.qss").read_text("utf-8")
    values = {name: sheet_colour(name) for name in _ROLES}
    # Style sheets load pictures from files only; forward slashes work on every system.
    values["icons"] = Path(str(files("resources").joinpath("icons"))).as_posix()
    return re.sub(r"@([a-z_]+)", lambda found: values[found[1]], text)


def sheet_colour(name: str) -> str:
    """What stands in a style sheet for one of the named colours, for instance "palette(base)"."""
    role = _ROLES[name][0].name.replace("ToolTip", "Tooltip")
    return f"palette({'-'.join(re.findall('[A-Z][a-z]+', role)).lower()})"


def icon(name: str) -> QIcon:
    """One of resources/icons in the colours of the present theme, sharp on every screen."""
    chosen = current_colours()
    made = QIcon()
    for mode, colour in (
        (QIcon.Mode.Normal, chosen.text),
        (QIcon.Mode.Disabled, chosen.disabled),
    ):
        for pixmap in _pixmaps(name, QSize(ICON_SIZE_PX, ICON_SIZE_PX), colour, _PIXEL_RATIOS):
            made.addPixmap(pixmap, mode)
    return made


def svg_pixmap(name: str, size: QSize, colour: str, ratio: float) -> QPixmap:
    """Draw one of resources/icons; drawn once, however many widgets show it.

    Args:
        name: File name without ".svg".
        size: In device-independent pixels.
        colour: What `currentColor` in the file becomes.
        ratio: Device pixels a device-independent pixel.
    """
    return _pixmaps(name, size, colour, (ratio,))[0]


def _pixmaps(name: str, size: QSize, colour: str, ratios: Sequence[float]) -> list[QPixmap]:
    """One of resources/icons for each ratio; the file is read once for all of them."""
    renderer: QSvgRenderer | None = None
    found = []
    for ratio in ratios:
        key = f"{name} {size.width()}x{size.height()} {colour} {ratio}"
        pixmap = QPixmap()
        if not QPixmapCache.find(key, pixmap):
            if renderer is None:
                svg = _svg(name).replace("currentColor", colour)
                renderer = QSvgRenderer(QByteArray(svg.encode()))
            pixmap = _drawn(renderer, size, ratio)
            QPixmapCache.insert(key, pixmap)
        found.append(pixmap)
    return found


@cache
def _svg(name: str) -> str:
    return files("resources").joinpath("icons", f"{name}.svg").read_text("utf-8")


def _drawn(renderer: QSvgRenderer, size: QSize, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
