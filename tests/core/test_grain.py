import cv2
import numpy as np
import pytest

from core.grain import BANDS_PX, STRONGEST, TEXTURE_PX, grain, missing_grain


def smooth(size: int = 200) -> np.ndarray:
    """A soft picture with some edges, as a restored face has."""
    y, x = np.mgrid[:size, :size].astype(np.float32) / size
    plane = 0.5 + 0.2 * np.sin(6 * x) * np.cos(4 * y) + 0.1 * (np.hypot(x - 0.5, y - 0.5) < 0.2)
    return np.repeat(plane[..., None], 3, axis=2).astype(np.float32)


def noisy(image: np.ndarray, sigma: float, blur: float = 0.0) -> np.ndarray:
    noise = np.random.default_rng(5).normal(0, 1, image.shape[:2]).astype(np.float32)
    if blur:
        noise = cv2.GaussianBlur(noise, (0, 0), blur)
    return image + (sigma * noise / noise.std())[..., None].astype(np.float32)


FULL = np.ones((200, 200), np.float32)


def test_a_clean_photo_lacks_no_grain():
    image = smooth()
    assert missing_grain(image, image, FULL) == (0.0, 0.0)
    assert missing_grain(image, noisy(image, 0.02), FULL) == (0.0, 0.0)


@pytest.mark.parametrize("blur", [0.0, 0.7, 1.0])
def test_synthesised_grain_measures_like_the_grain_of_the_photo(blur):
    clean = smooth()
    before = noisy(clean, 0.02, blur)
    missing = missing_grain(before, clean, FULL)
    after = clean + grain(missing, slice(0, 200), slice(0, 200))[..., None]
    still = missing_grain(before, after, FULL)
    for band in range(len(BANDS_PX)):
        assert still[band] <= 0.35 * missing[band]
    assert (after - clean).std() == pytest.approx(0.02, rel=0.3)


def test_grain_of_an_enlarged_photo_is_coarser():
    clean = smooth()
    before = cv2.resize(
        noisy(clean[:100, :100], 0.02), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC
    )
    fresh = grain(missing_grain(before, clean, FULL, 2), slice(0, 200), slice(0, 200), 2)

    def correlation(plane):
        return float(np.corrcoef(plane[:, 1:].ravel(), plane[:, :-1].ravel())[0, 1])

    old = (before - cv2.GaussianBlur(before, (0, 0), 8))[..., 0]
    assert correlation(fresh) == pytest.approx(correlation(old), abs=0.2)
    assert correlation(grain((0.02, 0.0), slice(0, 200), slice(0, 200))) < 0.2


def test_parts_fit_together_and_are_the_same_every_time():
    whole = grain((0.01, 0.02), slice(0, 1100), slice(0, 40))
    part = grain((0.01, 0.02), slice(500, 1100), slice(10, 40))
    np.testing.assert_array_equal(whole[500:, 10:], part)
    assert abs(float(grain((0.01, 0.0), slice(0, TEXTURE_PX), slice(0, TEXTURE_PX)).mean())) < 1e-6


def test_heavy_noise_is_damage_and_is_not_put_back_in_full():
    clean = smooth()
    assert max(missing_grain(noisy(clean, 0.3), clean, FULL)) == pytest.approx(STRONGEST)


def test_only_the_face_is_looked_at():
    clean = smooth()
    before = clean.copy()
    before[:100] = noisy(clean, 0.05)[:100]
    weight = np.zeros((200, 200), np.float32)
    weight[110:] = 1
    assert missing_grain(before, clean, weight) == (0.0, 0.0)
    assert missing_grain(before, clean, np.zeros_like(weight)) == (0.0, 0.0)
