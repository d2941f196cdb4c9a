"""Colour corrections: neutral to the bit, grey stays grey, a tone keeps its hue, sizes agree."""

from __future__ import annotations

import tracemalloc

import cv2
import numpy as np
import pytest

from core.colour import apply as apply_module
from core.colour.apply import apply
from core.colour.estimate import estimate
from core.degradation import DamageProfile, Effect, degrade, generator_for
from core.errors import Cancelled
from core.metrics.ciede2000 import srgb_to_lab
from core.progress import CancelToken, Progress
from core.settings import COLOUR_PRESETS, ColourSettings

EVERYTHING = ColourSettings(
    white_balance=0.7, fade=0.9, yellowing=0.8, exposure=0.3, contrast=0.4, local_contrast=0.8,
    saturation=0.3, vibrance=0.5, black_point=0.03, white_point=0.95,
)  # fmt: skip
STRENGTHS = [
    COLOUR_PRESETS["auto"],
    COLOUR_PRESETS["strong"],
    EVERYTHING,
    ColourSettings(fade=0.3),
    ColourSettings(exposure=-1.5),
    ColourSettings(exposure=1.5),
    ColourSettings(contrast=1.0, local_contrast=1.0),
    ColourSettings(contrast=-1.0, saturation=1.0, vibrance=1.0, white_balance=1.0),
    ColourSettings(black_point=0.2, white_point=0.8),
]


def scene(height: int = 90, width: int = 120, seed: int = 3) -> np.ndarray:
    """Soft coloured shapes from black to white with some grain, uint8."""
    rng = np.random.default_rng(seed)
    coarse = rng.random((7, 9, 3), dtype=np.float32)
    image = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    image += rng.normal(0, 0.02, (height, width, 1)).astype(np.float32)
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)


def faded_grey(seed: int = 3) -> np.ndarray:
    tone = scene(seed=seed)[..., 1].astype(np.float32) * 0.6 + 50
    return np.repeat(np.rint(tone)[..., None], 3, axis=2).astype(np.uint8)


def sepia_scene(seed: int = 3) -> np.ndarray:
    toned = degrade(
        scene(seed=seed),
        DamageProfile(
            sepia=Effect(probability=1, low=0.8, high=0.8),
            grain=Effect(probability=1, low=0.3, high=0.3),
        ),
        generator_for(1, seed),
    )
    return np.rint((0.1 + 0.75 * toned.image) * 255).astype(np.uint8)


def hue_deg(pixels: np.ndarray) -> float:
    mean = srgb_to_lab(pixels / np.iinfo(pixels.dtype).max).reshape(-1, 3).mean(axis=0)
    return float(np.degrees(np.arctan2(mean[2], mean[1])))


@pytest.mark.parametrize("make", [scene, faded_grey, sepia_scene])
def test_neutral_settings_hand_on_the_very_same_pixels(make):
    pixels = make()
    assert apply(estimate(pixels, ColourSettings()), pixels) is pixels


@pytest.mark.parametrize("settings", STRENGTHS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_grey_in_is_grey_out_exactly(settings, dtype):
    pixels = faded_grey().astype(dtype) * (1 if dtype == np.uint8 else 257)
    result = apply(estimate(pixels, settings), pixels)
    assert np.array_equal(result[..., 0], result[..., 1])
    assert np.array_equal(result[..., 1], result[..., 2])
    assert result.dtype == dtype


@pytest.mark.parametrize("settings", STRENGTHS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_toned_photo_keeps_its_hue(settings, seed):
    pixels = sepia_scene(seed)
    plan = estimate(pixels, settings)
    assert plan.tone.kind == "toned"
    assert abs(hue_deg(apply(plan, pixels)) - hue_deg(pixels)) < 3


def test_a_tone_can_be_taken_out_and_deepened():
    pixels = sepia_scene()
    neutral = apply(estimate(pixels, ColourSettings(sepia=-1.0)), pixels)
    assert np.array_equal(neutral[..., 0], neutral[..., 2])
    chroma = []
    for amount in (-0.5, 0.0, 0.6):
        plan = estimate(pixels, ColourSettings(sepia=amount, exposure=0.001))
        lab = srgb_to_lab(apply(plan, pixels) / 255)
        chroma.append(np.hypot(lab[..., 1], lab[..., 2]).mean())
    assert chroma[0] < 0.6 * chroma[1]
    assert chroma[2] > 1.3 * chroma[1]


@pytest.mark.parametrize("make", [scene, faded_grey, sepia_scene])
def test_strips_and_threads_do_not_show(make, monkeypatch):
    pixels = make()
    plan = estimate(pixels, EVERYTHING)
    whole = apply(plan, pixels)
    monkeypatch.setattr(apply_module, "_STRIP_PX", 700)
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        strips = apply(estimate(pixels, EVERYTHING), pixels)
    finally:
        cv2.setNumThreads(threads)
    assert np.array_equal(whole, strips)


@pytest.mark.parametrize("make", [scene, faded_grey, sepia_scene])
def test_sixteen_bits_agree_with_eight(make):
    pixels = make()
    fine = pixels.astype(np.uint16) * 257
    plan = estimate(pixels, EVERYTHING)
    assert estimate(fine, EVERYTHING) == plan
    coarse_result = apply(plan, pixels).astype(int)
    fine_result = apply(plan, fine).astype(int)
    assert np.abs(coarse_result * 257 - fine_result).max() <= 257


def test_sixteen_bits_keep_tones_that_eight_bits_lack():
    ramp = np.linspace(20000, 24000, 4001).astype(np.uint16)
    pixels = np.repeat(np.tile(ramp, (8, 1))[..., None], 3, axis=2)
    result = apply(estimate(pixels, ColourSettings(exposure=0.2, contrast=0.3)), pixels)
    assert len(np.unique(result)) > 3000
    assert np.all(np.diff(result[0, :, 0].astype(int)) >= 0)


def test_the_displayed_size_looks_like_the_full_size():
    pixels = scene(480, 640)
    plan = estimate(pixels, COLOUR_PRESETS["strong"].replace(exposure=0.2))
    size = (160, 120)
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    shown = apply(plan, small).astype(float)
    shrunk = cv2.resize(apply(plan, pixels), size, interpolation=cv2.INTER_AREA).astype(float)
    assert np.abs(shown - shrunk).mean() < 1.5


def test_the_plan_hardly_depends_on_the_size_it_is_measured_at():
    pixels = degrade(
        scene(480, 640),
        DamageProfile(fading=Effect(probability=1, low=0.9, high=0.9)),
        generator_for(0, 0),
    ).image
    full = np.rint(pixels * 255).astype(np.uint8)
    half = cv2.resize(full, (320, 240), interpolation=cv2.INTER_AREA)
    auto = COLOUR_PRESETS["auto"]
    one, other = estimate(full, auto), estimate(half, auto)
    assert one.tone.kind == other.tone.kind
    assert one.fading.paper == pytest.approx(other.fading.paper, abs=0.02)
    assert one.fading.density == pytest.approx(other.fading.density, abs=0.02)


def test_exposure_doubles_light():
    pixels = np.full((20, 20, 3), 60, np.uint8)
    pixels[:, :10] = (40, 60, 80)
    result = apply(estimate(pixels, ColourSettings(exposure=1.0)), pixels)
    light = [((value / 255 + 0.055) / 1.055) ** 2.4 for value in (80, int(result[0, 0, 2]))]
    assert light[1] / light[0] == pytest.approx(2.0, rel=0.02)


def test_black_and_white_points_set_the_ends():
    pixels = scene()
    result = apply(estimate(pixels, ColourSettings(black_point=0.2, white_point=0.8)), pixels)
    assert result[pixels <= 51].max() == 0
    assert result[pixels >= 204].min() == 255


def test_saturation_and_contrast_do_what_they_say():
    pixels = scene()
    lab = srgb_to_lab(pixels / 255)
    pale = srgb_to_lab(apply(estimate(pixels, ColourSettings(saturation=-0.5)), pixels) / 255)
    chroma, pale_chroma = (np.hypot(picture[..., 1], picture[..., 2]) for picture in (lab, pale))
    assert pale_chroma.mean() < 0.6 * chroma.mean()
    hard = srgb_to_lab(apply(estimate(pixels, ColourSettings(contrast=0.8)), pixels) / 255)
    assert hard[..., 0].std() > 1.05 * lab[..., 0].std()
    local = srgb_to_lab(apply(estimate(pixels, ColourSettings(local_contrast=1.0)), pixels) / 255)
    assert local[..., 0].std() > 1.02 * lab[..., 0].std()
    grey = apply(estimate(pixels, ColourSettings(saturation=-1.0)), pixels).astype(int)
    assert np.ptp(grey, axis=2).max() <= 1


def test_vibrance_spares_skin():
    patches = {"skin": (200, 150, 125), "dark skin": (110, 75, 58), "blue": (120, 140, 165)}
    gains = {}
    for name, code in patches.items():
        pixels = scene()
        pixels[:20, :20] = code
        plan = estimate(pixels, ColourSettings(vibrance=1.0))
        before, after = (srgb_to_lab(p[5, 5] / 255) for p in (pixels, apply(plan, pixels)))
        gains[name] = np.hypot(*after[1:]) / np.hypot(*before[1:])
    assert gains["blue"] > 1.3
    assert gains["skin"] - 1 < 0.5 * (gains["blue"] - 1)
    assert gains["dark skin"] - 1 < 0.5 * (gains["blue"] - 1)


def test_a_picked_colour_becomes_grey():
    pixels = scene()
    pixels[:20, :20] = (180, 150, 120)
    picked = (180 / 255, 150 / 255, 120 / 255)
    for settings in (ColourSettings(neutral_colour=picked), EVERYTHING.replace(
        neutral_colour=picked, saturation=0.0, vibrance=0.0, contrast=0.0, local_contrast=0.0,
        white_point=1.0, black_point=0.0,
    )):  # fmt: skip
        result = apply(estimate(pixels, settings), pixels)
        assert np.ptp(result[5, 5].astype(int)) <= 2


def test_a_colour_outside_the_range_cannot_be_picked():
    with pytest.raises(ValueError, match="neutral_colour"):
        ColourSettings(neutral_colour=(0.2, 1.4, 0.3))


def test_settings_with_a_picked_colour_read_and_write_json():
    settings = ColourSettings(neutral_colour=(0.2, 0.4, 0.3))
    assert ColourSettings.from_json(settings.to_json()) == settings


def test_the_job_stops_when_it_is_cancelled(monkeypatch):
    monkeypatch.setattr(apply_module, "_STRIP_PX", 700)
    token = CancelToken()
    seen = []

    def sink(fraction: float, _message: str) -> None:
        seen.append(fraction)
        token.cancel()

    pixels = scene()
    with pytest.raises(Cancelled):
        apply(estimate(pixels, EVERYTHING), pixels, Progress(sink, token))
    assert len(seen) == 1


def test_the_input_is_never_changed():
    pixels = scene()
    before = pixels.copy()
    apply(estimate(pixels, EVERYTHING), pixels)
    assert np.array_equal(pixels, before)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (2, 2), (3, 7)])
def test_tiny_pictures_come_through(shape):
    pixels = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert apply(estimate(pixels, EVERYTHING), pixels).shape == pixels.shape


def test_only_strips_are_held_as_floats(monkeypatch):
    monkeypatch.setattr(apply_module, "_STRIP_PX", 50_000)
    pixels = np.tile(scene(150, 200), (6, 6, 1))
    plan = estimate(pixels, EVERYTHING)
    tracemalloc.start()
    apply(plan, pixels)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    as_floats_bytes = 4 * pixels.nbytes
    assert peak_bytes < pixels.nbytes + 0.8 * as_floats_bytes
