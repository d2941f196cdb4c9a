"""The window's manners: preferences, languages, crashes, what is kept for the next start."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from app_fakes import make_services, save_png
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QPushButton

from app.session.preferences import Preferences
from app.session.recovery import RecoveryStore
from app.widgets.language import install_language
from app.windows.application import WindowHost
from core.settings import RestorationSettings


@pytest.fixture
def drafts(tmp_path: Path):
    made = RecoveryStore(tmp_path / "recovery")
    yield made
    made.close()


@pytest.fixture
def host(qtbot, qapp, engine, store, tmp_path, drafts):
    made = WindowHost(make_services(engine, tmp_path), store, drafts)
    made.window.show()
    yield made
    if made.window.work.document is not None:
        made.window.work.document.discard()
    made.window.close()
    made.window.deleteLater()
    made.deleteLater()
    install_language(qapp, "en")
    QCoreApplication.sendPostedEvents(None, 52)  # DeferredDelete


def wait_idle(qtbot, window) -> None:
    qtbot.waitUntil(lambda: not window.work.is_busy)


def open_photo(qtbot, window, path: Path) -> None:
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([path])
    wait_idle(qtbot, window)


def edit(dialog: QDialog, field: str, value: object) -> None:
    """Change one field of the preferences as a user does."""
    for form in dialog.forms:
        if field in form._rows:
            row = form.row(field)
            row.show_value(value)
            row.edited.emit(value)
            return
    raise AssertionError(field)


# Preferences


def test_preferences_are_a_form_of_all_fields_that_have_a_title(qtbot, window):
    from core.settings_base import field_meta

    window.commands.preferences.trigger()
    dialog = window.manners.dialog
    shown = [name for form in dialog.forms for name in form._rows]
    assert shown == list(field_meta(Preferences))
    languages = dialog.forms[0].row("language").findChild(QComboBox)
    titles = [languages.itemText(index) for index in range(languages.count())]
    assert titles[:2] == ["As the system", "English"]
    assert "Deutsch" in titles
    dialog.close()


def test_a_preference_counts_at_once_and_is_remembered(qtbot, window, store):
    window.commands.preferences.trigger()
    edit(window.manners.dialog, "theme", "dark")
    assert window.grab().toImage().pixelColor(5, 5).lightness() < 80
    assert window.commands.theme_dark.isChecked()
    edit(window.manners.dialog, "save_folder", "/somewhere")
    assert store.load().theme == "dark"
    assert store.load().save_folder == "/somewhere"
    # A choice made in the menu meanwhile is not taken back by the dialog.
    window.set_mode("studio")
    edit(window.manners.dialog, "memory_limit_mb", 500)
    assert store.load().mode == "studio"
    assert store.load().memory_limit_mb == 500
    window.manners.dialog.close()


@pytest.mark.parametrize(
    ("usable", "chosen", "offered"),
    [
        (("cpu",), "auto", ["auto", "cpu"]),
        (("cpu", "cuda"), "auto", ["auto", "cpu", "cuda"]),
        (("cpu", "mps"), "mps", ["auto", "cpu", "mps"]),
        (("cpu",), "cuda", ["auto", "cpu", "cuda"]),
    ],
)
def test_only_devices_of_this_computer_are_offered(
    qtbot, window, monkeypatch, usable, chosen, offered
):
    monkeypatch.setattr("app.windows.manners.usable_devices", lambda: usable)
    window.manners.take(Preferences(device=chosen))
    window.commands.preferences.trigger()
    dialog = window.manners.dialog
    box = next(form for form in dialog.forms if "device" in form._rows).row("device")
    box = box.findChild(QComboBox)
    assert [box.itemData(index) for index in range(box.count())] == offered
    assert box.currentData() == chosen
    is_missing = chosen not in ("auto", *usable)
    assert ("not available on this computer" in box.currentText()) is is_missing
    dialog.close()


def test_another_device_builds_the_engine_anew(qtbot, window, photo_path):
    open_photo(qtbot, window, photo_path)
    built = []
    lazy = window._services.engine
    factory = lazy._factory
    lazy._factory = lambda: built.append(1) or factory()
    window.commands.preferences.trigger()
    edit(window.manners.dialog, "device", "cpu")
    window.manners.dialog.close()
    window.work.document.change(RestorationSettings(seed=3), "seed")
    window.work.restore_now()
    wait_idle(qtbot, window)
    assert built == [1]


def test_the_chosen_face_model_is_what_new_photos_start_with(qtbot, window, photo_path):
    with qtbot.waitSignal(window.work.choices_found):
        window.work.warm_up()
    window.commands.preferences.trigger()
    edit(window.manners.dialog, "face_model", "other")
    window.manners.dialog.close()
    open_photo(qtbot, window, photo_path)
    assert window.work.document.settings.faces.model == "other"


def test_a_face_model_that_is_gone_is_not_asked_for(qtbot, window, photo_path):
    window.manners.take(Preferences(face_model="removed"))
    with qtbot.waitSignal(window.work.choices_found):
        window.work.warm_up()
    open_photo(qtbot, window, photo_path)
    assert window.work.document.settings == RestorationSettings()


# Language


def test_another_language_shows_at_once_with_the_same_photo(qtbot, host, photo_path, store):
    old = host.window
    open_photo(qtbot, old, photo_path)
    old.parts.panel._simple_faces.slider.setValue(40)
    wait_idle(qtbot, old)
    document = old.work.document
    old.commands.preferences.trigger()
    edit(old.manners.dialog, "language", "de")
    qtbot.waitUntil(lambda: host.window is not old)
    new = host.window
    qtbot.waitUntil(lambda: not new.work.is_busy)
    assert new.menuBar().actions()[0].text() == QCoreApplication.translate("Menus", "&File")
    assert new.work.document is document
    assert new.work.document.settings.faces.strength == pytest.approx(0.4)
    assert new.commands.save.isEnabled()
    assert new.isVisible()
    assert store.load().language == "de"
    # The dialog is there again, so that the choice can be taken back.
    assert new.manners.dialog is not None
    new.manners.dialog.close()
    new.presenter.undo()
    wait_idle(qtbot, new)
    assert document.settings.faces.strength == 1.0


def ask_for_german_at_work(qtbot, host, photo_path, engine):
    """A window that is at work when its language is changed."""
    engine.gate = threading.Event()
    window = host.window
    window.open_paths([photo_path])
    qtbot.waitUntil(window.parts.area.card.isVisible)
    window.commands.preferences.trigger()
    edit(window.manners.dialog, "language", "de")
    assert host.window is window
    assert "as soon as the present work is done" in window.parts.banner.text
    return window


def test_the_language_changes_as_soon_as_the_work_is_done(qtbot, host, photo_path, engine):
    window = ask_for_german_at_work(qtbot, host, photo_path, engine)
    window.manners.dialog.close()
    engine.gate.set()
    qtbot.waitUntil(lambda: host.window is not window, timeout=20_000)
    new = host.window
    wait_idle(qtbot, new)
    assert new.menuBar().actions()[0].text() == QCoreApplication.translate("Menus", "&File")
    assert new.menuBar().actions()[0].text() != "&File"
    assert new.work.document is not None
    assert new.work.document.result is not None
    assert engine.network_runs == 1  # what was made is taken along
    assert new.manners.dialog is None  # nobody is asked about what he has closed


def test_a_language_that_is_taken_back_meanwhile_changes_nothing(qtbot, host, photo_path, engine):
    window = ask_for_german_at_work(qtbot, host, photo_path, engine)
    edit(window.manners.dialog, "language", "en")
    window.manners.dialog.close()
    engine.gate.set()
    wait_idle(qtbot, window)
    qtbot.waitUntil(lambda: not window.manners._waits.isActive())
    assert host.window is window


def test_the_language_waits_for_a_dialog_that_is_open(qtbot, host, photo_path, engine):
    window = ask_for_german_at_work(qtbot, host, photo_path, engine)
    window.manners.dialog.close()
    window.library.desk.ask_export()
    engine.gate.set()
    wait_idle(qtbot, window)
    qtbot.wait(700)
    assert host.window is window
    window.library.desk.dialog.reject()
    qtbot.waitUntil(lambda: host.window is not window, timeout=20_000)
    wait_idle(qtbot, host.window)


# Crash


def test_what_nobody_caught_opens_a_dialog_once(qtbot, host, photo_path, capsys):
    open_photo(qtbot, host.window, photo_path)

    def fail() -> None:
        try:
            raise ZeroDivisionError("secret-name.jpg")
        except ZeroDivisionError as error:
            host.last_resort(type(error), error, error.__traceback__)

    fail()
    qtbot.waitUntil(lambda: host.last_resort.dialog is not None)
    dialog = host.last_resort.dialog
    assert "ZeroDivisionError" in dialog.text.toPlainText()
    assert "secret" not in dialog.text.toPlainText()
    assert not dialog.text.isVisible()
    dialog.show_button.click()
    assert dialog.text.isVisible()
    dialog.copy_button.click()
    assert "ZeroDivisionError" in QApplication.clipboard().text()
    assert str(photo_path) not in QApplication.clipboard().text()
    dialog.continue_button.click()
    assert host.window.isVisible()
    fail()
    QApplication.processEvents()
    assert host.last_resort.dialog is None
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_quitting_after_a_crash_closes_the_window(qtbot, host, capsys):
    error = RuntimeError("broken")
    host.last_resort(RuntimeError, error, None)
    qtbot.waitUntil(lambda: host.last_resort.dialog is not None)
    host.last_resort.dialog.quit_button.click()
    assert not host.window.isVisible()


def test_an_error_in_another_thread_is_not_silent(qtbot, host, capsys, monkeypatch):
    import threading

    monkeypatch.setattr(threading, "excepthook", host.last_resort.in_thread)

    def fail() -> None:
        raise RuntimeError("in a thread")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: host.last_resort.dialog is not None)
    host.last_resort.dialog.continue_button.click()


# Recovery


def test_unsaved_settings_come_back_after_a_crash(
    qtbot, engine, store, tmp_path, host, photo_path, drafts
):
    open_photo(qtbot, host.window, photo_path)
    host.window.parts.panel._simple_faces.slider.setValue(35)
    wait_idle(qtbot, host.window)
    assert host.keep_work()
    # The process dies: its lock is gone, its draft is not.
    drafts._lock.release()
    drafts._lock = None
    after = RecoveryStore(tmp_path / "recovery")
    again = WindowHost(make_services(engine, tmp_path), store, after)
    again.window.show()
    box = again._recovery.offer_lost()
    assert photo_path.name in box.words.text()
    with qtbot.waitSignal(again.window.work.restored):
        next(each for each in box.findChildren(QPushButton) if each.isDefault()).click()
    wait_idle(qtbot, again.window)
    assert again.window.work.document.settings.faces.strength == pytest.approx(0.35)
    assert again._recovery.offer_lost() is None
    again.window.work.document.discard()
    again.window.close()
    again.window.deleteLater()
    again.end()
    again.deleteLater()
    assert not list((tmp_path / "recovery").glob("*.json"))


def test_saving_leaves_nothing_to_recover(qtbot, host, photo_path, tmp_path):
    open_photo(qtbot, host.window, photo_path)
    assert host.keep_work()
    with qtbot.waitSignal(host.window.work.saved):
        host.window.commands.save.trigger()
    assert not host.keep_work()
    assert not list((tmp_path / "recovery").glob("*.json"))


# Bug report


def test_the_bug_report_names_what_matters_and_nothing_private(qtbot, window, tmp_path):
    path = save_png(tmp_path / "aunt-mary-1932.png", np.zeros((20, 30, 3), np.uint8))
    open_photo(qtbot, window, path)
    window.commands.copy_report.trigger()
    text = QApplication.clipboard().text()
    for word in ("Heirloom", "torch", "30 x 20", "8 bits", '"faces"', "Last error: none"):
        assert word in text
    for word in ("mary", str(tmp_path), Path.home().name + "/"):
        assert word not in text
    assert "copied" in window.parts.banner.text


def test_the_bug_report_holds_the_last_error_without_its_names(qtbot, window, tmp_path):
    broken = tmp_path / "aunt-mary.png"
    broken.write_text("no picture")
    with qtbot.waitSignal(window.work.failed):
        window.open_paths([broken])
    wait_idle(qtbot, window)
    text = window.manners.report_text()
    assert "UnreadableImageError" in text
    assert "mary" not in text


# Reports


def test_one_click_makes_a_report_and_shows_it(qtbot, window, photo_path, tmp_path):
    open_photo(qtbot, window, photo_path)
    assert window.commands.report.isEnabled()
    shown = []
    window.manners.reports.show_page = shown.append
    window.commands.report.trigger()
    qtbot.waitUntil(lambda: bool(shown), timeout=30_000)
    page = tmp_path / "grandmother-report.html"
    assert shown == [page]
    assert page.with_suffix(".png").is_file()
    assert page.with_suffix(".csv").read_text().count("\n") == 3  # a header and two faces
    assert page.name in window.parts.banner.text
    wait_idle(qtbot, window)
    # Another report takes another name.
    window.commands.report.trigger()
    qtbot.waitUntil(lambda: len(shown) == 2, timeout=30_000)
    assert shown[1].name == "grandmother-report-2.html"
    wait_idle(qtbot, window)


def test_without_a_result_there_is_nothing_to_report_on(qtbot, window, photo_path, engine):
    assert not window.commands.report.isEnabled()


def test_one_report_on_the_whole_list_names_what_failed(qtbot, window, tmp_path):
    album = tmp_path / "album"
    album.mkdir()
    for number in range(2):
        save_png(album / f"{number}.png", np.full((60, 80, 3), 40 + 60 * number, np.uint8))
    (album / "letter.png").write_text("Dear aunt")
    assert not window.commands.report_list.isEnabled()
    window.library.batch.set_rest_ms(0)
    window.open_paths([album])
    qtbot.waitUntil(lambda: len(window.library.library) == 3, timeout=20_000)
    wait_idle(qtbot, window)
    window.parts.library.start.click()
    qtbot.waitUntil(lambda: not window.library.batch.is_on, timeout=20_000)
    wait_idle(qtbot, window)
    shown, failed = [], []
    window.manners.reports.show_page = shown.append
    window.work.failed.connect(failed.append)
    window.commands.report_list.trigger()
    qtbot.waitUntil(lambda: bool(shown or failed), timeout=30_000)
    assert not failed, failed
    html = shown[0].read_text()
    assert html.count('class="compare"') == 2
    assert "letter.png" in html
    wait_idle(qtbot, window)
