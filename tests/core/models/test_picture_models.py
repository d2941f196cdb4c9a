"""Networks against noise and for filling, in the layouts that are published: small and random."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from spandrel.architectures.FBCNN.__arch.FBCNN import FBCNN
from spandrel.architectures.LaMa.__arch.LaMa import LaMa
from spandrel.architectures.NAFNet.__arch.NAFNet_arch import NAFNet
from spandrel.architectures.SCUNet.__arch.SCUNet import SCUNet

from core.damage.correcting import painted
from core.device import ComputePreference
from core.errors import Cancelled, ModelFileError
from core.image import Photo
from core.models.inspection import inspect_model
from core.models.picture_models import load_denoiser, load_inpainter
from core.models.resolve import ResolvedModel
from core.pipeline import Restoration
from core.progress import CancelToken, Progress, no_progress
from core.settings import DenoiseSettings
from core.stages.denoise import DenoiseStage
from core.stages.repair import RepairStage

CPU = ComputePreference(device="cpu", runtime="torch", precision="fp32")


def scunet():
    return SCUNet(in_nc=3, config=[1] * 7, dim=64, drop_path_rate=0.0, input_resolution=256)


def fbcnn():
    return FBCNN(in_nc=3, out_nc=3, nc=[8, 8, 8, 512], nb=2)


def nafnet():
    return NAFNet(img_channel=3, width=8, middle_blk_num=1, enc_blk_nums=[1], dec_blk_nums=[1])


BUILT = {"scunet": scunet, "fbcnn": fbcnn, "nafnet": nafnet}


def saved(tmp_path, name: str, net) -> ResolvedModel:
    path = tmp_path / f"{name}.pth"
    torch.save(net.state_dict(), path)
    return ResolvedModel(name, path, "", "MIT", "")


def picture(dtype=np.uint8, size=(70, 90)) -> np.ndarray:
    values = np.random.default_rng(2).integers(40, 200, (*size, 3))
    return (values * (1 if dtype == np.uint8 else 257)).astype(dtype)


@pytest.mark.parametrize("name", BUILT)
def test_each_published_layout_is_recognised_and_runs(tmp_path, name):
    model = saved(tmp_path, name, BUILT[name]())
    assert inspect_model(model.path).task == "denoising"
    photo = Photo(picture(np.uint16))
    engine = load_denoiser(model, CPU)
    stage = DenoiseStage(DenoiseSettings(noise=1.0, method=name), engine)
    result = stage.run(Restoration(photo, photo), no_progress())
    assert result.photo.pixels.shape == photo.pixels.shape
    assert result.photo.pixels.dtype == np.uint16
    assert result.engines[-1].task == "denoising"
    again = stage.run(Restoration(photo, photo), no_progress())
    assert np.array_equal(again.photo.pixels, result.photo.pixels)


@pytest.fixture(scope="module")
def lama(tmp_path_factory) -> ResolvedModel:
    """LaMa is published in one size only: 51 million numbers."""
    torch.manual_seed(1)
    return saved(tmp_path_factory.mktemp("lama"), "lama", LaMa(in_nc=4, out_nc=3))


def test_lama_fills_what_is_marked(lama):
    model = lama
    assert inspect_model(model.path).task == "inpainting"
    photo = Photo(picture(size=(64, 64)))
    mask = np.zeros((64, 64), bool)
    mask[20:40, 30:50] = True
    stage = RepairStage(painted(mask, np.zeros_like(mask)), load_inpainter(model, CPU))
    result = stage.run(Restoration(photo, photo), no_progress())
    assert np.array_equal(result.photo.pixels[~mask], photo.pixels[~mask])
    assert (result.photo.pixels[mask] != photo.pixels[mask]).any()
    assert result.engines[-1].task == "inpainting"
    # What was under the marks has no say in what comes there.
    scratched = photo.pixels.copy()
    scratched[mask] = 255
    other = Photo(scratched)
    same = stage.run(Restoration(other, other), no_progress()).photo.pixels
    assert np.array_equal(same, result.photo.pixels)


def test_a_network_for_something_else_is_refused(tmp_path, lama):
    with pytest.raises(ModelFileError, match="does not fill areas"):
        load_inpainter(saved(tmp_path, "fbcnn", fbcnn()), CPU)
    with pytest.raises(ModelFileError, match="does not take noise"):
        load_denoiser(lama, CPU)


def test_a_cancel_is_heard_within_a_network(tmp_path):
    engine = load_denoiser(saved(tmp_path, "nafnet", nafnet()), CPU)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        engine.upscale(np.zeros((32, 32, 3), np.float32), progress=Progress(token=token))
