"""How good the averaged network is on faces that it never trains on, and what that looks like."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from core.degradation import PROFILES, DamageProfile, degrade, generator_for
from core.metrics.niqe import BLOCK_PX, niqe
from core.nets.imagenet_features import normalised_distance
from training.data import read_face, to_network
from training.degrade import as_uint8
from training.losses.pixel import l1
from training.objective import Objective
from training.records import FaceRecord

IDENTITY_SHARE = 20.0
"""Weight of 1 - cosine beside the perceptual distance: both then move the score alike."""

NIQE_SHARE = 0.1
"""Weight of NIQE, where no ImageNet features see fine detail: a picture that turns soft gains .5
and more, which then outweighs .0025 of cosine. By likeness alone the softest state won."""

_WORST_NIQE = 30.0
"""For a picture without any structure, for which there is no NIQE."""

_CYCLE = ("mild", "medium", "medium", "severe")


@dataclass(frozen=True, slots=True, eq=False)
class ValidationSet:
    """Fixed faces with fixed damage: uint8 N x 3 x S x S each, on the CPU."""

    inputs: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.inputs)


def make_validation_set(records: Sequence[FaceRecord], count: int, size_px: int) -> ValidationSet:
    """Take `count` faces spread evenly over the validation half, each with its own damage.

    The damage is that of camera and scanner, by turns mild, medium, medium, severe, and depends on
    the face's place alone: every run and every session sees the same inputs.
    """
    chosen = spread(records, count)
    inputs, targets = [], []
    for index, record in enumerate(chosen):
        profile = DamageProfile(camera=PROFILES[_CYCLE[index % len(_CYCLE)]].camera)
        clean = read_face(record, size_px)
        inputs.append(as_uint8(degrade(clean, profile, generator_for(0, index)).image))
        targets.append(clean)
    if not chosen:
        empty = torch.zeros(0, 3, size_px, size_px, dtype=torch.uint8)
        return ValidationSet(empty, empty)
    return ValidationSet(_stacked(inputs), _stacked(targets))


def spread(records: Sequence[FaceRecord], count: int) -> list[FaceRecord]:
    """`count` records at even distances, or all where there are fewer."""
    if len(records) <= count:
        return list(records)
    return [records[index * len(records) // count] for index in range(count)]


def _stacked(images: Sequence[npt.NDArray[np.uint8]]) -> Tensor:
    return torch.from_numpy(np.stack(images).transpose(0, 3, 1, 2).copy())


@torch.no_grad()
def restored(
    network: nn.Module, inputs: Tensor, device: torch.device, *, bf16: bool, batch: int = 4
) -> Tensor:
    """Run the network over uint8 N x 3 x S x S; float [-1, 1] on the CPU."""
    outputs = []
    for images in torch.split(inputs, batch):
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            output = network(to_network(images, device, channels_last=True))
        outputs.append(output.float().clamp(-1, 1).cpu())
    return torch.cat(outputs)


@torch.no_grad()
def scores(
    objective: Objective, faces: ValidationSet, outputs: Tensor, device: torch.device
) -> dict[str, float]:
    """L1, perceptual distance and identity (cosine), and one score to be minimised.

    The score is what the run has networks for: perceptual distance plus `IDENTITY_SHARE` times
    (1 - cosine); without ImageNet features, `NIQE_SHARE` times NIQE takes the place of that
    distance, where the picture is large enough for it; the L1 where there is neither network.
    """
    found: dict[str, list[Tensor]] = {}
    for images, output in zip(torch.split(faces.targets, 4), torch.split(outputs, 4), strict=True):
        target, made = to_network(images, device, channels_last=False), output.to(device)
        found.setdefault("l1", []).append(l1(made, target) * len(images))
        if objective.features is not None:
            distance = normalised_distance(objective.features(made), objective.features(target))
            found.setdefault("perceptual", []).append(distance.sum())
        if objective.identity is not None:
            loss = objective.identity(made, target)
            found.setdefault("identity", []).append((1 - loss) * len(images))
    values = {name: float(torch.stack(v).sum()) / len(faces) for name, v in found.items()}
    if len(values) == 1:
        return {**values, "score": values["l1"]}
    if objective.features is None and outputs.shape[-1] >= 2 * BLOCK_PX:
        values["niqe"] = _mean_niqe(outputs)
    score = values.get("perceptual", 0.0) + IDENTITY_SHARE * (1 - values.get("identity", 1.0))
    return {**values, "score": score + NIQE_SHARE * values.get("niqe", 0.0)}


def _mean_niqe(outputs: Tensor) -> float:
    """Of N x 3 x S x S in [-1, 1], S at least twice `BLOCK_PX`."""
    pictures = _as_pictures(outputs).permute(0, 2, 3, 1).numpy()
    return sum(_niqe(picture) for picture in pictures) / len(pictures)


def _niqe(picture: npt.NDArray[np.uint8]) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pictures without structure
        try:
            value = niqe(picture)
        except np.linalg.LinAlgError:
            return _WORST_NIQE
    return value if math.isfinite(value) else _WORST_NIQE


def _as_pictures(images: Tensor) -> Tensor:
    return ((images + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)


def contact_sheet(*rows_of_images: Tensor) -> npt.NDArray[np.uint8]:
    """One row for each batch, uint8 or [-1, 1], one column a face: H x W x 3; no empty rows."""
    shown = [
        images if images.dtype == torch.uint8 else _as_pictures(images)
        for images in rows_of_images
        if len(images)
    ]
    rows = [torch.cat(list(images), dim=2) for images in shown]
    sheet: npt.NDArray[np.uint8] = torch.cat(rows, dim=1).permute(1, 2, 0).numpy()
    return np.ascontiguousarray(sheet)
