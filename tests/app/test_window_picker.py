"""In the real window: the neutral picker says why it does nothing on a photo without colours."""

from __future__ import annotations

import numpy as np
import pytest
from app_fakes import save_png
from PySide6.QtCore import Qt


def open_photo(qtbot, window, path) -> None:
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([path])
    qtbot.waitUntil(lambda: not window.work.is_busy)


def picture(tint) -> np.ndarray:
    """A picture of soft shapes and some grain in one tint."""
    y, x = np.mgrid[0:180, 0:240] / 240
    grain = np.random.default_rng(0).normal(0, 0.02, y.shape)
    light = np.clip(0.5 + 0.3 * np.sin(9 * x) * np.cos(7 * y) + grain, 0, 1)
    return np.rint(255 * np.clip(light[..., None] ** np.asarray(tint), 0, 1)).astype(np.uint8)


@pytest.mark.parametrize(
    ("tint", "why", "instead"),
    [
        ((0.8, 1.0, 1.5), "one tone", "Brown tone"),
        ((1.0, 1.0, 1.0), "black and white", "Brightness"),
    ],
    ids=["sepia", "grey"],
)
def test_it_says_why_nothing_happens_and_what_to_use(qtbot, window, tmp_path, tint, why, instead):
    open_photo(qtbot, window, save_png(tmp_path / "old.png", picture(tint)))
    window.set_mode("studio")
    before = window.work.document.settings
    qtbot.mouseClick(window.neutral_picker.pick, Qt.MouseButton.LeftButton)
    banner = window.parts.banner
    assert banner.isVisible()
    assert banner.kind == "note"
    assert why in banner.text
    assert f"“{instead}”" in banner.text
    assert window.parts.area.canvas.tool is None
    assert not window.commands.neutral_picker.isChecked()
    assert not window.neutral_picker.pick.isChecked()
    assert window.work.document.settings == before


def test_on_a_colour_photo_it_picks(qtbot, window, photo_path):
    open_photo(qtbot, window, photo_path)
    window.set_mode("studio")
    qtbot.mouseClick(window.neutral_picker.pick, Qt.MouseButton.LeftButton)
    assert window.parts.area.canvas.tool is not None
    assert window.neutral_picker.pick.isChecked()
    assert not window.parts.banner.isVisible()


def test_the_button_for_marks_begins_and_ends_the_brush(qtbot, window, photo_path):
    with qtbot.waitSignal(window.work.choices_found):
        window.work.warm_up()
    open_photo(qtbot, window, photo_path)
    window.set_mode("studio")
    button = window.damage_marks.buttons[1]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.damage_marks.tool is not None
    assert button.isChecked()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.damage_marks.tool is None
    assert not button.isChecked()
    qtbot.waitUntil(lambda: not window.work.is_busy)


def test_the_bar_of_the_brush_lies_beside_the_photo_and_not_over_it(qtbot, window, photo_path):
    with qtbot.waitSignal(window.work.choices_found):
        window.work.warm_up()
    open_photo(qtbot, window, photo_path)
    window.commands.damage_marks.trigger()
    qtbot.waitUntil(lambda: not window.work.is_busy)
    bar, canvas = window.damage_marks.bar, window.parts.area.canvas
    assert bar.isVisible()
    above = bar.mapTo(window, bar.rect().bottomLeft()).y()
    assert above < canvas.mapTo(window, canvas.rect().topLeft()).y()
    least = window.minimumSize()
    window.resize(least)
    assert window.size() == least
    assert bar.done.mapTo(bar, bar.done.rect().topRight()).x() <= bar.width()
    window.commands.damage_marks.trigger()
    assert not bar.isVisible()
