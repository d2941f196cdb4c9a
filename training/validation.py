"""How good the averaged network is on faces that it never trains on, and what that looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from core.degradation import PROFILES, DamageProfile, degrade, generator_for
from core.nets.imagenet_features import normalised_distance
from training.data import read_face, to_network
from training.degrade import as_uint8
from training.losses.pixel import l1
from training.objective import Objective
from training.records import FaceRecord

IDENTITY_SHARE = 20.0
"""Weight of 1 - cosine beside the perceptual distance: both then move the score alike."""

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
    (1 - cosine), or the L1 where there is neither.
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
    score = values.get("perceptual", 0.0) + IDENTITY_SHARE * (1 - values.get("identity", 1.0))
    return {**values, "score": score if len(values) > 1 else values["l1"]}


def contact_sheet(*rows_of_images: Tensor) -> npt.NDArray[np.uint8]:
    """One row for each batch, uint8 or [-1, 1], one column a face: H x W x 3; no empty rows."""
    shown = [
        images
        if images.dtype == torch.uint8
        else ((images + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
        for images in rows_of_images
        if len(images)
    ]
    rows = [torch.cat(list(images), dim=2) for images in shown]
    sheet: npt.NDArray[np.uint8] = torch.cat(rows, dim=1).permute(1, 2, 0).numpy()
    return np.ascontiguousarray(sheet)
