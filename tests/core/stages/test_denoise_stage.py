"""Noise and JPEG blocks go, the picture stays, grey stays grey, and a cancel is heard."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.denoising.clean import cleaned
from core.denoising.dct import shrunk
from core.denoising.jpeg import steps, traced
from core.denoising.noise import measured_noise
from core.errors import Cancelled
from core.image import Photo
from core.interfaces import EngineInfo, Restored
from core.pipeline import Earlier, Restoration
from core.progress import CancelToken, Progress, no_progress
from core.settings import DenoiseSettings
from core.stages.denoise import DenoiseStage


def picture(side_px: int = 160, seed: int = 4) -> np.ndarray:
    """Smooth areas, edges and some texture, in colour, 8 bits."""
    rng = np.random.default_rng(seed)
    coarse = rng.random((6, 6, 3), dtype=np.float32) * 0.6 + 0.2
    image = np.clip(cv2.resize(coarse, (side_px, side_px), interpolation=cv2.INTER_CUBIC), 0.1, 0.9)
    cv2.circle(image, (side_px // 3, side_px // 2), side_px // 5, (0.8, 0.6, 0.4), -1, cv2.LINE_AA)
    cv2.line(image, (5, 10), (side_px - 9, side_px // 2), (0.15, 0.2, 0.3), 2, cv2.LINE_AA)
    rows, columns = np.mgrid[: side_px // 4, : side_px // 4]
    image[-(side_px // 4) :, : side_px // 4] += 0.08 * np.sin(rows + columns)[..., None]
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)


def noisy(image: np.ndarray, sigma: float, *, grey: bool = False) -> np.ndarray:
    shape = (*image.shape[:2], 1) if grey else image.shape
    grains = np.random.default_rng(7).normal(0, sigma, shape)
    return np.clip(np.rint(image + grains), 0, 255).astype(np.uint8)


def stored(image: np.ndarray, quality: int) -> np.ndarray:
    data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.square(one.astype(float) - other).mean()))


@pytest.mark.parametrize(("sigma", "gain_db"), [(5, 3), (10, 5), (20, 7)])
def test_noise_goes_and_the_picture_stays(sigma, gain_db):
    clean = picture()
    noise = noisy(clean, sigma)
    done = cleaned(noise, 0.5, 0, no_progress())
    assert psnr(done, clean) > psnr(noise, clean) + gain_db


@pytest.mark.parametrize("quality", [15, 30, 60])
def test_jpeg_blocks_go(quality):
    clean = picture()
    blocks = stored(clean, quality)
    assert psnr(cleaned(blocks, 0, 0.5, no_progress()), clean) > psnr(blocks, clean) + 0.4


def test_a_clean_picture_changes_little():
    clean = picture()
    assert cleaned(clean, 0, 0.5, no_progress()) is clean
    assert psnr(cleaned(clean, 0.5, 0, no_progress()), clean) > 45


@pytest.mark.parametrize("quality", [90, 60, 20])
def test_quality_and_grid_are_read_from_the_pixels(quality):
    luma = cv2.cvtColor(stored(picture(), quality)[3:, 5:], cv2.COLOR_RGB2GRAY)
    trace = traced(luma.astype(np.float32) / 255)
    assert (trace.quality, trace.top, trace.left) == (quality, 5, 3)


def test_no_jpeg_is_seen_where_none_was():
    assert traced(cv2.cvtColor(picture(), cv2.COLOR_RGB2GRAY) / np.float32(255)) is None
    assert traced(np.zeros((20, 20), np.float32)) is None


def test_the_tables_are_those_that_encoders_use():
    assert steps(50)[0, 0] == 16
    assert steps(50)[7, 7] == 99
    assert steps(75)[0, 1] == 6
    assert steps(50, chroma=True)[0, 3] == 47


def test_noise_is_measured():
    flat = np.full((128, 128), 0.5, np.float32)
    grains = np.random.default_rng(1).normal(0, 8 / 255, flat.shape).astype(np.float32)
    measured = measured_noise(flat + grains)[2:, 2:] * 255
    assert measured.mean() == pytest.approx(8, rel=0.12)


def test_grey_stays_grey_exactly():
    grey = np.repeat(picture()[..., :1], 3, axis=2)
    done = cleaned(noisy(grey, 10, grey=True), 0.5, 0.5, no_progress())
    assert (done == done[..., :1]).all()


def test_sixteen_bits_stay_sixteen():
    fine = noisy(picture(), 10).astype(np.uint16) * 257
    done = cleaned(fine, 0.5, 0, no_progress())
    assert done.dtype == np.uint16
    assert len(np.unique(done)) > 1000
    assert psnr(done / 257, cleaned(noisy(picture(), 10), 0.5, 0, no_progress())) > 45


def test_strength_counts():
    noise = noisy(picture(), 10)
    changes = [
        np.abs(cleaned(noise, s, 0, no_progress()).astype(int) - noise).mean()
        for s in (0.1, 0.5, 1)
    ]
    assert changes == sorted(changes)
    assert changes[0] < changes[2]


def test_equal_input_gives_equal_bytes():
    noise = noisy(picture(), 10)
    once, again = (cleaned(noise.copy(), 0.5, 0, no_progress()) for _ in range(2))
    assert np.array_equal(once, again)


def test_tiles_do_not_show(monkeypatch):
    plane = noisy(picture(), 10)[..., 0].astype(np.float32) / 255
    noise = measured_noise(plane)
    whole = shrunk(plane, noise, 2.7)
    monkeypatch.setattr("core.denoising.dct._TILE_PX", 64)
    assert np.abs(shrunk(plane, noise, 2.7) - whole).max() < 1e-4


def test_small_pictures_pass():
    tiny = picture()[:9, :7]
    assert cleaned(tiny, 1, 1, no_progress()) is tiny


def test_neutral_settings_hand_on_the_record():
    photo = Photo(picture())
    record = Restoration(photo, photo)
    stage = DenoiseStage(DenoiseSettings())
    assert stage.run(record, no_progress()) is record
    assert stage.cost == 0


def test_a_cancel_is_heard():
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        cleaned(noisy(picture(), 10), 0.5, 0, Progress(token=token))


class HalfGreen:
    """A network that paints everything green."""

    info = EngineInfo("denoising", "green")
    scale = 1
    tile_px = 96

    def upscale(self, tile, *, progress):
        progress.check()
        return Restored(np.broadcast_to(np.float32([0, 1, 0]), tile.shape), ("It was green.",))


def test_a_model_is_mixed_in_by_strength():
    photo = Photo(picture())
    stage = DenoiseStage(DenoiseSettings(noise=0.5, method="green"), HalfGreen())
    result = stage.run(Restoration(photo, photo), no_progress())
    expected = photo.pixels / 2 + np.array([0, 127.5, 0])
    assert np.abs(result.photo.pixels - expected).max() <= 0.51
    assert result.warnings == ("It was green.",)
    assert result.is_altered_by_model


def test_a_model_keeps_grey_photos_grey():
    grey = np.repeat(picture()[..., :1], 3, axis=2)
    stage = DenoiseStage(DenoiseSettings(jpeg=1, method="green"), HalfGreen())
    done = stage.run(Restoration(Photo(grey), Photo(grey)), no_progress()).photo.pixels
    assert (done == done[..., :1]).all()
    assert (done != grey).any()


def test_faces_that_changed_smooth_nothing_again():
    stage = DenoiseStage(DenoiseSettings(noise=0.5))
    pixels = np.random.default_rng(1).integers(0, 255, (48, 48, 3), np.uint8)
    photo = Photo(pixels)
    before = Restoration(photo, photo)
    after = stage.run(before, no_progress())
    again = stage.run_again(before.warned("A face."), no_progress(), Earlier(stage, before, after))
    assert again.photo is after.photo
    assert again.warnings == ("A face.",)
    other = DenoiseStage(DenoiseSettings(noise=0.8))
    changed = other.run_again(before, no_progress(), Earlier(stage, before, after))
    assert not np.array_equal(changed.photo.pixels, after.photo.pixels)
