"""Asks what to do with a result that is not saved."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget


class UnsavedAnswer(Enum):
    """What the user wants."""

    SAVE = "save"
    DISCARD = "discard"
    STAY = "stay"


def ask_about_unsaved(parent: QWidget, name: str) -> UnsavedAnswer:
    """Ask before a result is lost.

    Args:
        parent: The window.
        name: The photo's file name; may be empty.
    """
    translate = QCoreApplication.translate
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle(translate("Unsaved", "Heirloom"))
    shown = name or translate("Unsaved", "this picture")
    box.setText(
        translate("Unsaved", "The restored version of {name} is not saved yet.").format(name=shown)
    )
    box.setInformativeText(translate("Unsaved", "Your original photo stays as it is either way."))
    save = box.addButton(translate("Unsaved", "Save a copy"), QMessageBox.ButtonRole.AcceptRole)
    save.setProperty("primary", "true")
    discard = box.addButton(
        translate("Unsaved", "Don’t save"), QMessageBox.ButtonRole.DestructiveRole
    )
    stay = box.addButton(translate("Unsaved", "Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(save)
    box.setEscapeButton(stay)
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    if clicked is save:
        return UnsavedAnswer.SAVE
    return UnsavedAnswer.DISCARD if clicked is discard else UnsavedAnswer.STAY
