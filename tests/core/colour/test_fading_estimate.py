"""One click never makes a good photo worse, and brings faded colours back at least half way.

The portrait is `astronaut.png` of the scikit-image wheel (NASA, public domain), 192 px.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from core.colour.apply import apply
from core.colour.dyes import estimated_fading, estimated_grey_fading
from core.colour.estimate import estimate
from core.colour.plan import DARKEST_CODE, ColourPlan, Fading, channel_curves
from core.colour.tone import Tone
from core.degradation import DamageProfile, Effect, degrade, generator_for
from core.metrics.ciede2000 import mean_difference
from core.settings import COLOUR_PRESETS, ColourSettings

AUTO = COLOUR_PRESETS["auto"]
GOLDEN = Path(__file__).parents[2] / "golden"
AGEING = {
    "faded": DamageProfile(fading=Effect(probability=1, low=0.3, high=1)),
    "both": DamageProfile(
        fading=Effect(probability=1, low=0.3, high=1),
        yellowing=Effect(probability=1, low=0.3, high=1),
    ),
}


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    return cv2.imread(str(GOLDEN / "astronaut_192.jpg"))[..., ::-1].copy()


def soft_scene(seed: int) -> np.ndarray:
    """Well-exposed made-up picture: shapes in natural colours, with black and white in it."""
    rng = np.random.default_rng(seed)
    palette = np.array(
        [[0.95, 0.95, 0.94], [0.05, 0.05, 0.06], [0.8, 0.6, 0.5], [0.3, 0.5, 0.2], [0.3, 0.4, 0.6]],
        dtype=np.float32,
    )  # fmt: skip
    coarse = palette[rng.integers(0, len(palette), (8, 8))]
    return cv2.resize(coarse, (160, 160), interpolation=cv2.INTER_LINEAR)


def stored(image: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)


def moved(before: np.ndarray, after: np.ndarray) -> float:
    return mean_difference(before / 255, after / 255)


def test_a_good_photo_is_hardly_moved(portrait):
    assert moved(portrait, apply(estimate(portrait, AUTO), portrait)) < 2


def test_good_scenes_are_hardly_moved():
    changes = []
    for seed in range(10):
        pixels = stored(soft_scene(seed))
        changes.append(moved(pixels, apply(estimate(pixels, AUTO), pixels)))
    assert np.mean(changes) < 2


@pytest.mark.parametrize("kind", sorted(AGEING))
def test_what_faded_comes_back_at_least_half_way(portrait, kind):
    before, after = [], []
    for index in range(12):
        aged = stored(degrade(portrait, AGEING[kind], generator_for(77, index)).image)
        before.append(moved(portrait, aged))
        after.append(moved(portrait, apply(estimate(aged, AUTO), aged)))
    assert np.mean(after) < 0.5 * np.mean(before)


def test_half_the_strength_undoes_about_half(portrait):
    aged = stored(degrade(portrait, AGEING["both"], generator_for(77, 1)).image)
    left = []
    for strength in (0.0, 0.5, 1.0):
        settings = ColourSettings(fade=strength, white_balance=strength, yellowing=strength)
        left.append(moved(portrait, apply(estimate(aged, settings), aged)))
    assert left[0] > left[1] > left[2]


def test_yellowing_alone_takes_the_yellow_and_leaves_the_blacks(portrait):
    profile = DamageProfile(yellowing=Effect(probability=1, low=0.9, high=0.9))
    aged = stored(degrade(portrait, profile, generator_for(77, 2)).image)
    plan = estimate(aged, ColourSettings(yellowing=1.0))
    assert plan.fading.density == (1.0, 1.0, 1.0)
    result = apply(plan, aged).astype(float).mean(axis=(0, 1))
    yellow = aged.astype(float).mean(axis=(0, 1))
    assert result[2] - result[0] > yellow[2] - yellow[0] + 5


def test_a_faded_grey_photo_gets_black_and_white_back(portrait):
    tone = portrait.astype(float).mean(axis=2, keepdims=True)
    faded = np.repeat(np.rint(80 + tone * 0.45), 3, axis=2).astype(np.uint8)
    result = apply(estimate(faded, AUTO), faded)
    assert np.percentile(result, 1) < 50
    assert np.percentile(result, 99) > 215
    good = np.repeat(np.rint(tone), 3, axis=2).astype(np.uint8)
    assert moved(good, apply(estimate(good, AUTO), good)) < 2


def test_the_curves_invert_the_model_of_fading():
    fading = Fading(paper=(0.95, 0.9, 0.7), density=(0.5, 0.7, 0.8))
    fresh = np.linspace(0, 1, 33)[:, None]
    scaled = DARKEST_CODE + (1 - DARKEST_CODE) * fresh
    aged = np.array(fading.paper) * scaled ** np.array(fading.density)
    aged = (aged - DARKEST_CODE) / (1 - DARKEST_CODE)
    plan = ColourPlan(AUTO, Tone("colour"), fading)
    for channel in range(3):
        codes = np.clip(aged[:, channel], 0, 1).astype(np.float32)
        curve = channel_curves(plan, codes)[:, channel]
        assert curve == pytest.approx(fresh[:, 0], abs=2e-6)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_an_empty_picture_is_no_trouble(value):
    flat = np.full((40, 40, 3), value, np.float32)
    for fading in (estimated_fading(flat), estimated_grey_fading(flat)):
        assert all(0.2 < number <= 1 for number in fading.paper + fading.density)


def test_blacks_are_not_crushed(portrait):
    dark = stored((portrait / 255.0) ** 0.8 * 0.5 + 0.12)
    result = apply(estimate(dark, AUTO), dark)
    assert (result == 0).mean() < 0.04
