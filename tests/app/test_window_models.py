"""Files of weights that are dropped on the window become models."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from app.windows import main_window
from app.windows.intake import intake_of_paths
from core.models.spec import load_registry
from core.models.store import ModelStore

CHECKPOINT = Path(__file__).parents[1] / "golden" / "gfpgan" / "clean_64.weights.safetensors"


def test_photos_and_models_are_told_apart(tmp_path):
    photo, other = tmp_path / "a.jpg", tmp_path / "b.jpg"
    taken = intake_of_paths([CHECKPOINT, photo, other])
    assert taken.models == (CHECKPOINT,)
    assert taken.path is None
    assert taken.many == (photo, other)
    assert intake_of_paths([CHECKPOINT, photo]).path == photo
    alone = intake_of_paths([CHECKPOINT])
    assert (alone.path, alone.many) == (None, ())


def test_a_dropped_checkpoint_is_imported_and_shown(qtbot, window, store, tmp_path):
    window.work.stop()
    window.close()
    models = ModelStore(tmp_path / "models", load_registry())
    services = replace(window._services, model_store=lambda: models)
    fresh = main_window.MainWindow(services, store)
    qtbot.addWidget(fresh)
    fresh.show()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(CHECKPOINT))])
    action = Qt.DropAction.CopyAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    fresh.dropEvent(QDropEvent(QPointF(9, 9), action, data, buttons, keys))
    dialog = fresh.models.dialog
    assert dialog.isVisible()
    qtbot.waitUntil(
        lambda: any(spec.source == "user" for spec in models.installed()), timeout=60_000
    )
    (own,) = [spec for spec in models.installed() if spec.source == "user"]
    assert own.architecture == "gfpgan-clean"
    assert own.task == "face-restoration"
    assert fresh.work.document is None
    dialog.stop()
    fresh.work.stop()
