"""Words in any script on the contact sheet, drawn with the fonts of this computer."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from PySide6.QtGui import QFontDatabase

from app.jobs.lettering import qt_lettering
from core.reports.lettering import LINE_HEIGHT

Scripts = QFontDatabase.WritingSystem
NAMES = {
    "Großmutter Zoë.jpg": Scripts.Latin,
    "দাদী ও ক্ষেত্র.jpg": Scripts.Bengali,
    "γιαγιά.jpg": Scripts.Greek,
    "бабушка.jpg": Scripts.Cyrillic,
    "おばあさん.jpg": Scripts.Japanese,
    "جدتي.jpg": Scripts.Arabic,
}


def ink(line) -> np.ndarray:
    return np.asarray(line)[..., 3] > 128


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_drawn_with_letters_and_within_its_line(qapp, name):
    if not QFontDatabase.families(NAMES[name]):
        pytest.skip("no font of this computer has these letters")
    line = qt_lettering(name, 22, "#22201d", 600)
    assert line.mode == "RGBA"
    assert line.height == round(22 * LINE_HEIGHT)
    assert 60 < line.width <= 600
    drawn = ink(line)
    assert drawn.sum() > 100
    assert not drawn[0].any()  # nothing is cut off above or below
    assert not drawn[-1].any()
    colours = np.asarray(line)[drawn][:, :3]
    assert np.abs(colours.astype(int) - (0x22, 0x20, 0x1D)).max() < 8


def test_a_long_name_is_shortened_between_its_characters(qapp):
    name = "আমার দাদীর পুরানো ছবি যা চিলেকোঠায় পাওয়া গেছে.jpg" * 3
    line = qt_lettering(name, 22, "#000000", 300)
    if line is None:
        pytest.skip("no font of this computer has these letters")
    assert line.width <= 300


def test_letters_that_no_font_has_are_no_boxes(qapp):
    assert qt_lettering("\U0010fffd.jpg", 22, "#000000", 300) is None


def test_bytes_that_are_no_text_become_a_question_mark(qapp):
    odd, plain = (qt_lettering(n, 22, "#000000", 300) for n in ("a\udce4.jpg", "a?.jpg"))
    np.testing.assert_array_equal(np.asarray(odd), np.asarray(plain))


def test_it_works_beside_the_windows_thread(qapp):
    here = qt_lettering("γιαγιά.jpg", 22, "#000000", 300)
    there = []
    thread = threading.Thread(
        target=lambda: there.append(qt_lettering("γιαγιά.jpg", 22, "#000000", 300))
    )
    thread.start()
    thread.join()
    np.testing.assert_array_equal(np.asarray(here), np.asarray(there[0]))


def test_the_command_line_needs_no_screen():
    code = (
        "from app.cli_report import lettering; from app.jobs.lettering import qt_lettering\n"
        "assert lettering('Zoe.jpg', 22, '#000000', 300) is not None\n"
        "assert lettering('γιαγιά.jpg', 22, '#000000', 300) is not None\n"
    )
    env = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "QT_QPA_PLATFORM"}}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
