"""Grey, toned and colour photos are told apart, and faces kept to their photo's kind."""

import numpy as np
import pytest

from core import tone as tone_module
from core.image import Photo
from core.tone import have_same_tone, luma_of, tone_of, tone_of_photo

GREY = np.repeat(np.linspace(0, 255, 6400).reshape(80, 80, 1), 3, axis=2).astype(np.uint8)


def toned(weights=(1.08, 0.98, 0.78), offset=(10, 5, 0)):
    return (GREY * np.array(weights) + np.array(offset)).clip(0, 255).astype(np.uint8)


def false_colours(seed=0):
    return np.random.default_rng(seed).uniform(0.1, 0.9, (30, 30, 3)).astype(np.float32)


def test_grey_is_exact():
    tone = tone_of(GREY)
    assert tone.kind == "grey"
    image = tone.applied(false_colours())
    assert np.array_equal(image[..., 0], image[..., 1])
    assert np.array_equal(image[..., 1], image[..., 2])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_toned_photo_keeps_tone_and_luma(dtype):
    pixels = toned().astype(dtype) * (1 if dtype == np.uint8 else 257)
    tone = tone_of(pixels)
    assert tone.kind == "toned"
    false = false_colours()
    image = tone.applied(false)
    assert np.abs(luma_of(image) - luma_of(false)).max() < 0.02
    white = np.iinfo(dtype).max
    sepia = (pixels / white).astype(np.float32)
    assert np.abs(tone.applied(sepia) - sepia).max() < 0.03
    assert (image[..., 0] > image[..., 2]).mean() > 0.95


def test_noise_in_the_colour_does_not_hide_a_tone():
    noise = np.random.default_rng(0).normal(0, 2, (80, 80, 3))
    assert tone_of((toned() + noise).clip(0, 255).astype(np.uint8)).kind == "toned"


def test_colour_photo_is_left_to_the_network():
    pixels = toned()
    pixels[20:50, 20:50] = (200, 90, 70)
    tone = tone_of(pixels)
    assert tone.kind == "colour"
    image = false_colours()
    assert tone.applied(image) is image


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 500, 3)])
def test_tiny_photos(shape):
    pixels = np.full(shape, 90, np.uint8)
    pixels[..., 0] = 120
    assert tone_of(pixels).kind == "toned"


def test_the_tone_of_a_photo_is_worked_out_once_and_forgotten_with_it(monkeypatch):
    asked = []
    monkeypatch.setattr(
        tone_module, "tone_of", lambda pixels: asked.append(pixels.shape) or tone_of(pixels)
    )
    photo, same, other = Photo(toned()), Photo(toned()), Photo(np.zeros_like(toned()))
    assert tone_of_photo(photo) is tone_of_photo(photo)
    assert have_same_tone(photo, same)
    assert not have_same_tone(photo, other)
    assert len(asked) == 3
    kept = {id(one.pixels) for one in (photo, same, other)}
    assert kept <= set(tone_module._known_tones)
    del photo, same, other
    assert not kept & set(tone_module._known_tones)
