"""The program as it starts, and the real engine behind the real window."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from app_fakes import save_png
from PIL import Image

import app
from app import main
from app.session.preferences import Preferences, PreferencesStore
from app.windows.main_window import MainWindow

START = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from app.main import make_services
from app.session.preferences import PreferencesStore
from app.windows import application

app = application.make_application()
window = application.MainWindow(make_services(), PreferencesStore(Path(sys.argv[1])))
window.show()
app.processEvents()
heavy = [n for n in ("torch", "cv2", "PIL", "openvino", "torchvision") if n in sys.modules]
print(json.dumps({"shown": window.isVisible(), "heavy": heavy}))
window.close()
"""

QT_FOLDERS = {"windows", "views", "dialogs", "widgets", "jobs"}


@pytest.fixture
def real_window(qtbot, tmp_path):
    store = PreferencesStore(tmp_path / "config")
    store.save(Preferences(first_run_note_seen=True, theme="light"))
    made = MainWindow(main.make_services(tmp_path / "models"), store)
    qtbot.addWidget(made, before_close_func=lambda w: w.work.document and w.work.document.discard())
    made.show()
    yield made
    made.work.stop()


def test_the_window_shows_before_anything_heavy_is_imported(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == {"shown": True, "heavy": []}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is a screen")
def test_without_a_screen_one_sentence_says_what_to_do(tmp_path):
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in screens}
    done = subprocess.run(
        [sys.executable, "-m", "app.cli"],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 1
    assert "no screen" in done.stderr
    assert "heirloom restore" in done.stderr
    assert "Traceback" not in done.stderr


def test_qt_stays_where_it_belongs():
    root = Path(app.__file__).parent
    outside = []
    for path in root.rglob("*.py"):
        if path.relative_to(root).parts[0] in QT_FOLDERS:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if any(name.split(".")[0] == "PySide6" for name in names):
                outside.append(str(path))
    assert outside == []


def test_a_photo_goes_through_the_real_engine_and_comes_out_as_a_new_file(
    qtbot, real_window, tmp_path
):
    rng = np.random.default_rng(5)
    pixels = rng.integers(90, 150, (120, 150, 3), dtype=np.uint8)
    photo = save_png(tmp_path / "blank wall.png", pixels)
    original = photo.read_bytes()
    with qtbot.waitSignal(real_window.work.restored, timeout=120_000):
        real_window.open_paths([photo])
    with qtbot.waitSignal(real_window.work.saved, timeout=60_000):
        real_window.commands.save.trigger()
    saved = tmp_path / "blank wall-restored.png"
    assert np.array_equal(
        np.asarray(Image.open(saved)), real_window.work.document.result.photo.pixels
    )
    assert not np.array_equal(np.asarray(Image.open(saved)), pixels)
    assert photo.read_bytes() == original
    assert not real_window.isWindowModified()


def test_the_window_writes_the_same_bytes_as_the_library(qtbot, real_window, tmp_path):
    import core

    rng = np.random.default_rng(6)
    photo = save_png(tmp_path / "wall.png", rng.integers(0, 200, (90, 90, 3), dtype=np.uint8))
    with qtbot.waitSignal(real_window.work.restored, timeout=120_000):
        real_window.open_paths([photo])
    with qtbot.waitSignal(real_window.work.saved, timeout=60_000) as saved:
        real_window.work.save(None)
    by_library = tmp_path / "by library.png"
    core.restore(photo, by_library)
    assert saved.args[0].path.read_bytes() == by_library.read_bytes()


def test_models_can_be_chosen_from_what_is_installed(tmp_path):
    choices = main.make_services(tmp_path / "models").choices()
    assert "compact-256" in [option.id for option in choices.face_models]
    assert [option.id for option in choices.detectors][0] == "auto"
    assert [option.id for option in choices.face_masks] == ["auto", "landmarks"]
    assert [option.id for option in choices.upscalers][0] == "lanczos"


def test_the_suggested_name_is_new_and_beside_the_photo(tmp_path):
    from core.progress import no_progress

    services = main.make_services(tmp_path / "models")
    path = save_png(tmp_path / "a.png", np.zeros((40, 40, 3), np.uint8))
    photo = services.read_photo(path, no_progress())
    first = services.default_output(photo)
    assert first == tmp_path / "a-restored.png"
    first.touch()
    assert services.default_output(photo) == tmp_path / "a-restored-2.png"
