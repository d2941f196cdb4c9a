"""Previews of a training: a face is opened large, by mouse and keyboard, in all its versions."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from accessible import problems_of
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox

from app.dialogs.training.large_preview import LargePreview
from app.dialogs.training.loss_chart import Curve, LossChart
from app.dialogs.training.preview_grid import Preview, PreviewGrid
from app.dialogs.training.run_page import RunPage
from app.dialogs.training.texts import verdict_text
from app.session.training_runs import RunView
from app.widgets.list_box import ListBox

ROWS = ("input", "start", "yours", "target")
FACES, SIDE = 3, 50  # lines of 50 pixels are padded by Qt


def colour(row: int, face: int) -> tuple[int, int, int]:
    return 40 * row + 10, 60 * face + 20, 200


@pytest.fixture
def preview():
    pixels = np.zeros((SIDE * len(ROWS), SIDE * FACES, 3), np.uint8)
    for row in range(len(ROWS)):
        for face in range(FACES):
            part = pixels[row * SIDE : (row + 1) * SIDE, face * SIDE : (face + 1) * SIDE]
            part[:] = colour(row, face)
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return Preview(65, ROWS, FACES, image.convertToFormat(QImage.Format.Format_RGB32))


@pytest.fixture
def grid(qtbot, preview):
    made = PreviewGrid()
    made.resize(600, 400)
    qtbot.addWidget(made)
    made.show_preview(preview)
    made.show()
    return made


def middle(grid: PreviewGrid, face: int) -> QPoint:
    return grid.column(face).center().toPoint()


def test_each_version_of_a_face_is_cut_out(preview):
    for row in range(len(ROWS)):
        for face in range(FACES):
            pixels = preview.pixels(row, face)
            gc.collect()
            assert pixels.shape == (SIDE, SIDE, 3)
            assert (pixels == colour(row, face)).all()
            assert pixels.flags.owndata  # Qt's picture is gone by now


def test_a_click_opens_the_face_under_it(qtbot, grid):
    with qtbot.waitSignal(grid.opened) as opened:
        qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=middle(grid, 2))
    assert opened.args == [2]
    with qtbot.assertNotEmitted(grid.opened):
        qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))  # a title


def test_keys_choose_and_open_a_face(qtbot, grid):
    assert grid.focusPolicy() == Qt.FocusPolicy.StrongFocus
    for key, face in (
        (Qt.Key.Key_Right, 1), (Qt.Key.Key_End, 2), (Qt.Key.Key_Right, 2),
        (Qt.Key.Key_Left, 1), (Qt.Key.Key_Home, 0), (Qt.Key.Key_Left, 0),
    ):  # fmt: skip
        qtbot.keyClick(grid, key)
        assert grid.face == face
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        with qtbot.waitSignal(grid.opened) as opened:
            qtbot.keyClick(grid, key)
        assert opened.args == [0]


def test_without_a_preview_there_is_nothing_to_open(qtbot, grid):
    place = middle(grid, 0)
    grid.show_preview(None)
    assert grid.focusPolicy() == Qt.FocusPolicy.NoFocus
    with qtbot.assertNotEmitted(grid.opened):
        qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=place)
        qtbot.keyClick(grid, Qt.Key.Key_Return)


def test_what_a_click_opens_is_shown_before(qtbot, grid):
    before = grid.grab().toImage()
    qtbot.mouseMove(grid, middle(grid, 1))
    qtbot.waitUntil(lambda: grid.cursor().shape() == Qt.CursorShape.PointingHandCursor)
    assert grid.grab().toImage() != before


def test_the_page_opens_it_and_the_dialog_leads_on(qtbot, preview, tmp_path):
    page = RunPage()
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show_view(RunView(tmp_path, "paused", 65, 300))
    page.show_preview(preview)
    page.show()
    page.previews.opened.emit(1)
    large = page.findChild(LargePreview)
    assert large.isVisible()
    assert "65" in large.windowTitle()
    assert [pane.title for pane in large.grid.panes] == [
        "Damaged", "Before training", "Yours", "True photo",
    ]  # fmt: skip
    assert large.place.text() == "Face 2 of 3"
    large.grid.show_actual_size()
    zoom = large.grid.viewport.scale
    qtbot.keyClick(large, Qt.Key.Key_PageDown)
    assert (large.face, large.next_button.isEnabled()) == (2, False)
    assert large.grid.viewport.scale == zoom  # the same part of the next face
    qtbot.mouseClick(large.earlier_button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(large, Qt.Key.Key_PageUp)
    assert (large.face, large.earlier_button.isEnabled()) == (0, False)
    qtbot.keyClick(large.grid, Qt.Key.Key_Plus)
    assert large.grid.viewport.scale > zoom
    qtbot.keyClick(large.grid, Qt.Key.Key_1)
    assert large.grid.chosen_pane == -1  # nothing is chosen here
    qtbot.keyClick(large.grid, Qt.Key.Key_Escape)
    assert not large.isVisible()


def test_everything_in_it_has_a_name(qtbot, preview):
    large = LargePreview(preview, 0)
    qtbot.addWidget(large)
    large.show()
    assert not problems_of(large)


def test_lists_look_like_those_of_the_rest(qtbot):
    page = RunPage()
    qtbot.addWidget(page)
    assert all(isinstance(box, ListBox) for box in page.findChildren(QComboBox))
    page.which.addItem("Texture of eyes and mouth, and more words than before")
    page.which.show()
    words = page.fontMetrics().horizontalAdvance(page.which.itemText(0))
    assert page.which.sizeHint().width() > words


def test_values_at_the_axis_have_room(qtbot):
    chart = LossChart("Nothing yet")
    qtbot.addWidget(chart)
    chart.resize(300, 120)
    values = "0.5644", "123456.7890"
    room = chart._room_for(values)
    assert room > chart.fontMetrics().horizontalAdvance(values[1])
    chart.show_curve(Curve("Score", ((0, 0.5785), (10, 0.5644))), 10)
    assert not chart.grab().isNull()


def test_the_verdict_says_by_what_the_state_was_chosen():
    comparison = {"step": 1100, "start": "Heirloom 512", "verdict": "better", "faces": 6}
    comparison |= {"better": ["ssim"], "worse": []}
    assert "chosen" not in verdict_text(comparison)[1]  # runs of earlier versions
    chosen = {**comparison, "chosen_by": ["identity", "niqe"]}
    sentence = verdict_text(chosen)[1]
    assert sentence.endswith("step 1,100, was chosen by likeness and natural look.")
