"""Which adapter runs which face-detection weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.errors import ModelFileError
from core.models.checkpoint import read_state_dict
from core.models.resolve import ResolvedModel

if TYPE_CHECKING:
    from core.interfaces import FaceDetector


def _mtcnn(model: ResolvedModel, device: str) -> FaceDetector:
    from core.engines.mtcnn import MtcnnDetector

    return MtcnnDetector(model.path, device)


def _retinaface(model: ResolvedModel, device: str) -> FaceDetector:
    from core.engines.retinaface import RetinaFaceDetector

    tensors = read_state_dict(model.path).tensors
    return RetinaFaceDetector(tensors, device, model=model.id, sha256=model.sha256)


ADAPTERS: dict[str, Callable[[ResolvedModel, str], FaceDetector]] = {
    "mtcnn": _mtcnn,
    "retinaface-resnet50": _retinaface,
    "retinaface-mobilenet0.25": _retinaface,
}
"""Adapter by the registry's name of the architecture."""


def load_face_detector(model: ResolvedModel, device: str = "cpu") -> FaceDetector:
    """Load a face finder.

    Args:
        model: Its weights.
        device: Where to compute: "cpu", "cuda:0", "mps".

    Raises:
        ModelFileError: The file is damaged, or of an architecture that finds no faces.
    """
    adapter = ADAPTERS.get(model.architecture)
    if adapter is None:
        raise ModelFileError(
            f"“{model.id}” holds no face finder that Heirloom knows.",
            "Leave --detector out to use the one that comes with Heirloom.",
        )
    return adapter(model, device)
