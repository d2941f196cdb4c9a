"""From a weights file to an engine: looks at the tensors, picks the network, picks the device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.device import Chosen, ComputePreference, choose, probe
from core.errors import ModelFileError
from core.interfaces import EngineInfo
from core.models.checkpoint import Checkpoint, read_state_dict
from core.nets.gfpgan_config import GfpganConfig, Layout, UnknownLayoutError, deduce_config

if TYPE_CHECKING:
    from torch import Tensor

    from core.interfaces import FaceRestorer
    from core.nets.gfpgan import Gfpgan

__all__ = ["load_face_restorer", "load_gfpgan", "read_state_dict"]

_LAYOUTS: dict[str, Layout] = {
    "gfpgan-clean": "clean",
    "gfpgan-bilinear": "bilinear",
    "gfpgan-original": "original",
}
"""Architecture names of the model registry and of our own files' metadata."""


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
        ModelFileError: The file is damaged, unsafe, or none of the known networks.
        DeviceError: A device that was asked for is not there.
    """
    from core.engines.face_restorer import NetworkFaceRestorer
    from core.engines.gfpgan import gfpgan_network

    compute = compute or ComputePreference()
    checkpoint = read_state_dict(path)
    net = load_gfpgan(checkpoint, architecture)
    network = gfpgan_network(net, has_stored_noise=has_stored_noise(checkpoint))
    chosen = choose(compute, probe(), network.runtimes)
    info = _info("restoration", model_id, sha256, licence, chosen)
    return NetworkFaceRestorer(network, info, chosen, compute)


def load_gfpgan(checkpoint: Checkpoint, architecture: str = "") -> Gfpgan:
    """Build the GFP-GAN network that a checkpoint describes and load it strictly, in fp32.

    Args:
        checkpoint: Weights with upstream key names; the noise planes may be missing.
        architecture: See `load_face_restorer`; the file's own metadata is asked as well.

    Raises:
        ModelFileError: The tensors are not those of a GFP-GAN network.
    """
    layout = _LAYOUTS.get(architecture or checkpoint.metadata.get("architecture", ""))
    try:
        config = deduce_config(checkpoint.shapes, layout)
    except UnknownLayoutError as error:
        raise _not_recognised(checkpoint) from error
    return _loaded(config, checkpoint)


def has_stored_noise(checkpoint: Checkpoint) -> bool:
    """True where the file brings the generator's noise planes."""
    return "stylegan_decoder.noises.noise0" in checkpoint.tensors


def _loaded(config: GfpganConfig, checkpoint: Checkpoint) -> Gfpgan:
    from core.nets import build_gfpgan
    from core.nets.fast_init import NoRandomInit

    with NoRandomInit():
        net = build_gfpgan(config)
    weights = _in_fp32(checkpoint.tensors)
    if not has_stored_noise(checkpoint):
        weights |= {
            f"stylegan_decoder.noises.noise{i}": plane * 0
            for i, plane in enumerate(net.stored_noises())
        }
    try:
        net.load_state_dict(weights, strict=True, assign=True)
    except RuntimeError as error:
        raise ModelFileError(
            f"The weights in {checkpoint.path.name} do not fit together: {_first_lines(error)}.",
            "Get the file again from where it was published, and compare its size and hash.",
        ) from error
    return net.eval().requires_grad_(False)


def _in_fp32(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        name: tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in tensors.items()
    }


def _first_lines(error: Exception) -> str:
    """What torch found wrong first, as one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = " ".join(lines[1:3] or lines)
    return text[:200].rstrip(".")


def _not_recognised(checkpoint: Checkpoint) -> ModelFileError:
    return ModelFileError(
        f"{checkpoint.path.name} holds weights, but of no network that Heirloom knows.",
        "It looked for GFP-GAN in its clean, bilinear and original layout.",
    )


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
