"""RRDBNet (ESRGAN, Real-ESRGAN) as an enlarging network."""

from __future__ import annotations

from core.device import Chosen
from core.engines.runtime import Runtime
from core.engines.torch_runtime import TorchRuntime
from core.engines.upscaler import UpscalingNetwork
from core.nets.rrdbnet import RrdbNet


def rrdbnet_network(net: RrdbNet) -> UpscalingNetwork:
    """Wrap a loaded network.

    Args:
        net: With its weights, fp32, on the CPU.
    """

    def make(chosen: Chosen) -> Runtime:
        if chosen.runtime == "openvino":
            return _openvino_runtime(net, chosen)
        return TorchRuntime(net, chosen)

    return UpscalingNetwork(
        make=make,
        scale=net.config.scale,
        # Three maps of the trunk's width at full output size.
        bytes_a_pixel=3 * net.config.num_feat * net.config.scale**2 * 4,
        multiple_px=net.config.unshuffle,
        runtimes=("torch", "openvino"),
    )


def _openvino_runtime(net: RrdbNet, chosen: Chosen) -> Runtime:
    # OpenVINO may be missing: it exists for x86 processors only.
    from core.engines.openvino_rrdbnet import rrdbnet_graph
    from core.engines.openvino_runtime import OpenVinoRuntime

    return OpenVinoRuntime(lambda height, width: rrdbnet_graph(net, height, width), chosen)
