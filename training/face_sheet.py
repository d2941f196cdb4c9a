"""A picture of faces in rows and titled columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont
    from PIL.ImageFont import ImageFont as BitmapFont

GAP_PX, MARGIN_PX, LABEL_PX, HEAD_PX, FONT_PX = 4, 10, 64, 34, 12
PAGE, INK, QUIET = (255, 255, 255), (34, 32, 29), (99, 94, 87)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A label, and one face a column."""

    label: str
    faces: tuple[Image.Image, ...]


def face_sheet(
    heads: Sequence[tuple[str, str]], rows: Sequence[SheetRow], side: int
) -> Image.Image:
    """Draw faces as a table.

    Args:
        heads: Two lines of title for each column.
        rows: Faces of any size; they are brought to `side` by cubic interpolation.
        side: Side of a cell, pixels.

    Returns:
        RGB.
    """
    pitch = side + GAP_PX
    width = 2 * MARGIN_PX + LABEL_PX + len(heads) * pitch - GAP_PX
    sheet = Image.new("RGB", (width, 2 * MARGIN_PX + HEAD_PX + len(rows) * pitch - GAP_PX), PAGE)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(FONT_PX)
    for index, head in enumerate(heads):
        _centred(draw, head, MARGIN_PX + LABEL_PX + index * pitch + side // 2, font)
    for number, row in enumerate(rows):
        top = MARGIN_PX + HEAD_PX + number * pitch
        draw.text((MARGIN_PX, top + side // 2 - FONT_PX), row.label, QUIET, font)
        for index, face in enumerate(row.faces):
            place = (MARGIN_PX + LABEL_PX + index * pitch, top)
            sheet.paste(_sized(face.convert("RGB"), side), place)
    return sheet


def _centred(
    draw: ImageDraw.ImageDraw,
    lines: Sequence[str],
    middle: int,
    font: FreeTypeFont | BitmapFont,
) -> None:
    for number, text in enumerate(lines):
        left = middle - draw.textlength(text, font) / 2
        draw.text((left, MARGIN_PX - 4 + number * (FONT_PX + 3)), text, INK, font)


def _sized(face: Image.Image, side: int) -> Image.Image:
    return face if face.width == side else face.resize((side, side), Image.Resampling.BICUBIC)
