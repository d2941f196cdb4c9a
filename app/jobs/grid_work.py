"""The work behind the grid of results: one run a pane, on what the present run already made."""

from __future__ import annotations

from dataclasses import dataclass

from app.jobs.works import Restored, Work, restore_work
from app.session.pyramid import Pyramid, pyramid_of
from app.session.services import Services
from core.geometry import Box
from core.image import Photo
from core.pipeline import Trace
from core.progress import Progress
from core.settings import RestorationSettings

SHOWN_BYTES = 1_500_000_000
"""What the pictures of all panes may take; larger ones are shown at half their size."""

KEPT_BYTES = 600_000_000
"""What finished runs may take that wait to be picked; picking another one runs it again."""

_PYRAMID_BYTES_A_PIXEL = 4.4
_RUN_BYTES_A_PIXEL = 9.0


@dataclass(frozen=True, slots=True, eq=False)
class PaneFace:
    """A face of one result.

    Attributes:
        index: Its number in the photo.
        box: Where it is, in pixels of the original.
        likeness: How alike before and after are, cosine up to 1, or None where not measured.
    """

    index: int
    box: Box
    likeness: float | None


@dataclass(frozen=True, slots=True, eq=False)
class PaneResult:
    """A finished pane.

    Attributes:
        settings: What it was made with.
        pyramid: The result for the screen.
        is_coarse: The pyramid has half the photo's size, to save memory.
        faces: The faces that were restored.
        restored: The whole run, or None where keeping it would take too much memory.
    """

    settings: RestorationSettings
    pyramid: Pyramid
    is_coarse: bool
    faces: tuple[PaneFace, ...]
    restored: Restored | None


def pane_work(
    services: Services,
    photo: Photo,
    settings: RestorationSettings,
    previous: Trace | None,
    panes: int,
) -> Work:
    """Restore the photo once more with other settings.

    Args:
        services: The engine.
        photo: What is restored.
        settings: What to do.
        previous: The present run; only what differs from it runs again.
        panes: How many results will be in memory together.
    """
    run = restore_work(services, photo, settings, previous, None)

    def work(progress: Progress) -> PaneResult:
        restored: Restored = run(progress)
        area_px = restored.pyramid.size.area_px
        is_coarse = panes * area_px * _PYRAMID_BYTES_A_PIXEL > SHOWN_BYTES
        keeps = panes * area_px * _RUN_BYTES_A_PIXEL <= KEPT_BYTES
        faces = tuple(
            PaneFace(face.index, face.face.box, face.identity)
            for face in restored.trace.result.faces
            if not face.skipped and not face.whole
        )
        shown = _coarse(restored.pyramid, progress) if is_coarse else restored.pyramid
        return PaneResult(settings, shown, is_coarse, faces, restored if keeps else None)

    return work


def _coarse(pyramid: Pyramid, progress: Progress) -> Pyramid:
    """The same picture from half its size on."""
    import cv2

    if not pyramid.halves:
        return pyramid
    return pyramid_of(cv2.cvtColor(pyramid.halves[0], cv2.COLOR_BGRA2RGB), progress)
