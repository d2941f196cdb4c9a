"""Gives the application its language: our texts, Qt's own, numbers, and a font that can show it."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from app.session.languages import SOURCE, file_of, installed_languages, language_to_use

_WRITING = {"bn": QFontDatabase.WritingSystem.Bengali}
"""Languages whose letters a plain system may have no font for."""

_PROPERTY = "heirloomLanguage"

_WESTERN_DIGITS = frozenset({"bn"})
"""Numbers of these are written as in English: half of ours are, and a mixture reads badly."""


def shown_language(wanted: str) -> str:
    """The code of the language that a choice in the preferences leads to."""
    system = QLocale.system().uiLanguages()
    return language_to_use(
        wanted, system, [each for each in installed_languages() if can_show(each)]
    )


def install_language(app: QApplication, wanted: str) -> str:
    """Show every text that is made from now on in a language.

    Args:
        app: The application.
        wanted: A code, or "system".

    Returns:
        The code of the language that is shown.
    """
    language = shown_language(wanted)
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.deleteLater()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    # The last one is asked first: our own translation also knows Qt's most common words.
    for path in (f"{folder}/qtbase_{language}.qm", str(file_of(language))):
        translator = QTranslator(app)
        if translator.load(path):
            app.installTranslator(translator)
        else:
            translator.deleteLater()
    QLocale.setDefault(number_locale(language))
    app.setProperty(_PROPERTY, language)
    return language


def present_language() -> str:
    """The code of the language that is shown now."""
    app = QApplication.instance()
    return str(app.property(_PROPERTY) or SOURCE) if app else SOURCE


def number_locale(language: str) -> QLocale:
    """How numbers and sizes are written; the user's own region where the language is the same."""
    system = QLocale.system()
    if language in _WESTERN_DIGITS:
        return QLocale(QLocale.Language.English)
    return system if system.name().split("_")[0] == language else QLocale(language)


def can_show(language: str) -> bool:
    """False where no font on this computer has the letters of a language."""
    writing = _WRITING.get(language)
    return writing is None or bool(QFontDatabase.families(writing))


def native_name(language: str) -> str:
    """The name of a language in itself: "Deutsch"."""
    if language == SOURCE:
        return "English"
    name = QLocale(language).nativeLanguageName()
    return name[:1].upper() + name[1:]
