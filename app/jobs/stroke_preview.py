"""Shows at once what a stroke of the brush fills, while everything else is still being made.

Faces are looked for again after each stroke, since a mark that is gone may have hidden one. That
takes seconds on a large photo. Until then the photo is shown with the marks filled and with the
faces as they were; the run that follows replaces it, and only that one can be saved.
"""

from __future__ import annotations

from dataclasses import replace

from app.jobs.works import Work
from app.session.pyramid import Pyramid, build_pyramid
from app.session.services import Services
from core.image import Photo
from core.interfaces import Stage
from core.pipeline import Restoration, Trace
from core.progress import Progress
from core.settings import RestorationSettings


def is_stroke(was: RestorationSettings, now: RestorationSettings) -> bool:
    """True where nothing but the painted marks has changed."""
    edits = was.repair.edits
    if not now.repair.enabled or now.repair.edits == edits:
        return False
    return now.replace(repair=now.repair.replace(edits=edits)) == was


def stroke_work(services: Services, trace: Trace, settings: RestorationSettings) -> Work:
    """Fill the marks, lay the faces of an earlier run over them, and correct the colours.

    Args:
        services: The engine.
        trace: The latest finished run; it differs by the painted marks.
        settings: What the user wants now.
    """

    def work(progress: Progress) -> Pyramid | None:
        known = with_marks(trace, settings, progress.part(0.0, 0.4))
        if known is None:
            return None
        done = services.engine.get().run(
            trace.original, settings, progress.part(0.4, 0.8), previous=known
        )
        return build_pyramid(done.result.photo, progress.part(0.8, 1.0))

    return work


def with_marks(trace: Trace, settings: RestorationSettings, progress: Progress) -> Trace | None:
    """The beginning of a run with other marks filled, and with its faces as they were.

    Returns:
        None where the run repaired nothing.
    """
    from core.stages.repair import RepairStage  # imports OpenCV

    before = Restoration(trace.original, trace.original)
    old: Photo | None = None
    new: Photo | None = None
    made: list[tuple[Stage, Restoration]] = []
    for stage, record in trace.steps:
        if isinstance(stage, RepairStage):
            filling = replace(stage, edits=settings.repair.edits)
            filled = filling.run(before, progress)
            old, new = record.photo, filled.photo
            made.append((filling, filled))
        elif new is None:
            made.append((stage, record))
        elif record.photo is old:
            made.append((stage, replace(record, photo=new)))
        else:
            break  # stains, noise, size, faces: they change the photo, and run again
        before = made[-1][1]
    return None if new is None else Trace(trace.original, tuple(made))
