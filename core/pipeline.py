"""The pipeline: a visible tuple of stages over one immutable record.

What each stage made is kept in a `Trace`. Given the trace of an earlier run, `Pipeline.run` starts
at the first stage that differs, so moving the strength slider composites again but does not run the
network again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from core.faces import FaceResult
from core.image import Photo
from core.interfaces import EngineInfo, Stage
from core.progress import Progress, no_progress


@dataclass(frozen=True, slots=True, eq=False)
class Restoration:
    """The record that stages hand on.

    Attributes:
        original: The photo as it was read.
        photo: The photo as it is now.
        scale: How many times larger `photo` is than `original`.
        faces: What was found and restored, in pixels of `original`.
        engines: What ran, in order.
        warnings: Plain sentences for the user.
    """

    original: Photo
    photo: Photo
    scale: int = 1
    faces: tuple[FaceResult, ...] = ()
    engines: tuple[EngineInfo, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_altered_by_model(self) -> bool:
        """True where a trained model made some of the pixels: a face, or an enlargement."""
        return any(face.restored is not None and face.strength > 0 for face in self.faces) or any(
            info.task == "upscaling" for info in self.engines
        )

    def warned(self, sentence: str) -> Restoration:
        """The same record with one more warning."""
        return replace(self, warnings=(*self.warnings, sentence))

    def used(self, info: EngineInfo) -> Restoration:
        """The same record, naming one more engine that ran."""
        return replace(self, engines=(*self.engines, info))


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A finished run: each stage with the record it returned."""

    original: Photo
    steps: tuple[tuple[Stage, Restoration], ...] = ()

    @property
    def result(self) -> Restoration:
        """The record after the last stage."""
        if not self.steps:
            return Restoration(self.original, self.original)
        return self.steps[-1][1]

    def reusable(self, photo: Photo, stages: tuple[Stage, ...]) -> Trace:
        """The longest beginning of this run that a run of `stages` on `photo` would repeat."""
        if photo is not self.original:
            return Trace(photo)
        kept: list[tuple[Stage, Restoration]] = []
        for stage, step in zip(stages, self.steps, strict=False):
            if stage != step[0]:
                break
            kept.append(step)
        return Trace(photo, tuple(kept))


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Stages in their fixed order (see DECISIONS.md)."""

    stages: tuple[Stage, ...] = field(default_factory=tuple)

    def run(
        self, photo: Photo, progress: Progress | None = None, previous: Trace | None = None
    ) -> Trace:
        """Run all stages that `previous` does not already cover.

        Raises:
            Cancelled: The job was stopped.
            RestorationError: A stage failed.
        """
        progress = progress or no_progress()
        trace = (previous or Trace(photo)).reusable(photo, self.stages)
        todo = self.stages[len(trace.steps) :]
        total = sum(stage.cost for stage in todo) or 1.0
        done = 0.0
        state, steps = trace.result, list(trace.steps)
        for stage in todo:
            part = progress.part(done / total, (done + stage.cost) / total, stage.name)
            part.report(0.0)
            state = stage.run(state, part)
            steps.append((stage, state))
            done += stage.cost
        progress.report(1.0)
        return Trace(photo, tuple(steps))
