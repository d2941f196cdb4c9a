"""Properties that training and inference rely on."""

import pytest
import torch
from torch.nn import functional as F

from core.nets import build_gfpgan
from core.nets.fast_init import NoRandomInit
from core.nets.gfpgan_config import GfpganConfig
from core.nets.memory_format import to_channels_last
from core.nets.stylegan2 import ModulatedConv2d

TINY = GfpganConfig("clean", 16, 8, 1, 0.03125)
LAYOUTS = ["clean", "bilinear", "original"]


def tiny(layout="clean", **changes):
    torch.manual_seed(0)
    config = GfpganConfig(layout, 16, 8, 1, 0.03125, **changes)
    return build_gfpgan(config)


def per_sample_kernels(conv, x, latent):
    """StyleGAN2, section 2.2, as the paper writes it: a kernel for each sample."""
    style = conv.modulation(latent) * conv.gain
    kernels = conv.weight * style[:, None, :, None, None]
    if conv.demodulate:
        kernels = kernels * torch.rsqrt(kernels.square().sum((2, 3, 4), keepdim=True) + 1e-8)
    images = [F.conv2d(x[i : i + 1], kernels[i], padding="same") for i in range(len(x))]
    return torch.cat(images)


@pytest.mark.parametrize("demodulate", [True, False])
def test_modulating_activations_equals_a_kernel_for_each_sample(demodulate):
    torch.manual_seed(1)
    conv = ModulatedConv2d(6, 5, 3, torch.nn.Linear(4, 6), demodulate=demodulate, gain=0.3)
    x, latent = torch.randn(3, 6, 9, 9), torch.randn(3, 4)
    torch.testing.assert_close(conv(x, latent), per_sample_kernels(conv, x, latent))


def test_half_precision_does_not_overflow_where_a_kernel_for_each_sample_would():
    torch.manual_seed(1)
    conv = ModulatedConv2d(8, 4, 3, torch.nn.Linear(4, 8), demodulate=True)
    with torch.no_grad():
        conv.modulation.bias.fill_(3e4)
    x, latent = torch.randn(1, 8, 9, 9) * 20, torch.randn(1, 4)
    exact = conv(x, latent)
    half = conv.half()(x.half(), latent.half()).float()
    assert half.isfinite().all()
    torch.testing.assert_close(half, exact, rtol=0.02, atol=0.02 * exact.std().item())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_used_weight_gets_a_finite_gradient(layout):
    net = tiny(layout)
    image, rgbs = net(torch.rand(2, 3, 16, 16) * 2 - 1, return_rgb=True)
    (image.square().mean() + sum(rgb.square().mean() for rgb in rgbs)).backward()
    for name, parameter in net.named_parameters():
        if "style_mlp" in name:
            assert parameter.grad is None, f"{name} takes no part in restoration"
        else:
            assert parameter.grad is not None, name
            assert parameter.grad.isfinite().all(), name


def test_training_in_bf16_stays_close_to_fp32():
    net = tiny()
    x = torch.rand(2, 3, 16, 16) * 2 - 1
    exact = net(x)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rounded = net(x)
    error = (rounded.float() - exact).abs().mean() / exact.std()
    assert 0 < error < 0.05
    rounded.float().square().mean().backward()
    assert all(p.grad.isfinite().all() for p in net.parameters() if p.grad is not None)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("sft_half", [True, False])
def test_spatial_features_start_out_neutral(layout, sft_half):
    encoded = tiny(layout, sft_half=sft_half).encode(torch.rand(2, 3, 16, 16) * 2 - 1)
    for scale, shift in encoded.conditions:
        assert torch.equal(scale, torch.ones_like(scale))
        assert 0 < shift.std() < 0.5


def test_latent_code_is_one_a_layer_or_the_same_for_all():
    x = torch.rand(2, 3, 16, 16) * 2 - 1
    own = tiny(different_w=True).encode(x).latent
    shared = tiny(different_w=False).encode(x).latent
    assert own.shape == shared.shape == (2, TINY.num_latent, 8)
    assert torch.equal(shared[:, 0], shared[:, -1])
    assert not torch.equal(own[:, 0], own[:, -1])


def test_the_prior_alone_makes_an_image_from_a_latent_code():
    net = tiny()
    image = net.stylegan_decoder(torch.randn(2, TINY.num_latent, 8), (), net.stored_noises())
    assert image.shape == (2, 3, 16, 16)


def test_drawn_noise_is_fixed_by_its_seed_and_fits_the_stored_planes():
    net = tiny()
    first = net.drawn_noises(torch.Generator().manual_seed(5))
    again = net.drawn_noises(torch.Generator().manual_seed(5))
    other = net.drawn_noises(torch.Generator().manual_seed(6))
    assert [plane.shape for plane in first] == [plane.shape for plane in net.stored_noises()]
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not any(torch.equal(a, b) for a, b in zip(first, other, strict=True))
    assert net.drawn_noises(torch.Generator(), batch=3)[0].shape == (3, 1, 4, 4)


def test_channels_last_changes_the_layout_and_not_the_values():
    net = tiny().eval()
    x = torch.rand(1, 3, 16, 16) * 2 - 1
    with torch.no_grad():
        before = net(x)
        assert to_channels_last(net) is net
        after = net(x)
    torch.testing.assert_close(after, before)
    kernel = net.stylegan_decoder.style_conv1.modulated_conv.weight[0]
    assert kernel.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_building_without_random_weights_makes_the_same_network(layout):
    state = torch.get_rng_state()
    with NoRandomInit():
        empty = tiny(layout)
    torch.set_rng_state(state)
    weights = tiny(layout).state_dict()
    assert {k: v.shape for k, v in empty.state_dict().items()} == {
        k: v.shape for k, v in weights.items()
    }
    empty.load_state_dict(weights, strict=True)


@pytest.mark.parametrize("bad", [{"out_size": 100}, {"narrow": 0}, {"num_style_feat": 0}])
def test_senseless_shapes_are_refused(bad):
    with pytest.raises(ValueError, match="must be"):
        GfpganConfig(**bad)
