"""“Check for updates” in the real window; what is fetched is tested in test_updates.py."""

from __future__ import annotations

import pytest

from app.session.preferences import Preferences, PreferencesStore
from app.session.updates import UpdateAnswer, UpdateError
from app.windows import updates
from app.windows.main_window import MainWindow
from core import __version__

ADDRESS = "https://updates.example/newest.json"


@pytest.fixture
def asked(monkeypatch):
    """What was asked for; `asked.answer` is what comes back."""

    class Asked(list):
        answer: object = UpdateAnswer("99.0.0", is_newer=True, page="https://updates.example/get")

    made = Asked()

    def check(url, current, progress):
        made.append((url, current))
        progress.check()
        if isinstance(made.answer, Exception):
            raise made.answer
        return made.answer

    monkeypatch.setattr(updates, "check_for_update", check)
    return made


@pytest.fixture
def shown(qtbot, store: PreferencesStore, engine, tmp_path):
    """Makes the window with given preferences."""
    from app_fakes import make_services

    made: list[MainWindow] = []

    def show(**preferences) -> MainWindow:
        store.save(Preferences(first_run_note_seen=True, update_address=ADDRESS, **preferences))
        window = MainWindow(make_services(engine, tmp_path), store)
        qtbot.addWidget(window)
        window.show()
        made.append(window)
        return window

    yield show
    for window in made:
        window.close()


def answered(qtbot, window: MainWindow) -> str:
    qtbot.waitUntil(lambda: not window.updates.is_busy)
    return window.parts.banner.text


def test_nothing_is_asked_unless_somebody_wants_it(qtbot, shown, asked) -> None:
    window = shown()
    qtbot.waitUntil(window.isVisible)
    window.work.warm_up()
    qtbot.waitUntil(lambda: not window.work.is_busy)
    assert asked == []
    assert Preferences().check_updates is False


def test_the_menu_asks_once_and_names_the_newer_version(qtbot, shown, asked) -> None:
    window = shown()
    window.commands.updates.trigger()
    text = answered(qtbot, window)
    assert asked == [(ADDRESS, __version__)]
    assert f"Heirloom 99.0.0 is available; you have {__version__}." in text
    assert "https://updates.example/get" in text


def test_the_menu_says_that_there_is_nothing_newer(qtbot, shown, asked) -> None:
    asked.answer = UpdateAnswer(__version__, is_newer=False)
    window = shown()
    window.commands.updates.trigger()
    assert f"You have the newest version, {__version__}." in answered(qtbot, window)


def test_the_menu_says_why_it_could_not_be_found_out(qtbot, shown, asked) -> None:
    asked.answer = UpdateError("The server is asleep.", "Try again later.")
    window = shown()
    window.commands.updates.trigger()
    assert answered(qtbot, window) == "The server is asleep.\nTry again later."
    assert window.parts.banner.kind == "note"


def test_at_the_start_only_news_are_shown(qtbot, shown, asked) -> None:
    window = shown(check_updates=True)
    qtbot.waitUntil(lambda: bool(asked))
    assert "99.0.0" in answered(qtbot, window)


@pytest.mark.parametrize("outcome", [UpdateAnswer("0.0.1", is_newer=False), UpdateError("a", "b")])
def test_at_the_start_silence_where_there_is_nothing_new(qtbot, shown, asked, outcome) -> None:
    asked.answer = outcome
    window = shown(check_updates=True)
    qtbot.waitUntil(lambda: bool(asked))
    assert answered(qtbot, window) == ""
    assert not window.parts.banner.isVisible()


def test_closing_the_window_stops_the_question(qtbot, shown, monkeypatch) -> None:
    began = []

    def stalls(_url, _current, progress):
        began.append(True)
        while True:
            progress.check()

    monkeypatch.setattr(updates, "check_for_update", stalls)
    window = shown()
    window.commands.updates.trigger()
    qtbot.waitUntil(lambda: bool(began))
    window.close()
    assert not window.updates.is_busy
