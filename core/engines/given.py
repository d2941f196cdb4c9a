"""Faces that are already known: from a recipe, or drawn by hand."""

from __future__ import annotations

from dataclasses import dataclass

from core.faces import Face
from core.interfaces import EngineInfo, Uint8Image
from core.progress import Progress


@dataclass(frozen=True, slots=True)
class GivenFaces:
    """A face detector that finds exactly the faces it was given.

    Used so that a recipe restores the same faces even where another detector is installed.
    """

    faces: tuple[Face, ...]

    @property
    def info(self) -> EngineInfo:
        """Nothing was searched for."""
        return EngineInfo(task="detection", model="given", runtime="none")

    def detect(
        self, pixels: Uint8Image, *, min_size_px: int, min_score: float, progress: Progress
    ) -> tuple[Face, ...]:
        """Return the given faces, whatever their size and score."""
        del pixels, min_size_px, min_score
        progress.report(1.0)
        return self.faces
