"""Stains on photos in one tone come off; photos in colour and fine lines are left alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.damage.stains import found_stains, without_stains
from core.degradation import DamageProfile, Effect, degrade, generator_for
from core.image import Photo
from core.metrics.ciede2000 import ciede2000, srgb_to_lab
from core.pipeline import Restoration
from core.progress import no_progress
from core.stages.stains import StainStage

SIDE_PX = 256


def grey_photo(dtype=np.uint8) -> np.ndarray:
    coarse = np.random.default_rng(5).random((7, 7), dtype=np.float32) * 0.7 + 0.2
    plane = cv2.resize(coarse, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC)
    for row in range(20, SIDE_PX, 37):
        cv2.line(plane, (10, row), (SIDE_PX - 10, row + 15), 0.15, 1, cv2.LINE_AA)
    white = 255 if dtype == np.uint8 else 65535
    plane = np.rint(np.clip(plane, 0, 1) * white).astype(dtype)
    return np.repeat(plane[..., None], 3, axis=2)


def stained(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The photo with stains of the synthesis, and where they are."""
    profile = DamageProfile(stains=Effect(probability=1, low=0.7, high=1))
    done = degrade(image, profile, generator_for(12, 4))
    return np.rint(done.image * 255).astype(np.uint8), done.mask


def difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return ciede2000(srgb_to_lab(one / 255), srgb_to_lab(other / 255))


def test_stains_of_the_synthesis_are_at_least_halved():
    clean = grey_photo()
    dirty, mask = stained(clean)
    assert 0.01 < mask.mean() < 0.4
    done = without_stains(dirty, found_stains(dirty), 1.0, no_progress())
    before, after = difference(dirty, clean), difference(done, clean)
    assert after[mask].mean() < 0.5 * before[mask].mean()
    assert after[~mask].mean() < 0.3


def test_a_photo_without_stains_is_left_alone():
    clean = grey_photo().astype(np.float32)
    toned = np.rint(clean * [1, 0.96, 0.9]).astype(np.uint8)
    found = found_stains(toned)
    assert found.share < 0.01
    if not found.density.any():
        assert without_stains(toned, found, 1.0, no_progress()) is toned


def test_brown_lines_are_no_stains():
    lined = grey_photo()
    for column in range(30, SIDE_PX, 40):
        cv2.line(lined, (column, 5), (column + 9, SIDE_PX - 5), (120, 90, 60), 1, cv2.LINE_AA)
    assert found_stains(lined).share < 0.005


def test_photos_in_colour_and_without_colour_are_left_alone():
    colours = np.random.default_rng(1).random((6, 6, 3), dtype=np.float32)
    colours = np.rint(cv2.resize(colours, (SIDE_PX, SIDE_PX)) * 255).astype(np.uint8)
    for pixels in (colours, grey_photo(), grey_photo()[:20, :20]):
        photo = Photo(pixels)
        result = StainStage(1.0).run(Restoration(photo, photo), no_progress())
        assert result.photo is photo
        assert "Stains were left alone" in result.warnings[0]


@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_strength_counts_and_depth_is_kept(strength):
    dirty, mask = stained(grey_photo())
    deep = dirty.astype(np.uint16) * 257
    photo = Photo(deep)
    done = StainStage(strength).run(Restoration(photo, photo), no_progress()).photo.pixels
    assert done.dtype == np.uint16
    blue = done[..., 2].astype(int) - deep[..., 2]
    assert (blue[mask] > 0).mean() > 0.5
    full = without_stains(deep, found_stains(deep), 1.0, no_progress())
    assert blue.sum() <= (full[..., 2].astype(int) - deep[..., 2]).sum()
