"""The damage detector's plumbing, with random weights: sizes, tiles, determinism, cancel."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core.engines import damage_detector
from core.engines.damage_detector import SmallDamageDetector
from core.errors import Cancelled
from core.nets.damage_unet import REACH_PX, DamageUNet
from core.progress import CancelToken, Progress, no_progress


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "damage.safetensors"
    save_file(DamageUNet().state_dict(), str(path))
    return path


@pytest.fixture
def detector(weights, monkeypatch):
    monkeypatch.setattr(damage_detector, "SIDES_PX", (40, 80))
    monkeypatch.setattr(damage_detector, "_TILE_PX", 2 * REACH_PX + 64)
    return SmallDamageDetector(weights)


@pytest.mark.parametrize("shape", [(1, 1), (7, 30), (65, 131)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_any_size_and_depth_gives_one_share_for_each_pixel(detector, shape, dtype):
    pixels = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (*shape, 3), dtype=dtype)
    found = detector.likelihood(pixels, no_progress())
    assert found.shape == shape
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert 0 <= found.min() <= found.max() <= 1


def test_the_same_photo_gives_the_same_shares(detector, weights):
    pixels = np.random.default_rng(1).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    again = SmallDamageDetector(weights).likelihood(pixels, no_progress())
    assert np.array_equal(detector.likelihood(pixels, no_progress()), again)


def test_it_stops_when_cancelled(detector):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        detector.likelihood(np.zeros((90, 90, 3), np.uint8), Progress(token=token))


def test_nothing_beyond_its_reach_changes_a_decision():
    torch.manual_seed(1)
    net = DamageUNet().eval()
    image = torch.rand(1, 3, 160, 160)
    other = image.clone()
    # Two far pixels trade places, so that the mean of the picture stays as it is.
    other[..., 0, 0], other[..., 159, 159] = image[..., 159, 159], image[..., 0, 0]
    with torch.inference_mode():
        change = (net(image) - net(other)).abs()[0, 0]
    assert change[0:20, 0:20].max() > 0
    assert change[76:84, 76:84].max() < 1e-5
