"""Painted marks: kept to the pixel, small, refused where they cannot be right, and obeyed."""

from __future__ import annotations

import numpy as np
import pytest

from core.damage.correcting import corrected, layers_of, painted
from core.errors import SettingsError
from core.run_lengths import packed, unpacked
from core.settings import MaskEdits, RepairSettings, RestorationSettings


def random_mask(share: float, shape=(37, 53), seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape) < share


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.98, 1.0])
def test_a_packed_mask_comes_back_to_the_pixel(share):
    mask = random_mask(share)
    assert np.array_equal(unpacked(packed(mask), *mask.shape), mask)


@pytest.mark.parametrize("rows", [(0, 1), (36, 37), (10, 12)])
def test_marks_at_the_edges_come_back(rows):
    mask = np.zeros((37, 53), bool)
    mask[slice(*rows)] = True
    mask[20, [0, -1]] = True
    assert np.array_equal(unpacked(packed(mask), 37, 53), mask)


def test_a_stroke_takes_little_room():
    mask = np.zeros((4000, 6000), bool)
    rows, columns = np.ogrid[:4000, :6000]
    mask[:, 1000:3000] = np.abs(columns[:, 1000:3000] - 2000 - rows // 8) < 25
    assert len(packed(mask)) < 8_000


@pytest.mark.parametrize(
    "text",
    ["not base64!", "AAAA", packed(random_mask(0.5, (200, 200))), packed(random_mask(1))[:8]],
)
def test_texts_that_are_no_mask_of_this_size_are_refused(text):
    with pytest.raises(ValueError, match="mask"):
        MaskEdits(width_px=53, height_px=37, added=text)


def test_a_recipe_with_a_broken_mask_is_refused_in_words():
    data = b'{"repair": {"edits": {"width_px": 5, "height_px": 5, "added": "AAAA"}}}'
    with pytest.raises(SettingsError):
        RestorationSettings.from_json(data)


def test_settings_with_marks_survive_json():
    edits = painted(random_mask(0.1), random_mask(0.1, seed=1))
    settings = RestorationSettings(repair=RepairSettings(enabled=True, edits=edits))
    assert RestorationSettings.from_json(settings.to_json()) == settings


def test_painting_adds_and_erasing_takes_away():
    found, added, erased = (random_mask(0.3, seed=seed) for seed in range(3))
    edits = painted(added, erased)
    assert np.array_equal(corrected(found, edits), (found & ~erased) | added)
    kept_added, kept_erased = layers_of(edits)
    assert np.array_equal(kept_added, added)
    assert not (kept_added & kept_erased).any()


def test_nothing_painted_is_no_setting():
    empty = np.zeros((5, 5), bool)
    assert painted(empty, empty) is None
    assert corrected(found := random_mask(0.2), None) is found


def test_settings_for_any_photo_leave_the_marks_out():
    edits = painted(random_mask(0.1), random_mask(0.1, seed=1))
    settings = RestorationSettings(repair=RepairSettings(enabled=True, edits=edits))
    assert settings.for_any_photo().repair == RepairSettings(enabled=True)
