"""Crops: cut where they should be, without aliasing, at any size and over any border."""

import numpy as np
import pytest

from core.alignment import aligned_crop, footprint, resized, shrunk, to_square
from core.faces import crop_transform, template
from core.geometry import Region, Size, transformed


def waves(height, width, period_px):
    y, x = np.mgrid[0:height, 0:width]
    return 0.5 + 0.3 * np.sin(2 * np.pi * x / period_px) * np.cos(2 * np.pi * y / period_px)


def as_pixels(values, dtype=np.uint16):
    white = 255 if dtype == np.uint8 else 65535
    return np.repeat(np.rint(values * white)[..., None], 3, axis=2).astype(dtype)


def similarity_to_crop(scale, degrees, shift):
    angle = np.radians(degrees)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.column_stack([turn, np.asarray(shift, float)])


@pytest.mark.parametrize(("scale", "degrees"), [(1.0, 0), (2.5, 30), (0.4, -75), (0.15, 180)])
def test_a_smooth_picture_is_sampled_in_the_right_places(scale, degrees):
    period = 90 / scale
    side = 64
    centre = np.array([400.0, 380.0])
    to_crop = similarity_to_crop(scale, degrees, (0, 0))
    to_crop[:, 2] = np.array([31.5, 31.5]) - to_crop[:, :2] @ centre
    pixels = as_pixels(waves(800, 800, period))
    crop = aligned_crop(pixels, to_crop, side)
    places = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    linear = np.linalg.inv(to_crop[:, :2])
    x, y = ((places - to_crop[:, 2]) @ linear.T).T
    expected = 0.5 + 0.3 * np.sin(2 * np.pi * x / period) * np.cos(2 * np.pi * y / period)
    assert crop.dtype == np.float32
    assert np.abs(crop[..., 0].ravel() - expected).max() < 0.015


def test_shrinking_does_not_alias():
    board = (np.indices((600, 600)).sum(axis=0) % 2).astype(float)
    crop = aligned_crop(as_pixels(board, np.uint8), similarity_to_crop(0.1, 17, (-5, 8)), 40)
    assert np.abs(crop - 0.5).max() < 0.1


def test_beyond_the_border_the_photo_is_mirrored():
    ramp = np.linspace(0.2, 0.8, 50)[None, :].repeat(50, axis=0)
    crop = aligned_crop(as_pixels(ramp), similarity_to_crop(1.0, 0, (20, 0)), 50)
    assert np.allclose(crop[:, 20 - 7], crop[:, 20 + 7], atol=1e-3)
    assert np.allclose(crop[:, 20], 0.2, atol=1e-3)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (2, 2)])
@pytest.mark.parametrize("shift", [(0, 0), (500, -300)])
def test_tiny_photos_and_faces_beyond_them(shape, shift):
    crop = aligned_crop(as_pixels(np.full(shape, 0.6)), similarity_to_crop(2.0, 10, shift), 32)
    assert np.allclose(crop, 0.6, atol=1e-3)


def test_landmarks_land_on_the_template():
    to_photo = similarity_to_crop(0.3, 25, (90, 40))
    points = tuple(map(tuple, transformed(to_photo, template(512))))
    assert np.allclose(transformed(crop_transform(points, 256), points), template(256), atol=1e-6)


def test_footprint_is_clipped_to_the_photo():
    photo = Size(100, 80)
    assert footprint(similarity_to_crop(1.0, 0, (10, 10)), 50, photo) == Region(0, 0, 41, 41)
    assert footprint(similarity_to_crop(1.0, 0, (900, 0)), 50, photo).is_empty


def test_shrunk_keeps_outer_edges():
    picture = np.zeros((30, 50, 3), np.float32)
    small, back = shrunk(picture, 0.33)
    assert small.shape == (10, 16, 3)
    assert np.allclose(transformed(back, [(-0.5, -0.5), (15.5, 9.5)]), [[-0.5, -0.5], [49.5, 29.5]])
    same, _ = shrunk(picture, 1.5)
    assert same is picture


def test_resized_and_square():
    assert resized(np.ones((3, 5, 3), np.float32), Size(20, 2)).shape == (2, 20, 3)
    ends = transformed(to_square(Size(30, 60), 15), [(-0.5, -0.5), (29.5, 59.5)])
    assert np.allclose(ends, [[-0.5, -0.5], [14.5, 14.5]])
