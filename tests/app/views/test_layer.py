import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from app.session.pyramid import pyramid_of
from app.session.viewport import Viewport
from app.views.face_overlay import FaceMark, face_at
from app.views.layer import Layer
from core.geometry import Box, Size


def drawn(pixels: np.ndarray, box: Box, size=(200, 100), ratio=1.0) -> np.ndarray:
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    Layer(pyramid_of(pixels)).draw(painter, box, Box(0, 0, *size), ratio)
    painter.end()
    bits = np.frombuffer(image.constBits(), np.uint8).reshape(size[1], size[0], 4)
    return bits[..., 2::-1].copy()  # the image goes, and its memory with it


def test_one_to_one_shows_the_very_pixels(qapp):
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 255, (700, 900, 3), dtype=np.uint8)
    shown = drawn(pixels, Box(-37, -51, 900 - 37, 700 - 51))
    assert np.array_equal(shown, pixels[51:151, 37:237])


def test_enlarged_pixels_are_squares(qapp):
    pixels = np.zeros((10, 10, 3), np.uint8)
    pixels[3, 4] = 255
    shown = drawn(pixels, Box(0, 0, 80, 80))
    assert (shown[24:32, 32:40] == 255).all()
    assert shown.sum() == 64 * 3 * 255


@pytest.mark.parametrize("scale", [0.07, 0.3, 0.5, 0.77])
def test_made_smaller_it_shows_the_same_picture(qapp, scale):
    ramp = np.linspace(0, 255, 3000).astype(np.uint8)
    pixels = np.ascontiguousarray(np.tile(ramp[None, :, None], (1500, 1, 3)))
    shown = drawn(pixels, Box(0, 0, 3000 * scale, 1500 * scale))
    width = min(200, int(3000 * scale))
    wanted = (np.arange(width) + 0.5) / (3000 * scale) * 255
    assert np.abs(shown[20, :width, 0] - wanted).max() < 4


def test_a_panorama_longer_than_qt_can_address_is_drawn_at_its_end(qapp):
    pixels = np.zeros((20, 40_000, 3), np.uint8)
    pixels[:, 39_990:] = (10, 200, 30)
    shown = drawn(pixels, Box(-39_900, 0, 100, 20))
    assert tuple(shown[10, 95]) == (10, 200, 30)
    assert tuple(shown[10, 80]) == (0, 0, 0)


def test_nothing_is_drawn_outside_the_clip(qapp):
    pixels = np.full((50, 50, 3), 255, np.uint8)
    assert drawn(pixels, Box(500, 500, 550, 550)).sum() == 0


def test_small_faces_are_easy_to_hit_and_the_smaller_of_two_wins():
    view = Viewport(Size(1000, 1000), Size(1000, 1000))
    large = FaceMark(0, Box(100, 100, 400, 400), enabled=True)
    small = FaceMark(1, Box(200, 200, 208, 208), enabled=True)
    assert face_at((large, small), view, 196, 204) is small
    assert face_at((large, small), view, 300, 300) is large
    assert face_at((large, small), view, 600, 600) is None
