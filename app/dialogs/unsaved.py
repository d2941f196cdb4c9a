"""Asks what to do with a result that is not saved."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialogButtonBox, QWidget

from app.dialogs.question import Question


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
    shown = name or translate("Unsaved", "this picture")
    title = translate("Unsaved", "The restored version of {name} is not saved yet.")
    question = Question(
        title.format(name=shown),
        translate("Unsaved", "Your original photo stays as it is either way."),
        parent,
    )
    discard = question.add(
        translate("Unsaved", "Don’t save"),
        translate("Unsaved", "Goes on; the result is lost"),
        QDialogButtonBox.ButtonRole.DestructiveRole,
    )
    question.add_cancel()
    save = question.add(
        translate("Unsaved", "Save a copy"),
        translate("Unsaved", "Saves the result beside the photo under a new name, and goes on"),
        is_primary=True,
    )
    chosen = question.ask()
    if chosen is save:
        return UnsavedAnswer.SAVE
    return UnsavedAnswer.DISCARD if chosen is discard else UnsavedAnswer.STAY
