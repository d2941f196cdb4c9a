import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.geometry import (
    Box,
    Region,
    Size,
    composed,
    covering_region,
    enlarging,
    inverted,
    scale_of,
    similarity,
    transformed,
)

POINTS = np.array([[0.0, 0.0], [10.0, 1.0], [4.0, 8.0], [2.0, 12.0]])


def turned(angle: float, scale: float, shift: tuple[float, float]) -> np.ndarray:
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    return np.array([[cosine, -sine, shift[0]], [sine, cosine, shift[1]]])


@given(st.floats(-3.1, 3.1), st.floats(0.05, 20.0), st.floats(-500, 500), st.floats(-500, 500))
def test_similarity_recovers_the_transform_that_made_the_points(angle, scale, dx, dy):
    matrix = turned(angle, scale, (dx, dy))
    found = similarity(POINTS, transformed(matrix, POINTS))
    np.testing.assert_allclose(found, matrix, atol=1e-8)
    assert scale_of(found) == pytest.approx(scale)


def test_similarity_agrees_with_opencv_on_noisy_points():
    noise = np.random.default_rng(0).normal(0, 0.2, POINTS.shape)
    target = transformed(turned(0.3, 2.0, (5, 6)), POINTS) + noise
    expected, _ = cv2.estimateAffinePartial2D(POINTS, target, method=cv2.LMEDS)
    np.testing.assert_allclose(similarity(POINTS, target), expected, atol=0.5)


def test_similarity_refuses_coinciding_points():
    with pytest.raises(ValueError, match="coincide"):
        similarity(np.ones((5, 2)), POINTS[:1].repeat(5, axis=0))


def test_inverse_and_composition_undo_each_other():
    matrix = turned(1.1, 3.0, (7, -2))
    identity = composed(inverted(matrix), matrix)
    np.testing.assert_allclose(identity, [[1, 0, 0], [0, 1, 0]], atol=1e-12)


def test_enlarging_keeps_outer_edges_aligned_as_cv2_resize_does():
    ramp = np.tile(np.arange(16, dtype=np.float32), (4, 1))
    resized = cv2.resize(ramp, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    x_small, _ = transformed(inverted(enlarging(2)), [[9.0, 0.0]])[0]
    assert resized[0, 9] == pytest.approx(x_small)


def test_box_arithmetic():
    box = Box(0, 0, 10, 20)
    assert (box.width, box.height, box.area_px, box.centre) == (10, 20, 200, (5, 10))
    assert box.iou(box) == 1
    assert box.iou(Box(5, 0, 15, 20)) == pytest.approx(1 / 3)
    assert box.iou(Box(50, 50, 60, 60)) == 0
    assert Box(5, 5, 1, 1).area_px == 0
    assert box.scaled(2) == Box(0, 0, 20, 40)


def test_region_clips_grows_and_slices():
    region = Region(-5, 2, 7, 30).clipped(Size(10, 20))
    assert region == Region(0, 2, 7, 20)
    assert np.zeros((20, 10))[region.slices].shape == (18, 7)
    assert Region(30, 0, 40, 5).clipped(Size(10, 20)).is_empty
    assert region.grown(1) == Region(-1, 1, 8, 21)


def test_covering_region_holds_every_touched_pixel():
    assert covering_region([[0.2, 1.0], [3.0, 4.5]]) == Region(0, 1, 4, 6)


def test_size_never_shrinks_to_nothing():
    assert Size(3, 1).scaled(0.1) == Size(1, 1)
