"""Measure a result, with or without a reference picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.jobs.works import Work
from app.session.services import Services
from core.pipeline import Trace
from core.progress import Progress

if TYPE_CHECKING:
    from core.evaluation.photo_scores import PhotoScores


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Figures, and the run that they are of.

    Attributes:
        trace: The run.
        scores: Its figures.
    """

    trace: Trace
    scores: PhotoScores


def score_work(services: Services, trace: Trace, reference: Path | None) -> Work:
    """Measure a finished run.

    Args:
        services: Measures, and reads the reference.
        trace: What is measured.
        reference: A better picture of the same photo, or None.
    """

    def work(progress: Progress) -> Scored:
        assert services.score_photo is not None  # without it, nothing asks for figures
        progress.report(0.0)
        photo = None
        if reference is not None:
            photo = services.read_photo(reference, progress.part(0.0, 0.2))
        scores = services.score_photo(trace.result, photo, progress.part(0.2, 1.0))
        return Scored(trace, scores)

    return work
