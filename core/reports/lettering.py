"""Words on the contact sheet: one line of text as a picture.

Here only the letters of Europe's west can be drawn, with the font that comes with Pillow. Whoever
has a text engine, which finds fonts and shapes every script, gives a lettering of its own.
"""

from __future__ import annotations

from functools import cache
from typing import Protocol

from PIL import Image, ImageDraw, ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

LINE_HEIGHT = 1.8
BASELINE = 1.2
"""Of a line, in sizes of the letters: how high it is, and where they stand."""


class Lettering(Protocol):
    """Draws words."""

    def __call__(self, text: str, size_px: int, colour: str, room_px: int) -> Image.Image | None:
        """One line of text.

        Args:
            text: What is to be read; any characters.
            size_px: Size of the letters.
            colour: "#rrggbb".
            room_px: Widest; a longer text is shortened in its middle.

        Returns:
            RGBA, transparent around the letters, `LINE_HEIGHT` sizes high and as wide as the words,
            or None where some letter cannot be drawn.
        """
        ...


def pillow_lettering(text: str, size_px: int, colour: str, room_px: int) -> Image.Image | None:
    """Draw with the font that comes with Pillow; implements `Lettering`."""
    if not is_writable(text):
        return None
    font = _font(size_px)
    measure = ImageDraw.Draw(Image.new("RGBA", (1, 1)))
    shown = fitted(measure, font, text, room_px)
    width = max(1, min(room_px, round(measure.textlength(shown, font))))
    line = Image.new("RGBA", (width, round(LINE_HEIGHT * size_px)), colour + "00")
    ImageDraw.Draw(line).text((0, round(BASELINE * size_px)), shown, colour, font, anchor="ls")
    return line


@cache
def _font(size_px: int) -> Font:
    return ImageFont.load_default(size_px)


def is_writable(text: str) -> bool:
    """True where the font that comes with Pillow has all letters: those of Europe's west."""
    return all(ord(letter) < 0x180 for letter in text)


def fitted(draw: ImageDraw.ImageDraw, font: Font, text: str, room: float) -> str:
    """The text, shortened in its middle until it fits."""
    if draw.textlength(text, font) <= room:
        return text
    for kept in range(len(text) - 1, 1, -1):
        head = text[: kept - kept // 2]
        short = f"{head}...{text[-(kept // 2) :]}"
        if draw.textlength(short, font) <= room:
            return short
    return text[:1]


def drawable(text: str) -> str:
    """The text without what is no character: bytes of old file names become “?”."""
    return text.encode("utf-8", "replace").decode("utf-8")
