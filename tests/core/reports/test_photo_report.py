"""Reports on restored photos: one page that needs nothing else, a sheet, a table."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from PIL import Image, ImageCms
from report_samples import Page, face, photo, recipe

from core.image import Metadata, Photo
from core.progress import no_progress
from core.reports.contact_sheet import contact_sheets
from core.reports.entries import FailedEntry, photo_entry
from core.reports.lettering import fitted, is_writable, pillow_lettering
from core.reports.photos_html import photos_html
from core.reports.pictures import photo_jpeg
from core.reports.scores_csv import COLUMNS, scores_csv
from core.reports.words import changed_settings, likeness_text, plain
from core.settings import COLOUR_PRESETS, BackgroundSettings, RestorationSettings

# The page


def test_the_page_is_well_formed_and_needs_nothing_else(entry):
    html = photos_html([entry])
    page = Page(html)
    assert not page.open
    sources = [attributes["src"] for attributes in page.all("img")]
    assert len(sources) == 2 + 2 * 2  # the photo and two faces, each before and after
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert not page.all("link")
    assert not re.search(rb"(?:src|href)=[\"']?(?:https?:|//|file:)", html)
    assert not re.search(rb"@import|url\(", html)
    assert b"prefers-color-scheme: dark" in html


def test_every_picture_and_the_divider_can_be_used_without_eyes_or_mouse(entry):
    page = Page(photos_html([entry]))
    assert all(attributes["alt"] for attributes in page.all("img"))
    slider = page.all("input")[0]
    assert slider["type"] == "range"  # arrow keys move it, and it has a tab stop
    assert "before and after" in slider["aria-label"]
    assert page.all("html")[0]["lang"] == "en"


def test_the_page_says_what_was_done_with_what(entry):
    words = Page(photos_html([entry])).words
    for word in (
        "anna & <max>.jpg",
        "anna-restored.jpg",
        "240 × 300 → 480 × 600 px",
        "ab" * 32,
        "compact-512",
        "Apache-2.0",
        "5c" * 6,
        "91 %, same person",
        "80 %",
        "Too small.",
        "Face 1 may look like somebody else.",
        "Everything as it comes with Heirloom.",
        '"identity_floor"',
    ):
        assert word in words, word


def test_a_batch_has_an_overview_with_links_and_tells_what_failed(entry):
    failure = FailedEntry("letter.jpg", "“letter.jpg” is not a picture.", "Choose a photo.")
    page = Page(photos_html([entry, failure, entry]))
    links = [attributes["href"] for attributes in page.all("a")]
    assert links == ["#photo-1", "#photo-2", "#photo-3"]
    names = [attributes.get("id") for attributes in page.all("section")]
    assert names == ["overview", "photo-1", "photo-2", "photo-3"]
    assert "Not restored: 1" in page.words
    assert "Choose a photo." in page.words


def test_equal_entries_give_equal_pages(entry):
    again = photo_entry(
        photo(), photo(120, (480, 600)), recipe(), "anna-restored.jpg", no_progress()
    )
    assert photos_html([entry]) == photos_html([again])


def test_the_page_speaks_the_readers_language(entry):
    def shout(text: str) -> str:
        return text.upper()

    page = Page(photos_html([entry], shout, "xx"))
    assert page.all("html")[0]["lang"] == "xx"
    assert "WHAT WAS RESTORED" in page.words
    assert "FACE 1 MAY LOOK LIKE SOMEBODY ELSE." in page.words


# Words


def test_only_settings_that_differ_are_named_by_their_titles():
    settings = RestorationSettings(
        colour=COLOUR_PRESETS["none"].replace(contrast=0.5), background=BackgroundSettings(scale=2)
    )
    words = dict(changed_settings(settings, plain))
    assert words["Contrast"] == "0.5"
    assert words["Enlarge"] == "2"
    assert "Saturation" not in words
    assert changed_settings(RestorationSettings(), plain) == []


def test_likeness_is_said_in_words_and_not_where_it_was_not_measured():
    assert likeness_text(face(identity=0.5, likeness="doubtful"), plain) == "50 %, look closely"
    assert likeness_text(face(identity=None), plain) == "–"
    assert likeness_text(face(restored=False), plain) == "–"


# Pictures and scores


def test_faces_are_cut_from_the_result_at_its_own_scale():
    before = photo()
    doubled = np.ascontiguousarray(np.kron(before.pixels, np.ones((2, 2, 1), np.uint8)))
    made = photo_entry(before, Photo(doubled), recipe(), "", no_progress())
    pictures = [np.asarray(Image.open(io.BytesIO(jpeg)), float) for jpeg in _of(made.faces[0])]
    assert np.abs(pictures[0] - pictures[1]).mean() < 4


def _of(face_entry) -> tuple[bytes, bytes]:
    return face_entry.before, face_entry.after


def test_quality_falls_when_a_face_is_blurred(entry):
    import cv2

    sharp = photo(120, (480, 600))
    blurred = sharp.with_pixels(np.ascontiguousarray(cv2.GaussianBlur(sharp.pixels, (0, 0), 9)))
    worse = photo_entry(photo(), blurred, recipe(), "", no_progress())
    assert worse.faces[0].niqe_after != pytest.approx(entry.faces[0].niqe_after, abs=0.1)
    assert worse.faces[0].niqe_before == entry.faces[0].niqe_before


def test_a_face_without_any_structure_has_no_quality_and_stops_nothing():
    flat = Photo(np.full((300, 240, 3), 90, np.uint8))
    made = photo_entry(flat, flat, recipe(), "", no_progress())
    assert made.faces[0].niqe_before is None
    assert "– → –" in Page(photos_html([made])).words


def test_pictures_keep_their_profile_and_lie_on_white():
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    clear = Photo(np.zeros((20, 30, 3), np.uint8), np.zeros((20, 30), np.uint8), Metadata(icc=icc))
    with Image.open(io.BytesIO(photo_jpeg(clear, 100, 90))) as image:
        assert image.info["icc_profile"] == icc
        assert np.asarray(image).min() > 250


def test_sixteen_bits_are_shown_as_eight():
    deep = Photo(np.full((20, 30, 3), 128 * 257, np.uint16))
    with Image.open(io.BytesIO(photo_jpeg(deep, 100, 95))) as image:
        assert abs(int(np.asarray(image).mean()) - 128) <= 1


def test_scores_have_a_line_a_face_and_a_line_for_what_failed(entry):
    empty = photo_entry(photo(), photo(), recipe(faces=()), "none.jpg", no_progress())
    failure = FailedEntry("letter.jpg", "Not a picture.", "")
    lines = list(csv.DictReader(io.StringIO(scores_csv([entry, empty, failure]).decode())))
    assert list(lines[0]) == list(COLUMNS)
    assert [line["face"] for line in lines] == ["1", "2", "", ""]
    assert [line["status"] for line in lines] == ["done", "done", "done", "failed"]
    assert float(lines[0]["identity"]) == 0.91
    assert float(lines[0]["niqe_after"]) > 0
    assert lines[1]["restored"] == "no"
    assert lines[3]["note"] == "Not a picture."


def test_contact_sheets_hold_forty_photos_each(entry):
    sheets = contact_sheets([entry] * 41, no_progress())
    assert len(sheets) == 2
    sizes = [Image.open(io.BytesIO(sheet)).size for sheet in sheets]
    assert sizes[0][0] == sizes[1][0]
    assert sizes[0][1] > 5 * sizes[1][1]
    assert contact_sheets([FailedEntry("a", "b", "c")], no_progress()) == []


def test_captions_fit_into_their_room():
    from PIL import ImageDraw, ImageFont

    draw = ImageDraw.Draw(Image.new("RGB", (10, 10)))
    font = ImageFont.load_default(22)
    name = "a-very-long-name-of-a-photo-from-the-attic.jpg"
    short = fitted(draw, font, name, 200)
    assert draw.textlength(short, font) <= 200
    assert short.startswith("a-very")
    assert short.endswith(".jpg")
    line = pillow_lettering(name, 22, "#22201d", 200)
    assert line.width <= 200
    assert np.asarray(line)[..., 3].max() == 255


def test_names_without_a_font_give_way_to_numbers_and_are_drawn_where_there_is_one(entry):
    assert is_writable("Großmutter Zoë")
    assert pillow_lettering("দাদী", 22, "#22201d", 200) is None
    entry = replace(entry, recipe=msgspec.structs.replace(entry.recipe, photo="দাদী.jpg"))
    asked = []

    def lettering(text, size_px, colour, room_px):
        asked.append((text, room_px))
        return Image.new("RGBA", (300, 40), "#ff0000ff") if "দাদী" in text else None

    def sheet(**how) -> np.ndarray:
        (data,) = contact_sheets([entry], no_progress(), **how)
        return np.asarray(Image.open(io.BytesIO(data)))

    plain_sheet, drawn = sheet(), sheet(lettering=lettering)
    assert ("1  দাদী.jpg", 1720) in asked
    red = (drawn == (255, 0, 0)).all(axis=2)
    assert red.sum() == 300 * 40
    assert not (plain_sheet == (255, 0, 0)).all(axis=2).any()
    assert (plain_sheet[-90:, :80].max(axis=2) < 90).any()  # the number
