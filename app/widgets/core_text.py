"""Translates sentences that come from the engine: titles of settings, stages, errors."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

CONTEXT = "Core"


def core_text(text: str) -> str:
    """The sentence in the user's language; the English one where it has no translation."""
    return QCoreApplication.translate(CONTEXT, text) if text else ""
