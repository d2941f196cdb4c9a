"""Our networks against values that upstream's code computed, and against its published shapes."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from core.device import Chosen
from core.nets import build_gfpgan
from core.nets.gfpgan_config import GfpganConfig, UnknownLayoutError, deduce_config

GOLDEN = Path(__file__).parents[2] / "golden" / "gfpgan"
SMALL = {"out_size": 64, "num_style_feat": 32, "narrow": 0.125}
CONFIGS = {
    "clean_64": GfpganConfig("clean", **SMALL, channel_multiplier=2),
    "clean_64_fullsft": GfpganConfig(
        "clean", **SMALL, channel_multiplier=1, sft_half=False, different_w=False
    ),
    "bilinear_64": GfpganConfig("bilinear", **SMALL, channel_multiplier=2),
    "original_64": GfpganConfig("original", **SMALL, channel_multiplier=1),
}


def shapes_of(tensors):
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


@pytest.mark.parametrize("name", CONFIGS)
def test_configuration_is_deduced_from_the_tensors_alone(name):
    weights = load_file(GOLDEN / f"{name}.weights.safetensors")
    assert deduce_config(shapes_of(weights)) == CONFIGS[name]


@pytest.mark.parametrize("name", CONFIGS)
def test_output_and_pyramid_agree_with_upstream(name):
    net = build_gfpgan(CONFIGS[name]).eval()
    net.load_state_dict(load_file(GOLDEN / f"{name}.weights.safetensors"), strict=True)
    golden = load_file(GOLDEN / f"{name}.io.safetensors")
    with torch.no_grad():
        image, rgbs = net(golden["input"], return_rgb=True)
    torch.testing.assert_close(image, golden["image"], rtol=0, atol=1e-4)
    assert len(rgbs) == 4
    for level, rgb in enumerate(rgbs):
        torch.testing.assert_close(rgb, golden[f"rgb{level}"], rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", CONFIGS)
def test_openvino_agrees_with_upstream(name):
    pytest.importorskip("core.engines.openvino_silent")
    from core.engines.gfpgan import gfpgan_network

    net = build_gfpgan(CONFIGS[name]).eval()
    net.load_state_dict(load_file(GOLDEN / f"{name}.weights.safetensors"), strict=True)
    golden = load_file(GOLDEN / f"{name}.io.safetensors")
    network = gfpgan_network(net)
    runtime = network.make(Chosen("cpu", "openvino", "fp32"))
    pictures = (golden["input"] * 0.5 + 0.5).numpy()
    output = torch.from_numpy(runtime.infer(pictures, network.noises(0), lambda _share: None))
    torch.testing.assert_close(output * 2 - 1, golden["image"], rtol=0, atol=1e-3)


@pytest.mark.parametrize("layout", ["clean", "original"])
def test_the_published_512_px_networks_have_our_keys_and_shapes(layout):
    published = json.loads((GOLDEN / f"{layout}_512_keys.json").read_text())
    config = deduce_config({name: tuple(shape) for name, shape in published.items()})
    assert (config.layout, config.out_size, config.num_style_feat) == (layout, 512, 512)
    with torch.device("meta"):
        net = build_gfpgan(config)
    assert {name: list(t.shape) for name, t in net.state_dict().items()} == published


def test_a_stated_layout_decides_between_two_that_have_the_same_tensors():
    shapes = shapes_of(load_file(GOLDEN / "bilinear_64.weights.safetensors"))
    assert deduce_config(shapes, "original").layout == "original"
    assert deduce_config(shapes).layout == "bilinear"


@pytest.mark.parametrize("shapes", [{}, {"conv_body_first.weight": (1, 3, 1, 1)}])
def test_other_tensors_are_not_taken_for_gfpgan(shapes):
    with pytest.raises(UnknownLayoutError):
        deduce_config(shapes)


@pytest.mark.parametrize(
    "config",
    [
        GfpganConfig("clean", 8, 16, 1, 0.0625),
        GfpganConfig("clean", 256, 256, 0.5, 0.5),
        GfpganConfig("original", 128, 48, 1, 0.25, num_mlp=3),
        GfpganConfig("bilinear", 1024, 512, 2, 1.0, sft_half=False),
    ],
)
def test_any_size_and_width_is_deduced_from_the_network_it_makes(config):
    with torch.device("meta"):
        net = build_gfpgan(config)
    assert deduce_config(shapes_of(net.state_dict())) == config
