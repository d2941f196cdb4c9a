"""The finest levels on a window give what the whole network gives there."""

import pytest
import torch

from training.networks import build_generator
from training.options import LossWeights, NetworkOptions, TrainingOptions
from training.tail import MARGIN_PX, Window, finest_levels, place_window, restore_window

TINY = NetworkOptions(out_size_px=128, num_style_feat=16, channel_multiplier=0.25, narrow=0.0625)


@pytest.mark.parametrize("layout", ["clean", "original"])
def test_a_window_equals_the_whole_output_there(layout):
    network = build_generator(TINY.replace(layout=layout), 0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    images = torch.rand(2, 3, 128, 128) * 2 - 1
    noises = network.drawn_noises(torch.Generator().manual_seed(1), 2)
    window = Window(32, 48, 32)
    with torch.no_grad():
        expected = window.of(network(images, noises))
    output = restore_window(network, images, noises, 2, window)
    assert torch.allclose(output, expected, atol=1e-3)


def test_only_the_finest_levels_get_a_gradient():
    network = build_generator(TINY, 0)
    images = torch.rand(1, 3, 128, 128)
    window = Window(32, 32, 32)
    restore_window(network, images, network.stored_noises(), 2, window).sum().backward()
    reached = {id(p) for p in network.parameters() if p.grad is not None}
    wanted = {id(p) for m in finest_levels(network, 2) for p in m.parameters()}
    assert reached
    assert reached <= wanted


def test_windows_stay_inside_with_their_margin():
    for share in (0.0, 0.37, 0.999):
        window = place_window(512, 256, 4, (share, 1 - share - 1e-9))
        for start in (window.top, window.left):
            assert start >= MARGIN_PX
            assert start + 256 + MARGIN_PX <= 512
            assert start % 4 == 0


def test_losses_that_need_whole_faces_are_refused():
    with pytest.raises(ValueError, match="whole faces"):
        TrainingOptions(trained_levels=2, losses=LossWeights(identity=1.0))
