"""Each loss against a closed form or a finite difference on tiny inputs."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from core.nets.imagenet_features import normalised_distance
from training.losses import adversarial, components, perceptual, pixel


def test_the_pyramid_loss_is_the_sum_of_l1_to_the_averaged_target():
    target = torch.zeros(1, 3, 8, 8)
    target[..., :4] = 1.0  # left half 1, right half 0: every level halves cleanly
    heads = [torch.full((1, 3, 2, 2), 0.25), torch.full((1, 3, 4, 4), 0.5), target + 0.125]
    # 2 px: |.25 - 1| and |.25 - 0| average .5; 4 px: .5 each; 8 px: .125.
    assert pixel.pyramid_restoration(heads, target).item() == pytest.approx(0.5 + 0.5 + 0.125)


def test_the_pyramid_is_made_of_two_by_two_means():
    target = torch.arange(16.0).view(1, 1, 4, 4).expand(1, 3, 4, 4)
    small = pixel.image_pyramid(target, [2, 4])[0][0, 0]
    assert small.tolist() == [[2.5, 4.5], [10.5, 12.5]]


def test_the_gradient_loss_ignores_a_shift_and_measures_a_slope():
    target = torch.rand(2, 3, 6, 6)
    assert pixel.gradient_l1(target + 0.3, target).item() == pytest.approx(0.0, abs=1e-6)
    slope = torch.arange(6.0).view(1, 1, 1, 6) * 0.1
    assert pixel.gradient_l1(target + slope, target).item() == pytest.approx(0.1, abs=1e-6)


def test_the_low_pass_loss_ignores_what_averages_out():
    checks = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(8, 8)[None, None]
    target = torch.zeros(1, 3, 16, 16)
    assert pixel.low_pass_l1(target + checks, target).item() == pytest.approx(0.0, abs=1e-7)
    assert pixel.low_pass_l1(target + 0.2, target).item() == pytest.approx(0.2)


def test_the_gram_matrix_by_hand():
    features = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])  # 1 x 2 x 1 x 2
    expected = torch.tensor([[5.0, 11.0], [11.0, 25.0]]) / (2 * 1 * 2)
    assert torch.equal(perceptual.gram_matrix(features)[0], expected)


def test_the_gram_loss_gradient_matches_finite_differences():
    source = torch.Generator().manual_seed(0)
    a = torch.randn((1, 2, 2, 3), generator=source, dtype=torch.float64, requires_grad=True)
    b = torch.randn((1, 2, 2, 3), generator=source, dtype=torch.float64)

    def loss(x):
        flat = x.flatten(2)
        gram = flat @ flat.transpose(1, 2) / (2 * 2 * 3)
        other = b.flatten(2) @ b.flatten(2).transpose(1, 2) / (2 * 2 * 3)
        return (gram - other).abs().mean()

    perceptual.gram_l1(a, b).backward()
    numeric = torch.zeros_like(a)
    for index in np.ndindex(*a.shape):
        step = torch.zeros_like(a)
        step[index] = 1e-5
        numeric[index] = (loss(a.detach() + step) - loss(a.detach() - step)) / 2e-5
    assert torch.allclose(a.grad, numeric, atol=1e-5)


def test_the_style_loss_does_not_see_where_things_are():
    features = torch.rand(1, 4, 5, 5)
    moved = features.roll(2, dims=3)
    assert perceptual.feature_style([moved], [features], [1.0]).item() < 1e-7
    assert perceptual.feature_l1([moved], [features], [1.0]).item() > 0.1


def test_the_normalised_distance_is_blind_to_scale_and_two_for_orthogonal_features():
    a = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1)
    b = torch.tensor([0.0, 3.0]).view(1, 2, 1, 1)
    assert normalised_distance([a], [b]).item() == pytest.approx(2.0)
    assert normalised_distance([a], [5 * a]).item() == pytest.approx(0.0)


def test_the_adversarial_losses_at_known_logits():
    zero = torch.zeros(2, 1)
    assert adversarial.non_saturating_generator(zero).item() == pytest.approx(math.log(2))
    both = adversarial.non_saturating_discriminator(zero, zero).item()
    assert both == pytest.approx(2 * math.log(2))
    assert adversarial.hinge_discriminator([zero + 2], [zero - 2]).item() == 0.0
    assert adversarial.hinge_discriminator([zero], [zero]).item() == 2.0
    assert adversarial.hinge_generator([zero + 3, zero + 1]).item() == -2.0


def test_r1_of_a_linear_and_of_a_quadratic_critic():
    weight = torch.randn(12)
    linear = adversarial.r1_penalty(lambda x: x.flatten(1) @ weight, torch.rand(4, 3, 2, 2))
    assert linear.item() == pytest.approx(0.5 * weight.square().sum().item(), rel=1e-5)
    real = torch.rand(3, 3, 2, 2)
    quadratic = adversarial.r1_penalty(lambda x: x.square().flatten(1).sum(1), real)
    expected = 0.5 * (2 * real).square().flatten(1).sum(1).mean()
    assert quadratic.item() == pytest.approx(expected.item(), rel=1e-5)


def test_r1_trains_the_critic():
    critic = nn.Sequential(nn.Flatten(), nn.Linear(12, 1))
    adversarial.r1_penalty(critic, torch.rand(2, 3, 2, 2)).backward()
    # d/dw of 0.5 |w|^2 is w.
    assert torch.allclose(critic[1].weight.grad, critic[1].weight, atol=1e-6)


FRONTAL = torch.tensor([[[24.0, 30.0], [40.0, 30.0], [32.0, 40.0], [26.0, 47.0], [38.0, 47.0]]])


def test_component_boxes_lie_around_eyes_and_mouth():
    boxes = components.component_boxes(FRONTAL)
    reach = 17.0  # the eyes are 16 px apart, and the mouth 17 px below them
    for name, centre, share in (
        ("left_eye", (24, 30), 0.28 * 1.4),
        ("right_eye", (40, 30), 0.28 * 1.4),
        ("mouth", (32, 47), 0.48),
    ):
        left, top, right, bottom = boxes[name][0].tolist()
        assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx(centre)
        assert right - left == pytest.approx(2 * share * reach)


def test_component_boxes_of_a_profile_do_not_vanish():
    profile = FRONTAL.clone()
    profile[0, 1] = profile[0, 0] + torch.tensor([1.0, 0.0])
    boxes = components.component_boxes(profile)
    assert (boxes["left_eye"][0, 2] - boxes["left_eye"][0, 0]).item() > 10


def test_component_crops_of_a_ramp_have_the_value_of_their_centre():
    """On a linear image, RoIAlign's bilinear sampling is exact: the mean is the centre's value."""
    ramp = torch.arange(64.0).view(1, 1, 1, 64).expand(1, 3, 64, 64) / 64
    cuts = components.cut_components(ramp, FRONTAL)
    assert {name: cut.shape[-1] for name, cut in cuts.items()} == {
        "left_eye": 10, "right_eye": 10, "mouth": 15,
    }  # fmt: skip
    # `aligned=True` puts pixel i's centre at i + 0.5 of the box's continuous coordinates.
    for name, x in (("left_eye", 24.0), ("right_eye", 40.0), ("mouth", 32.0)):
        assert cuts[name].mean().item() * 64 == pytest.approx(x - 0.5, abs=1e-3)


def test_component_crops_pass_gradients_only_inside_the_boxes():
    image = torch.rand(1, 3, 64, 64, requires_grad=True)
    components.cut_components(image, FRONTAL)["mouth"].sum().backward()
    left, top, right, bottom = components.component_boxes(FRONTAL)["mouth"][0].tolist()
    touched = image.grad[0, 0].nonzero()
    assert touched[:, 1].min() >= math.floor(left) - 1
    assert touched[:, 1].max() <= math.ceil(right) + 1
    assert touched[:, 0].min() >= math.floor(top) - 1
    assert touched[:, 0].max() <= math.ceil(bottom) + 1


def test_component_style_weighs_shallow_features_half():
    zero = (torch.zeros(1, 2, 2, 2), torch.zeros(1, 2, 2, 2))
    ones = torch.ones(1, 2, 2, 2)  # Gram: every entry 4 / 8 = 0.5
    shallow = components.component_style((ones, zero[1]), zero).item()
    deep = components.component_style((zero[0], ones), zero).item()
    assert (shallow, deep) == (0.25, 0.5)
    assert components.component_matching((ones, zero[1]), zero).item() == 0.5
