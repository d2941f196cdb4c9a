"""Telling colour, black-and-white and toned photos apart."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.colour.tone import classify_tone
from core.degradation import DamageProfile, Effect, degrade, generator_for
from core.degradation.camera import jpeg


def scene(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.random((8, 8, 3), dtype=np.float32)
    return np.clip(cv2.resize(coarse, (160, 160), interpolation=cv2.INTER_CUBIC), 0, 1)


def stored(image: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)


def grey(seed: int) -> np.ndarray:
    return np.repeat(scene(seed).mean(axis=2, keepdims=True), 3, axis=2)


@pytest.mark.parametrize("seed", range(4))
def test_exact_grey(seed):
    tone = classify_tone(stored(grey(seed)))
    assert (tone.kind, tone.hue_deg, tone.chroma) == ("grey", 0.0, 0.0)
    assert tone.is_monochrome


@pytest.mark.parametrize("seed", range(4))
def test_grey_with_colour_noise_of_a_sensor_and_a_jpeg(seed):
    rng = np.random.default_rng(seed)
    noisy = cv2.resize(grey(seed), (480, 480), interpolation=cv2.INTER_LINEAR)
    noisy += rng.normal(0, 0.05, noisy.shape).astype(np.float32)
    assert classify_tone(stored(jpeg(np.clip(noisy, 0, 1), 60))).kind == "grey"


@pytest.mark.parametrize("strength", [0.3, 0.6, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_sepia_is_toned_and_brown(seed, strength):
    profile = DamageProfile(
        sepia=Effect(probability=1, low=strength, high=strength),
        grain=Effect(probability=1, low=0.4, high=0.4),
        yellowing=Effect(probability=0.5, low=0.2, high=0.4),
    )
    tone = classify_tone(stored(degrade(scene(seed), profile, generator_for(2, seed)).image))
    assert tone.kind == "toned"
    assert 40 < tone.hue_deg < 110
    assert tone.chroma > 0.005


def test_a_cyanotype_is_toned_and_blue():
    tone = grey(0) * np.array([0.75, 0.95, 1.0]) + np.array([0.0, 0.02, 0.12])
    found = classify_tone(stored(tone))
    assert found.kind == "toned"
    assert 200 < found.hue_deg < 290


@pytest.mark.parametrize("seed", range(4))
def test_a_coloured_scene_is_in_colour(seed):
    tone = classify_tone(stored(scene(seed)))
    assert tone.kind == "colour"
    assert not tone.is_monochrome


def test_a_portrait_before_a_grey_wall_is_in_colour():
    image = np.full((160, 160, 3), 0.75, np.float32)
    cv2.circle(image, (80, 70), 40, (0.85, 0.62, 0.52), -1)
    image[110:, 30:130] = (0.2, 0.25, 0.45)
    assert classify_tone(stored(image)).kind == "colour"


def test_both_depths_agree():
    pixels = stored(scene(1))
    assert classify_tone(pixels) == classify_tone(pixels.astype(np.uint16) * 257)
