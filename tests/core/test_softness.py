"""How blurred a picture is, whatever its grain, and how far a face follows."""

import cv2
import numpy as np
import pytest

from core.softness import MOST_PX, edge_blur_px, softening_px


def scene(sigma, grain=0.0, size=200):
    """Sharp-edged discs, blurred, with grain on top."""
    rng = np.random.default_rng(2)
    plane = np.full((4 * size, 4 * size), 0.3, np.float32)
    for _ in range(25):
        x, y, r = (int(v) for v in rng.integers((0, 0, 60), (4 * size, 4 * size, 140)))
        cv2.circle(plane, (x, y), r, float(rng.uniform(0.1, 0.9)), -1)
    if sigma:
        plane = cv2.GaussianBlur(plane, (0, 0), 4 * sigma)
    plane = cv2.resize(plane, (size, size), interpolation=cv2.INTER_AREA)
    plane = plane + rng.normal(0, grain, plane.shape)
    return np.repeat(plane[..., None], 3, axis=2).astype(np.float32)


@pytest.mark.parametrize("sigma", [1.0, 2.0, 3.0, 4.0])
def test_blur_is_measured(sigma):
    assert edge_blur_px(scene(sigma)) == pytest.approx(sigma, rel=0.25)
    assert edge_blur_px(scene(sigma, grain=0.01)) == pytest.approx(sigma, rel=0.25)


def test_one_sharp_object_makes_a_photo_sharp():
    picture = scene(4.0)
    picture[:, :100] = scene(0.7)[:, :100]
    assert edge_blur_px(picture) < 1.6
    inside = np.zeros(picture.shape[:2], bool)
    inside[:, 130:] = True
    assert edge_blur_px(picture, inside) > 3


def test_without_edges_nothing_is_known():
    assert edge_blur_px(np.full((50, 50, 3), 0.5, np.float32)) is None
    assert edge_blur_px(np.zeros((2, 2, 3), np.float32)) is None


def test_softening_only_ever_goes_towards_the_photo():
    assert softening_px(1.0, 3.0, 0.0) == 0
    assert softening_px(2.0, 1.0, 1.0) == 0
    half, full = softening_px(1.0, 3.0, 0.5), softening_px(1.0, 3.0, 1.0)
    assert 0 < half < full == pytest.approx(8**0.5)
    assert full < MOST_PX
