"""An engine without networks, quick and predictable, behind the same Protocols."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
from PIL import Image

from core.errors import ModelMissingError
from core.faces import Face, template
from core.geometry import Box
from core.interfaces import EngineInfo, Restored
from core.progress import Progress

SIDE_PX = 96


def clean_face(seed: int, side: int = SIDE_PX) -> np.ndarray:
    """Smooth colours with some edges: H x W x 3 uint8."""
    rng = np.random.default_rng(seed)
    image = cv2.resize(rng.random((6, 6, 3)).astype(np.float32), (side, side))
    centre = side // 2
    cv2.circle(image, (centre, centre), side // 4, rng.random(3).tolist(), -1)
    return (image * 255).astype(np.uint8)


def save_faces(folder: Path, count: int, side: int = SIDE_PX) -> Path:
    folder.mkdir(parents=True)
    for index in range(count):
        Image.fromarray(clean_face(index, side)).save(folder / f"face{index}.png")
    return folder


@dataclass
class FakeRestorer:
    """Smooths the crop a little; counts its calls, and cancels or fails at a given one."""

    model: str = "smoother"
    crop_size_px: int = SIDE_PX
    cancel_at: int | None = None
    calls: int = 0

    @property
    def info(self) -> EngineInfo:
        return EngineInfo("restoration", self.model, "0" * 64)

    def restore(self, crops: np.ndarray, *, seed: int, progress: Progress) -> Restored:
        self.calls += 1
        if self.calls == self.cancel_at:
            progress.token.cancel()
        progress.check()
        return Restored(np.stack([cv2.GaussianBlur(crop, (0, 0), 1 + seed) for crop in crops]))


class FakeEmbedder:
    info = EngineInfo("identity", "colours", "1" * 64)
    floors: Mapping[str, float] = {}

    def embed(self, crops: np.ndarray) -> np.ndarray:
        small = np.stack([cv2.resize(crop, (4, 4), interpolation=cv2.INTER_AREA) for crop in crops])
        vectors = small.reshape(len(crops), -1) + 1e-3
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class FakeDetector:
    """Finds the template's face, moved to the right by the picture's contrast."""

    info = EngineInfo("detection", "template")

    def detect(self, pixels, *, min_size_px, min_score, progress) -> tuple[Face, ...]:
        progress.check()
        side = min(pixels.shape[:2])
        points = template(side) + np.array([float(pixels.std()) / 255, 0])
        box = Box(0.2 * side, 0.2 * side, 0.8 * side, 0.8 * side)
        return (Face(box, tuple(map(tuple, points.tolist())), 0.9),)


@dataclass
class FakeEngine:
    root: Path
    face_model: FakeRestorer = field(default_factory=FakeRestorer)

    @property
    def store(self) -> SimpleNamespace:
        return SimpleNamespace(root=self.root, spec=self._spec)

    def _spec(self, name: str) -> SimpleNamespace:
        if name != self.face_model.model:
            raise ModelMissingError(f"There is no model “{name}”.", "See the list.")
        return SimpleNamespace(task="face-restoration")

    def restorer(self, name: str) -> FakeRestorer:
        self._spec(name)
        return self.face_model

    def embedder(self) -> FakeEmbedder:
        return FakeEmbedder()

    def detector(self, name: str = "auto") -> FakeDetector:
        return FakeDetector()
