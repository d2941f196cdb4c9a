"""The real window, driven as a person would, with a quick engine behind it."""

import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
from app_fakes import save_png
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest

from app.dialogs.unsaved import UnsavedAnswer
from app.session.preferences import Preferences
from app.views.compare import CompareMode
from app.widgets.face_list import tick_rect
from app.windows import main_window
from core.errors import OutputError


def wait_idle(qtbot, window) -> None:
    qtbot.waitUntil(lambda: not window.work.is_busy)


def open_photo(qtbot, window, path: Path) -> None:
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([path])
    wait_idle(qtbot, window)


def shown_colour(window, x: float, y: float) -> tuple[int, int, int]:
    """What the canvas shows at a place of the photo, given as shares of its sides."""
    canvas = window.parts.area.canvas
    box = canvas.viewport.visible
    point = QPoint(round(box.left + x * box.width), round(box.top + y * box.height))
    colour = canvas.grab().toImage().pixelColor(point)
    return colour.red(), colour.green(), colour.blue()


def drop(window, data: QMimeData) -> None:
    where = QPointF(window.rect().center())
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    action = Qt.DropAction.CopyAction
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PySide wraps no other constructor
        entered = QDragEnterEvent(where.toPoint(), action, data, buttons, keys)
    window.dragEnterEvent(entered)
    assert entered.isAccepted()
    window.dropEvent(QDropEvent(where, action, data, buttons, keys))


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


# The first minute


def test_the_empty_window_invites_to_open_a_photo(window):
    assert window.parts.area.currentWidget() is window.parts.area.empty
    assert not window.parts.panel.isVisible()
    assert not window.commands.save.isEnabled()
    assert not window.commands.undo.isEnabled()
    assert window.windowTitle() == "Heirloom"


def test_the_first_run_note_shows_once(qtbot, window, store):
    window.work.stop()
    window.close()
    store.save(Preferences())
    fresh = main_window.MainWindow(window._services, store)
    qtbot.addWidget(fresh)
    fresh.show()
    assert fresh.parts.first_run.isVisible()
    assert "invents detail" in fresh.parts.first_run.text
    qtbot.mouseClick(fresh.parts.first_run._close, Qt.MouseButton.LeftButton)
    assert not fresh.parts.first_run.isVisible()
    assert store.load().first_run_note_seen
    fresh.work.stop()


def test_a_dropped_photo_is_restored_by_itself(qtbot, window, photo_path, engine):
    with qtbot.waitSignal(window.work.restored):
        drop(window, files(photo_path))
    assert engine.network_runs == 1
    assert window.parts.area.currentWidget() is window.parts.area.canvas
    assert window.windowTitle().startswith("grandmother.png")
    assert window.isWindowModified()
    assert len(window.parts.strip.items) == 2
    wait_idle(qtbot, window)
    assert not window.parts.area.card.isVisible()


def test_the_divider_shows_before_on_its_left_and_after_on_its_right(qtbot, window, photo_path):
    open_photo(qtbot, window, photo_path)
    canvas = window.parts.area.canvas
    canvas.set_divider(0.0)
    after = shown_colour(window, 0.9, 0.9)
    canvas.set_divider(1.0)
    before = shown_colour(window, 0.9, 0.9)
    original = np.asarray(Image.open(photo_path))[81, 108]
    result = window.work.document.result.photo.pixels[81, 108]
    assert before == pytest.approx(tuple(original), abs=4)
    assert after == pytest.approx(tuple(result), abs=4)


def test_the_networks_run_in_one_thread_that_is_not_the_window_s(qtbot, window, photo_path, engine):
    open_photo(qtbot, window, photo_path)
    window.faces.toggle(0)
    wait_idle(qtbot, window)
    assert len(engine.threads) == 1
    assert threading.get_ident() not in engine.threads


# Opening


def test_a_pasted_picture_is_opened(qtbot, window, engine):
    image = QImage(50, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkCyan)
    QGuiApplication.clipboard().setImage(image)
    with qtbot.waitSignal(window.work.restored):
        window.commands.paste.trigger()
    pixels = window.work.document.photo.pixels
    assert pixels.shape == (40, 50, 3)
    assert tuple(pixels[0, 0]) == (0, 128, 128)
    assert window.windowTitle().startswith("Pasted picture")
    QGuiApplication.clipboard().clear()


def test_a_pasted_file_is_opened(qtbot, window, photo_path):
    QGuiApplication.clipboard().setMimeData(files(photo_path))
    with qtbot.waitSignal(window.work.restored):
        window.commands.paste.trigger()
    assert window.work.document.name == photo_path.name
    QGuiApplication.clipboard().clear()


def test_an_empty_clipboard_is_explained(window):
    QGuiApplication.clipboard().clear()
    window.commands.paste.trigger()
    assert "no picture in the clipboard" in window.parts.banner.text


def test_a_web_address_is_explained(window):
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.jpg")])
    drop(window, data)
    assert "never goes online" in window.parts.banner.text


def test_a_file_that_is_no_photo_leaves_the_open_one(qtbot, window, photo_path, tmp_path):
    open_photo(qtbot, window, photo_path)
    window.work.document.discard()
    text = tmp_path / "letter.png"
    text.write_text("Dear aunt,")
    with qtbot.waitSignal(window.work.failed):
        window.open_paths([text])
    wait_idle(qtbot, window)
    assert window.parts.banner.kind == "error"
    assert "letter.png" in window.parts.banner.text
    assert window.work.document.name == photo_path.name
    qtbot.mouseClick(window.parts.banner._copy, Qt.MouseButton.LeftButton)
    assert "UnreadableImageError" in QGuiApplication.clipboard().text()
    QGuiApplication.clipboard().clear()


def test_recent_files_are_remembered(qtbot, window, photo_path, store):
    open_photo(qtbot, window, photo_path)
    window._recent_menu.aboutToShow.emit()
    assert [action.text() for action in window._recent_menu.actions()] == [photo_path.name]
    assert store.load().recent == (str(photo_path),)


def test_the_sample_is_offered_only_where_it_is_installed(window):
    assert window.parts.area.empty._sample.isHidden()


# Adjusting


def test_a_slider_composites_again_without_the_network(qtbot, window, photo_path, engine):
    open_photo(qtbot, window, photo_path)
    before = window.work.document.result.photo.pixels.mean()
    slider = window.parts.panel._simple_faces.slider
    with qtbot.waitSignal(window.work.restored):
        slider.setFocus()
        QTest.keyClick(slider, Qt.Key.Key_Home)
    assert window.work.document.settings.faces.strength == 0.0
    assert engine.network_runs == 1
    assert window.work.document.result.photo.pixels.mean() < before


def test_a_large_photo_answers_with_a_preview_first(qtbot, window, tmp_path, engine):
    large = save_png(tmp_path / "large.png", np.full((1200, 1600, 3), 120, np.uint8))
    open_photo(qtbot, window, large)
    shown = []
    window.work.previewed.connect(lambda pyramid: shown.append(pyramid.size))
    with qtbot.waitSignal(window.work.restored):
        for value in (90, 70, 40):
            window.parts.panel._simple_faces.slider.setValue(value)
    assert shown
    assert all(size.area_px <= 1_010_000 for size in shown)
    assert window.work.document.result.photo.size.width == 1600
    assert window.work.document.is_current
    assert engine.network_runs == 1


def test_studio_shows_every_colour_control_and_simple_two_sliders(qtbot, window, photo_path):
    open_photo(qtbot, window, photo_path)
    assert window.parts.panel._simple_faces.isVisible()
    window.parts.header._switch._buttons["studio"].click()
    assert not window.parts.panel._simple_faces.isVisible()
    colour = window.parts.panel._forms["colour"]
    with qtbot.waitSignal(window.work.restored):
        colour.row("white_balance").slider.setValue(10)
    assert window.work.document.settings.colour.white_balance == pytest.approx(0.1)
    assert window.preferences.mode == "studio"
    window.commands.toggle_mode.trigger()
    assert window.parts.panel._simple_faces.isVisible()


def test_another_model_runs_the_network_again(qtbot, window, photo_path, engine):
    open_photo(qtbot, window, photo_path)
    window.work.warm_up()
    with qtbot.waitSignal(window.work.choices_found):
        pass
    row = window.parts.panel._forms["faces"].row("model")
    assert [row._box.itemText(i) for i in range(row._box.count())] == ["Compact", "Other"]
    row._box.setCurrentIndex(1)
    with qtbot.waitSignal(window.work.restored):
        row._box.activated.emit(1)
    assert window.work.document.settings.faces.model == "other"
    assert engine.network_runs == 2


def test_repair_is_offered_only_where_the_engine_knows_it(qtbot, window, photo_path):
    open_photo(qtbot, window, photo_path)
    box = window.parts.panel._simple_repair
    assert not box.isVisible()
    with qtbot.waitSignal(window.work.choices_found):
        window.work.warm_up()
    assert box.isVisible()
    with qtbot.waitSignal(window.work.restored):
        box._box.click()
    assert window.work.document.settings.repair.enabled
    window.commands.undo.trigger()
    assert not window.work.document.settings.repair.enabled
    wait_idle(qtbot, window)


def test_undo_goes_back_to_the_start_and_redo_to_the_end(qtbot, window, photo_path):
    open_photo(qtbot, window, photo_path)
    start = window.work.document.settings
    panel = window.parts.panel
    panel._simple_faces.slider.setValue(30)
    panel._simple_faces.slider.released.emit()
    panel._simple_colour.slider.setValue(80)
    panel._simple_colour.slider.released.emit()
    window.faces.toggle(0)
    end = window.work.document.settings
    for _ in range(3):
        assert window.commands.undo.isEnabled()
        window.commands.undo.trigger()
    assert window.work.document.settings == start
    assert not window.commands.undo.isEnabled()
    assert panel._simple_faces.slider.value() == 100
    for _ in range(3):
        window.commands.redo.trigger()
    assert window.work.document.settings == end
    assert panel._simple_faces.slider.value() == 30
    wait_idle(qtbot, window)
    assert window.work.document.is_current


def test_undoing_to_what_is_shown_brings_the_full_picture_back(qtbot, window, photo_path):
    open_photo(qtbot, window, photo_path)
    full = shown_colour(window, 0.9, 0.9)
    with qtbot.waitSignal(window.work.previewed):
        window.parts.panel._simple_faces.slider.setValue(0)
    window.commands.undo.trigger()
    wait_idle(qtbot, window)
    assert window.work.document.is_current
    assert shown_colour(window, 0.9, 0.9) == full


# Faces


def test_a_face_is_switched_off_by_its_tick_and_on_by_its_controls(
    qtbot, window, photo_path, engine
):
    open_photo(qtbot, window, photo_path)
    faces = window.parts.strip.list
    card = QRectF(faces.visualRect(faces.faces.index(1)))
    with qtbot.waitSignal(window.work.restored):
        qtbot.mouseClick(
            faces.viewport(),
            Qt.MouseButton.LeftButton,
            pos=tick_rect(card).center().toPoint(),
        )
    assert not window.work.document.face_enabled(1)
    assert window.work.document.result.photo.pixels[40, 80].max() == 0
    canvas = window.parts.area.canvas
    canvas.set_divider(0.0)
    view = canvas.viewport
    spot = QPoint(round(view.x + 80 * view.scale), round(view.y + 40 * view.scale))
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=spot)
    assert window.parts.strip.chosen.index == 1
    with qtbot.waitSignal(window.work.restored):
        window.parts.strip.detail.on.click()
    assert window.work.document.face_enabled(1)
    assert window.work.document.result.photo.pixels[40, 80].min() == 255
    assert engine.network_runs == 1


def test_no_face_is_a_result_and_one_can_still_be_added(qtbot, window, photo_path, engine):
    engine.face_count = 0
    open_photo(qtbot, window, photo_path)
    assert window.parts.strip.isVisible()
    assert not window.parts.strip.list.isVisible()
    assert window.parts.strip.add.isEnabled()
    assert window.commands.save.isEnabled()


# Comparing


@pytest.mark.parametrize("mode", list(CompareMode)[:3])
def test_each_compare_mode_shows_both_sides(qtbot, window, photo_path, mode):
    open_photo(qtbot, window, photo_path)
    window.commands.compare.actions()[list(CompareMode).index(mode)].trigger()
    canvas = window.parts.area.canvas
    assert canvas.mode is mode
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    shown = np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4)[:, 2::-1].astype(int)
    document = window.work.document
    for wanted in (document.photo.pixels[10, 50], document.result.photo.pixels[80, 100]):
        assert np.abs(shown - wanted).max(axis=1).min() <= 6


def test_showing_only_before_hides_the_result(qtbot, window, photo_path):
    open_photo(qtbot, window, photo_path)
    canvas = window.parts.area.canvas
    canvas.set_divider(0.0)
    after = shown_colour(window, 0.9, 0.9)
    window.commands.original.trigger()
    before = shown_colour(window, 0.9, 0.9)
    assert before != after
    window.commands.original.trigger()
    assert shown_colour(window, 0.9, 0.9) == after


def test_zoom_pan_and_divider_by_keys(qtbot, window, photo_path):
    open_photo(qtbot, window, photo_path)
    canvas = window.parts.area.canvas
    canvas.setFocus()
    fitted = canvas.viewport
    window.commands.actual.trigger()
    assert canvas.viewport.scale == 1.0
    for _ in range(20):
        window.commands.zoom_in.trigger()
    assert canvas.viewport.can_pan
    left = canvas.viewport.x
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.viewport.x == left - 60
    QTest.keyClick(canvas, Qt.Key.Key_BracketRight)
    assert canvas.divider == pytest.approx(0.52)
    window.commands.fit.trigger()
    assert canvas.viewport == fitted


def test_dragging_moves_the_divider_and_once_zoomed_the_photo(qtbot, window, photo_path):
    open_photo(qtbot, window, photo_path)
    canvas = window.parts.area.canvas
    middle = canvas.rect().center()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(canvas, middle + QPoint(60, 0))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(60, 0))
    moved = canvas.divider
    assert moved > 0.55
    for _ in range(12):
        window.commands.zoom_in.trigger()
    start = canvas.rect().topLeft() + QPoint(30, 30)
    before = canvas.viewport.x
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas, start + QPoint(25, 0))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start + QPoint(25, 0))
    assert canvas.viewport.x == pytest.approx(before + 25)
    assert canvas.divider == moved


# Working


def test_progress_shows_and_cancel_stops(qtbot, window, photo_path, engine):
    engine.gate = threading.Event()
    window.open_paths([photo_path])
    card = window.parts.area.card
    qtbot.waitUntil(lambda: card.isVisible() and card._message.whole == "Finding faces")
    qtbot.mouseClick(card._cancel, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)
    assert not card.isVisible()
    assert window.work.document.result is None
    assert window.parts.panel._restore.isVisible()
    engine.gate = None
    with qtbot.waitSignal(window.work.restored):
        qtbot.mouseClick(window.parts.panel._restore, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, window)
    assert not window.parts.panel._restore.isVisible()


def test_a_change_while_working_ends_with_the_latest_settings(qtbot, window, photo_path, engine):
    engine.gate = threading.Event()
    window.open_paths([photo_path])
    card = window.parts.area.card
    qtbot.waitUntil(lambda: card._message.whole == "Finding faces")
    window.parts.panel._simple_faces.slider.setValue(35)
    results = []
    window.work.restored.connect(lambda restored: results.append(restored.settings))
    engine.gate.set()
    wait_idle(qtbot, window)
    assert [settings.faces.strength for settings in results] == [0.35]


def test_a_failure_is_told_in_plain_words_and_can_be_tried_again(qtbot, window, photo_path, engine):
    engine.error = OutputError("The model is broken.", "Install it again.")
    with qtbot.waitSignal(window.work.failed):
        window.open_paths([photo_path])
    wait_idle(qtbot, window)
    assert window.parts.banner.text == "The model is broken.\nInstall it again."
    engine.error = None
    with qtbot.waitSignal(window.work.restored):
        window.parts.panel._restore.click()
    wait_idle(qtbot, window)


# Saving


def test_saving_makes_a_new_file_and_never_touches_the_original(
    qtbot, window, photo_path, tmp_path
):
    original = photo_path.read_bytes()
    open_photo(qtbot, window, photo_path)
    with qtbot.waitSignal(window.work.saved):
        qtbot.mouseClick(window.parts.panel._save, Qt.MouseButton.LeftButton)
    saved = tmp_path / "grandmother-restored.png"
    pixels = np.asarray(Image.open(saved))
    assert np.array_equal(pixels, window.work.document.result.photo.pixels)
    assert photo_path.read_bytes() == original
    assert not window.isWindowModified()
    assert window.parts.panel._status.text() == "Saved as grandmother-restored.png"


def test_save_as_over_the_original_is_refused(qtbot, window, photo_path, monkeypatch):
    original = photo_path.read_bytes()
    open_photo(qtbot, window, photo_path)
    monkeypatch.setattr(main_window, "ask_save_path", lambda *_: photo_path)
    with qtbot.waitSignal(window.work.failed):
        window.commands.save_as.trigger()
    assert "original" in window.parts.banner.text
    assert photo_path.read_bytes() == original
    assert window.isWindowModified()


def test_save_right_after_a_change_saves_the_change(qtbot, window, photo_path, tmp_path):
    open_photo(qtbot, window, photo_path)
    window.parts.panel._simple_faces.slider.setValue(0)
    with qtbot.waitSignal(window.work.saved):
        window.commands.save.trigger()
    document = window.work.document
    assert document.result_settings.faces.strength == 0.0
    saved = np.asarray(Image.open(tmp_path / "grandmother-restored.png"))
    assert np.array_equal(saved, document.result.photo.pixels)
    assert not document.is_unsaved


def test_a_save_that_waits_is_made_where_the_change_is_taken_back(
    qtbot, window, photo_path, tmp_path, engine
):
    open_photo(qtbot, window, photo_path)
    engine.gate = threading.Event()
    usual = window.work.document.settings
    window.presenter.change(usual.replace(faces=usual.faces.replace(model="other")), "Model")
    window.commands.save.trigger()
    window.commands.undo.trigger()
    engine.gate.set()
    qtbot.waitUntil((tmp_path / "grandmother-restored.png").exists)
    wait_idle(qtbot, window)
    assert window.work.document.settings == usual
    assert not window.work.document.is_unsaved


# Leaving


def test_closing_with_an_unsaved_result_asks(qtbot, window, photo_path, monkeypatch, tmp_path):
    open_photo(qtbot, window, photo_path)
    answers = [UnsavedAnswer.STAY, UnsavedAnswer.SAVE]
    monkeypatch.setattr(main_window, "ask_about_unsaved", lambda *_: answers.pop(0))
    assert not window.close()
    assert window.isVisible()
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert (tmp_path / "grandmother-restored.png").exists()
    assert not answers


def test_closing_that_was_cancelled_while_saving_is_forgotten(
    qtbot, window, photo_path, monkeypatch, engine
):
    open_photo(qtbot, window, photo_path)
    monkeypatch.setattr(main_window, "ask_about_unsaved", lambda *_: UnsavedAnswer.SAVE)
    engine.gate = threading.Event()
    usual = window.work.document.settings
    window.presenter.change(usual.replace(faces=usual.faces.replace(model="other")), "Model")
    window.close()
    qtbot.waitUntil(window.commands.cancel.isEnabled)
    window.commands.cancel.trigger()
    wait_idle(qtbot, window)
    window.commands.undo.trigger()
    with qtbot.waitSignal(window.work.saved):
        window.commands.save.trigger()
    assert window.isVisible()


def test_another_photo_over_an_unsaved_result_asks(
    qtbot, window, photo_path, monkeypatch, tmp_path
):
    open_photo(qtbot, window, photo_path)
    other = save_png(tmp_path / "other.png", np.zeros((30, 30, 3), np.uint8))
    answers = [UnsavedAnswer.STAY, UnsavedAnswer.DISCARD]
    monkeypatch.setattr(main_window, "ask_about_unsaved", lambda *_: answers.pop(0))
    window.open_paths([other])
    assert window.work.document.name == photo_path.name
    open_photo(qtbot, window, other)
    assert window.work.document.name == "other.png"


def test_closing_while_working_stops_the_work(qtbot, window, photo_path, engine):
    engine.gate = threading.Event()
    window.open_paths([photo_path])
    card = window.parts.area.card
    qtbot.waitUntil(lambda: card._message.whole == "Finding faces")
    assert window.close()
    assert not window.isVisible()


def test_closing_the_photo_goes_back_to_the_start(qtbot, window, photo_path):
    open_photo(qtbot, window, photo_path)
    window.work.document.discard()
    window.commands.close_photo.trigger()
    assert window.parts.area.currentWidget() is window.parts.area.empty
    assert window.windowTitle() == "Heirloom"
    assert not window.commands.save.isEnabled()


# Manners


def test_the_theme_changes_at_once_and_is_remembered(window, store):
    window.commands.theme_dark.trigger()
    dark = window.grab().toImage().pixelColor(5, 5).lightness()
    window.commands.theme_light.trigger()
    light = window.grab().toImage().pixelColor(5, 5).lightness()
    assert dark < 80 < 200 < light
    assert store.load().theme == "light"


def test_everything_that_can_be_used_has_a_name_a_tooltip_and_a_tab_stop(qtbot, window, photo_path):
    from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QScrollBar, QSpinBox

    open_photo(qtbot, window, photo_path)
    window.set_mode("studio")
    kinds = (QAbstractButton, QAbstractSlider, QComboBox, QSpinBox)
    checked = 0
    for kind in kinds:
        for widget in window.findChildren(kind):
            if isinstance(widget, QScrollBar) or widget.objectName().startswith("qt_"):
                continue
            name = widget.accessibleName() or getattr(widget, "text", str)()
            where = f"{type(widget).__name__} {name!r}"
            assert name, where
            assert widget.toolTip(), f"no tooltip: {where}"
            assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, f"no tab stop: {where}"
            checked += 1
    assert checked > 20


def test_every_shortcut_belongs_to_one_action(window):
    seen: dict[str, str] = {}
    for action in window.commands.all:
        for keys in action.shortcuts():
            name = keys.toString()
            assert seen.setdefault(name, action.text()) == action.text(), name


def test_keyboard_alone_from_start_to_saved_file(qtbot, window, photo_path, monkeypatch, tmp_path):
    monkeypatch.setattr(main_window, "ask_open_paths", lambda *_: [photo_path])
    window.activateWindow()
    with qtbot.waitSignal(window.work.restored):
        QTest.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    slider = window.parts.panel._simple_faces.slider
    for _ in range(40):
        if window.focusWidget() is slider:
            break
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
    assert window.focusWidget() is slider
    with qtbot.waitSignal(window.work.restored):
        QTest.keyClick(slider, Qt.Key.Key_Left)
    assert window.work.document.settings.faces.strength == pytest.approx(0.99)
    with qtbot.waitSignal(window.work.saved):
        QTest.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert (tmp_path / "grandmother-restored.png").exists()


def test_the_dialogs_open_and_list_what_they_promise(qtbot, window):
    from PySide6.QtWidgets import QTableWidget, QTextBrowser

    from app.dialogs.about import AboutDialog
    from app.dialogs.shortcuts import ShortcutsDialog

    keys = ShortcutsDialog(window.commands.all, window)
    qtbot.addWidget(keys)
    table = keys.findChild(QTableWidget)
    texts = [table.item(row, 1).text() for row in range(table.rowCount())]
    assert "Opens a picture file" in texts
    assert len(texts) > 15
    about = AboutDialog(window)
    qtbot.addWidget(about)
    assert about.findChild(QTextBrowser) is not None


def test_preferences_come_back_in_the_next_window(qtbot, window, store, photo_path):
    window.set_mode("studio")
    window.set_theme("dark")
    open_photo(qtbot, window, photo_path)
    window.commands.faces.setChecked(True)
    window.work.document.discard()
    window.resize(1000, 700)
    window.close()
    again = main_window.MainWindow(window._services, store)
    qtbot.addWidget(again)
    again.show()
    assert again.preferences.mode == "studio"
    assert again.commands.studio.isChecked()
    assert again.commands.theme_dark.isChecked()
    assert again.commands.faces.isChecked()
    assert again.preferences.window
    again.work.stop()
