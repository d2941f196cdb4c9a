"""The real training window, driven from photos to a model that restores a photo.

The trainer is the real process, on a network that is tiny.
"""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from app_fakes import make_services

from app import cli
from app.dialogs.training import wizard as pages
from app.main import _choices, _import_opencv
from app.main_training import OwnTraining
from app.session.training_runs import is_locked, read_run
from app.windows.main_window import MainWindow
from core.api import Engine, open_photo
from core.models.spec import load_registry
from core.models.store import ModelStore
from core.settings import FaceSettings, RestorationSettings
from training import presets

GOLDEN = Path(__file__).parents[1] / "golden"
START = GOLDEN / "gfpgan" / "clean_64.weights.safetensors"
WAIT_MS = 240_000


def portrait(number: int) -> np.ndarray:
    """The portrait in a light of its own, so that no two are the same picture."""
    rng = np.random.default_rng(number)
    image = cv2.imread(str(GOLDEN / "astronaut.jpg")).astype(np.float32)
    if number % 2:
        image = image[:, ::-1]
    size = image.shape[1::-1]
    light = rng.uniform(0.3, 1.7, (4, 4)).astype(np.float32)
    fine = rng.uniform(-18, 18, (80, 80)).astype(np.float32)
    image = image * cv2.resize(light, size, interpolation=cv2.INTER_CUBIC)[..., None]
    image = image + cv2.resize(fine, size, interpolation=cv2.INTER_CUBIC)[..., None]
    return np.clip(image, 0, 255).astype(np.uint8)


@pytest.fixture
def photos(tmp_path):
    """Twelve photos: nine portraits, a copy, a blurred one, and one without a face."""
    folder = tmp_path / "Aunt Ada"
    folder.mkdir()
    made = {f"{n}.jpg": portrait(n) for n in range(9)}
    made["copy.jpg"] = portrait(3)
    made["soft.jpg"] = cv2.GaussianBlur(portrait(10), (0, 0), 2)
    made["wall.jpg"] = np.full((320, 320, 3), 90, np.uint8)
    for name, image in made.items():
        cv2.imwrite(str(folder / name), image, [cv2.IMWRITE_JPEG_QUALITY, 92])
    return folder


@pytest.fixture
def tiny(monkeypatch):
    """The quick preset with pixel losses only: what it learns is not the point here."""
    quick = presets.PRESETS["finetune-quick"]
    losses = quick.losses.replace(
        perceptual=0.0, projected=0.0, component=0.0, component_style=0.0, identity=0.0
    )
    options = quick.replace(
        losses=losses, data=quick.data.replace(workers=0), steps=5000, batch=1, precision="fp32",
        log_every=5, checkpoint_every_steps=5, validate_every_s=2.0, validation_faces=1,
        preview_faces=1, compared_faces=1,
    )  # fmt: skip
    monkeypatch.setitem(presets.PRESETS, "finetune-quick", options)


@pytest.fixture
def models(tmp_path):
    return ModelStore(tmp_path / "models", load_registry())


class AtOnce(OwnTraining):
    """Its trainer does not wait until the tests beside this one leave it the processor."""

    def command(self, run, *, gentler=False):
        return [word for word in super().command(run, gentler=gentler) if word != "--background"]


@pytest.fixture
def window(qtbot, engine, store, tmp_path, models):
    def training():
        return AtOnce(tmp_path / "trainings", lambda: models, Engine().detector, _import_opencv)

    services = replace(make_services(engine, tmp_path), training=training)
    made = MainWindow(services, store)
    qtbot.addWidget(made)
    made.show()
    made.commands.train.trigger()
    qtbot.waitUntil(made.training.window.isVisible)
    yield made.training.window
    made.close()


def press(button):
    assert button.isVisible(), button.text()
    assert button.isEnabled(), button.text()
    button.click()


def end_of(folder: Path) -> bool:
    return not is_locked(folder / "run")


@pytest.mark.timeout(900)
def test_from_twelve_photos_to_a_model_that_restores(
    qtbot, window, photos, tiny, models, tmp_path, capsys
):
    wizard, page = window.wizard, window.page

    def until(condition):
        qtbot.waitUntil(condition, timeout=WAIT_MS)

    # Photos, and what is wrong with three of them.
    wizard.photos.add([photos])
    assert wizard.photos.name.text() == "Aunt Ada"
    press(wizard.next_button)
    until(lambda: wizard.found.check is not None)
    check = wizard.found.check
    assert check.reasons() == {"duplicate": 1, "blurred": 1, "no face": 1}
    assert (check.photos, len(check.used)) == (12, 9)
    assert "mostly learns these very pictures" in wizard.found.verdict.text()

    # The blurred one is used all the same, the first one is not.
    press(wizard.found.filter_button("blurred"))
    wizard.found.grid.clicked.emit(wizard.found.grid.model().index(0, 0))
    until(lambda: len(wizard.found.check.used) == 10)
    press(wizard.found.filter_button(""))
    wizard.found.grid.clicked.emit(wizard.found.grid.model().index(0, 0))
    until(lambda: wizard.found.check.reasons().get("by hand") == 1)
    wizard.found.licence.setCurrentIndex(3)
    wizard.found.licence.activated.emit(3)
    until(lambda: not window.work.is_busy)

    # Pairs of input and target, drawn anew as a slider moves.
    press(wizard.next_button)
    until(lambda: len(wizard.damage.pairs.pictures) == 3)
    before = wizard.damage.pairs.pictures
    wizard.damage.degradation.slider.setValue(200)
    until(lambda: wizard.damage.pairs.pictures is not before)
    after = wizard.damage.pairs.pictures
    assert any(old[0] != new[0] for old, new in zip(before, after, strict=True))
    assert wizard.damage.damage.degradation == 2.0

    # A preset and a start.
    press(wizard.next_button)
    until(lambda: wizard.plan.recipe is not None)
    assert wizard.plan.recipe.start.id == "compact-512"
    wizard.plan.take_file(START)
    until(lambda: wizard.plan.recipe.start.path == START)
    wizard.plan.choose_preset("finetune-quick")
    until(lambda: wizard.plan.cost is not None and not window.work.is_busy)
    assert wizard.plan.time.text().startswith("about ")
    press(wizard.next_button)

    # It trains; a pause ends the process with a checkpoint.
    until(lambda: page.view is not None and page.view.state == "running")
    folder = page.view.folder
    assert folder.name == "Aunt Ada"
    until(lambda: bool(page.loss.curve.points) and page.previews.preview is not None)
    assert page.previews.preview.rows == ("input", "start", "yours", "target")
    assert page.left_s() > 0
    press(page.pause_button)
    until(lambda: page.view.state == "paused")
    assert end_of(folder)
    paused_at = page.view.step
    assert paused_at > 0

    # It goes on, and is killed; the window says so and goes on once more.
    press(page.resume_button)
    until(lambda: page.view.state == "running" and page.view.step > paused_at)
    os.kill(page.view.pid, signal.SIGKILL)
    until(lambda: page.view.state == "interrupted")
    killed_at = page.view.step
    press(page.resume_button)
    until(lambda: page.view.state == "running" and page.view.step > killed_at)

    # Another window finds it at work, as after a restart of the program.
    window.close()
    window.list.setCurrentRow(-1)
    window.open_with()
    until(lambda: page.view.folder == folder and page.view.state == "running")

    # The end: one face was held out, so nothing is claimed.
    until(page.finish_button.isVisible)
    press(page.finish_button)
    until(lambda: page.view.state == "finished")
    assert page.view.comparison["faces"] == 1
    assert page.result.heading.text() == "Cannot be judged"
    kept = [path.name for path in (folder / "run" / "checkpoints").glob("*.pt")]
    assert len(kept) == 3
    assert "best.pt" in kept

    # One click makes it a model, which lists, restores, is written as a file, and is removed.
    with qtbot.waitSignal(window.models_changed, timeout=WAIT_MS):
        press(page.result.register_button)
    (own,) = [spec for spec in models.installed() if spec.source == "user"]
    assert own.name == "Aunt Ada"
    assert "Trained by you on 8 faces" in own.good_at
    assert "CC0-1.0" in own.note
    options = _choices(models.root, Engine()).face_models
    assert own.id in [option.id for option in options]
    assert cli.main(["models", "list", "--models-dir", str(models.root)]) == 0
    assert own.id in capsys.readouterr().out
    photo = open_photo(photos / "soft.jpg")
    settings = RestorationSettings(faces=FaceSettings(model=own.id))
    result = Engine(models_dir=models.root).run(photo, settings).result
    assert len(result.faces) == 1
    assert own.id in [info.model for info in result.engines]
    assert not np.array_equal(result.photo.pixels, photo.pixels)
    window.save_model_file(tmp_path / "ada.safetensors")
    until(lambda: not window.work.is_busy)
    assert (tmp_path / "ada.safetensors").stat().st_size > 1000
    assert "CC0-1.0" in (tmp_path / "ada.card.md").read_text()
    models.remove(own.id)
    assert own.id not in [spec.id for spec in models.installed()]

    # Deleting the training leaves the photos alone.
    window.delete(folder)
    until(lambda: read_run(folder) is None and window.stack.currentWidget() is wizard)
    assert wizard.page == pages.PHOTOS
    assert len(list(photos.iterdir())) == 12
