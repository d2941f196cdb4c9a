"""Frozen networks as losses and judges: the right cut, the right layers, honest tables."""

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torchvision.models import mobilenet_v2

from core.engines.identity import chips_of
from core.errors import ModelFileError
from core.nets.dlib_resnet import DlibFaceNet
from core.nets.imagenet_features import MobileNetFeatures, VggFeatures, load_imagenet_features
from core.progress import no_progress
from training import score
from training.losses.identity import IdentityLoss, cut_chips, load_identity_loss
from training.networks import build_generator
from training.objective import Objective, views
from training.options import LossWeights, NetworkOptions, TrainingOptions
from training.records import FaceRecord, template_shares


@pytest.fixture(scope="module")
def imagenet(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "mobilenet_v2.pth"
    torch.save(mobilenet_v2().state_dict(), path)
    return path


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "dlib.safetensors"
    save_file(DlibFaceNet().state_dict(), path)
    return path


def smooth_face(side):
    rng = np.random.default_rng(0)
    image = cv2.resize(rng.random((8, 8, 3)), (side, side), interpolation=cv2.INTER_CUBIC)
    return np.clip(image, 0, 1).astype(np.float32)


@pytest.mark.parametrize("side", [256, 512])
def test_chips_are_cut_where_the_identity_score_cuts_them(side):
    face = smooth_face(side)
    mine = cut_chips(torch.from_numpy(face).permute(2, 0, 1)[None])[0].permute(1, 2, 0)
    theirs = chips_of(face[None])[0]
    assert np.abs(mine.numpy() - theirs).mean() < 2e-3


def test_the_identity_loss_is_zero_for_the_same_face_and_trains(recogniser):
    loss = load_identity_loss(recogniser)
    face = torch.from_numpy(smooth_face(64)).permute(2, 0, 1)[None] * 2 - 1
    assert loss(face, face).item() == pytest.approx(0.0, abs=1e-5)
    changed = (face.flip(2) * 0.5).requires_grad_(True)
    loss(changed, face).backward()
    assert changed.grad.abs().sum() > 0
    assert not any(p.requires_grad for p in IdentityLoss(DlibFaceNet()).parameters())


def test_the_kept_layers_have_the_stated_channels(imagenet):
    features = load_imagenet_features(imagenet)
    kept = features(torch.zeros(1, 3, 64, 64))
    assert [level.shape[1] for level in kept] == list(features.channels)
    assert [level.shape[2] for level in kept] == [32, 16, 8, 4, 4]
    features.train()
    assert not features.training


def test_features_see_normalised_pixels(imagenet):
    """ImageNet's mean colour in [-1, 1] must reach the first layer as zero."""
    features = load_imagenet_features(imagenet)
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1) * 2 - 1
    seen = []
    features.layers[0].register_forward_pre_hook(lambda _m, args: seen.append(args[0]))
    features(mean.expand(1, 3, 32, 32))
    assert seen[0].abs().max() < 1e-6


@pytest.mark.parametrize("content", [b"nothing", None])
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "weights.pth"
    if content is None:
        torch.save({"features.0.weight": torch.zeros(1)}, path)
    else:
        path.write_bytes(content)
    with pytest.raises(ModelFileError):
        load_imagenet_features(path)
    with pytest.raises(ModelFileError):
        load_identity_loss(path)


def test_views_are_a_window_and_the_whole_at_half_size():
    images = torch.arange(64.0).view(1, 1, 8, 8).expand(2, 3, 8, 8)
    both = views(images, 4, np.array([0.999, 0.0]))
    assert both.shape == (4, 3, 4, 4)
    assert torch.equal(both[:2], images[..., 4:, :4])
    assert both[2, 0, 0, 0].item() == pytest.approx(images[0, 0, :2, :2].mean().item())
    assert views(images, 8, np.zeros(2)) is images
    assert views(images, 0, np.zeros(2)) is images


def test_each_critic_only_trains_itself(imagenet):
    """The generator's loss gives no gradient to critics, and the other way round."""
    options = TrainingOptions(
        network=NetworkOptions(out_size_px=64),
        losses=LossWeights(
            perceptual=0.1, style=0.1, adversarial=0.0, projected=0.1, component=0.1,
            component_style=0.1, component_width=4, identity=0.0, pyramid=0.0,
        ),
        perceptual_weights=str(imagenet),
    )  # fmt: skip
    objective = Objective(options)
    output = torch.rand(2, 3, 64, 64, requires_grad=True)
    target = torch.rand(2, 3, 64, 64)
    points = torch.from_numpy(template_shares() * 64).float().expand(2, 5, 2)
    seen = objective.see(output, (), target, points, 0)
    loss, parts = objective.generator_loss(seen, 0)
    loss.backward()
    assert {"perceptual", "style", "projected", "component", "component_style"} <= set(parts)
    assert all(p.grad is None for p in objective.parameters())
    reached = output.grad.clone()
    critic_loss, _ = objective.discriminator_loss(seen, 0)
    critic_loss.backward()
    assert torch.equal(output.grad, reached)
    assert all(p.grad is not None for p in objective.discriminators.parameters())
    assert all(p.grad is None for p in objective.features.parameters())


def test_distance_at_half_size_does_not_see_what_shrinking_removes(imagenet):
    options = TrainingOptions(
        network=NetworkOptions(out_size_px=64),
        losses=LossWeights(
            perceptual=1.0, perceptual_half=1.0, style=0.0, adversarial=0.0, component=0.0,
            component_style=0.0, identity=0.0, pyramid=0.0,
        ),
        perceptual_weights=str(imagenet),
    )  # fmt: skip
    objective = Objective(options)
    target = torch.full((1, 3, 64, 64), 0.25)
    checks = 0.25 * (1 - 2 * ((torch.arange(64)[:, None] + torch.arange(64)) % 2)).float()
    points = torch.from_numpy(template_shares() * 64).float().expand(1, 5, 2)
    found = {}
    for name, output in {"fine": target + checks, "coarse": target - 0.5}.items():
        _, parts = objective.generator_loss(objective.see(output, (), target, points, 0), 0)
        found[name] = {key: float(value) for key, value in parts.items()}
    assert found["fine"]["perceptual"] > 0.01
    assert found["fine"]["perceptual_half"] == pytest.approx(0, abs=1e-6)
    assert found["coarse"]["perceptual_half"] > 0.01


def test_distance_at_half_size_takes_the_features_of_the_half_view(imagenet):
    weights = LossWeights(
        perceptual=0.0, perceptual_half=1.0, style=0.0, adversarial=0.0, component=0.0,
        component_style=0.0, identity=0.0, pyramid=0.0,
    )  # fmt: skip
    drawn = torch.Generator().manual_seed(3)
    output, target = (torch.rand(2, 3, 64, 64, generator=drawn) * 2 - 1 for _ in range(2))
    points = torch.from_numpy(template_shares() * 64).float().expand(2, 5, 2)
    found = []
    for view_px in (0, 32):
        objective = Objective(
            TrainingOptions(
                network=NetworkOptions(out_size_px=64),
                losses=weights.replace(view_px=view_px),
                perceptual_weights=str(imagenet),
            )
        )
        _, parts = objective.generator_loss(objective.see(output, (), target, points, 0), 0)
        found.append(float(parts["perceptual_half"]))
    assert found[0] > 0.01
    assert found[1] == pytest.approx(found[0], rel=1e-5)


def test_scoring_tells_methods_and_strengths_apart(tmp_path, recogniser):
    path = tmp_path / "face.png"
    cv2.imwrite(str(path), (smooth_face(256) * 255).astype(np.uint8))
    record = FaceRecord(path, template_shares(), "val", source="drawn")
    perfect = {"truth": lambda _face: score.resized(smooth_face(256)[..., ::-1].copy(), 512)}
    judge = score.Judge(recogniser, None)
    found = score.score_faces([record], perfect, judge, no_progress(), ["mild", "severe"])
    assert [(s.method, s.strength) for s in found] == [
        (method, strength)
        for strength in ("mild", "severe")
        for method in ("input", "bicubic", "truth")
    ]
    figures = {(s.method, s.strength): s for s in found}
    assert figures["truth", "severe"].psnr > 40
    assert figures["truth", "severe"].psnr == figures["truth", "mild"].psnr
    assert figures["input", "severe"].psnr < figures["input", "mild"].psnr
    assert np.isnan(figures["input", "mild"].perceptual)
    assert score.table(found).count("\n") == 8
    again = score.score_faces([record], perfect, judge, no_progress(), ["mild", "severe"])
    assert [s.psnr for s in again] == [s.psnr for s in found]


def test_a_model_of_another_size_is_scored_too(tmp_path):
    network = build_generator(
        NetworkOptions(out_size_px=64, num_style_feat=16, channel_multiplier=0.5, narrow=0.0625), 0
    )
    path = tmp_path / "tiny.safetensors"
    save_file({k: v.contiguous() for k, v in network.state_dict().items()}, path)
    mended = score.load_mender(path)(smooth_face(256))
    assert mended.shape == (64, 64, 3)
    assert mended.min() >= 0
    assert mended.max() <= 1


@pytest.mark.parametrize("has_instructions", [True, False])
def test_bf16_is_used_only_where_the_processor_has_it(monkeypatch, has_instructions):
    monkeypatch.setattr(score, "has_bf16", lambda _device: has_instructions)
    network = build_generator(
        NetworkOptions(out_size_px=64, num_style_feat=16, channel_multiplier=0.5, narrow=0.0625), 0
    )
    seen = []
    network.register_forward_hook(lambda *_: seen.append(torch.is_autocast_enabled("cpu")))
    score.mender_of(network)(smooth_face(64))
    assert seen == [has_instructions]


def test_mobilenet_is_cut_behind_the_last_kept_layer():
    assert len(MobileNetFeatures().layers) == 14


def test_vgg19_is_read_before_the_published_activations():
    with torch.device("meta"):
        features = VggFeatures()
    kept = [features.layers[index] for index in features.keep]
    assert all(isinstance(layer, torch.nn.Conv2d) for layer in kept)
    assert [layer.out_channels for layer in kept] == [64, 128, 256, 512, 512]
    before = [
        sum(isinstance(m, torch.nn.MaxPool2d) for m in features.layers[:i]) for i in features.keep
    ]
    assert before == [0, 1, 2, 3, 4]
    assert len(features.layers) == 35
