"""Schedules, averaging, growing, and loading of weights."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.errors import ModelFileError
from training.grow import grow, mixed, regrow
from training.networks import build_generator, load_generator, load_prior
from training.options import NetworkOptions, OptimiserOptions
from training.presets import preset, starting_from
from training.schedule import ema_decay, ramp, rate_factor, update_ema
from training.trainer import start_weights

TINY = NetworkOptions(out_size_px=32, num_style_feat=16, channel_multiplier=0.25, narrow=0.0625)


def test_the_published_schedule_halves_twice():
    options = OptimiserOptions()
    factors = [rate_factor(step, 800_000, options) for step in (0, 599_999, 600_000, 700_000)]
    assert factors == [1.0, 1.0, 0.5, 0.25]


def test_cosine_and_warm_up():
    options = OptimiserOptions(schedule="cosine", final_share=0.1, warmup_steps=4)
    assert rate_factor(0, 1000, options) == pytest.approx(0.25)
    assert rate_factor(500, 1000, options) == pytest.approx(0.55)
    assert rate_factor(1000, 1000, options) == pytest.approx(0.1)


def test_ramp_and_decay_rise_to_their_limits():
    assert [ramp(s, 100) for s in (0, 50, 100, 500)] == [0, 0.5, 1, 1]
    assert ramp(0, 0) == 1
    assert ema_decay(0, 0.999) == pytest.approx(0.1)
    assert ema_decay(10**6, 0.999) == 0.999


def test_the_average_moves_by_the_complement_of_its_decay():
    average, network = nn.Linear(2, 2), nn.Linear(2, 2)
    before, now = average.weight.detach().clone(), network.weight.detach().clone()
    update_ema(average, network, 0.75)
    assert torch.allclose(average.weight, 0.75 * before + 0.25 * now)


def test_fresh_weights_depend_on_the_seed_alone():
    first, again, other = (build_generator(TINY, seed) for seed in (1, 1, 2))
    weights = [net.state_dict()["final_linear.weight"] for net in (first, again, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize("layout", ["clean", "bilinear", "original"])
def test_every_layout_takes_a_training_step(layout):
    network = build_generator(TINY.replace(layout=layout), 0)
    output, pyramid = network(torch.rand(2, 3, 32, 32), return_rgb=True)
    (output.square().mean() + sum(level.square().mean() for level in pyramid)).backward()
    assert all(
        p.grad is not None and torch.isfinite(p.grad).all()
        for name, p in network.named_parameters()
        if "style_mlp" not in name and "noise" not in name
    )


def test_a_published_v14_style_file_can_be_fine_tuned(tmp_path):
    """The clean layout wrapped in `params_ema`, as GFPGAN v1.3 and v1.4 are."""
    shape = TINY.replace(out_size_px=64)
    source = build_generator(shape, 5)
    path = tmp_path / "GFPGANv1.4.pth"
    torch.save({"params_ema": source.state_dict()}, path)
    options = starting_from(preset("finetune-quick"), path)
    assert options.network == shape
    network = start_weights(options)
    image = torch.rand(1, 3, 64, 64)
    assert torch.equal(network(image), source(image))
    network(image).mean().backward()


def test_fine_tuning_goes_on_from_the_bundled_model():
    options = starting_from(preset("finetune-normal"), None)
    assert options.start_from.endswith("compact-512.safetensors")
    assert options.network.out_size_px == 512
    assert starting_from(preset("clean-512"), None).start_from == ""


def test_a_file_without_gfpgan_is_refused(tmp_path):
    path = tmp_path / "upscaler.pth"
    torch.save({"conv.weight": torch.zeros(1, 1, 3, 3)}, path)
    with pytest.raises(ModelFileError, match="no GFP-GAN"):
        starting_from(preset("finetune-quick"), path)


def test_weights_of_another_shape_are_refused(tmp_path):
    path = tmp_path / "other.pth"
    torch.save(build_generator(TINY.replace(out_size_px=16), 0).state_dict(), path)
    with pytest.raises(ModelFileError, match="do not fit"):
        load_generator(build_generator(TINY, 0), path)
    path.write_bytes(b"not weights")
    with pytest.raises(ModelFileError, match="is not a model file"):
        load_generator(build_generator(TINY, 0), path)


def test_a_prior_replaces_the_decoder_only(tmp_path):
    source, network = build_generator(TINY, 5), build_generator(TINY, 0)
    unet = network.state_dict()["conv_body_first.weight"].clone()
    path = tmp_path / "prior.pth"
    torch.save(source.stylegan_decoder.state_dict(), path)
    load_prior(network, path)
    assert torch.equal(network.state_dict()["conv_body_first.weight"], unet)
    for name, value in network.stylegan_decoder.state_dict().items():
        assert torch.equal(value, source.stylegan_decoder.state_dict()[name])


def test_a_grown_network_starts_as_the_old_one_enlarged():
    small = build_generator(TINY.replace(narrow=0.25, channel_multiplier=0.5), 3)
    with torch.no_grad():  # move it off its neutral start, so that every part matters
        for parameter in small.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))
    large = grow(small)
    assert large.config.out_size == 64
    image = torch.rand(1, 3, 64, 64) * 2 - 1
    key = f"stylegan_decoder.to_rgbs.{small.config.levels}.modulated_conv.weight"
    state = large.state_dict()
    state[key] = torch.zeros_like(state[key])  # silence what the new level adds
    large.load_state_dict(state)
    with torch.no_grad():
        expected = F.interpolate(
            small(F.avg_pool2d(image, 2)), scale_factor=2, mode="bilinear", align_corners=False
        )
        assert torch.allclose(large(image), expected, atol=1e-5)


def test_a_regrown_network_has_the_new_body_and_the_old_finest_level():
    new, old = (build_generator(TINY.replace(narrow=0.25), seed) for seed in (3, 4))
    large = grow(old, seed=5)
    made = regrow(new, large, kept_levels=1)
    states = {"made": made.state_dict(), "large": large.state_dict(), "new": new.state_dict()}
    levels = large.config.levels
    finest = f"stylegan_decoder.style_convs.{2 * levels - 1}.modulated_conv.weight"
    assert torch.equal(states["made"][finest], states["large"][finest])
    for name, end in ((f"conv_body_up.{levels - 2}.conv1.weight", "new"), (
        f"stylegan_decoder.style_convs.{2 * levels - 3}.modulated_conv.weight", "new"
    )):  # fmt: skip
        assert torch.equal(states["made"][name], states[end][name])
        assert not torch.equal(states["made"][name], states["large"][name])


def test_a_mixed_network_lies_between_two():
    first, second = build_generator(TINY, 1), build_generator(TINY, 2)
    ends = [mixed(first, second, share).state_dict() for share in (0.0, 0.25, 1.0)]
    for name, value in first.state_dict().items():
        other = second.state_dict()[name]
        assert torch.allclose(ends[0][name], value)
        assert torch.allclose(ends[1][name], value + (other - value) / 4, atol=1e-6)
        assert torch.allclose(ends[2][name], other)
