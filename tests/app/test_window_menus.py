"""The menu bar of the real window: where things are found, and that their keys do not clash."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from app_fakes import FakeEngine, make_services
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QMenuBar

from app.widgets.language import install_language
from app.windows.main_window import MainWindow
from core.models.shelf import MODELS_MENU
from core.models.spec import load_registry
from core.models.store import ModelStore

CHECKPOINT = Path(__file__).parents[1] / "golden" / "gfpgan" / "clean_64.weights.safetensors"


class NoTraining:
    """Is there, and is never asked for anything: its window is not opened here."""

    def __init__(self, root: Path) -> None:
        self.root = root


@pytest.fixture
def full(qtbot, store, tmp_path):
    """A window that has models and training."""
    services = replace(
        make_services(FakeEngine(), tmp_path),
        model_store=lambda: ModelStore(tmp_path / "models", load_registry()),
        training=lambda: NoTraining(tmp_path / "trainings"),
    )
    made = MainWindow(services, store)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def plain(text: str) -> str:
    return re.sub(r"\(&.\)|&", "", text)


def menu(bar: QMenuBar, title: str) -> list[QAction]:
    (found,) = [action.menu() for action in bar.actions() if plain(action.text()) == title]
    return [action for action in found.actions() if not action.isSeparator()]


def test_models_their_import_and_training_have_a_menu_of_their_own(full):
    entries = menu(full.menuBar(), "Models")
    assert entries == [full.commands.models, full.commands.import_model, full.commands.train]
    assert all(entry.isVisible() for entry in entries)
    assert plain(full.commands.train.text()) == "Train on my photos…"
    assert full.commands.train not in menu(full.menuBar(), "Tools")
    # What messages of the engine call it.
    assert f"Models › {plain(full.commands.models.text())}" == MODELS_MENU


def test_a_window_without_models_and_training_has_no_empty_menu(window):
    shown = [plain(a.text()) for a in window.menuBar().actions() if a.isVisible()]
    assert shown == ["File", "Edit", "View", "Tools", "Help"]


@pytest.mark.parametrize("language", ["en", "de", "bn"])
def test_no_two_entries_of_a_menu_share_a_key(qapp, qtbot, store, tmp_path, language):
    install_language(qapp, language)
    try:
        services = replace(
            make_services(FakeEngine(), tmp_path), training=lambda: NoTraining(tmp_path)
        )
        made = MainWindow(services, store)
        qtbot.addWidget(made)
        menus: list[QMenu | QMenuBar] = [made.menuBar(), *made.menuBar().findChildren(QMenu)]
        for found in menus:
            keys = Counter(
                QKeySequence.mnemonic(action.text()).toString() for action in found.actions()
            )
            del keys[""]
            title = found.title() if isinstance(found, QMenu) else "menu bar"
            assert max(keys.values(), default=1) == 1, f"{title}: {keys.most_common(3)}"
        made.close()
    finally:
        install_language(qapp, "en")


def test_no_two_actions_share_a_shortcut(window):
    keys = Counter(key.toString() for action in window.commands.all for key in action.shortcuts())
    assert [key for key, count in keys.items() if count > 1] == []


def test_a_model_file_is_imported_from_the_menu(full, qtbot, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(CHECKPOINT)], ""))
    full.commands.import_model.trigger()
    dialog = full.models.dialog
    assert dialog.isVisible()
    qtbot.waitUntil(lambda: "can be used now" in dialog.banner.text, timeout=60_000)
    assert dialog.selected().spec.source == "user"
