"""Light and dark: colours from resources/styles, one style sheet for both, icons in text colour."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

ICON_SIZE_PX = 20
_PIXEL_RATIOS = (1, 2, 3)
_IS_STYLED = "heirloomIsStyled"
_ROLES = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "control",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.PlaceholderText: "muted",
    QPalette.ColorRole.Button: "control",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "error",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "accent_text",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.Mid: "groove",
    QPalette.ColorRole.Midlight: "border",
    QPalette.ColorRole.ToolTipBase: "surface",
    QPalette.ColorRole.ToolTipText: "text",
}


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
    tick: str


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
    """Give the whole application one theme; quick where it has it already."""
    chosen = colours(dark=dark)
    sheet = style_sheet(chosen)
    if app.styleSheet() == sheet:  # giving it again would polish every widget anew
        return
    palette = QPalette()
    for role, name in _ROLES.items():
        palette.setColor(role, QColor(getattr(chosen, name)))
    for role in (
        QPalette.ColorRole.Text,
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(chosen.disabled))
    if app.property(_IS_STYLED) is None:  # once: each time, it would polish every widget as well
        app.setStyle("Fusion")
        app.setProperty(_IS_STYLED, True)
    app.setPalette(palette)
    app.setStyleSheet(sheet)


def style_sheet(chosen: Colours) -> str:
    """The style sheet with the colours filled in."""
    text = files("resources").joinpath("styles", "base.qss").read_text("utf-8")
    values = {item.name: str(getattr(chosen, item.name)) for item in fields(chosen)}
    # Style sheets load pictures from files only; forward slashes work on every system.
    values["icons"] = Path(str(files("resources").joinpath("icons"))).as_posix()
    return re.sub(r"@([a-z_]+)", lambda found: values[found[1]], text)


def icon(name: str) -> QIcon:
    """One of resources/icons in the colours of the present theme, sharp on every screen."""
    chosen = current_colours()
    made = QIcon()
    for mode, colour in (
        (QIcon.Mode.Normal, chosen.text),
        (QIcon.Mode.Disabled, chosen.disabled),
    ):
        for ratio in _PIXEL_RATIOS:
            made.addPixmap(svg_pixmap(name, QSize(ICON_SIZE_PX, ICON_SIZE_PX), colour, ratio), mode)
    return made


def svg_pixmap(name: str, size: QSize, colour: str, ratio: float) -> QPixmap:
    """Draw one of resources/icons; drawn once, however many widgets show it.

    Args:
        name: File name without ".svg".
        size: In device-independent pixels.
        colour: What `currentColor` in the file becomes.
        ratio: Device pixels a device-independent pixel.
    """
    key = f"{name} {size.width()}x{size.height()} {colour} {ratio}"
    known = QPixmap()
    if QPixmapCache.find(key, known):
        return known
    pixmap = _drawn(_svg(name).replace("currentColor", colour), size, ratio)
    QPixmapCache.insert(key, pixmap)
    return pixmap


@cache
def _svg(name: str) -> str:
    return files("resources").joinpath("icons", f"{name}.svg").read_text("utf-8")


def _drawn(svg: str, size: QSize, ratio: float) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    pixmap = QPixmap(round(size.width() * ratio), round(size.height() * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
