"""Words that have no room, lists that are empty, advice that comes when it is of use."""

from __future__ import annotations

import re
import threading

import numpy as np
import pytest
from app_fakes import save_png
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialogButtonBox,
    QProxyStyle,
    QPushButton,
    QStyle,
)
from windows_of_app import cut_off

from app.dialogs.about import AboutDialog
from app.dialogs.crash import CrashDialog
from app.dialogs.name_question import NameQuestion
from app.dialogs.project_history import HistoryDialog
from app.dialogs.question import Question
from app.dialogs.shortcuts import ShortcutsDialog
from app.session.history import History
from app.session.troubles import Trouble
from app.session.versions import with_version
from app.widgets.elided_label import ElidedLabel
from app.widgets.fitting_row import FittingRow
from app.widgets.line_break import breakable, line_height_px, unbroken, wrapped
from app.widgets.score_panel import ScorePanel
from core.settings import RestorationSettings

LONG = (
    "_".join(["Grandmother", "and", "grandfather", "at", "the", "harvest", "festival"] * 3) + ".png"
)


def test_a_long_name_is_cut_in_its_middle_and_is_whole_where_there_is_room(qtbot):
    label = ElidedLabel("heading")
    qtbot.addWidget(label)
    label.resize(200, 20)
    label.show_text(LONG)
    label.show()
    QApplication.processEvents()
    assert "…" in label.text()
    assert label.text().startswith("Grand")
    assert label.text().endswith(".png")
    assert label.whole == label.accessibleName() == LONG
    assert label.minimumSizeHint().width() < 40
    label.resize(4000, 20)
    QApplication.processEvents()
    assert label.text() == LONG


def test_a_long_name_leaves_the_window_as_narrow_as_it_may_be(qtbot, window, tmp_path):
    leasts = []
    for name in ("a.png", LONG):
        photo = save_png(tmp_path / name, np.full((60, 80, 3), 90, np.uint8))
        with qtbot.waitSignal(window.work.restored):
            window.open_paths([photo])
        qtbot.waitUntil(lambda: not window.work.is_busy)
        with qtbot.waitSignal(window.work.saved):
            window.commands.save.trigger()
        leasts.append(window.minimumSizeHint().width())
    assert window.parts.header.name == LONG
    assert "…" in window.parts.header._name.text()
    window.parts.banner.show_note(f"“{LONG}” is saved.")
    assert LONG in window.parts.banner.text
    assert cut_off(window) == []
    assert window.minimumSizeHint().width() <= max(leasts[0], window.minimumWidth())


def test_the_line_is_spoken_of_only_where_there_is_one(qtbot, window, engine, photo_path):
    helping = window.parts.panel._divider_help
    engine.gate = threading.Event()
    window.open_paths([photo_path])
    qtbot.waitUntil(lambda: window.work.document is not None)
    assert helping.isHidden()
    with qtbot.waitSignal(window.work.restored):
        engine.gate.set()
    assert not helping.isHidden()
    window.commands.side_by_side.trigger()
    assert helping.isHidden()
    window.presenter.refresh()
    assert helping.isHidden()
    window.commands.divider.trigger()
    assert not helping.isHidden()


def test_an_empty_list_says_what_belongs_into_it(qtbot):
    dialog = HistoryDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    history = History(RestorationSettings())
    dialog.show_history(history)
    assert dialog.versions.hint.isVisible()
    assert "remembers the photo" in dialog.versions.hint.text()
    history.push_versions(with_version((), "Warm", history.settings), "Keep")
    dialog.show_history(history)
    assert not dialog.versions.hint.isVisible()
    history.undo()
    dialog.show_history(history)
    assert dialog.versions.hint.isVisible()


def test_where_no_face_was_found_the_strip_says_how_one_is_added(qtbot, window, engine, photo_path):
    engine.face_count = 0
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([photo_path])
    assert "Add a face" in window.parts.strip._summary.whole


def test_what_does_not_fit_the_last_line_ends_in_an_ellipsis(qapp):
    font = QFont()
    room = QFontMetrics(font).horizontalAdvance("A face may have become") + 2  # it is rounded
    text = "A face may have become\nanother person altogether, so compare it"
    first, second = wrapped(text, font, room, 2)
    assert first == "A face may have become"
    assert second.startswith("another")
    assert second.endswith("…")
    assert QFontMetrics(font).horizontalAdvance(second) <= room
    assert wrapped("Done", font, room, 2) == ("Done",)
    assert wrapped("", font, room, 2) == ()
    assert len(wrapped("x" * 300, font, room, 2)) == 2


def test_lines_end_between_words_whatever_signs_a_name_holds(qapp):
    font, text = QFont(), "“\U0001f600\U0001f600\U0001f600.jpg” could not be read because of damage"
    lines = wrapped(text, font, QFontMetrics(font).horizontalAdvance("could not be read b"), 9)
    assert len(lines) > 1
    assert " ".join(lines) == text


@pytest.mark.parametrize("typed", ["  Warm ", ""])
def test_a_name_is_asked_for_with_enter_and_escape(qtbot, monkeypatch, typed):
    def answer(question: NameQuestion) -> None:
        question.show()
        question.field.clear()
        QTest.keyClicks(question.field, typed)
        assert question.keep.isEnabled() is bool(typed.strip())
        QTest.keyClick(question.field, Qt.Key.Key_Return if typed else Qt.Key.Key_Escape)
        assert not question.isVisible()

    monkeypatch.setattr(NameQuestion, "exec", answer)
    question = NameQuestion("Keep this version", "Name of the version", "Version 1")
    assert question.field.selectedText() == "Version 1"
    assert question.ask_name() == typed.strip()


def test_a_question_is_as_high_as_its_words(qtbot):
    question = Question("There is already a preset called “Warm”.", "Shall it be replaced?")
    qtbot.addWidget(question)
    question.add_cancel()
    question.show()
    assert question.title.height() <= question.fontMetrics().lineSpacing() + 4
    assert question.words.y() - question.title.geometry().bottom() <= 12


class _Desktop(QProxyStyle):
    """Orders buttons as some desktop does."""

    def __init__(self, order: QDialogButtonBox.ButtonLayout) -> None:
        super().__init__()
        self.order = order

    def styleHint(self, hint, *more):  # noqa: N802
        if hint == QStyle.StyleHint.SH_DialogButtonLayout:
            return self.order.value
        return super().styleHint(hint, *more)


@pytest.mark.parametrize(
    ("order", "left_to_right"),
    [
        (QDialogButtonBox.ButtonLayout.WinLayout, ["Save", "Don’t save", "Cancel"]),
        (QDialogButtonBox.ButtonLayout.GnomeLayout, ["Don’t save", "Cancel", "Save"]),
    ],
)
def test_answers_stand_in_the_order_of_the_desktop(qtbot, order, left_to_right):
    question = Question("It is not saved yet.", "")
    qtbot.addWidget(question)
    question.add("Don’t save", "", QDialogButtonBox.ButtonRole.DestructiveRole)
    question.add_cancel()
    question.add("Save", "", is_primary=True)
    style = _Desktop(order)
    box = question.findChild(QDialogButtonBox)
    box.setStyle(style)
    question.show()
    QApplication.processEvents()
    buttons = sorted(box.buttons(), key=lambda button: button.x())
    assert [button.text() for button in buttons] == left_to_right
    box.setStyle(None)


def test_buttons_of_qt_have_words_and_no_signs(qtbot, window):
    for dialog in (AboutDialog(window), ShortcutsDialog((), window)):
        qtbot.addWidget(dialog)
        dialog.show()
        [button] = dialog.findChild(QDialogButtonBox).buttons()
        assert button.icon().isNull()
        assert button.text()


def test_enter_goes_on_after_a_crash(qtbot):
    trouble = Trouble("Something went wrong.", "Try it again.", "details", is_expected=False)
    dialog = CrashDialog(trouble, is_work_kept=False)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.continue_button)
    QTest.keyClick(dialog.continue_button, Qt.Key.Key_Return)
    assert dialog.result() == CrashDialog.DialogCode.Accepted


def test_the_empty_window_begins_at_its_main_button(qtbot, window, photo_path):
    window.activateWindow()
    empty = window.parts.area.empty
    qtbot.waitUntil(lambda: QApplication.focusWidget() is empty.focusProxy())
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([photo_path])
    assert QApplication.focusWidget() is window.parts.area.canvas
    window.work.document.discard()
    window.commands.close_photo.trigger()
    assert QApplication.focusWidget() is empty.focusProxy()


def test_buttons_stand_below_each_other_where_their_words_have_no_room(qtbot):
    first, second = QPushButton("Try again"), QPushButton("Restore 1 more")
    row = FittingRow((first, second))
    qtbot.addWidget(row)
    row.resize(400, 100)
    row.show()
    QApplication.processEvents()
    assert first.y() == second.y()
    second.setText("Restore the one photo that is left in this list of photos")
    qtbot.waitUntil(lambda: first.x() == second.x())
    assert first.geometry().bottom() < second.y()
    assert min(first.width(), second.width()) == row.width()
    first.hide()
    second.setText("Restore")
    QApplication.processEvents()
    assert second.width() == row.width()


def test_a_long_name_may_be_broken_and_is_read_as_it_is():
    text = f"“{LONG}” is saved, and letter.jpg too."
    broken = breakable(text)
    assert unbroken(broken) == text
    assert max(len(piece) for piece in re.split("[ \u200b]", broken)) <= 16
    assert breakable("“letter.jpg” is saved.") == "“letter.jpg” is saved."


@pytest.mark.parametrize("text", ["Ågj", "বাতিল", "ক্ষ্মি", "ﷺ"])
def test_letters_of_another_font_are_not_cut_off_in_a_line(qapp, text):
    font = QFont("DejaVu Sans", 10)
    drawn = []
    for more in (Qt.TextFlag.TextSingleLine, Qt.TextFlag.TextDontClip):
        image = QImage(200, 100, QImage.Format.Format_Grayscale8)
        image.fill(0)
        painter = QPainter(image)
        painter.setPen(Qt.GlobalColor.white)
        painter.setFont(font)
        line = QRect(20, 40, 160, line_height_px(font, (text,)))
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | more), text)
        painter.end()
        drawn.append(image)
    assert drawn[0] == drawn[1]


def test_no_letter_is_torn_from_its_marks_nor_from_the_one_it_is_joined_to():
    word = "ক্ষি" * 12 + "e\u0301" * 12
    broken = breakable(word)
    pieces = broken.split("\u200b")
    assert unbroken(broken) == word
    assert len(pieces) > 1
    for piece in pieces:
        assert piece[0] in "কe"
        assert piece[-1] in "ি\u0301"


def test_what_is_read_out_holds_no_places_to_break(qtbot):
    panel = ScorePanel()
    qtbot.addWidget(panel)
    panel.show_reference(LONG)
    assert "\u200b" in panel.reference.text()
    assert panel.reference.accessibleName().endswith(LONG)


def test_a_name_that_is_copied_from_the_banner_is_the_name(qtbot, window):
    window.show()
    window.parts.banner.show_note(f"/photos/{LONG} is saved.")
    label = window.parts.banner._title
    assert label.text() != unbroken(label.text())
    label.setFocus()
    label.setSelection(0, len(label.text()))
    QTest.keyClick(label, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == f"/photos/{LONG} is saved."
