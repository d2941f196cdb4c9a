from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from evaluation_fakes import clean_face

from core.errors import Cancelled
from core.evaluation.baselines import bicubic, noise_sigma, non_local_means, unsharp, untouched
from core.evaluation.inversion import Inversion
from core.geometry import Size
from core.image import to_float
from core.metrics.fidelity import psnr
from core.models.loader import load_gfpgan, read_state_dict
from core.progress import Progress, no_progress

SIZE = Size(96, 96)
GOLDEN = Path(__file__).parents[2] / "golden" / "gfpgan"


@pytest.fixture
def face():
    return to_float(clean_face(1))


def test_without_anything_to_enlarge_input_and_bicubic_are_the_input(face):
    assert untouched(face, SIZE) is face
    np.testing.assert_array_equal(bicubic(face, SIZE), face)


def test_bicubic_enlarges_better_than_repeated_pixels(face):
    small = cv2.resize(face, (24, 24), interpolation=cv2.INTER_AREA)
    assert psnr(bicubic(small, SIZE), face) > psnr(untouched(small, SIZE), face) + 1


def test_unsharp_steepens_edges(face):
    blurred = cv2.GaussianBlur(face, (0, 0), 1)
    assert np.abs(np.diff(unsharp(blurred, SIZE), axis=1)).max() > (
        np.abs(np.diff(blurred, axis=1)).max() * 1.02
    )


def test_noise_is_measured_and_taken_away(face):
    smooth = cv2.GaussianBlur(face, (0, 0), 2)
    noise = np.random.default_rng(0).normal(0, 0.05, face.shape).astype(np.float32)
    noisy = np.clip(smooth + noise, 0, 1)
    # The mean of three channels has a third of the variance.
    assert noise_sigma(noisy) == pytest.approx(0.05 / np.sqrt(3), rel=0.15)
    assert psnr(non_local_means(noisy, SIZE), smooth) > psnr(noisy, smooth) + 3


@pytest.fixture(scope="module")
def net():
    return load_gfpgan(read_state_dict(GOLDEN / "clean_64.weights.safetensors"))


def test_inversion_comes_closer_to_the_input_and_repeats(net, face):
    target = Size(64, 64)
    wanted = bicubic(face, target)
    start = Inversion(net, steps=0).restore(wanted, target, no_progress())
    found = Inversion(net, steps=12).restore(wanted, target, no_progress())
    again = Inversion(net, steps=12).restore(wanted, target, no_progress())
    np.testing.assert_array_equal(found, again)
    assert psnr(found, wanted) > psnr(start, wanted)
    assert all(not parameter.requires_grad for parameter in net.parameters())
    assert torch.is_grad_enabled()


def test_inversion_stops_when_asked(net, face):
    progress = Progress()
    progress.token.cancel()
    with pytest.raises(Cancelled):
        Inversion(net).restore(face, SIZE, progress)
