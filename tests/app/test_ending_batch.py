"""The program in a process of its own, ended by the system during a batch, and started again."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import own_process
import pytest
from app_fakes import save_png

TIMEOUT_S = 120
COUNT = 8

PROGRAM = """
import faulthandler, sys, threading, time
faulthandler.enable()
from pathlib import Path
sys.path.insert(0, {fakes!r})
from app_fakes import FakeEngine, make_services
from PySide6.QtCore import QTimer
from app.session.library import PhotoState
from app.session.preferences import Preferences, PreferencesStore
from app.session.recovery import RecoveryStore
from app.windows.application import make_application, show_hosted

folder, first = Path({folder!r}), {first!r}
app = make_application()
store = PreferencesStore(folder / "config")
store.save(Preferences(first_run_note_seen=True))
engine = FakeEngine()
album = [folder / "album"] if first else []
host = show_hosted(make_services(engine, folder), store, album, RecoveryStore(folder / "drafts"))
host.follow_system()
desk = host.window.library
desk.batch.set_rest_ms(0)
ended = []

def on_ended(photo_id):
    photo = desk.library.photo(photo_id)
    ended.append(photo.name)
    if first and len(ended) == 3:
        engine.gate = threading.Event()  # the fourth is on its way when the signal comes

def look():
    work = host.window.work
    if not first and ended and not desk.batch.is_on and not desk.chores.is_busy:
        states = [photo.state.value for photo in desk.library.photos]
        print(" ".join(ended), flush=True)
        print(" ".join(states), flush=True)
        host.window.work.document.discard()
        timer.stop()
        app.exit(0)
    elif not desk.batch.is_on and not ended and len(desk.library) and not work.is_busy:
        desk.desk.start_or_pause()
    elif first and len(ended) == 3 and desk.batch.photo_id and engine.gate:
        print("ready", flush=True)
        timer.stop()

desk.batch.photo_ended.connect(on_ended)
timer = QTimer()
timer.timeout.connect(look)
timer.start(30)
code = app.exec()
host.end()
sys.exit(code)
"""


def start(folder: Path, *, first: bool) -> subprocess.Popen[str]:
    return own_process.start(PROGRAM, folder, first=first)


def hashes(paths: list[Path]) -> dict[Path, str]:
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["term", "kill"])
def test_a_batch_that_the_system_ends_is_gone_on_with(tmp_path, number):
    album = tmp_path / "album"
    album.mkdir()
    photos = [
        save_png(album / f"{row}.png", np.full((60, 80, 3), 25 * row, np.uint8))
        for row in range(COUNT)
    ]
    originals = hashes(photos)
    process = start(tmp_path, first=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    process.send_signal(number)
    _, errors = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number), errors
    assert "Fatal" not in errors
    finished = hashes(sorted(album.glob("*-restored.png")))
    stamps = {path: path.stat().st_mtime_ns for path in finished}
    assert len(finished) == 3

    process = start(tmp_path, first=False)
    out, errors = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0, errors
    done, states = (line.split() for line in out.splitlines())
    assert done == [photo.name for photo in photos[3:]]
    assert states == ["done"] * COUNT
    assert hashes(list(finished)) == finished
    assert {path: path.stat().st_mtime_ns for path in finished} == stamps
    assert hashes(photos) == originals
    results = {f"{row}-restored.png" for row in range(COUNT)}
    recipes = {f"{name}.heirloom.json" for name in results}
    names = {path.name for path in album.iterdir()}
    assert names == results | recipes | {photo.name for photo in photos}
    for recipe in recipes:
        json.loads((album / recipe).read_text())
    assert not list((tmp_path / "queue").glob("batch-*.json"))
