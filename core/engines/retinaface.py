"""The better face finder: RetinaFace as facexlib defines it, with weights that the user installs.

Deng et al., "RetinaFace: Single-stage Dense Face Localisation in the Wild", CVPR 2020. Only the
network class of facexlib is used: its loader downloads and its helper keeps state between photos.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Literal

import cv2
import numpy as np
import torch
from torch import Tensor

from core.engines.polling import asking_before_layers
from core.engines.rotation import (
    QUARTERS,
    Finding,
    credible,
    in_reading_order,
    main_turn,
    moved,
    sweep,
)
from core.errors import ModelFileError
from core.faces import Face
from core.geometry import Box, inverted
from core.interfaces import EngineInfo, Uint8Image
from core.nets.fast_init import NoRandomInit
from core.progress import Progress

Backbone = Literal["resnet50", "mobile0.25"]

COARSE_SIDE_PX = 640
"""The longer side in the first sweep, which finds out how the photo lies."""

WORK_SIDE_PX = 1600
"""Longer photos are searched at this size; shorter ones at their own, or at `SMALL_SIDE_PX`."""

SMALL_SIDE_PX = 640
SMALLEST_FACE_PX = 10.0
"""RetinaFace's smallest anchor is 16 px wide; faces much below are guesses."""

OVERLAP = 0.4


class RetinaFaceDetector:
    """Finds faces with RetinaFace; implements `core.interfaces.FaceDetector`.

    Args:
        tensors: The weights, names without "module.", as in facexlib's published files
            (`detection_Resnet50_Final.pth`, `detection_mobilenet0.25_Final.pth`).
        device: Where to compute: "cpu", "cuda:0", "mps".
        model: The model's id, for the report.
        sha256: Hash of the weights file, for the report.

    Raises:
        ModelFileError: The weights are not those of a RetinaFace network.
    """

    def __init__(
        self,
        tensors: Mapping[str, Tensor],
        device: str = "cpu",
        *,
        model: str = "retinaface",
        sha256: str = "",
    ) -> None:
        self._net = _built(tensors, device)
        self._info = EngineInfo(
            task="detection", model=model, sha256=sha256, licence="MIT", device=device
        )

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        return self._info

    def detect(
        self, pixels: Uint8Image, *, min_size_px: int, min_score: float, progress: Progress
    ) -> tuple[Face, ...]:
        """Find all faces at any multiple of 90 degrees; see `FaceDetector.detect`."""
        progress.check()
        longer = max(pixels.shape[:2])
        coarse = COARSE_SIDE_PX / longer
        close = min(1.0, WORK_SIDE_PX / longer) if longer > SMALL_SIDE_PX else coarse
        found = self._found(pixels, coarse, min_score, QUARTERS, progress.part(0.0, 0.5))
        if close > coarse:
            turns = (main_turn(found),) if found else QUARTERS
            found += self._found(pixels, close, min_score, turns, progress.part(0.5, 1.0))
        return in_reading_order(face for face in credible(found) if face.box.width >= min_size_px)

    def _found(
        self,
        pixels: Uint8Image,
        factor: float,
        min_score: float,
        turns: tuple[int, ...],
        progress: Progress,
    ) -> list[Finding]:
        """Faces at one size in some orientations, in pixels of the photo."""
        height, width = pixels.shape[:2]
        size = max(1, round(width * factor)), max(1, round(height * factor))
        method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        picture = pixels if factor == 1 else cv2.resize(pixels, size, interpolation=method)
        x, y = size[0] / width, size[1] / height
        back = inverted(np.array([[x, 0.0, (x - 1) / 2], [0.0, y, (y - 1) / 2]]))

        def find_upright(turned: Uint8Image, part: Progress) -> list[Face]:
            with asking_before_layers(self._net.modules(), part.check):
                return self._upright(turned, min_score)

        found = sweep(np.asarray(picture, np.uint8), find_upright, progress, turns)
        return [Finding(moved(item.face, back), item.quarters) for item in found]

    def _upright(self, picture: Uint8Image, min_score: float) -> list[Face]:
        """Upright faces of one picture, in its pixels."""
        with torch.inference_mode():
            rows = self._net.detect_faces(
                np.ascontiguousarray(picture[..., ::-1]), min_score, OVERLAP
            )
        rows = np.asarray(rows, np.float64)
        # Corrections are exponents: a wild one is no face, and infinite.
        believable = np.abs(rows).max(axis=1, initial=0.0) < 4 * max(picture.shape)
        faces = [_as_face(row) for row in rows[believable]]
        return [face for face in faces if face.box.width >= SMALLEST_FACE_PX]


def _as_face(row: np.ndarray[Any, np.dtype[np.float64]]) -> Face:
    """Four edges, score and ten landmark coordinates, on the scale of outer edges."""
    left, top, right, bottom = (float(edge) - 0.5 for edge in row[:4])
    five = [(float(x) - 0.5, float(y) - 0.5) for x, y in row[5:15].reshape(5, 2)]
    landmarks = (five[0], five[1], five[2], five[3], five[4])
    return Face(Box(left, top, right, bottom), landmarks, float(row[4]))


def _built(tensors: Mapping[str, Tensor], device: str) -> Any:
    """The network in evaluation mode with its weights, built without any download."""
    # Importing facexlib takes seconds, so it waits until the detector is really wanted.
    from facexlib.detection.retinaface import RetinaFace

    backbone: Backbone = "resnet50" if "body.layer4.0.conv1.weight" in tensors else "mobile0.25"
    with (
        NoRandomInit(),
        warnings.catch_warnings(),
    ):  # it names an argument that torchvision has renamed
        warnings.simplefilter("ignore")
        net = RetinaFace(network_name=backbone, device=torch.device(device))
    try:
        net.load_state_dict(dict(tensors), strict=True)
    except RuntimeError as error:
        raise ModelFileError(
            "The file does not hold the weights of RetinaFace.",
            "Get it again from where it was published, and compare its size and hash.",
        ) from error
    return net.eval().requires_grad_(requires_grad=False)
