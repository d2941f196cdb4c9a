"""The dialogs that choose a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget


def ask_open_folder(parent: QWidget, folder: str) -> Path | None:
    """Let the user choose a folder of pictures; None where none was chosen."""
    title = QCoreApplication.translate("FileDialogs", "Open a folder of photos")
    name = QFileDialog.getExistingDirectory(parent, title, folder)
    return Path(name) if name else None


def ask_open_paths(parent: QWidget, folder: str, suffixes: Sequence[str]) -> list[Path]:
    """Let the user choose pictures; empty where nothing was chosen."""
    title = QCoreApplication.translate("FileDialogs", "Open photos")
    names, _ = QFileDialog.getOpenFileNames(parent, title, folder, _kinds(suffixes))
    return [Path(name) for name in names]


def _kinds(suffixes: Sequence[str]) -> str:
    translate = QCoreApplication.translate
    pictures = translate("FileDialogs", "Pictures")
    patterns = " ".join(f"*{suffix}" for suffix in suffixes)
    return f"{pictures} ({patterns});;{translate('FileDialogs', 'All files')} (*)"


def ask_save_path(parent: QWidget, suggestion: Path, suffixes: Sequence[str]) -> Path | None:
    """Let the user choose where to save; None where nothing was chosen.

    The dialog itself asks before an existing file is replaced.
    """
    translate = QCoreApplication.translate
    patterns = " ".join(f"*{suffix}" for suffix in suffixes)
    return ask_new_file(
        parent,
        translate("FileDialogs", "Save the restored photo"),
        suggestion,
        translate("FileDialogs", "Pictures") + f" ({patterns})",
        suggestion.suffix,
    )


def ask_new_file(
    parent: QWidget, title: str, suggestion: Path, kinds: str, ending: str
) -> Path | None:
    """Let the user choose a file to be written; None where nothing was chosen.

    The ending is added by the dialog itself, which then asks before a file of the whole name is
    replaced. Added later, it would make the name of a file that nobody was asked about.

    Args:
        parent: The window.
        title: The dialog's.
        suggestion: Where the dialog starts.
        kinds: As `QFileDialog` writes name filters.
        ending: What a name without one gets, with its dot.
    """
    dialog = QFileDialog(parent, title, str(suggestion.parent), kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setDefaultSuffix(ending.removeprefix("."))
    dialog.selectFile(suggestion.name)
    names = dialog.selectedFiles() if dialog.exec() else []
    dialog.deleteLater()
    return Path(names[0]) if names else None
