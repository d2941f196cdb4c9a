"""Enlarging a photo: by Lanczos, by a model, with transparency, in grey, under faults."""

import cv2
import numpy as np
import pytest
import torch

from core import lanczos
from core.device import Chosen, ComputePreference
from core.engines.upscaler import NetworkUpscaler, UpscalingNetwork
from core.errors import Cancelled, MemoryExhaustedError
from core.image import Photo, is_grey
from core.interfaces import EngineInfo, Restored
from core.pipeline import Restoration
from core.progress import CancelToken, Progress, no_progress
from core.stages.background import BackgroundStage

RNG = np.random.default_rng(2)


class NearestUpscaler:
    """Repeats pixels; tints them, as networks do."""

    info = EngineInfo("upscaling", "nearest")
    tile_px = 64

    def __init__(self, scale, tint=0.0, warnings=()):
        self.scale = scale
        self.tint = tint
        self.warnings = warnings

    def upscale(self, tile, *, progress):
        progress.check()
        out = tile.repeat(self.scale, axis=0).repeat(self.scale, axis=1)
        return Restored(out + np.float32([self.tint, 0, -self.tint]), self.warnings)


def picture(height=90, width=130, dtype=np.uint8, channels=3):
    high = np.iinfo(dtype).max + 1
    return RNG.integers(0, high, (height, width, channels)).astype(dtype)


def enlarge(photo, scale, upscaler=None, progress=None):
    state = Restoration(photo, photo)
    return BackgroundStage(scale, upscaler).run(state, progress or no_progress())


def test_scale_one_changes_nothing_at_all():
    state = Restoration(Photo(picture()), Photo(picture()))
    assert BackgroundStage(1, NearestUpscaler(2)).run(state, no_progress()) is state


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("scale", [2, 4])
def test_lanczos_in_strips_equals_lanczos_of_the_whole(monkeypatch, dtype, scale):
    monkeypatch.setattr(lanczos, "_STRIP_OUTPUT_PX", 20_000)
    pixels = picture(dtype=dtype)
    done = enlarge(Photo(pixels), scale).photo.pixels
    whole = cv2.resize(
        pixels.astype(np.float32), None, fx=scale, fy=scale, interpolation=cv2.INTER_LANCZOS4
    )
    assert done.dtype == dtype
    assert np.array_equal(done, np.clip(np.rint(whole), 0, np.iinfo(dtype).max).astype(dtype))


@pytest.mark.parametrize("upscaler", [None, NearestUpscaler(2), NearestUpscaler(4)])
def test_the_record_names_scale_and_engine(upscaler):
    done = enlarge(Photo(picture()), 2, upscaler)
    assert done.scale == 2
    assert done.photo.pixels.shape == (180, 260, 3)
    assert done.engines == (() if upscaler is None else (upscaler.info,))


@pytest.mark.parametrize("upscaler", [None, NearestUpscaler(4)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_sixteen_bits_and_transparency_survive(upscaler, dtype):
    alpha = picture(dtype=dtype, channels=1)[..., 0]
    done = enlarge(Photo(picture(dtype=dtype), alpha), 2, upscaler).photo
    assert done.pixels.dtype == done.alpha.dtype == dtype
    assert done.alpha.shape == (180, 260)
    middle = cv2.resize(done.alpha, (130, 90), interpolation=cv2.INTER_AREA)
    assert np.corrcoef(middle.ravel(), alpha.ravel())[0, 1] > 0.95


@pytest.mark.parametrize("upscaler", [None, NearestUpscaler(4, tint=0.1)])
def test_grey_stays_grey_to_the_last_bit(upscaler):
    pixels = np.repeat(picture(dtype=np.uint16, channels=1), 3, axis=2)
    assert is_grey(enlarge(Photo(pixels), 2, upscaler).photo.pixels)


@pytest.mark.parametrize(("model", "wanted"), [(2, 2), (4, 4), (4, 2)])
def test_a_model_enlarges_tile_by_tile_to_the_wanted_scale(model, wanted):
    pixels = picture(dtype=np.uint16)
    done = enlarge(Photo(pixels), wanted, NearestUpscaler(model)).photo.pixels
    exact = pixels.repeat(wanted, axis=0).repeat(wanted, axis=1)
    assert np.abs(done.astype(int) - exact.astype(int)).max() <= 1


def test_a_small_model_may_be_asked_for_more():
    pixels = np.full((70, 80, 3), 99, np.uint8)
    done = enlarge(Photo(pixels), 4, NearestUpscaler(2)).photo.pixels
    assert done.shape == (280, 320, 3)
    assert np.abs(done.astype(int) - 99).max() <= 1


def test_what_the_model_had_to_do_is_reported_once():
    done = enlarge(Photo(picture()), 2, NearestUpscaler(2, warnings=("It was hot.",)))
    assert done.warnings == ("It was hot.",)


@pytest.mark.parametrize("upscaler", [None, NearestUpscaler(2)])
def test_cancelling_leaves_at_the_next_tile_or_strip(monkeypatch, upscaler):
    monkeypatch.setattr(lanczos, "_STRIP_OUTPUT_PX", 2_000)
    token = CancelToken()
    seen = []

    def sink(fraction, _message):
        seen.append(fraction)
        if len(seen) == 3:
            token.cancel()

    with pytest.raises(Cancelled):
        enlarge(Photo(picture()), 2, upscaler, Progress(sink, token))
    assert len(seen) == 3


class FaultyRuntime:
    """Doubles pixels on a device with little memory and a weak half precision."""

    def __init__(self, chosen, most_px, log):
        self.chosen = chosen
        self.most_px = most_px
        self.log = log

    def infer(self, images, extras, poll):
        side = max(images.shape[2:])
        self.log.append((self.chosen.device, self.chosen.precision, side))
        if self.chosen.device != "cpu" and side > self.most_px:
            raise torch.OutOfMemoryError("injected")
        out = images.repeat(4, axis=2).repeat(4, axis=3)
        return out * np.nan if self.chosen.precision == "fp16" else out


def faulty_upscaler(most_px, precision="fp32"):
    log = []
    network = UpscalingNetwork(
        make=lambda chosen: FaultyRuntime(chosen, most_px, log), scale=4, bytes_a_pixel=10
    )
    card = Chosen("cuda:0", "torch", precision)
    engine = NetworkUpscaler(network, EngineInfo("upscaling", "x"), card, ComputePreference())
    return engine, log


@pytest.fixture
def _enough_memory(monkeypatch):
    monkeypatch.setattr("core.engines.upscaler.free_memory_bytes", lambda _device: 10**10)


@pytest.mark.usefixtures("_enough_memory")
def test_out_of_memory_takes_smaller_tiles_and_says_so():
    engine, log = faulty_upscaler(most_px=150)
    pixels = picture(300, 280, np.uint16)
    done = enlarge(Photo(pixels), 4, engine)
    exact = pixels.repeat(4, axis=0).repeat(4, axis=1)
    assert np.abs(done.photo.pixels.astype(int) - exact.astype(int)).max() <= 1
    assert {device for device, _, _ in log} == {"cuda:0"}
    assert [side for _, _, side in log if side > 150] == [256]
    assert any("smaller tiles" in sentence for sentence in done.warnings)


@pytest.mark.usefixtures("_enough_memory")
def test_a_card_without_memory_for_the_smallest_tile_hands_over_to_the_processor():
    engine, log = faulty_upscaler(most_px=10)
    pixels = picture(200, 210)
    done = enlarge(Photo(pixels), 4, engine)
    exact = pixels.repeat(4, axis=0).repeat(4, axis=1)
    assert np.abs(done.photo.pixels.astype(int) - exact.astype(int)).max() <= 1
    assert any(device == "cpu" for device, _, _ in log)
    assert any("the processor did the work" in sentence for sentence in done.warnings)


@pytest.mark.usefixtures("_enough_memory")
def test_broken_half_precision_is_recovered_and_reported():
    engine, _log = faulty_upscaler(most_px=1000, precision="fp16")
    pixels = picture()
    done = enlarge(Photo(pixels), 4, engine)
    exact = pixels.repeat(4, axis=0).repeat(4, axis=1)
    assert np.abs(done.photo.pixels.astype(int) - exact.astype(int)).max() <= 1
    assert any("made again in fp32" in sentence for sentence in done.warnings)


def test_the_tile_fits_the_memory_and_the_limit(monkeypatch):
    need = 1000
    network = UpscalingNetwork(make=lambda _chosen: None, scale=4, bytes_a_pixel=need)
    info, cpu = EngineInfo("upscaling", "x"), Chosen()
    engine = NetworkUpscaler(network, info, cpu, ComputePreference())
    for free, side in [(10**12, 256), (2 * need * 200**2, 192), (0, 96)]:
        monkeypatch.setattr("core.engines.upscaler.free_memory_bytes", lambda _d, f=free: f)
        assert engine.tile_px == side
    monkeypatch.setattr("core.engines.upscaler.free_memory_bytes", lambda _device: 10**12)
    limit = ComputePreference(memory_limit_bytes=need * 130**2)
    assert NetworkUpscaler(network, info, cpu, limit).tile_px == 128


def test_a_model_that_fits_nowhere_is_a_plain_error():
    class Huge(NearestUpscaler):
        def upscale(self, tile, *, progress):
            raise MemoryExhaustedError("Too large.", "Choose another.")

    with pytest.raises(MemoryExhaustedError):
        enlarge(Photo(picture()), 2, Huge(2))
