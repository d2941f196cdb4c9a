"""Find the eyes, nose and mouth of a face that the user drew a box around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.jobs.works import Work
from app.session.services import Services
from core.faces import Face, FaceResult
from core.geometry import Box
from core.image import Photo
from core.matching import same_face
from core.placing import PlacedFace
from core.progress import Progress


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A face in the box that was drawn.

    Attributes:
        photo: The photo that it is in.
        face: Where it is.
        same_as: Number of the face that it is, or None where it is a new one.
    """

    photo: Photo
    face: PlacedFace
    same_as: int | None


def place_work(
    services: Services, photo: Photo, box: Box, detector: str, known: Sequence[FaceResult]
) -> Work:
    """Place a face in a box; see `core.api.Engine.place_face`.

    Args:
        services: The engine.
        photo: The open photo.
        box: What was drawn.
        detector: The face finder.
        known: The faces that there are.
    """

    def work(progress: Progress) -> Placed:
        progress.report(0.0)
        placed = services.engine.get().place_face(photo, box, detector, progress)
        return Placed(photo, placed, _same_as(placed, known))

    return work


def _same_as(placed: PlacedFace, known: Sequence[FaceResult]) -> int | None:
    """The number of the known face that was found once more."""
    if not placed.is_found:
        return None
    face = Face(placed.box, placed.landmarks, 1.0)
    same = (item.index for item in known if same_face(face, item.face))
    return next(same, None)
