"""Every window of the program: names, tooltips, tab stops, room for its words, a small screen.

A class that opens a window and is not made here fails the first test.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from accessible import interactive, problems_of, tab_order
from app_fakes import save_png
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from test_accessibility import _is_reached
from windows_of_app import cut_off, window_classes

import app
from app.session.preferences import Preferences
from app.session.services import ModelOption
from app.session.troubles import Trouble
from app.widgets.language import can_show, install_language
from core.export import ExportSettings
from core.models.spec import load_registry
from core.models.store import ModelStore
from core.naming import NameFacts

SMALL_SCREEN = (1280, 800 - 60)
"""What a small notebook has, without a title bar and a panel."""

LANGUAGES = ("en", "de", "bn")
COMPARED = {
    "verdict": "mixed", "better": ["identity"], "worse": ["niqe"], "start": "compact-512",
    "faces": 24, "step": 200,
    "figures": {
        "identity": {"start": 0.9, "yours": 0.95, "outcome": "better"},
        "niqe": {"start": 5.0, "yours": 5.4, "outcome": "worse"},
    },
}  # fmt: skip


class Place:
    """What the makers of windows need.

    Attributes:
        qtbot, owner, folder: As in other tests.
    """

    def __init__(self, qtbot, owner, folder: Path) -> None:
        self.qtbot = qtbot
        self.owner = owner
        self.folder = folder


Pages = Iterator[QWidget]


def main_window(place: Place) -> Pages:
    window = place.owner
    yield window
    photo = save_png(place.folder / "a.png", np.full((60, 80, 3), 90, np.uint8))
    with place.qtbot.waitSignal(window.work.restored):
        window.open_paths([photo])
    for mode in ("simple", "studio"):
        window.set_mode(mode)
        place.qtbot.waitUntil(lambda: not window.work.is_busy)
        yield window
    colour = window.work.document.settings.colour.replace(neutral_colour=(0.6, 0.5, 0.4))
    window.presenter.change(window.work.document.settings.replace(colour=colour), "Grey")
    place.qtbot.waitUntil(lambda: not window.work.is_busy)
    yield window
    window.library.add([place.folder / "a.png"])
    place.qtbot.waitUntil(lambda: window.library.is_in_use and not window.work.is_busy)
    yield window
    window.library._on_scope_chosen("one")
    yield window
    window.resize(window.minimumSize())
    yield window
    window.commands.scores.trigger()
    yield window
    window.work.document.discard()


def export(place: Place) -> Pages:
    from app.dialogs.export_dialog import ExportDialog

    facts = NameFacts("grandmother", None, "compact-512", 7)
    dialog = ExportDialog(ExportSettings(), facts, ".jpg", place.owner.tr("Save"), place.owner)
    yield dialog
    dialog.take_folder("/photos/All the photos of both grandmothers and their many sisters")
    yield dialog


def models(place: Place) -> Pages:
    from app.dialogs.models_dialog import ModelsDialog

    dialog = ModelsDialog(ModelStore(place.folder / "models", load_registry()), place.owner)
    try:
        yield dialog
    finally:
        dialog.stop()


def preferences(place: Place) -> Pages:
    from app.dialogs.preferences import PreferencesDialog

    options = (ModelOption("compact-512", "Compact"), ModelOption("other", "Other"))
    yield PreferencesDialog(Preferences(), options, ("cpu",), place.owner)


def about(place: Place) -> Pages:
    from app.dialogs.about import AboutDialog

    yield AboutDialog(place.owner)


def shortcuts(place: Place) -> Pages:
    from app.dialogs.shortcuts import ShortcutsDialog

    yield ShortcutsDialog(place.owner.commands.all, place.owner)


def history(place: Place) -> Pages:
    from app.dialogs.project_history import HistoryDialog

    yield HistoryDialog(place.owner)


def presets(place: Place) -> Pages:
    from app.dialogs.presets_dialog import PresetsDialog
    from app.session.presets import PresetStore

    yield PresetsDialog(PresetStore(place.folder / "presets"), can_use=True, parent=place.owner)


def questions(place: Place) -> Pages:
    """Every question that the program asks, through the function that asks it."""
    from app.dialogs.models_dialog import ModelsDialog
    from app.dialogs.project_dialogs import ask_about_recipe, ask_replace
    from app.dialogs.question import Question
    from app.dialogs.training.window import TrainingWindow
    from app.dialogs.unsaved import ask_about_unsaved
    from app.main import _import_opencv
    from app.main_training import OwnTraining
    from app.session.recovery import Draft, RecoveryStore
    from app.windows.recovery import Recovery
    from core.settings import RestorationSettings

    owner, folder = place.owner, place.folder
    store = ModelStore(folder / "models", load_registry())
    models = ModelsDialog(store, owner)
    services = OwnTraining(folder / "trainings", lambda: store, lambda: None, _import_opencv)
    trainings = TrainingWindow(services, (".jpg",), owner)
    run = services.root / "Aunt Ada" / "run"
    run.mkdir(parents=True)
    (run / "options.json").write_text(json.dumps({"steps": 300, "batch": 4}))
    (run / "state.json").write_text(json.dumps({"state": "paused", "step": 40}))
    lost = RecoveryStore(folder / "recovery")
    lost.take_lost = lambda: Draft(photo="aunt.jpg", settings=RestorationSettings())
    bound = next(spec for spec in load_registry() if not spec.commercial_use)
    askers = (
        lambda: ask_about_unsaved(owner, "grandmother.jpg"),
        lambda: ask_replace(owner, "Warm"),
        lambda: ask_about_recipe(owner, "grandmother-restored.jpg", "grandmother.jpg"),
        lambda: models.work.terms_needed.emit(bound, lambda: None),
        lambda: Recovery(owner, lost).offer_lost(),
        lambda: (trainings.open_training(run.parent), trainings.page.delete_asked.emit()),
    )
    try:
        for ask in askers:
            asked: list[Question] = []
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Question, "exec", lambda self, to=asked: to.append(self) or 0)
                patch.setattr(Question, "open", lambda self, to=asked: to.append(self))
                patch.setattr(Question, "deleteLater", lambda _self: None)
                ask()
            assert len(asked) == 1
            yield asked[0]
            asked[0].hide()
    finally:
        models.stop()
        trainings.stop()


def names(place: Place) -> Pages:
    from app.dialogs.name_question import NameQuestion

    yield NameQuestion("Keep this version", "Name of the version", "Version 1", place.owner)


def crash(place: Place) -> Pages:
    from app.dialogs.crash import CrashDialog

    trouble = Trouble("Something went wrong.", "Try it again.", "details", is_expected=False)
    dialog = CrashDialog(trouble, is_work_kept=True, parent=place.owner)
    yield dialog
    dialog.show_button.click()
    yield dialog


def training(place: Place) -> Pages:
    """All four pages of the wizard, and a training in each of its states."""
    from app.dialogs.training.window import TrainingWindow
    from app.main import _import_opencv
    from app.main_training import OwnTraining

    store = ModelStore(place.folder / "models", load_registry())
    services = OwnTraining(place.folder / "trainings", lambda: store, lambda: None, _import_opencv)
    window = TrainingWindow(services, (".jpg",), place.owner)
    try:
        window.show()
        for number in range(window.wizard.pages.count()):
            window.wizard.pages.setCurrentIndex(number)
            yield window
        for state in ("finished", "paused", "failed", "interrupted"):
            run = services.root / f"Aunt Ada {state}" / "run"
            run.mkdir(parents=True)
            (run / "options.json").write_text(json.dumps({"steps": 300, "batch": 4}))
            told = {
                "state": state,
                "step": 40,
                "summary": "The disk is full.",
                "remedy": "Make room.",
            }
            (run / "state.json").write_text(json.dumps(told))
            if state == "finished":
                (run / "comparison.json").write_text(json.dumps(COMPARED))
            window.open_training(run.parent)
            yield window
    finally:
        window.stop()


def large_preview(place: Place) -> Pages:
    from app.dialogs.training.large_preview import LargePreview
    from app.dialogs.training.preview_grid import Preview

    rows = ("input", "start", "yours", "target")
    image = QImage(150, 200, QImage.Format.Format_RGB32)
    image.fill(0)
    yield LargePreview(Preview(65, rows, 3, image), 1, place.owner)


WINDOWS: dict[str, Callable[[Place], Pages]] = {
    "AboutDialog": about,
    "CrashDialog": crash,
    "ExportDialog": export,
    "HistoryDialog": history,
    "LargePreview": large_preview,
    "MainWindow": main_window,
    "ModelsDialog": models,
    "NameQuestion": names,
    "PreferencesDialog": preferences,
    "PresetsDialog": presets,
    "Question": questions,
    "ShortcutsDialog": shortcuts,
    "TrainingWindow": training,
}


@pytest.fixture
def in_language(qapp):
    """Shows the program in a language until the test ends."""

    def show(language: str) -> None:
        if not can_show(language):
            pytest.skip("no font has these letters")
        install_language(qapp, language)

    yield show
    install_language(qapp, "en")


def pages_of(name: str, qtbot, owner, folder: Path) -> Iterator[tuple[int, QWidget]]:
    """Each page of a window in turn, shown and laid out."""
    with closing(WINDOWS[name](Place(qtbot, owner, folder))) as pages:
        for number, root in enumerate(pages):
            root.show()
            for _ in range(3):
                QApplication.processEvents()
            yield number, root
            if isinstance(root, QDialog) and not root.isVisible():
                qtbot.addWidget(root)


def test_every_window_of_the_program_is_looked_at_here():
    assert set(window_classes()) == set(WINDOWS)


def test_every_question_is_asked_with_our_own_dialog():
    for path in Path(app.__file__).parent.rglob("*.py"):
        assert "QMessageBox" not in path.read_text("utf-8"), path.name


@pytest.mark.parametrize("name", WINDOWS)
def test_everything_in_it_has_a_name_a_tooltip_and_a_tab_stop(qtbot, window, tmp_path, name):
    problems, count = set(), 0
    root = None
    for _, root in pages_of(name, qtbot, window, tmp_path):
        problems |= set(problems_of(root))
        count = max(count, len(list(interactive(root))))
        assert root.windowTitle()
    if isinstance(root, QDialog):
        root.done(0)
        root.hide()
    assert not problems, "\n" + "\n".join(sorted(problems))
    assert count >= 2


@pytest.mark.parametrize("name", WINDOWS)
def test_tab_comes_to_everything_that_can_be_used(qtbot, window, tmp_path, name):
    missed = []
    root = None
    for number, root in pages_of(name, qtbot, window, tmp_path):
        root.activateWindow()
        QApplication.processEvents()
        ready = [w for w in interactive(root) if w.isVisible() and w.isEnabled()]
        if not ready:
            continue
        ready[0].setFocus()
        visited = tab_order(ready[0])
        missed += [
            f"page {number}: {type(widget).__name__} {widget.accessibleName()!r} {widget.toolTip()}"
            for widget in ready
            if not _is_reached(widget, visited)
        ]
    if isinstance(root, QDialog):
        root.done(0)
        root.hide()
    assert not missed, "\n" + "\n".join(missed)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", WINDOWS)
def test_its_words_have_room_and_it_fits_a_small_screen(
    qtbot, qapp, window, store, engine, tmp_path, name, language, in_language
):
    from app_fakes import make_services

    from app.windows.main_window import MainWindow

    in_language(language)
    owner = window
    if language != "en":
        owner = MainWindow(make_services(engine, tmp_path / "other"), store)
        qtbot.addWidget(owner)
        owner.show()
    problems = []
    root = None
    for number, root in pages_of(name, qtbot, owner, tmp_path):
        problems += [f"page {number}: {text}" for text in cut_off(root)]
        least = root.minimumSizeHint().expandedTo(root.minimumSize())
        for side, have, most in zip(
            ("wide", "high"),
            (max(root.width(), least.width()), max(root.height(), least.height())),
            SMALL_SCREEN if root is not owner else (1280, 800),
            strict=True,
        ):
            if have > most:
                problems.append(f"page {number}: {have} px {side}, the screen has {most}")
    if isinstance(root, QDialog):
        root.done(0)
        root.hide()
    if owner is not window:
        owner.close()
    assert not problems, "\n" + "\n".join(sorted(set(problems)))
