"""The program in a process of its own, ended by the system: no crash, and nothing is lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import own_process
import pytest

TIMEOUT_S = 120

PROGRAM = """
import faulthandler, os, signal, sys, threading, time
faulthandler.enable()
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
from pathlib import Path
import numpy as np
sys.path.insert(0, {fakes!r})
from app_fakes import FakeEngine, make_services, save_png
from PySide6.QtCore import QTimer
from app.session.preferences import Preferences, PreferencesStore
from app.session.recovery import RecoveryStore
from app.windows.application import make_application, show_hosted

folder = Path({folder!r})
app = make_application()
store = PreferencesStore(folder / "config")
store.save(Preferences(first_run_note_seen=True))
engine = FakeEngine()
photo = save_png(folder / "grandmother.png", np.full((60, 80, 3), 90, np.uint8))
host = show_hosted(make_services(engine, folder), store, [photo], RecoveryStore(folder / "drafts"))

def ready():
    # A change whose result is on its way, behind one that is not saved.
    settings = host.window.work.document.settings
    changed = settings.replace(faces=settings.faces.replace(model="other"))
    engine.gate = threading.Event()
    host.window.presenter.change(changed, "Face model")
    QTimer.singleShot(600, lambda: print("ready", flush=True))

host.window.work.restored.connect(lambda _restored: ready())
{body}
"""

RUNS = """
host.follow_system()
code = app.exec()
host.end()
sys.exit(code)
"""

FALLS_OFF = """
def leave():
    raise SystemExit(3)
def busy():
    return host.window.work.is_busy
end = time.monotonic() + 60
while not engine.gate and time.monotonic() < end:
    app.processEvents()
while not busy() or engine.network_runs < 2:
    app.processEvents()
{last}
"""


def start(folder: Path, body: str) -> subprocess.Popen[str]:
    return own_process.start(PROGRAM, folder, body=textwrap.dedent(body))


def lost(folder: Path) -> list[dict]:
    return [json.loads(path.read_text()) for path in (folder / "drafts").glob("*.draft.json")]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["term", "int"])
def test_a_signal_ends_the_program_and_keeps_what_is_not_saved(tmp_path, number):
    process = start(tmp_path, RUNS)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    process.send_signal(number)
    _, errors = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 128 + number, errors
    assert "Fatal" not in errors
    (draft,) = lost(tmp_path)
    assert draft["photo"] == str(tmp_path / "grandmother.png")
    assert draft["settings"]["faces"]["model"] == "other"
    assert json.loads((tmp_path / "config" / "preferences.json").read_text())["window"]


@pytest.mark.parametrize("last", ["", "raise RuntimeError('at the top')", "leave()"])
def test_a_program_that_just_ends_does_not_crash(tmp_path, last):
    process = start(tmp_path, FALLS_OFF.format(last=last))
    _, errors = process.communicate(timeout=TIMEOUT_S)
    assert "Fatal" not in errors
    assert "Destroyed while thread" not in errors
    assert process.returncode == {"": 0, "leave()": 3}.get(last, 1), errors
    assert len(lost(tmp_path)) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_when_the_user_logs_out_what_is_not_saved_is_kept_and_nothing_is_asked(tmp_path):
    body = """
    host.follow_system()
    def log_out():
        host._on_session_ending()
        print(len(list((folder / "drafts").glob("*.draft.json"))), flush=True)
        app.exit(0)
    host.window.presenter.changed.connect(
        lambda: engine.gate and QTimer.singleShot(0, log_out)
    )
    code = app.exec()
    host.end()
    sys.exit(code)
    """
    process = start(tmp_path, body)
    out, errors = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0, errors
    assert out.split()[0] == "1"
    assert len(lost(tmp_path)) == 1


STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
from pathlib import Path
import numpy as np
sys.path.insert(0, {fakes!r})
from app_fakes import FakeEngine, make_services, save_png
import app.cli, app.main
from core.imageio.atomic import atomic_file

class Engine(FakeEngine):
    def run(self, *_args, **_more):
        with atomic_file(folder / "result.png", overwrite=True) as handle:
            handle.write(b"half of it")
            handle.flush()
            print("ready", flush=True)
            time.sleep(90)  # as a network that is being compiled, it looks at nothing

folder = Path({folder!r})
photo = save_png(folder / "grandmother.png", np.full((60, 80, 3), 90, np.uint8))
app.main.make_services = lambda *_args: make_services(Engine(), folder)
sys.argv = ["heirloom", str(photo)]
sys.exit(app.cli.main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["term", "int"])
def test_work_that_cannot_be_interrupted_does_not_keep_the_program(tmp_path, number):
    process = own_process.start(STUBBORN, tmp_path)
    own_process.wait_until_ready(process)
    process.send_signal(number)
    _, errors = process.communicate(timeout=25)
    assert process.returncode == 128 + number, errors
    assert not errors
    assert not list(tmp_path.glob(".heirloom-*"))
    assert not (tmp_path / "result.png").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_before_the_window_is_there_ends_the_program_without_a_word():
    code = """
import os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from app.stopping import end_on_ctrl_c
end_on_ctrl_c()
os.kill(os.getpid(), signal.SIGINT)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert ended.returncode == -signal.SIGINT
    assert not ended.stderr
