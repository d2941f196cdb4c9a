"""GFP-GAN as a face-restoration network: pixel range, noise by seed, memory."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.device import Chosen
from core.engines.exact import EXACT_PX, to_bf16
from core.engines.face_restorer import FaceNetwork, NoiseSource
from core.engines.runtime import FloatBatch, Runtime
from core.engines.torch_runtime import TorchRuntime
from core.nets.gfpgan import Gfpgan

STORED_NOISE_SEED = 0
"""This seed takes the noise that the checkpoint was made with, where it has any."""


class UnitRangeGfpgan(nn.Module):
    """GFP-GAN for pictures in [0, 1], with its noise as inputs, so that the graph is static."""

    def __init__(self, net: Gfpgan) -> None:
        super().__init__()
        self.net = net

    def round_to_bf16(self) -> None:
        """Calculate in bf16 from now on, but for a small part; see `core.engines.exact`."""
        to_bf16(self.net)

    def forward(self, images: Tensor, *noises: Tensor) -> Tensor:
        """N x 3 x S x S in [0, 1] to the same."""
        # Rounding comes last: in [0, 1] half precision would cost the dark tones a bit.
        precision = next(self.net.parameters()).dtype
        restored: Tensor = self.net(
            (images * 2 - 1).to(precision), [noise.to(precision) for noise in noises]
        )
        return restored.float() * 0.5 + 0.5


def gfpgan_network(net: Gfpgan, *, has_stored_noise: bool = True) -> FaceNetwork:
    """Wrap a loaded network.

    Args:
        net: With its weights, fp32, on the CPU.
        has_stored_noise: False where the checkpoint came without noise planes.
    """
    module = UnitRangeGfpgan(net)

    def make(chosen: Chosen) -> Runtime:
        if chosen.runtime == "openvino":
            return _openvino_runtime(net, chosen)
        return TorchRuntime(module, chosen)

    return FaceNetwork(
        make=make,
        crop_size_px=net.config.out_size,
        noises=_noise_source(net, has_stored_noise=has_stored_noise),
        bytes_a_face=_bytes_a_face(net),
        runtimes=("torch", "openvino"),
    )


def _openvino_runtime(net: Gfpgan, chosen: Chosen) -> Runtime:
    # OpenVINO may be missing: it exists for x86 processors only.
    from core.engines.openvino_gfpgan import gfpgan_graph, gfpgan_parts
    from core.engines.openvino_runtime import OpenVinoRuntime

    splits = chosen.precision == "bf16" and net.config.out_size > EXACT_PX
    write = gfpgan_parts if splits else gfpgan_graph
    return OpenVinoRuntime(lambda _height, _width: write(net), chosen)


def _noise_source(net: Gfpgan, *, has_stored_noise: bool) -> NoiseSource:
    def noises(seed: int) -> tuple[FloatBatch, ...]:
        if has_stored_noise and seed == STORED_NOISE_SEED:
            planes = net.stored_noises()
        else:
            planes = net.drawn_noises(torch.Generator().manual_seed(seed))
        return tuple(plane.detach().float().numpy() for plane in planes)

    return noises


def _bytes_a_face(net: Gfpgan) -> int:
    """Peak of the activations for one face, fp32: about a dozen maps at full size.

    The U-Net's skips and conditions of all levels live until the generator has used them, which
    adds about as much again as the full-size level.
    """
    config = net.config
    size = config.out_size
    return 12 * size * size * max(config.width(size), config.unet_width(size) * 2) * 4
