"""Small questions around names, projects and recipes."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QWidget

from app.dialogs.files import ask_new_file
from app.dialogs.name_question import NameQuestion
from app.dialogs.question import Question
from app.session.presets import SUFFIX as PRESET_SUFFIX
from app.session.project import SUFFIX as PROJECT_SUFFIX


def ask_name(parent: QWidget, title: str, label: str, suggestion: str) -> str:
    """Let the user type a name; empty where nothing was typed."""
    return NameQuestion(title, label, suggestion, parent).ask_name()


def ask_replace(parent: QWidget, name: str) -> bool:
    """Ask before a preset of the same name is replaced."""
    translate = QCoreApplication.translate
    text = translate("ProjectDialogs", "There is already a preset called “{name}”.")
    words = translate("ProjectDialogs", "Shall it get the present settings?")
    question = Question(text.format(name=name), words, parent)
    replace = question.add(
        translate("ProjectDialogs", "Replace it"),
        translate("ProjectDialogs", "The preset’s former settings are lost"),
    )
    question.add_cancel(is_default=True)
    return question.ask() is replace


def ask_about_recipe(parent: QWidget, name: str, original: str) -> bool:
    """Ask whether the original is to be opened in place of a picture that Heirloom made.

    Args:
        parent: The window.
        name: The picture that was to be opened.
        original: The file name of the photo that it was made from.
    """
    translate = QCoreApplication.translate
    text = translate("ProjectDialogs", "Heirloom made “{name}” from “{original}”.")
    question = Question(
        text.format(name=name, original=original),
        translate(
            "ProjectDialogs",
            "Heirloom can open the original with the same settings, so that you can go on where "
            "you were. Restoring a restored picture once more seldom helps.",
        ),
        parent,
    )
    question.add(
        translate("ProjectDialogs", "Open this picture"),
        translate("ProjectDialogs", "Restores the restored picture once more"),
        QDialogButtonBox.ButtonRole.RejectRole,
    )
    again = question.add(
        translate("ProjectDialogs", "Open the original"),
        translate("ProjectDialogs", "Opens the photo that it was made from, with its settings"),
        is_primary=True,
    )
    return question.ask() is again


def ask_save_project(parent: QWidget, suggestion: Path) -> Path | None:
    """Let the user choose where a project goes; None where nothing was chosen."""
    translate = QCoreApplication.translate
    kind = translate("ProjectDialogs", "Heirloom projects") + f" (*{PROJECT_SUFFIX})"
    title = translate("ProjectDialogs", "Save the project")
    return _ending_in(PROJECT_SUFFIX, ask_new_file(parent, title, suggestion, kind, PROJECT_SUFFIX))


def ask_export_preset(parent: QWidget, suggestion: Path) -> Path | None:
    """Let the user choose where a preset goes; None where nothing was chosen."""
    translate = QCoreApplication.translate
    kind = translate("ProjectDialogs", "Heirloom presets") + f" (*{PRESET_SUFFIX})"
    title = translate("ProjectDialogs", "Share the preset as a file")
    return _ending_in(PRESET_SUFFIX, ask_new_file(parent, title, suggestion, kind, PRESET_SUFFIX))


def _ending_in(ending: str, chosen: Path | None) -> Path | None:
    """The chosen file where it has the ending, or a new one that has: a photo is never replaced."""
    if chosen is None or chosen.name.lower().endswith(ending):
        return chosen
    path, number = chosen.with_name(chosen.name + ending), 1
    while os.path.lexists(path):
        number += 1
        path = chosen.with_name(f"{chosen.name}-{number}{ending}")
    return path


def ask_import_preset(parent: QWidget, folder: str) -> Path | None:
    """Let the user choose a preset's file; None where nothing was chosen."""
    translate = QCoreApplication.translate
    kind = translate("ProjectDialogs", "Heirloom presets") + f" (*{PRESET_SUFFIX})"
    everything = translate("ProjectDialogs", "All files") + " (*)"
    title = translate("ProjectDialogs", "Add a preset from a file")
    name, _ = QFileDialog.getOpenFileName(parent, title, folder, f"{kind};;{everything}")
    return Path(name) if name else None
