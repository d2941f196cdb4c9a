"""What the about box shows of licences."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QPlainTextEdit, QTabWidget, QTextBrowser

from app.dialogs import about
from app.dialogs.about import AboutDialog


def test_from_source_there_is_the_overview_alone(qtbot) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    assert dialog.findChild(QTabWidget) is None
    assert "Apache Licence 2.0" in dialog.findChild(QTextBrowser).toPlainText()


def test_a_bundle_shows_all_licences_once_they_are_asked_for(
    qtbot, monkeypatch, tmp_path: Path
) -> None:
    text = "".join(f"{number}: Qt is under the LGPL.\n" for number in range(20_000))
    (tmp_path / "all.txt").write_text(text)
    monkeypatch.setattr(about, "bundle_licences", lambda: tmp_path / "all.txt")
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    tabs = dialog.findChild(QTabWidget)
    everything = dialog.findChild(QPlainTextEdit)
    assert everything.toPlainText() == ""
    tabs.setCurrentIndex(1)
    assert 0 < len(everything.toPlainText()) < len(text)
    qtbot.waitUntil(lambda: len(everything.toPlainText()) == len(text))
    assert everything.toPlainText() == text
    tabs.setCurrentIndex(0)
    tabs.setCurrentIndex(1)
    assert everything.toPlainText() == text
    dialog.close()
