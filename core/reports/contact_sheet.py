"""The contact sheet: all photos before and after on one picture, to print or to send."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont, ImageOps
from PIL.PngImagePlugin import PngInfo

from core.progress import Progress
from core.reports.entries import Entry, FailedEntry, PhotoEntry
from core.reports.words import Say, plain

WIDTH_PX = 1800
MARGIN_PX = 40
GAP_PX = 28
PICTURE_GAP_PX = 6
CAPTION_PX = 56
FONT_PX = 22
MOST_ON_A_SHEET = 40
SHEET_MARK = "Heirloom contact sheet"
"""Written into each sheet, so that a new report replaces no other picture."""

PAPER = "#fbfaf8"
INK = "#22201d"
QUIET = "#635e57"

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def contact_sheets(entries: Sequence[Entry], progress: Progress, say: Say = plain) -> list[bytes]:
    """PNG files of at most 40 photos each; photos that failed are left out.

    Args:
        entries: The photos in order.
        progress: Polled for each photo.
        say: Gives each word in the reader's language.

    Returns:
        The sheets; none where no photo was restored.

    Raises:
        Cancelled: The job was stopped.
    """
    done = [entry for entry in entries if not isinstance(entry, FailedEntry)]
    count = -(-len(done) // MOST_ON_A_SHEET)
    return [
        _sheet(
            done[number * MOST_ON_A_SHEET : (number + 1) * MOST_ON_A_SHEET],
            progress.step(number, count),
            say,
        )
        for number in range(count)
    ]


def _sheet(entries: Sequence[PhotoEntry], progress: Progress, say: Say) -> bytes:
    """Rows of pairs; a single photo takes the whole width."""
    columns = 1 if len(entries) == 1 else 2
    width = (WIDTH_PX - 2 * MARGIN_PX - (columns - 1) * GAP_PX) // columns
    half = (width - PICTURE_GAP_PX) // 2
    rows = [entries[start : start + columns] for start in range(0, len(entries), columns)]
    heights = [max(_height(entry, half) for entry in row) + CAPTION_PX for row in rows]
    total = 2 * MARGIN_PX + sum(heights) + (len(rows) - 1) * GAP_PX
    sheet = Image.new("RGB", (WIDTH_PX, total), PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(FONT_PX)
    top, number = MARGIN_PX, 0
    for row, height in zip(rows, heights, strict=True):
        for column, entry in enumerate(row):
            number += 1
            progress.report((number - 1) / len(entries))
            left = MARGIN_PX + column * (width + GAP_PX)
            _paste_pair(sheet, entry, (left, top), (half, height - CAPTION_PX))
            caption = (left, top + height - CAPTION_PX + 8)
            words = _caption(number, entry, say)
            _write_caption(draw, font, caption, width, words)
        top += height + GAP_PX
    buffer = io.BytesIO()
    marks = PngInfo()
    marks.add_text("Software", SHEET_MARK)
    sheet.save(buffer, "PNG", optimize=True, pnginfo=marks)
    return buffer.getvalue()


def _height(entry: PhotoEntry, width: int) -> int:
    """How high a picture is at a width; very tall ones are limited to a square and a half."""
    return min(round(width * entry.size[1] / entry.size[0]), round(1.5 * width))


def _paste_pair(
    sheet: Image.Image, entry: PhotoEntry, place: tuple[int, int], box: tuple[int, int]
) -> None:
    for number, jpeg in enumerate((entry.before, entry.after)):
        with Image.open(io.BytesIO(jpeg)) as opened:
            picture = _in_srgb(opened)
        picture = ImageOps.contain(picture, box, Image.Resampling.LANCZOS)
        left = place[0] + number * (box[0] + PICTURE_GAP_PX) + (box[0] - picture.width) // 2
        sheet.paste(picture, (left, place[1] + (box[1] - picture.height)))


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The picture in the colours of the sheet, which carries no profile of its own."""
    from PIL import ImageCms

    icc = picture.info.get("icc_profile")
    if icc:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            converted = None
        if converted is not None:
            return converted
    return picture.convert("RGB")


def _caption(number: int, entry: PhotoEntry, say: Say) -> tuple[str, str]:
    """What stands under a pair, at the left and at the right."""
    restored = sum(face.report.restored for face in entry.faces)
    facts = say("Faces restored: {0}").format(restored)
    name = f"{number}  {entry.name}"
    return name if is_writable(name) else str(number), facts if is_writable(facts) else ""


def _write_caption(
    draw: ImageDraw.ImageDraw,
    font: Font,
    place: tuple[int, int],
    width: int,
    words: tuple[str, str],
) -> None:
    name, facts = words
    taken = draw.textlength(facts, font) if facts else 0.0
    room = width - (taken + GAP_PX if facts else 0.0)
    draw.text(place, fitted(draw, font, name, room), INK, font)
    draw.text((place[0] + width - taken, place[1]), facts, QUIET, font)


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
