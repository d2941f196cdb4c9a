"""Every text can be translated, and the translations hold what they promise."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtGui import QTextLayout
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from untranslatable import untranslatable, untranslatable_in

from app import i18n_update
from app.i18n_sources import ROOT, core_sentences, template_of
from app.session.languages import SOURCE, installed_languages, language_to_use
from app.widgets import core_text as core_text_module
from app.widgets import language as language_module
from app.widgets.core_text import core_text
from app.widgets.language import can_show, install_language
from core.errors import UnreadableImageError

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
    assert "Drag the line, or use the arrow keys." in found  # inside an f-string


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


# What is translated

TRANSLATED = ("bn", "de")
FOLDER = ROOT / "resources" / "translations"
_PLACEHOLDER = re.compile(r"\{\w*\}|%n|%\d")


@dataclass(frozen=True)
class Message:
    context: str
    source: str
    forms: tuple[str, ...]
    is_finished: bool

    @property
    def where(self) -> str:
        return f"{self.context}: {self.source!r}"


def messages(path: Path) -> list[Message]:
    found = []
    for context in ET.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            numerus = [form.text or "" for form in translation.iter("numerusform")]
            forms = tuple(numerus) or (translation.text or "",)
            finished = translation.get("type") != "unfinished"
            name, source = context.findtext("name"), message.findtext("source")
            found.append(Message(name, source, forms, finished))
    return found


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Path:
    """The translations as the tools make them from the sources of now."""
    folder = tmp_path_factory.mktemp("translations")
    for path in FOLDER.glob("*.ts"):
        (folder / path.name).write_bytes(path.read_bytes())
    i18n_update.update(folder, i18n_update.languages_in(folder))
    return folder


@pytest.mark.parametrize("language", [*TRANSLATED, SOURCE])
def test_a_translation_is_complete(fresh, language):
    """Run `python -m app.i18n_update`, then translate what it found."""
    open_texts = [
        message.where
        for message in messages(fresh / f"heirloom_{language}.ts")
        if not message.is_finished or not all(message.forms)
    ]
    assert not open_texts, "\n".join(open_texts)


def test_the_files_in_use_are_those_that_the_tools_make(fresh):
    """Run `python -m app.i18n_update` after a text has changed."""
    stale = [
        path.name
        for path in sorted(fresh.iterdir())
        if i18n_update.differs(path, FOLDER / path.name)
    ]
    assert not stale


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_values_markup_and_spaces(language):
    wrong = []
    for message in messages(FOLDER / f"heirloom_{language}.ts"):
        for form in message.forms:
            wanted = sorted(_PLACEHOLDER.findall(message.source))
            if sorted(_PLACEHOLDER.findall(form)) != wanted:
                wrong.append(f"values: {message.where} {form!r}")
            if form[:1].isspace() != message.source[:1].isspace():
                wrong.append(f"space at the start: {message.where}")
            if form[-1:].isspace() != message.source[-1:].isspace():
                wrong.append(f"space at the end: {message.where}")
            if re.findall(r"</?\w+", form) != re.findall(r"</?\w+", message.source):
                wrong.append(f"markup: {message.where}")
            if message.source.endswith("…") and not form.rstrip().endswith("…"):
                wrong.append(f"dots: {message.where} {form!r}")
            if form.count("&") > message.source.count("&"):
                wrong.append(f"key: {message.where} {form!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_is_one(language):
    """Nearly nothing is left as it is in English; names and units may be."""
    texts = messages(FOLDER / f"heirloom_{language}.ts")
    same = [message.source for message in texts if message.forms == (message.source,)]
    assert len(same) < 0.03 * len(texts), same


@pytest.fixture
def shown(qapp):
    """Shows a language for one test."""
    yield lambda language: install_language(qapp, language)
    install_language(qapp, SOURCE)


@pytest.fixture
def _any_font(monkeypatch):
    """Translations are there whatever fonts this computer has."""
    monkeypatch.setattr("app.widgets.language.can_show", lambda _language: True)


@pytest.mark.usefixtures("_any_font")
@pytest.mark.parametrize(
    ("language", "one", "many"),
    [("en", "1 face", "5 faces"), ("de", "1 Gesicht", "5 Gesichter"), ("bn", "1টি মুখ", "5টি মুখ")],
)
def test_plural_forms(shown, language, one, many):
    shown(language)

    def face_strip(count: int) -> str:
        return QCoreApplication.translate("FaceStrip", "%n face(s)", "", count)

    assert face_strip(1) == one
    assert face_strip(5) == many


def test_an_error_of_the_engine_speaks_german_and_names_the_file(shown):
    shown("de")
    error = UnreadableImageError(
        "“aunt.jpg” is empty: the file has zero bytes.",
        "Copy the photo again from where it came from.",
    )
    assert core_text(error.summary) == "„aunt.jpg“ ist leer: die Datei hat null Byte."
    assert core_text(error.remedy).startswith("Kopieren Sie")


@pytest.mark.usefixtures("_any_font")
def test_qts_own_buttons_are_translated(shown, qtbot):
    for language, close in (("de", "Schließen"), ("bn", "বন্ধ করুন")):
        shown(language)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        qtbot.addWidget(box)
        assert box.buttons()[0].text().replace("&", "") == close


def test_bengali_is_shown_with_a_font_that_has_its_letters(shown, qtbot):
    """Without such a font it is not offered, and the system's next language is shown."""
    if not can_show("bn"):
        assert shown("bn") != "bn"
        pytest.skip("no font with Bengali letters is installed here")
    assert shown("bn") == "bn"
    layout = QTextLayout("পুনরুদ্ধার", QApplication.font())
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    glyphs = [glyph for run in layout.glyphRuns() for glyph in run.glyphIndexes()]
    assert 0 not in glyphs  # 0 is the box that stands for a missing letter
    # Vowel signs and joined consonants become fewer or other shapes: the script is understood.
    assert len(glyphs) < len("পুনরুদ্ধার")


def test_without_a_font_bengali_is_not_shown(shown, monkeypatch):
    monkeypatch.setattr(language_module, "can_show", lambda language: language != "bn")
    assert shown("bn") == language_module.shown_language("system")
    assert QLocale().toString(1234567.5, "f", 1)[0].isascii()
