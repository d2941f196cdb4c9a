"""Small questions around names, projects and recipes."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit, QMessageBox, QWidget

from app.dialogs.files import ask_new_file
from app.session.presets import SUFFIX as PRESET_SUFFIX
from app.session.project import SUFFIX as PROJECT_SUFFIX


def ask_name(parent: QWidget, title: str, label: str, suggestion: str) -> str:
    """Let the user type a name; empty where nothing was typed."""
    name, is_given = QInputDialog.getText(
        parent, title, label, QLineEdit.EchoMode.Normal, suggestion
    )
    return name.strip() if is_given else ""


def ask_replace(parent: QWidget, name: str) -> bool:
    """Ask before a preset of the same name is replaced."""
    translate = QCoreApplication.translate
    box = QMessageBox(parent)
    box.setWindowTitle(translate("ProjectDialogs", "Heirloom"))
    text = translate("ProjectDialogs", "There is already a preset called “{name}”.")
    box.setText(text.format(name=name))
    box.setInformativeText(translate("ProjectDialogs", "Shall it get the present settings?"))
    replace = box.addButton(
        translate("ProjectDialogs", "Replace it"), QMessageBox.ButtonRole.AcceptRole
    )
    stay = box.addButton(translate("ProjectDialogs", "Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    box.exec()
    is_agreed = box.clickedButton() is replace
    box.deleteLater()
    return is_agreed


def ask_about_recipe(parent: QWidget, name: str, original: str) -> bool:
    """Ask whether the original is to be opened in place of a picture that Heirloom made.

    Args:
        parent: The window.
        name: The picture that was to be opened.
        original: The file name of the photo that it was made from.
    """
    translate = QCoreApplication.translate
    box = QMessageBox(parent)
    box.setWindowTitle(translate("ProjectDialogs", "Heirloom"))
    text = translate("ProjectDialogs", "Heirloom made “{name}” from “{original}”.")
    box.setText(text.format(name=name, original=original))
    box.setInformativeText(
        translate(
            "ProjectDialogs",
            "Heirloom can open the original with the same settings, so that you can go on where "
            "you were. Restoring a restored picture once more seldom helps.",
        )
    )
    again = box.addButton(
        translate("ProjectDialogs", "Open the original"), QMessageBox.ButtonRole.AcceptRole
    )
    again.setProperty("primary", "true")
    box.addButton(
        translate("ProjectDialogs", "Open this picture"), QMessageBox.ButtonRole.RejectRole
    )
    box.setDefaultButton(again)
    box.exec()
    is_agreed = box.clickedButton() is again
    box.deleteLater()
    return is_agreed


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
