"""The pipeline: a visible tuple of stages over one immutable record.

What each stage made is kept in a `Trace`. Given the trace of an earlier run, `Pipeline.run` starts
at the first stage that differs, so moving the strength slider composites again but does not run the
network again. Stages from there on that treat each face on its own, or none at all, get what they
made the last time, so that a change to one face leaves everything else as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

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
        damage: H x W at the size of `original`, True where damage was found, before the user's
            corrections; None where it was not looked for.
    """

    original: Photo
    photo: Photo
    scale: int = 1
    faces: tuple[FaceResult, ...] = ()
    engines: tuple[EngineInfo, ...] = ()
    warnings: tuple[str, ...] = ()
    damage: npt.NDArray[np.bool_] | None = None

    @property
    def is_altered_by_model(self) -> bool:
        """True where a trained model made some of the pixels: a face, or an enlargement."""
        return any(face.restored is not None and face.strength > 0 for face in self.faces) or any(
            info.task in ("upscaling", "inpainting", "denoising") for info in self.engines
        )

    def warned(self, sentence: str) -> Restoration:
        """The same record with one more warning."""
        return replace(self, warnings=(*self.warnings, sentence))

    def used(self, info: EngineInfo) -> Restoration:
        """The same record, naming one more engine that ran."""
        return replace(self, engines=(*self.engines, info))


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """What a stage did in an earlier run on the same photo.

    Attributes:
        stage: The stage as it was then.
        before: What it was given.
        after: What it returned.
    """

    stage: Stage
    before: Restoration
    after: Restoration

    def fits(self, stage: Stage, state: Restoration) -> bool:
        """True where the stage would do the same to the photo as it did then."""
        return self.stage == stage and self.before.photo is state.photo

    def result_of(self, face: FaceResult) -> FaceResult | None:
        """What it made of the very same face, or None where it was another one."""
        for old, result in zip(self.before.faces, self.after.faces, strict=True):
            if old is face:
                return result
        return None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What it warned of."""
        return tuple(text for text in self.after.warnings if text not in self.before.warnings)


@runtime_checkable
class ReusingStage(Protocol):
    """A stage that need not do everything again where only some faces have changed."""

    def run_again(self, state: Restoration, progress: Progress, earlier: Earlier) -> Restoration:
        """Do what `run` does, with the same result, reusing what `earlier` made."""
        ...


@runtime_checkable
class RepeatingStage(Protocol):
    """A stage that may do what another one did, although the two are not equal."""

    def would_repeat(self, earlier: Earlier) -> bool:
        """True where this stage would return what `earlier` returned."""
        ...


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
        before = Restoration(photo, photo)
        for stage, (old, after) in zip(stages, self.steps, strict=False):
            if stage != old and not _would_repeat(stage, Earlier(old, before, after)):
                break
            kept.append((stage, after))
            before = after
        return Trace(photo, tuple(kept))

    def earlier(self, stage: Stage) -> Earlier | None:
        """What a stage of the same kind did in this run."""
        before = Restoration(self.original, self.original)
        for old, after in self.steps:
            if type(old) is type(stage):
                return Earlier(old, before, after)
            before = after
        return None


def _would_repeat(stage: Stage, earlier: Earlier) -> bool:
    return isinstance(stage, RepeatingStage) and stage.would_repeat(earlier)


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
        repeats = previous is not None and previous.original is photo
        for stage in todo:
            part = progress.part(done / total, (done + stage.cost) / total, stage.name)
            part.report(0.0)
            earlier = previous.earlier(stage) if repeats and previous else None
            if earlier is not None and isinstance(stage, ReusingStage):
                state = stage.run_again(state, part, earlier)
            else:
                state = stage.run(state, part)
            steps.append((stage, state))
            done += stage.cost
        progress.report(1.0)
        return Trace(photo, tuple(steps))
