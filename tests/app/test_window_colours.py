"""Colours are shown through the photo's profile, and saved with the codes that they had."""

from dataclasses import replace

import numpy as np
import pytest
from app_fakes import FakeEngine, make_services
from PIL import Image
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColorSpace

from app.session.services import SavedFile
from app.views.compare import CompareMode
from app.windows.main_window import MainWindow
from core.imageio import WriteOptions, read_photo, write_photo
from core.pipeline import Pipeline

CODES = (60, 170, 90)
ADOBE = np.array(
    [[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]]
)
SRGB = np.array(
    [[0.41239, 0.35758, 0.18048], [0.21264, 0.71517, 0.07219], [0.01933, 0.11919, 0.95053]]
)
"""Linear light to CIE XYZ (D65): Adobe RGB (1998), 4.3.5.3, and IEC 61966-2-1."""


def shown_on_srgb(codes: tuple[int, int, int]) -> np.ndarray:
    """What codes of Adobe RGB look like on an sRGB screen, by the definitions of both."""
    light = np.linalg.solve(SRGB, ADOBE @ (np.array(codes) / 255) ** (563 / 256))
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


class KeepingEngine(FakeEngine):
    """Restores nothing: strength 0 and no face."""

    def run(self, photo, settings, progress=None, previous=None):
        return Pipeline(()).run(photo, progress, previous)


@pytest.fixture
def adobe_photo(tmp_path):
    icc = bytes(QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb).iccProfile().data())
    pixels = np.full((90, 120, 3), CODES, np.uint8)
    path = tmp_path / "wide.png"
    Image.fromarray(pixels).save(path, icc_profile=icc)
    return path, icc


@pytest.fixture
def wide_window(qtbot, store, tmp_path):
    def save(result, settings, path, *, overwrite, progress):
        options = WriteOptions(overwrite=overwrite)
        saved = write_photo(
            result.photo, path, options, altered=False, software="test", progress=progress
        )
        return SavedFile(saved.path)

    services = replace(
        make_services(KeepingEngine(), tmp_path), read_photo=read_photo, save_result=save
    )
    window = MainWindow(services, store)
    qtbot.addWidget(window, before_close_func=lambda made: made.work.document.discard())
    window.show()
    yield window
    window.work.stop()


def test_adobe_rgb_is_shown_as_what_it_means_and_saved_as_what_it_was(
    qtbot, wide_window, adobe_photo, tmp_path
):
    window, (path, icc) = wide_window, adobe_photo
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([path])
    qtbot.waitUntil(lambda: not window.work.is_busy)
    canvas = window.parts.area.canvas
    wanted = shown_on_srgb(CODES)
    assert np.abs(wanted - CODES).max() > 40  # else the test would show nothing
    canvas.set_mode(CompareMode.SIDE_BY_SIDE)
    image = canvas.grab().toImage()
    middle = canvas.viewport.visible
    point = QPoint(round((middle.left + middle.right) / 2), round((middle.top + middle.bottom) / 2))
    for origin in canvas._origins():
        colour = image.pixelColor(point + origin.toPoint())
        assert np.array(colour.getRgb()[:3]) == pytest.approx(wanted, abs=2)
    with qtbot.waitSignal(window.work.saved):
        window.commands.save.trigger()
    qtbot.waitUntil(lambda: not window.work.is_busy)
    with Image.open(tmp_path / "wide-restored.png") as saved:
        assert saved.info["icc_profile"] == icc
        assert (np.asarray(saved) == CODES).all()
