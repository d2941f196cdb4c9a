"""From a weights file to a model that works on the picture: against noise, or filling areas.

SCUNet, FBCNN, NAFNet and LaMa are read by spandrel; their tensors tell which one a file holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.device import Runtime, choose, probe
from core.interfaces import EngineInfo
from core.models.checkpoint import read_state_dict
from core.models.refusals import not_recognised, refuse_named, unfit, wrong_task

if TYPE_CHECKING:
    from core.device import Chosen, ComputePreference
    from core.engines.spandrel_network import ForeignNetwork
    from core.interfaces import Inpainter, Upscaler
    from core.models.resolve import ResolvedModel

_RUNTIMES: tuple[Runtime, ...] = ("torch",)

_BYTES_A_PIXEL = 12_000
"""Rough need of a network that nothing is known about; see `core.models.loader`."""


def load_denoiser(model: ResolvedModel, compute: ComputePreference) -> Upscaler:
    """Load a model against noise or JPEG blocks: an enlarging model of scale 1.

    Raises:
        ModelFileError: The file is damaged, unsafe, or no such network.
        DeviceError: A device, runtime or precision that was asked for is not there.
    """
    from core.engines.upscaler import NetworkUpscaler, UpscalingNetwork

    foreign = _recognised(model)
    if foreign.purpose != "Restoration" or foreign.scale != 1 or foreign.channels != (3, 3):
        raise wrong_task(model.path, foreign.name, "take noise off a colour photo")
    chosen = choose(compute, probe(), _RUNTIMES, foreign.precisions)
    network = UpscalingNetwork(make=foreign.load, scale=1, bytes_a_pixel=_BYTES_A_PIXEL)
    return NetworkUpscaler(network, _info("denoising", model, chosen), chosen, compute)


def load_inpainter(model: ResolvedModel, compute: ComputePreference) -> Inpainter:
    """Load a model that fills areas.

    Raises:
        ModelFileError: The file is damaged, unsafe, or no such network.
        DeviceError: A device, runtime or precision that was asked for is not there.
    """
    from core.engines.inpainter import NetworkInpainter

    foreign = _recognised(model)
    if foreign.purpose != "Inpainting" or foreign.channels != (3, 3):
        raise wrong_task(model.path, foreign.name, "fill areas of a colour photo")
    chosen = choose(compute, probe(), _RUNTIMES, foreign.precisions)
    return NetworkInpainter(foreign.load, _info("inpainting", model, chosen), chosen)


def _recognised(model: ResolvedModel) -> ForeignNetwork:
    from core.engines.spandrel_network import extra_is_installed, recognise

    checkpoint = read_state_dict(model.path)
    refuse_named(checkpoint, extra_is_installed=extra_is_installed())
    try:
        foreign = recognise(checkpoint.tensors)
    except (RuntimeError, KeyError, ValueError, IndexError, AssertionError) as error:
        raise unfit(model.path, error) from error
    if foreign is None:
        raise not_recognised(model.path)
    return foreign


def _info(task: str, model: ResolvedModel, chosen: Chosen) -> EngineInfo:
    return EngineInfo(
        task=task,
        model=model.id,
        sha256=model.sha256,
        licence=model.licence,
        device=chosen.device,
        runtime=chosen.runtime,
        precision=chosen.precision,
        reason=chosen.reason,
    )
