"""Detail that was there stays, what was blurred away is drawn anew, grain and scratches go."""

import cv2
import numpy as np
import pytest

from core.detail import with_detail

SIDE = 256
RNG = np.random.default_rng(1)


def blurred(image, sigma):
    return cv2.GaussianBlur(image, (0, 0), sigma).reshape(image.shape)


def face():
    """Strong features that a network draws, and fine wrinkles that it does not."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    plane = np.full((SIDE, SIDE), 0.55, np.float32)
    for centre in ((0.38, 0.47), (0.62, 0.47), (0.5, 0.73)):
        plane[np.hypot((x - centre[0]) / 1.6, y - centre[1]) < 0.04] = 0.2
    plane = cv2.GaussianBlur(plane, (0, 0), 0.8)
    wrinkles = 0.06 * np.sin(y * SIDE * 1.2) * (np.abs(y - 0.32) < 0.05) * (np.abs(x - 0.5) < 0.2)
    return plane, wrinkles.astype(np.float32)


def colour(plane):
    return np.repeat(np.clip(plane, 0, 1)[..., None], 3, axis=2).astype(np.float32)


def error(image, truth, where=slice(None)):
    return float(np.abs(image - truth)[where].mean())


FOREHEAD = (slice(70, 95), slice(85, 170))


def test_wrinkles_of_a_sharp_face_stay():
    drawn, wrinkles = face()
    crop, restored = colour(drawn + wrinkles), colour(drawn)
    kept = with_detail(crop, restored)
    assert kept.share == pytest.approx(1.0)
    assert error(kept.image, crop, FOREHEAD) < 0.25 * error(restored, crop, FOREHEAD)
    half = with_detail(crop, restored, 0.5)
    assert half.share == pytest.approx(0.5)
    assert error(kept.image, crop) < error(half.image, crop) < error(restored, crop)


@pytest.mark.parametrize("sigma", [3, 5])
def test_a_blurred_face_is_restored_fully(sigma):
    drawn, wrinkles = face()
    restored = colour(drawn)
    kept = with_detail(colour(blurred(drawn + wrinkles, sigma)), restored)
    assert kept.share == 0
    assert kept.image is restored


def test_grain_is_no_sharpness():
    drawn, _ = face()
    noisy = blurred(drawn, 4) + RNG.normal(0, 0.05, drawn.shape).astype(np.float32)
    assert with_detail(colour(noisy), colour(drawn)).share == 0


def test_grain_of_a_sharp_face_mostly_goes_and_its_wrinkles_stay():
    drawn, wrinkles = face()
    noise = RNG.normal(0, 0.015, drawn.shape).astype(np.float32)
    image = with_detail(colour(drawn + wrinkles + noise), colour(drawn)).image
    truth = colour(drawn + wrinkles)
    cheek = (slice(140, 170), slice(90, 110))
    assert error(image, truth, cheek) < 0.5 * float(np.abs(noise[cheek]).mean())
    assert error(image, truth, FOREHEAD) < 0.6 * error(colour(drawn), truth, FOREHEAD)


def test_a_scratch_stays_away():
    drawn, _ = face()
    scratched = drawn.copy()
    scratched[:, 128:130] = 1.0
    image = with_detail(colour(scratched), colour(drawn)).image
    column = (slice(None), slice(126, 132))
    assert error(image, colour(drawn), column) < 0.4 * error(
        colour(scratched), colour(drawn), column
    )


def test_off_and_flat_pictures_change_nothing():
    drawn, wrinkles = face()
    restored = colour(drawn)
    assert with_detail(colour(drawn + wrinkles), restored, 0.0).image is restored
    flat = np.full((64, 64, 3), 0.5, np.float32)
    assert with_detail(flat, flat).image is flat
