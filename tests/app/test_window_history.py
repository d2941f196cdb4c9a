"""Presets, versions, steps, projects and recipes on the real window."""

import msgspec
import numpy as np
import pytest
from app_fakes import save_png
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QListWidget

from app.dialogs import presets_dialog, project_dialogs
from app.session.presets import SUFFIX as PRESET_SUFFIX
from app.session.project import SUFFIX
from app.windows.main_window import MainWindow
from core.recipe import encode, load, path_beside, recipe_of
from core.settings import FaceChoice, RestorationSettings

START = RestorationSettings()


def wait_idle(qtbot, window) -> None:
    qtbot.waitUntil(lambda: not window.work.is_busy)


def open_file(qtbot, window, path) -> None:
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([path])
    wait_idle(qtbot, window)


def with_strength(settings: RestorationSettings, strength: float) -> RestorationSettings:
    return settings.replace(faces=settings.faces.replace(strength=strength))


def set_strength(qtbot, window, strength: float) -> None:
    document = window.work.document
    window.presenter.change(with_strength(document.settings, strength), "Face strength")
    wait_idle(qtbot, window)


@pytest.fixture
def opened(qtbot, window, photo_path):
    open_file(qtbot, window, photo_path)
    return window


@pytest.fixture
def names(monkeypatch) -> list[str]:
    """What the user types when asked for a name."""
    typed: list[str] = []
    monkeypatch.setattr(project_dialogs, "ask_name", lambda *_args: typed.pop(0))
    return typed


def menu_texts(menu) -> list[str]:
    menu.aboutToShow.emit()
    return [action.text() for action in menu.actions() if not action.isSeparator()]


# Presets


def test_a_preset_is_kept_used_and_undone(qtbot, opened, names):
    window, document = opened, opened.work.document
    set_strength(qtbot, window, 0.4)
    names.append("Gentle faces")
    window.history_commands.save_preset.trigger()
    assert "Gentle faces" in window.parts.banner.text
    window.commands.undo.trigger()
    assert document.settings.faces.strength == 1.0
    own = document.with_face(FaceChoice(index=1, enabled=False))
    window.presenter.change(own, "Face 2")
    assert menu_texts(window.history_commands.presets_menu)[0] == "Gentle faces"
    window.history_commands.presets_menu.actions()[0].trigger()
    assert document.settings.faces.strength == 0.4
    assert document.settings.faces.choices == (FaceChoice(index=1, enabled=False),)
    assert document.history.undo_title == "Preset “Gentle faces”"
    window.commands.undo.trigger()
    assert document.settings == own
    wait_idle(qtbot, window)


def test_a_preset_goes_round_by_file_from_one_user_to_another(
    qtbot, opened, names, monkeypatch, tmp_path
):
    window = opened
    set_strength(qtbot, window, 0.3)
    names.append("For you")
    window.history_commands.save_preset.trigger()
    shared = tmp_path / f"given{PRESET_SUFFIX}"
    monkeypatch.setattr(presets_dialog, "ask_export_preset", lambda *_args: shared)
    window.history_commands.manage_presets.trigger()
    dialog = window.history.preset_menu.dialog
    dialog.share.click()
    assert shared.is_file()
    dialog.remove.click()
    assert dialog.list.count() == 0
    assert menu_texts(window.history_commands.presets_menu)[0] == "No presets yet"
    dialog.undo.click()
    assert [dialog.list.item(0).text(), dialog.list.count()] == ["For you", 1]
    dialog.remove.click()
    dialog.close()
    window.open_paths([shared])
    assert "For you" in window.parts.banner.text
    assert menu_texts(window.history_commands.presets_menu)[0] == "For you"
    window.commands.undo.trigger()
    window.history_commands.presets_menu.actions()[0].trigger()
    assert window.work.document.settings.faces.strength == 0.3
    wait_idle(qtbot, window)


def test_presets_are_renamed_in_place_and_a_taken_name_is_refused(qtbot, opened, names):
    window = opened
    for name in ("One", "Two"):
        names.append(name)
        window.history_commands.save_preset.trigger()
    window.history_commands.manage_presets.trigger()
    dialog = window.history.preset_menu.dialog
    dialog.list.item(0).setText("Two")
    assert "already a preset" in dialog.message.text()
    assert [dialog.list.item(row).text() for row in range(2)] == ["One", "Two"]
    dialog.list.item(0).setText("Zero")
    assert [dialog.list.item(row).text() for row in range(2)] == ["Two", "Zero"]
    assert dialog.current.name == "Zero"
    dialog.close()


def test_new_photos_start_with_the_default_preset_also_in_the_next_window(
    qtbot, opened, names, store, photo_path
):
    window = opened
    set_strength(qtbot, window, 0.2)
    names.append("Mine")
    window.history_commands.save_preset.trigger()
    window.history_commands.manage_presets.trigger()
    window.history.preset_menu.dialog.default.click()
    window.history.preset_menu.dialog.close()
    window.work.document.discard()
    open_file(qtbot, window, photo_path)
    assert window.work.document.settings.faces.strength == 0.2
    other = MainWindow(window._services, store)
    qtbot.addWidget(other)
    open_file(qtbot, other, photo_path)
    assert other.work.document.settings.faces.strength == 0.2
    other.work.document.discard()
    other.work.stop()


def test_a_damaged_preset_file_is_explained(window, tmp_path):
    bad = tmp_path / f"bad{PRESET_SUFFIX}"
    bad.write_text("{")
    window.open_paths([bad])
    assert "damaged" in window.parts.banner.text
    assert window.parts.banner.kind == "error"


def test_the_grid_compares_presets(qtbot, opened, names):
    window = opened
    set_strength(qtbot, window, 0.2)
    names.append("Gentle")
    window.history_commands.save_preset.trigger()
    window.commands.undo.trigger()
    wait_idle(qtbot, window)
    window.history.compare_grid.fill("presets")
    wait_idle(qtbot, window)
    titles = [pane.title for pane in window.parts.area.grid_page.grid.panes]
    assert titles == ["As it is now", "Gentle: Face strength 20 %"]


# Versions and steps


def test_versions_are_kept_switched_compared_and_undone(qtbot, opened, names):
    window, document = opened, opened.work.document
    names.extend(["Strong", "Soft"])
    window.history_commands.keep_version.trigger()
    set_strength(qtbot, window, 0.25)
    window.history_commands.keep_version.trigger()
    texts = menu_texts(window.history_commands.versions_menu)
    assert texts[:2] == ["Strong", "Soft"]
    checked = [action.isChecked() for action in window.history_commands.versions_menu.actions()]
    assert checked[:2] == [False, True]
    window.history_commands.versions_menu.actions()[0].trigger()
    assert document.settings.faces.strength == 1.0
    wait_idle(qtbot, window)
    window.history.compare_grid.fill("versions")
    wait_idle(qtbot, window)
    titles = [pane.title for pane in window.parts.area.grid_page.grid.panes]
    assert titles == ["As it is now", "Strong: as it is now", "Soft: Face strength 25 %"]
    window.history.compare_grid.leave()
    while window.commands.undo.isEnabled():
        window.commands.undo.trigger()
    assert document.settings == START
    assert document.history.versions == ()
    while window.commands.redo.isEnabled():
        window.commands.redo.trigger()
    assert [kept.name for kept in document.history.versions] == ["Strong", "Soft"]
    wait_idle(qtbot, window)


def test_the_history_lists_every_step_and_goes_to_any(qtbot, opened, names):
    window, document = opened, opened.work.document
    set_strength(qtbot, window, 0.5)
    set_strength(qtbot, window, 0.25)
    names.append("Here")
    window.history_commands.history.trigger()
    dialog = window.history.version_menu.dialog
    dialog.keep.click()
    steps = [dialog.steps.item(row).text() for row in range(dialog.steps.count())]
    assert steps == ["Opened", "Face strength", "Face strength", "Keep version “Here”"]
    dialog.steps.itemClicked.emit(dialog.steps.item(1))
    assert document.settings.faces.strength == 0.5
    assert dialog.steps.currentRow() == 1
    assert dialog.versions.count() == 0
    dialog.steps.itemClicked.emit(dialog.steps.item(3))
    dialog.versions.setCurrentRow(0)
    dialog.versions.item(0).setText("There")
    assert [kept.name for kept in document.history.versions] == ["There"]
    dialog.versions.setCurrentRow(0)
    dialog.remove.click()
    assert document.history.versions == ()
    window.commands.undo.trigger()
    assert dialog.versions.item(0).text() == "There"
    dialog.close()
    wait_idle(qtbot, window)


def test_everything_that_the_user_decides_goes_through_the_history(qtbot, opened, names):
    """Sliders, faces, winners, presets, versions and the reset: all can be undone to the start."""
    window, document = opened, opened.work.document
    names.extend(["V", "P"])
    window.parts.panel._simple_colour.slider.setValue(80)
    window.history_commands.keep_version.trigger()
    window.presenter.change(document.with_face(FaceChoice(index=0, strength=0.5)), "Face 1")
    window.history_commands.save_preset.trigger()
    window.commands.reset.trigger()
    menu_texts(window.history_commands.presets_menu)
    window.history_commands.presets_menu.actions()[0].trigger()
    wait_idle(qtbot, window)
    window.history.compare_grid.fill("strengths")
    wait_idle(qtbot, window)
    window.parts.area.grid_page.grid.choose(1)
    window.history.compare_grid.use_for_photo()
    wait_idle(qtbot, window)
    end = document.settings
    count = 0
    while window.commands.undo.isEnabled():
        QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        count += 1
    assert count == 6
    assert document.settings == START
    assert document.history.versions == ()
    while window.commands.redo.isEnabled():
        window.commands.redo.trigger()
    assert document.settings == end
    wait_idle(qtbot, window)


def test_the_dialogs_can_be_used_by_keys_and_screen_readers(qtbot, opened, names):
    window = opened
    names.append("One")
    window.history_commands.save_preset.trigger()
    window.history_commands.manage_presets.trigger()
    window.history_commands.history.trigger()
    dialogs = window.history.preset_menu.dialog, window.history.version_menu.dialog
    for dialog in dialogs:
        for widget in (*dialog.findChildren(QAbstractButton), *dialog.findChildren(QListWidget)):
            assert widget.accessibleName() or widget.text(), widget
            assert widget.toolTip(), widget
            assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget
        dialog.close()


# Projects


def test_a_project_brings_photo_history_and_versions_back_after_a_move(
    qtbot, opened, names, monkeypatch, tmp_path, photo_path
):
    window = opened
    set_strength(qtbot, window, 0.5)
    names.append("Half")
    window.history_commands.keep_version.trigger()
    set_strength(qtbot, window, 0.75)
    window.commands.undo.trigger()
    wait_idle(qtbot, window)
    target = tmp_path / f"work{SUFFIX}"
    monkeypatch.setattr(project_dialogs, "ask_save_project", lambda *_args: target)
    window.history_commands.save_project.trigger()
    wait_idle(qtbot, window)
    assert target.is_file()
    assert window.preferences.recent[0] == str(target)
    window.work.document.discard()
    window.presenter.close_photo()
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    photo_path.rename(moved / photo_path.name)
    open_file(qtbot, window, target.rename(moved / target.name))
    document = window.work.document
    assert document.photo.source.path == moved / photo_path.name
    assert document.settings.faces.strength == 0.5
    assert [kept.name for kept in document.history.versions] == ["Half"]
    assert window.parts.panel._simple_faces.slider.value() == 50
    window.commands.redo.trigger()
    assert document.settings.faces.strength == 0.75
    for _ in range(3):
        window.commands.undo.trigger()
    assert document.settings == START
    assert not window.commands.undo.isEnabled()
    wait_idle(qtbot, window)


def test_saving_a_project_again_asks_nothing_and_a_changed_photo_is_told(
    qtbot, opened, monkeypatch, tmp_path, photo_path
):
    window = opened
    target = tmp_path / f"work{SUFFIX}"
    asked = []
    monkeypatch.setattr(
        project_dialogs, "ask_save_project", lambda *_args: asked.append(1) or target
    )
    for strength in (0.5, 0.6):
        set_strength(qtbot, window, strength)
        window.history_commands.save_project.trigger()
        wait_idle(qtbot, window)
    assert len(asked) == 1
    window.work.document.discard()
    save_png(photo_path, np.full((90, 120, 3), 7, np.uint8))
    open_file(qtbot, window, target)
    assert window.work.document.settings.faces.strength == 0.6
    assert "not the very same file" in window.parts.banner.text


def test_a_project_without_its_photo_or_damaged_is_explained(
    qtbot, opened, monkeypatch, tmp_path, photo_path
):
    window = opened
    target = tmp_path / f"work{SUFFIX}"
    monkeypatch.setattr(project_dialogs, "ask_save_project", lambda *_args: target)
    window.history_commands.save_project.trigger()
    wait_idle(qtbot, window)
    window.work.document.discard()
    photo_path.rename(tmp_path / "gone.png")
    window.open_paths([target])
    assert "not where it was" in window.parts.banner.text
    target.write_text("{}")
    window.open_paths([target])
    assert "damaged" in window.parts.banner.text
    assert window.work.document is not None


# Recipes


@pytest.fixture
def restored(qtbot, opened, tmp_path):
    """A saved result with its recipe beside it, made with unusual settings."""
    window, document = opened, opened.work.document
    settings = with_strength(document.settings, 0.35)
    window.presenter.change(settings.replace(seed=7), "Unusual")
    wait_idle(qtbot, window)
    output = tmp_path / "grandmother-restored.png"
    save_png(output, document.result.photo.pixels)
    path_beside(output).write_bytes(encode(recipe_of(document.result, document.settings)))
    document.discard()
    window.presenter.close_photo()
    return output


def test_a_recipe_re_opens_the_photo_as_it_was(qtbot, window, restored, photo_path):
    open_file(qtbot, window, path_beside(restored))
    document = window.work.document
    assert document.photo.source.path == photo_path
    assert (document.settings.faces.strength, document.settings.seed) == (0.35, 7)
    saved = np.asarray(Image.open(restored))
    assert (document.result.photo.pixels == saved).all()
    assert not window.commands.undo.isEnabled()


def test_a_restored_picture_with_its_recipe_offers_the_original(
    qtbot, window, restored, photo_path, monkeypatch
):
    asked = []

    def answer(_parent, name, original):
        asked.append((name, original))
        return len(asked) == 1

    monkeypatch.setattr(project_dialogs, "ask_about_recipe", answer)
    open_file(qtbot, window, restored)
    assert asked == [(restored.name, photo_path.name)]
    assert window.work.document.photo.source.path == photo_path
    assert window.work.document.settings.seed == 7
    window.work.document.discard()
    open_file(qtbot, window, restored)
    assert window.work.document.photo.source.path == restored
    assert window.work.document.settings == START


def test_a_recipe_finds_its_photo_among_the_recent_files_and_tells_where_it_does_not(
    qtbot, window, restored, photo_path, tmp_path
):
    far = tmp_path / "far" / "away"
    far.mkdir(parents=True)
    recipe = path_beside(restored).rename(far / path_beside(restored).name)
    open_file(qtbot, window, recipe)
    assert window.work.document.photo.source.path == photo_path
    window.work.document.discard()
    window.preferences = window.preferences.replace(recent=())
    window.open_paths([recipe])
    assert "was not found" in window.parts.banner.text
    recipe.write_text("[]")
    window.open_paths([recipe])
    assert "is not a recipe" in window.parts.banner.text


def test_the_recipe_of_a_pasted_picture_says_that_it_has_no_file(window, restored, tmp_path):
    nameless = tmp_path / "pasted.png.heirloom.json"
    nameless.write_bytes(encode(msgspec.structs.replace(load(path_beside(restored)), photo="")))
    window.open_paths([nameless])
    assert "was pasted" in window.parts.banner.text


def test_a_project_saved_under_another_name_goes_on_there_and_leaves_the_first_alone(
    qtbot, opened, monkeypatch, tmp_path
):
    window = opened
    first, second = tmp_path / f"one{SUFFIX}", tmp_path / f"two{SUFFIX}"
    targets, suggested = [first, second], []

    def ask(_parent, suggestion):
        suggested.append(suggestion)
        return targets.pop(0)

    monkeypatch.setattr(project_dialogs, "ask_save_project", ask)
    set_strength(qtbot, window, 0.5)
    window.history_commands.save_project.trigger()
    wait_idle(qtbot, window)
    before = first.read_bytes()
    set_strength(qtbot, window, 0.7)
    window.history_commands.save_project_as.trigger()
    wait_idle(qtbot, window)
    assert suggested[1] == first
    set_strength(qtbot, window, 0.8)
    window.history_commands.save_project.trigger()
    wait_idle(qtbot, window)
    assert first.read_bytes() == before
    window.work.document.discard()
    open_file(qtbot, window, second)
    assert window.work.document.settings.faces.strength == 0.8


def test_no_two_actions_share_keys_or_letters_of_the_file_menu(window):
    keys = [key.toString() for action in window.commands.all for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    project = [window.history_commands.save_project, window.history_commands.save_project_as]
    file_menu = window.menuBar().actions()[0].menu()
    assert set(project) <= set(file_menu.actions())
