import math

import cv2
import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models import Inception3, vgg16

from core.errors import ModelFileError
from core.metrics.fid import FidInception, Gaussian, fid_trunk, fitted, frechet_distance
from core.metrics.fidelity import psnr, ssim
from core.metrics.landmark import angle_degrees, landmark_distance
from core.metrics.lpips import Lpips
from core.metrics.networks import FID_NETWORK, LPIPS_NETWORK, MetricNetwork


def picture(seed: int, size: int = 64) -> np.ndarray:
    noise = np.random.default_rng(seed).random((size, size, 3)).astype(np.float32)
    return cv2.GaussianBlur(noise, (0, 0), 1.5)


def as_tensor(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(image.transpose(2, 0, 1)[None].copy())


def test_psnr_and_ssim_equal_those_of_torchmetrics():
    functional = pytest.importorskip("torchmetrics.functional.image")
    a, b = picture(1), picture(2)
    ours = psnr(a, b), ssim(a, b)
    theirs = functional.peak_signal_noise_ratio(as_tensor(a), as_tensor(b), data_range=1.0)
    assert ours[0] == pytest.approx(float(theirs), abs=1e-4)
    _mean, plane = functional.structural_similarity_index_measure(
        as_tensor(a), as_tensor(b), data_range=1.0, return_full_image=True
    )
    # Its mean counts windows that reach into the mirrored border; ours, as the paper's, does not.
    assert ours[1] == pytest.approx(float(plane[..., 5:-5, 5:-5].mean()), abs=1e-4)


@pytest.fixture(scope="module")
def random_vgg() -> nn.Sequential:
    """VGG16 with weights that keep the signal alive through all layers."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layers = vgg16(init_weights=False).features
        for layer in layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.normal_(layer.bias, std=0.05)
    return layers


def test_lpips_equals_that_of_torchmetrics_for_any_network(random_vgg):
    reference = pytest.importorskip("torchmetrics.functional.image.lpips")
    theirs = reference._LPIPS(pretrained=True, net="vgg", pnet_rand=True).eval()
    names = [name for name in theirs.net.state_dict() if name.endswith("weight")]
    ours = [layer for layer in random_vgg if isinstance(layer, nn.Conv2d)]
    state = dict(
        zip(
            sorted(names, key=lambda name: int(name.split(".")[1])),
            (layer.weight for layer in ours),
            strict=True,
        )
    )
    state |= {
        name.replace("weight", "bias"): layer.bias for name, layer in zip(state, ours, strict=True)
    }
    theirs.net.load_state_dict(state)
    a, b = picture(1), picture(2)
    with torch.inference_mode():
        expected = float(theirs(as_tensor(a) * 2 - 1, as_tensor(b) * 2 - 1))
    assert expected > 0.01
    assert Lpips(random_vgg).distance(a, b) == pytest.approx(expected, abs=1e-4)


def test_lpips_is_zero_for_equal_pictures_and_refuses_other_sizes(random_vgg):
    metric = Lpips(random_vgg)
    assert metric.distance(picture(1), picture(1)) == 0
    with pytest.raises(ValueError, match="shape"):
        metric.distance(picture(1), picture(1, 32))


def test_frechet_distance_of_gaussians_has_a_closed_form():
    a = Gaussian(np.array([0.0, 0.0]), np.diag([1.0, 4.0]), 10)
    b = Gaussian(np.array([3.0, 4.0]), np.diag([9.0, 16.0]), 10)
    # Commuting covariances: |gap|^2 + sum of (s1 - s2)^2 over the deviations.
    assert frechet_distance(a, b) == pytest.approx(25 + (1 - 3) ** 2 + (2 - 4) ** 2)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_of_singular_covariances_equals_scipys():
    linalg = pytest.importorskip("scipy.linalg")
    rng = np.random.default_rng(0)
    a = fitted(rng.normal(size=(5, 8)))  # fewer pictures than features
    b = fitted(rng.normal(size=(40, 8)) * 2 + 1)
    root = np.real(linalg.sqrtm(b.covariance))
    middle = root @ a.covariance @ root
    shared = np.sqrt(np.abs(np.linalg.eigvals(middle))).sum()
    gap = a.mean - b.mean
    expected = gap @ gap + np.trace(a.covariance) + np.trace(b.covariance) - 2 * shared
    assert frechet_distance(a, b) == pytest.approx(float(expected), rel=1e-4)
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))


def test_one_picture_has_no_covariance():
    with pytest.raises(ValueError, match="two"):
        fitted([np.zeros(3)])


def test_the_fid_network_differs_from_torchvisions_in_its_pooling_only():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = Inception3(num_classes=8, aux_logits=False, init_weights=False).eval()
        for layer in net.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        x = torch.rand(1, 3, 299, 299) * 2 - 1
    seen = []
    hook = net.avgpool.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    with torch.inference_mode():
        features = fid_trunk(net, x)
        net(x)
    hook.remove()
    assert features.shape == (1, 2048)
    plain = seen[0].flatten(1)
    # The same convolutions: nearly the same features, but for the borders and the last maximum.
    assert float(torch.nn.functional.cosine_similarity(features, plain)) > 0.7
    assert not torch.allclose(features, plain, atol=1e-4)


def test_landmark_distance_is_a_mean_of_lengths_at_512_px():
    points = np.zeros((5, 2))
    moved = points.copy()
    moved[0] = 3, 4
    assert landmark_distance(moved, points, 512) == pytest.approx(1)
    assert landmark_distance(moved, points, 256) == pytest.approx(2)
    with pytest.raises(ValueError, match="shape"):
        landmark_distance(moved, points[:4], 512)


def test_angles_between_known_vectors():
    assert angle_degrees([1, 0], [0, 2]) == pytest.approx(90)
    assert angle_degrees([1, 0], [-1, 0]) == pytest.approx(180)
    tiny = 1e-9
    assert angle_degrees([1, 0], [1, tiny]) == pytest.approx(math.degrees(tiny), rel=1e-6)


def test_a_metric_network_is_found_only_where_it_is_the_right_file(tmp_path):
    assert LPIPS_NETWORK.found_in(tmp_path) is None
    command = LPIPS_NETWORK.how_to_install(tmp_path)
    assert str(LPIPS_NETWORK.path_in(tmp_path)) in command
    assert LPIPS_NETWORK.url in command
    path = FID_NETWORK.path_in(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"something else")
    with pytest.raises(ModelFileError, match="FID"):
        FID_NETWORK.found_in(tmp_path)
    # SHA-256 of "abc" as FIPS 180-2 gives it.
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    known = MetricNetwork("a test", "abc.bin", "https://example.org/abc.bin", digest)
    known.path_in(tmp_path).write_bytes(b"abc")
    assert known.found_in(tmp_path) == known.path_in(tmp_path)


@pytest.mark.parametrize("load", [Lpips.from_file, FidInception])
def test_a_file_with_another_network_is_refused_in_plain_words(load, tmp_path):
    path = tmp_path / "other.pth"
    torch.save({"weight": torch.zeros(2)}, path)
    with pytest.raises(ModelFileError, match="defined with"):
        load(path)
