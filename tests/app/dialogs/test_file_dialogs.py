"""The dialogs that name a file: nothing is replaced that the user was not asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from accessible import problems_of, tab_order
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox, QWidget
from windows_of_app import cut_off

from app.dialogs.files import ask_save_path
from app.dialogs.project_dialogs import ask_export_preset, ask_save_project
from app.widgets.language import can_show, install_language


@pytest.fixture
def parent(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def answer(name: str, questions: list[str]) -> None:
    """Type a name into the dialog that opens next, say no to questions, then give up."""

    def type_name() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        line = dialog.findChild(QLineEdit)
        assert line is not None
        line.setText(name)
        QTimer.singleShot(0, dialog, say_no)
        dialog.accept()
        if dialog.isVisible():  # it asked, and was told no
            dialog.reject()

    def say_no() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            questions.append(box.text())
            box.button(QMessageBox.StandardButton.No).click()

    QTimer.singleShot(0, type_name)


def test_a_name_without_an_ending_does_not_replace_a_photo_unasked(parent, tmp_path):
    other = tmp_path / "oma.jpg"
    other.write_bytes(b"another photo")
    questions: list[str] = []
    answer("oma", questions)
    assert ask_save_path(parent, tmp_path / "opa-restored.jpg", (".jpg", ".png")) is None
    assert len(questions) == 1
    assert "oma.jpg" in questions[0]


def test_a_free_name_gets_the_ending_of_the_suggestion(parent, tmp_path):
    questions: list[str] = []
    answer("oma", questions)
    chosen = ask_save_path(parent, tmp_path / "opa-restored.jpg", (".jpg", ".png"))
    assert chosen == tmp_path / "oma.jpg"
    assert not questions


def test_a_project_is_not_saved_over_a_project_unasked(parent, tmp_path):
    (tmp_path / "oma.heirloom").write_bytes(b"a project")
    questions: list[str] = []
    answer("oma", questions)
    assert ask_save_project(parent, tmp_path / "opa.heirloom") is None
    assert len(questions) == 1


@pytest.mark.parametrize(
    ("ask", "ending"),
    [(ask_save_project, ".heirloom"), (ask_export_preset, ".heirloom-preset.json")],
)
def test_a_project_or_preset_never_takes_the_name_of_a_photo(
    parent, tmp_path, monkeypatch, ask, ending
):
    photo = tmp_path / "oma.jpg"
    photo.write_bytes(b"a photo")
    (tmp_path / f"oma.jpg{ending}").write_bytes(b"an earlier one")
    monkeypatch.setattr(QFileDialog, "exec", lambda _self: 1)  # as if replacing had been agreed to
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _self: [str(photo)])
    assert ask(parent, tmp_path / "a") == Path(tmp_path / f"oma.jpg-2{ending}")


@pytest.mark.parametrize("language", ["en", "de", "bn"])
def test_the_question_about_replacing_can_be_read_and_reached_by_everybody(
    qapp, parent, tmp_path, language
):
    (tmp_path / "oma.jpg").write_bytes(b"another photo")
    seen: list[str] = []
    missing: list[str] = []

    def ask_and_look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        dialog.findChild(QLineEdit).setText("oma.jpg")
        QTimer.singleShot(0, dialog, look)
        dialog.accept()
        dialog.reject()

    def look() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        missing.extend([*problems_of(box), *cut_off(box)])
        seen.extend([box.text(), *(button.text() for button in box.buttons())])
        start = box.buttons()[0]
        start.setFocus()
        missing.extend(b.text() for b in box.buttons() if b not in tab_order(start))
        box.button(QMessageBox.StandardButton.No).click()

    if not can_show(language):
        pytest.skip("no font has these letters")
    install_language(qapp, language)
    try:
        QTimer.singleShot(0, ask_and_look)
        assert ask_save_path(parent, tmp_path / "opa-restored.jpg", (".jpg",)) is None
    finally:
        install_language(qapp, "en")
    assert not missing
    question, *answers = seen
    assert "oma.jpg" in question
    assert len(answers) == 2
    assert ("already exists" in question) == (language == "en")
    assert any("Yes" in answer for answer in answers) == (language == "en")
