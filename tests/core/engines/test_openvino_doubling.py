"""Enlarging and convolving in either order, on OpenVINO, against torch."""

import numpy as np
import pytest
import torch

from core.nets import build_gfpgan
from core.nets.gfpgan_config import GfpganConfig
from core.nets.stylegan2 import bilinear_up_conv

pytest.importorskip("core.engines.openvino_silent")

from core.engines.openvino_doubling import enlarged_first, enlarged_last
from core.engines.openvino_gfpgan import gfpgan_graph, gfpgan_parts
from core.engines.openvino_silent import ops, ov

EXACT = {"INFERENCE_PRECISION_HINT": "f32"}


def run(convolve, x, kernel):
    picture = ops.parameter(list(x.shape), np.float32)
    model = ov.Model([convolve(picture, kernel)], [picture], "up")
    return torch.from_numpy(ov.Core().compile_model(model, "CPU", EXACT)([x.numpy()])[0].copy())


@pytest.mark.parametrize("convolve", [enlarged_first, enlarged_last])
@pytest.mark.parametrize("size", [(1, 1), (1, 6), (2, 3), (9, 5), (16, 33)])
@pytest.mark.parametrize("channels", [(3, 5), (32, 16)])
def test_it_is_a_bilinear_enlargement_and_a_convolution_up_to_the_border(convolve, size, channels):
    generator = torch.Generator().manual_seed(5)
    x = 3 + torch.randn(1, channels[0], *size, generator=generator)
    kernel = 0.3 * torch.randn(channels[1], channels[0], 3, 3, generator=generator)
    expected = bilinear_up_conv(x.double(), kernel.double()).float()
    largest = float(expected.abs().max())
    torch.testing.assert_close(run(convolve, x, kernel), expected, rtol=0, atol=2e-6 * largest)


def kinds(model):
    return [node.get_type_name() for node in model.get_ops()]


@pytest.mark.parametrize("layout", ["clean", "bilinear"])
def test_fp32_enlarges_last_everywhere_and_bf16_nowhere(layout):
    net = build_gfpgan(GfpganConfig(layout, 32, 16, 1, 0.0625)).eval().requires_grad_(False)
    levels = 3
    assert kinds(gfpgan_graph(net)).count("ConvolutionBackpropData") == 2 * levels
    for part in gfpgan_parts(net, 8):
        assert "ConvolutionBackpropData" not in kinds(part.model)
