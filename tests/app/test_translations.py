"""Every text can be translated, and the translations hold what they promise."""

from __future__ import annotations

import ast

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from untranslatable import untranslatable, untranslatable_in

from app import i18n_update
from app.i18n_sources import ROOT, core_sentences, template_of
from app.session.languages import SOURCE, installed_languages, language_to_use
from app.widgets import core_text as core_text_module
from app.widgets.core_text import core_text

QT_FOLDERS = ("windows", "widgets", "views", "dialogs")


# Sources


@pytest.mark.parametrize("folder", QT_FOLDERS)
def test_every_text_of_the_window_can_be_translated(folder):
    wrong = []
    for path in sorted((ROOT / "app" / folder).rglob("*.py")):
        if path.name != "core_text.py":  # translates texts that are found in other sources
            wrong += untranslatable(path)
    assert not wrong, "\n".join(map(str, wrong))


def test_jobs_call_tr_so_that_its_texts_are_found():
    """Their other sentences are errors without Qt, which `core_sentences` finds."""
    wrong = []
    for path in sorted((ROOT / "app" / "jobs").rglob("*.py")):
        wrong += [each for each in untranslatable(path) if "needs" in each.reason]
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize(
    "source",
    [
        'QLabel("Faces")',
        'button.setToolTip("Makes it brighter")',
        'button.setText(f"{count} faces")',
        'x = "Nothing was found here."',
        "self.tr(title)",
        'self.tr(f"{count} faces")',
        'tr("Menus", "File")',
        "QCoreApplication.translate(CONTEXT, text)",
        'translate("Faces", "%n faces", "", count)',
        'table.setHorizontalHeaderLabels(["Key", "Use"])',
    ],
)
def test_a_text_that_cannot_be_translated_is_noticed(source):
    assert untranslatable_in(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        'QLabel(self.tr("Faces"))',
        'translate("Menus", "&File")',
        'label.setText(f"{width} × {height} px")',
        'self.setObjectName("face Strip")',
        "painter.translate(10, 0)",
        'raise ValueError("This must not happen.")',
    ],
)
def test_what_needs_no_translation_is_left_alone(source):
    assert not untranslatable_in(ast.parse(source))


def test_sentences_of_the_engine_are_found_with_their_values():
    found = core_sentences()
    assert "Finding faces" in found  # the name of a stage
    assert "Yellowing" in found  # a title of one word
    assert "“{0}” is empty: the file has zero bytes." in found  # an f-string
    assert "Takes the best one that is installed." in found  # said by the composition root
    assert not any(text == "Heirloom {0}" for text in found)


def test_sums_and_f_strings_become_templates():
    def template(source: str) -> str | None:
        return template_of(ast.parse(source, mode="eval").body)

    assert template('"one of " + ", ".join(names) + "."') == "one of {0}."
    assert template('f"{a}, {b:.2f}"') == "{0}, {1}"
    assert template("a + b") is None


# Looking up


@pytest.fixture
def german(qapp, tmp_path, monkeypatch):
    """A translation of four sentences, made by Qt's own tool."""
    texts = {
        "Finding faces": "Gesichter suchen",
        "“{0}” is empty.": "„{0}“ ist leer.",
        "The disk is full.": "Die Festplatte ist voll.",
        "No recipe was saved: {0}": "Kein Rezept gespeichert: {0}",
    }
    messages = "".join(
        f"<message><source>{source}</source><translation>{text}</translation></message>"
        for source, text in texts.items()
    )
    source = tmp_path / "some.ts"
    source.write_text(
        '<?xml version="1.0" encoding="utf-8"?><TS version="2.1" language="de">'
        f"<context><name>Core</name>{messages}</context></TS>",
        "utf-8",
    )
    i18n_update._run_tool("lrelease", "-silent", source, "-qm", tmp_path / "some.qm")
    (tmp_path / core_text_module.TEMPLATES).write_text(
        '["“{0}” is empty.", "No recipe was saved: {0}", "{0} of {1}"]', "utf-8"
    )
    monkeypatch.setattr(core_text_module, "translations_folder", lambda: tmp_path)
    core_text_module._patterns.cache_clear()
    translator = QTranslator()
    assert translator.load(str(tmp_path / "some.qm"))
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)
    core_text_module._patterns.cache_clear()


def test_a_sentence_with_values_is_translated_and_keeps_them(german):
    assert core_text("Finding faces") == "Gesichter suchen"
    assert core_text("“my {photo}.jpg” is empty.") == "„my {photo}.jpg“ ist leer."
    # A value that is a sentence itself is translated as well.
    whole = core_text("No recipe was saved: The disk is full.")
    assert whole == "Kein Rezept gespeichert: Die Festplatte ist voll."
    nested = core_text("No recipe was saved: “a.png” is empty.")
    assert nested == "Kein Rezept gespeichert: „a.png“ ist leer."


def test_what_has_no_translation_stays_english(german):
    assert core_text("3 of 4") == "3 of 4"
    assert core_text("Something new.") == "Something new."
    assert core_text("") == ""


# Choosing


@pytest.mark.parametrize(
    ("wanted", "system", "shown"),
    [
        ("de", ["bn-BD"], "de"),
        ("system", ["bn-BD", "en-US"], "bn"),
        ("system", ["fr-FR", "de-AT"], "de"),
        ("system", ["fr-FR"], SOURCE),
        ("xx", ["de-DE"], "de"),
        ("system", [], SOURCE),
    ],
)
def test_the_language_is_the_wanted_one_or_the_best_of_the_system(wanted, system, shown):
    assert language_to_use(wanted, system, ("en", "bn", "de")) == shown


def test_english_german_and_bengali_are_installed():
    languages = installed_languages()
    assert languages[0] == SOURCE
    assert {"bn", "de"} <= set(languages)
    assert {QLocale(language).language() for language in languages} != {QLocale.Language.C}
