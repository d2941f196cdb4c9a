"""The contact sheet: all photos before and after on one picture, to print or to send."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from core.progress import Progress
from core.reports.entries import Entry, FailedEntry, PhotoEntry
from core.reports.lettering import Lettering, pillow_lettering
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


@dataclass(frozen=True, slots=True)
class _Words:
    """What a caption says, and how it is drawn."""

    entry: PhotoEntry
    say: Say
    lettering: Lettering


def contact_sheets(
    entries: Sequence[Entry],
    progress: Progress,
    say: Say = plain,
    lettering: Lettering = pillow_lettering,
) -> list[bytes]:
    """PNG files of at most 40 photos each; photos that failed are left out.

    Args:
        entries: The photos in order.
        progress: Polled for each photo.
        say: Gives each word in the reader's language.
        lettering: Draws captions.

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
            lettering,
        )
        for number in range(count)
    ]


def _sheet(
    entries: Sequence[PhotoEntry], progress: Progress, say: Say, lettering: Lettering
) -> bytes:
    """Rows of pairs; a single photo takes the whole width."""
    columns = 1 if len(entries) == 1 else 2
    width = (WIDTH_PX - 2 * MARGIN_PX - (columns - 1) * GAP_PX) // columns
    half = (width - PICTURE_GAP_PX) // 2
    rows = [entries[start : start + columns] for start in range(0, len(entries), columns)]
    heights = [max(_height(entry, half) for entry in row) + CAPTION_PX for row in rows]
    total = 2 * MARGIN_PX + sum(heights) + (len(rows) - 1) * GAP_PX
    sheet = Image.new("RGB", (WIDTH_PX, total), PAPER)
    top, number = MARGIN_PX, 0
    for row, height in zip(rows, heights, strict=True):
        for column, entry in enumerate(row):
            number += 1
            progress.report((number - 1) / len(entries))
            left = MARGIN_PX + column * (width + GAP_PX)
            _paste_pair(sheet, entry, (left, top), (half, height - CAPTION_PX))
            caption = (left, top + height - CAPTION_PX + 4)
            _write_caption(sheet, caption, width, number, _Words(entry, say, lettering))
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


def _write_caption(
    sheet: Image.Image, place: tuple[int, int], width: int, number: int, words: _Words
) -> None:
    """The number and the name at the left, what was done at the right.

    Where no font has the letters of the name its number alone stands there, as in the page.
    """
    restored = sum(face.report.restored for face in words.entry.faces)
    said = words.say("Faces restored: {0}").format(restored)
    facts = words.lettering(said, FONT_PX, QUIET, width // 2)
    room = width - (facts.width + GAP_PX if facts is not None else 0)
    name = words.lettering(f"{number}  {words.entry.name}", FONT_PX, INK, room)
    if name is None:
        name = pillow_lettering(str(number), FONT_PX, INK, room)
    for line, left in ((name, 0), (facts, width - (facts.width if facts is not None else 0))):
        if line is not None:
            sheet.paste(line, (place[0] + left, place[1]), line)
