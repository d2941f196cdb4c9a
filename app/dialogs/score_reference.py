"""The dialog that chooses the picture that a result is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget


def ask_reference(parent: QWidget, folder: str, suffixes: Sequence[str]) -> Path | None:
    """Let the user choose a picture; None where none was chosen."""
    translate = QCoreApplication.translate
    patterns = " ".join(f"*{suffix}" for suffix in suffixes)
    name, _ = QFileDialog.getOpenFileName(
        parent,
        translate("FileDialogs", "Choose a better picture of the same photo"),
        folder,
        translate("FileDialogs", "Pictures") + f" ({patterns})",
    )
    return Path(name) if name else None
