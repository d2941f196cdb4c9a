"""From likelihood to mask to a filled photo."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.damage.filling import filled
from core.damage.masking import damage_mask, grown
from core.errors import Cancelled
from core.progress import CancelToken, Progress, no_progress


def smooth_photo(dtype=np.uint8, side_px: int = 120) -> np.ndarray:
    coarse = np.random.default_rng(2).random((5, 6, 3), dtype=np.float32)
    image = np.clip(cv2.resize(coarse, (side_px + 20, side_px)), 0, 1)
    return np.rint(image * (255 if dtype == np.uint8 else 65535)).astype(dtype)


def line_mask(shape) -> np.ndarray:
    plane = np.zeros(shape, np.uint8)
    cv2.line(plane, (10, 5), (shape[1] - 20, shape[0] - 8), 1, 2)
    return plane.astype(bool)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_filling_brings_the_photo_back_and_touches_nothing_else(dtype):
    clean = smooth_photo(dtype)
    mask = line_mask(clean.shape[:2])
    scratched = clean.copy()
    scratched[mask] = np.iinfo(dtype).max
    result = filled(scratched, mask, no_progress())
    assert result.dtype == dtype
    assert np.array_equal(result[~mask], scratched[~mask])
    white = np.iinfo(dtype).max
    before = np.abs(scratched[mask].astype(float) - clean[mask]).mean() / white
    after = np.abs(result[mask].astype(float) - clean[mask]).mean() / white
    assert after < 0.1 * before


def test_blocks_do_not_show(monkeypatch):
    clean = smooth_photo()
    mask = line_mask(clean.shape[:2])
    whole = filled(clean, mask, no_progress())
    monkeypatch.setattr("core.damage.filling._BLOCK_PX", 40)
    assert np.abs(filled(clean, mask, no_progress()).astype(int) - whole).max() <= 6


def test_nothing_marked_hands_on_the_very_same_pixels():
    pixels = smooth_photo()
    assert filled(pixels, np.zeros(pixels.shape[:2], bool), no_progress()) is pixels


def test_weak_pixels_count_only_beside_sure_ones():
    likelihood = np.zeros((40, 40), np.float32)
    likelihood[5, 5:30] = 0.6
    likelihood[5, 10] = 0.99
    likelihood[20, 5:30] = 0.6
    likelihood[30, 30] = 1.0
    mask = damage_mask(likelihood, sensitivity=0.5)
    assert mask[5, 5:30].all()
    assert mask.sum() == 25


def test_a_higher_sensitivity_never_marks_less():
    likelihood = cv2.GaussianBlur(np.random.default_rng(0).random((80, 80), np.float32), (0, 0), 2)
    likelihood = (likelihood - likelihood.min()) / np.ptp(likelihood)
    counts = [int(damage_mask(likelihood, sensitivity=s).sum()) for s in (0, 0.25, 0.5, 0.75, 1)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_faces_are_protected():
    likelihood = np.zeros((40, 40), np.float32)
    likelihood[10, 5:18] = likelihood[10, 20:35] = 0.985
    protected = np.zeros((40, 40), np.float32)
    protected[:, :20] = 1
    mask = damage_mask(likelihood, sensitivity=0.5, protected=protected)
    assert not mask[10, 5:20].any()
    assert mask[10, 20:35].all()


def test_the_rim_grows_on_all_sides():
    mask = np.zeros((9, 9), bool)
    mask[4, 4] = True
    assert grown(mask, 1).sum() == 5
    assert grown(mask, 0) is mask


def test_filling_stops_when_it_is_cancelled():
    token = CancelToken()
    token.cancel()
    pixels = smooth_photo()
    with pytest.raises(Cancelled):
        filled(pixels, line_mask(pixels.shape[:2]), Progress(token=token))
