"""The critics: shapes, and what their formulas promise."""

import torch

from training.discriminators import (
    ComponentDiscriminator,
    ProjectedDiscriminator,
    StyleGan2Discriminator,
    minibatch_deviation,
)


def test_the_component_critic_halves_twice_and_gives_two_features():
    logits, (shallow, deep) = ComponentDiscriminator(8)(torch.rand(2, 3, 40, 40))
    assert logits.shape == (2, 1, 10, 10)
    assert shallow.shape == (2, 16, 20, 20)
    assert deep.shape == (2, 32, 10, 10)


def test_the_component_critic_of_the_paper_has_its_widths():
    widths = [conv.out_channels for conv in ComponentDiscriminator().convs]
    assert widths == [64, 128, 128, 256, 256]


def test_the_projected_heads_are_one_lipschitz_in_their_last_layer():
    torch.manual_seed(0)
    heads = ProjectedDiscriminator([4, 6], width=8)
    heads.train()
    features = [torch.rand(1, 4, 8, 8), torch.rand(1, 6, 4, 4)]
    for _ in range(30):  # power iteration settles
        outputs = heads(features)
    assert [tuple(o.shape) for o in outputs] == [(1, 1, 8, 8), (1, 1, 4, 4)]
    kernel = heads.heads[0][0].weight.flatten(1)
    assert torch.linalg.matrix_norm(kernel, 2).item() < 1.01


def test_the_stylegan2_critic_gives_one_logit_a_picture():
    critic = StyleGan2Discriminator(16, 0.25, 0.03125)
    images = torch.rand(4, 3, 16, 16)
    assert critic(images).shape == (4, 1)
    assert critic(images[:3]).shape == (3, 1)


def test_minibatch_deviation_by_hand():
    x = torch.zeros(4, 1, 1, 1)
    x[:2] = 2.0  # one group of four: values 2, 2, 0, 0 deviate by 1
    out = minibatch_deviation(x)
    assert out.shape == (4, 2, 1, 1)
    assert torch.allclose(out[:, 1], torch.ones(4, 1, 1), atol=1e-4)
    assert torch.allclose(minibatch_deviation(x[:1])[:, 1], torch.zeros(1, 1, 1), atol=1e-3)
