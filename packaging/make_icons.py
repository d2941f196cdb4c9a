"""Draws the program's icon from its one source, `resources/icons/heirloom.svg`.

    python packaging/make_icons.py FOLDER

makes heirloom.ico (Windows), heirloom.icns (macOS) and heirloom-SIZE.png (Linux) there. Needs
PySide6 and Pillow, no screen.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SOURCE = Path(__file__).resolve().parents[1] / "resources" / "icons" / "heirloom.svg"
LARGEST_PX = 1024
ICO_SIZES_PX = (16, 24, 32, 48, 64, 128, 256)
PNG_SIZES_PX = (16, 32, 48, 64, 128, 256, 512)


def draw(side_px: int) -> Image.Image:
    """The icon, drawn at its size and not scaled to it."""
    picture = QImage(side_px, side_px, QImage.Format.Format_RGBA8888)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(str(SOURCE)).render(painter)
    painter.end()
    return Image.frombytes("RGBA", (side_px, side_px), bytes(picture.constBits()))


def make_icons(folder: Path) -> None:
    """Write all icons into a folder."""
    _application = QGuiApplication.instance() or QGuiApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {side: draw(side) for side in {*ICO_SIZES_PX, *PNG_SIZES_PX, LARGEST_PX}}
    others = [drawn[side] for side in ICO_SIZES_PX[:-1]]
    drawn[256].save(
        folder / "heirloom.ico",
        sizes=[(side, side) for side in ICO_SIZES_PX],
        append_images=others,
    )
    sides = sorted(drawn)
    drawn[LARGEST_PX].save(
        folder / "heirloom.icns", append_images=[drawn[side] for side in sides[:-1]]
    )
    for side in PNG_SIZES_PX:
        drawn[side].save(folder / f"heirloom-{side}.png")


if __name__ == "__main__":
    make_icons(Path(sys.argv[1]))
