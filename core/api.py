"""The engine as a Python library: open a photo, restore it, save it.

    import core

    report = core.restore("grandmother.jpg", "restored/grandmother.jpg")

`Engine` is the composition root that the command line and the window share, so both give the same
bytes. Models are loaded when they are first needed and kept (`core.models.loaded`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from core import __version__
from core.device import check_preference
from core.engines.beside import beside, creeping
from core.engines.given import GivenFaces
from core.errors import OutputError
from core.faces import Face, FaceResult
from core.geometry import Box, Size
from core.image import Photo, to_uint8
from core.imageio import WriteOptions, check_output, read_photo, write_photo
from core.imageio.atomic import write_atomic
from core.imageio.failures import output_errors
from core.models.loaded import AUTO, DETECTORS, FINISHER, LoadedModels
from core.models.resolve import ALIASES
from core.pipeline import Pipeline, Restoration, Trace
from core.placing import PlacedFace, place_face
from core.progress import Progress, no_progress
from core.recipe import Recipe, encode, path_beside, recipe_of
from core.report import FileReport, done
from core.settings import CLASSICAL, NEARBY, FaceSettings, RestorationSettings
from core.stages.background import BackgroundStage
from core.stages.choose import ChooseFacesStage
from core.stages.colour import ColourStage
from core.stages.composite import CompositeStage
from core.stages.denoise import DenoiseStage
from core.stages.detail import KeepDetailStage
from core.stages.detect import AlignedStage, DetectStage
from core.stages.finish import ALWAYS, FinishRule, FinishStage, automatic_rule
from core.stages.identity import IdentityStage
from core.stages.outline import OutlineStage
from core.stages.repair import FindDamageStage, RepairStage
from core.stages.restore import RestoreFacesStage
from core.stages.stains import StainStage

if TYPE_CHECKING:
    from core.device import ComputePreference
    from core.interfaces import FaceRestorer, Stage, Upscaler

SOFTWARE = f"Heirloom {__version__}"
LANCZOS = "lanczos"

_LOADING_SHARE, _LOADING_S = 0.02, 3.0


@dataclass(frozen=True, slots=True)
class SavedPhoto:
    """A written result.

    Attributes:
        path: The photo.
        recipe: Its recipe, or None where it could not be written.
        notes: Plain sentences about what the format could not hold.
        size: Width and height in pixels.
    """

    path: Path
    recipe: Path | None = None
    notes: tuple[str, ...] = ()
    size: Size | None = None


class Engine(LoadedModels):
    """Builds the pipeline for given settings and keeps what it loaded.

    Not thread safe: one thread at a time.

    Args:
        compute: Device, runtime and precision; chosen automatically by default.
        models_dir: Folder of installed models; the user's data folder by default.
    """

    def __init__(
        self, compute: ComputePreference | None = None, models_dir: Path | None = None
    ) -> None:
        super().__init__(compute, models_dir)
        self._building = threading.Lock()

    def run(
        self,
        photo: Photo,
        settings: RestorationSettings,
        progress: Progress | None = None,
        previous: Trace | None = None,
        faces: tuple[Face, ...] | None = None,
    ) -> Trace:
        """Restore a photo.

        Args:
            photo: What `open_photo` returned.
            settings: What to do.
            progress: Reported to and polled for cancellation.
            previous: An earlier run; only what differs runs again.
            faces: The faces, where they are already known (from a recipe); found otherwise.

        Returns:
            The finished run; `.result.photo` is the restored photo.

        Raises:
            Cancelled: The job was stopped.
            RestorationError: A model is missing or a stage failed.
        """
        progress = progress or no_progress()
        loading = progress.part(0.0, _LOADING_SHARE, "Loading the model")
        loading.report(0.0)
        # The first time it imports torch, which cannot be interrupted.
        pipeline = beside(
            lambda: self._built(settings, faces), creeping(loading.report, _LOADING_S)
        )
        return pipeline.run(photo, progress.part(_LOADING_SHARE, 1.0), previous)

    def _built(self, settings: RestorationSettings, faces: tuple[Face, ...] | None) -> Pipeline:
        """The pipeline; waits where a job that was cancelled has left its loading to be done."""
        check_preference(self._preference())
        with self._building:
            return self.pipeline(settings, faces)

    def place_face(
        self, photo: Photo, box: Box, detector: str = AUTO, progress: Progress | None = None
    ) -> PlacedFace:
        """Find the five points of a face in a box that the user drew.

        Args:
            photo: What `open_photo` returned.
            box: Around the face, in pixels of the upright photo.
            detector: The face finder; the one that always comes along is asked as well.
            progress: Reported to and polled for cancellation.

        Raises:
            Cancelled: The job was stopped.
            ModelMissingError: The face finder is not installed.
        """
        first, last = self.detector(detector), self.detector(DETECTORS[-1])
        finders = (first,) if first is last else (first, last)
        return place_face(to_uint8(photo.pixels), box, finders, progress or no_progress())

    def pipeline(
        self, settings: RestorationSettings, faces: tuple[Face, ...] | None = None
    ) -> Pipeline:
        """The visible list of stages for these settings, in their fixed order."""
        stages: list[Stage] = []
        if settings.repair.enabled:
            stages += self._repair_stages(settings)
        if settings.repair.stains > 0:
            stages.append(StainStage(settings.repair.stains))
        if settings.faces.enabled:
            stages += self._face_stages(settings, faces)
        if not settings.denoise.is_neutral:
            method = settings.denoise.method
            model = None if method == CLASSICAL else self.denoiser(method)
            stages.append(DenoiseStage(settings.denoise, model))
        stages.append(
            BackgroundStage(settings.background.scale, self._upscaler(settings.background.upscaler))
        )
        if settings.faces.enabled:
            chosen = settings.faces
            stages.append(CompositeStage(chosen.strength, chosen.choices, chosen.blend_in))
        stages.append(ColourStage(settings.colour))
        return Pipeline(tuple(stages))

    def _repair_stages(self, settings: RestorationSettings) -> list[Stage]:
        stages: list[Stage] = []
        chosen = settings.repair
        if chosen.automatic:
            # A photo that is said to be one aligned face is not searched for others.
            faces = None if settings.faces.aligned else self.detector(settings.faces.detector)
            stages.append(FindDamageStage(chosen.sensitivity, self.damage_detector(), faces))
        filler = None if chosen.filler == NEARBY else self.inpainter(chosen.filler)
        stages.append(RepairStage(chosen.edits, filler))
        return stages

    def _finish_stage(self, settings: RestorationSettings) -> FinishStage | None:
        """The stage that draws large faces, or None where it is off, or slow here."""
        rule = self._finish_rule(settings)
        if rule is None:
            return None
        return FinishStage(self.finisher(), rule, settings.background.scale)

    def _finish_rule(self, settings: RestorationSettings) -> FinishRule | None:
        finish, background = settings.faces.finish, settings.background
        if finish == "sharp":
            return ALWAYS
        if finish == "off" or not self.store.is_installed(ALIASES[FINISHER]):
            return None
        by_model = background.scale > 1 and background.upscaler != LANCZOS
        return automatic_rule(self.device(), enlarged_by_model=by_model)

    def _upscaler(self, name: str) -> Upscaler | None:
        return None if name == LANCZOS else self.upscaler(name)

    def _face_stages(
        self, settings: RestorationSettings, faces: tuple[Face, ...] | None
    ) -> list[Stage]:
        chosen = settings.faces
        restore_stage = RestoreFacesStage(
            self.restorer(chosen.model), settings.seed, self._other_restorers(chosen)
        )
        identity = IdentityStage(
            self.embedder(),
            chosen.identity_floor,
            chosen.keep_identity,
            chosen.strength,
            _own_strengths(chosen),
        )
        stages: list[Stage] = [restore_stage, KeepDetailStage(chosen.keep_detail)]
        parser = None if chosen.aligned else self.parser(chosen.mask)
        if parser is not None:
            stages.append(OutlineStage(parser))
        finish = self._finish_stage(settings)
        if finish is not None:
            stages.append(finish)
        # After finishing, so that the likeness of what is seen is measured, and so that another
        # floor finishes no face again.
        stages.append(identity)
        if chosen.aligned:
            return [AlignedStage(), *stages]
        detector = self.detector(chosen.detector) if faces is None else GivenFaces(faces)
        found = DetectStage(detector, chosen.min_size_px, chosen.min_score)
        return [found, ChooseFacesStage.of(chosen), *stages]

    def _other_restorers(self, chosen: FaceSettings) -> tuple[tuple[int, FaceRestorer], ...]:
        """The networks of faces that have their own, by the faces' numbers."""
        return tuple(
            (choice.index, self.restorer(choice.model))
            for choice in sorted(chosen.choices, key=lambda choice: choice.index)
            if choice.model is not None and choice.model != chosen.model
        )


def _own_strengths(chosen: FaceSettings) -> tuple[tuple[int, float], ...]:
    """Numbers and strengths of the faces that do not have that of all the others; 0 for off."""
    return tuple(
        (choice.index, (choice.strength or 0.0) if choice.enabled else 0.0)
        for choice in sorted(chosen.choices, key=lambda choice: choice.index)
        if not choice.enabled or choice.strength is not None
    )


def find_faces(
    engine: Engine, photo: Photo, settings: FaceSettings | None = None
) -> tuple[FaceResult, ...]:
    """Find the faces of a photo without restoring them, ordered from top to bottom.

    Raises:
        ModelMissingError: The chosen face finder is not installed.
    """
    chosen = settings or FaceSettings()
    stage = DetectStage(engine.detector(chosen.detector), chosen.min_size_px, chosen.min_score)
    return Pipeline((stage,)).run(photo).result.faces


def open_photo(path: Path | str, progress: Progress | None = None) -> Photo:
    """Read a picture file.

    Raises:
        UnreadableImageError, UnsupportedFormatError, ImageSizeError: It cannot be used.
        Cancelled: The job was stopped.
    """
    return read_photo(Path(path), progress)


def save_photo(
    result: Restoration,
    settings: RestorationSettings,
    path: Path | str,
    options: WriteOptions | None = None,
    *,
    protected: Collection[Path] = (),
    progress: Progress | None = None,
) -> SavedPhoto:
    """Save a restored photo, and its recipe beside it.

    Args:
        result: What a run returned in `Trace.result`.
        settings: What it ran with.
        path: The new file. Never an input.
        options: Format, quality, metadata, overwriting.
        protected: More files that must not be touched, besides the photo's own.
        progress: Polled for cancellation.

    Returns:
        Where it was saved, and plain sentences on what the format could not hold.

    Raises:
        OutputError: It cannot be saved there.
        Cancelled: The job was stopped; nothing was written.
    """
    saved = write_photo(
        result.photo,
        Path(path),
        options or WriteOptions(),
        altered=result.is_altered_by_model,
        software=SOFTWARE,
        protected=protected,
        progress=progress,
    )
    beside = path_beside(saved.path)
    try:
        with output_errors(beside):
            recipe = recipe_of(result, settings)
            recipe = msgspec.structs.replace(recipe, result_sha256=saved.sha256)
            write_atomic(beside, encode(recipe), overwrite=True)
    except OutputError as error:  # the photo is safe, and must not be lost over its recipe
        notes = (*saved.notes, f"No recipe was saved: {error.summary}")
        return SavedPhoto(saved.path, None, notes, saved.size)
    return SavedPhoto(saved.path, beside, saved.notes, saved.size)


def restore(
    source: Path | str,
    target: Path | str,
    settings: RestorationSettings | None = None,
    *,
    engine: Engine | None = None,
    options: WriteOptions | None = None,
    protected: Collection[Path] = (),
    recipe: Recipe | None = None,
    progress: Progress | None = None,
) -> FileReport:
    """Restore one file into another: open, run, save.

    Args:
        source: The damaged photo; never written to.
        target: The new file.
        settings: What to do; sensible defaults.
        engine: Reuse one for several photos, so that models are loaded once.
        options: Format, quality, metadata, overwriting.
        protected: More files that must not be touched.
        recipe: Where it is of this very photo, its faces are taken from it and not searched; where
            it is of another one, choices for single faces do not count.
        progress: Reported to and polled for cancellation.

    Returns:
        What was done.

    Raises:
        RestorationError: It could not be done; nothing was written.
        Cancelled: The job was stopped; nothing was written.
    """
    began = time.perf_counter()
    progress = progress or no_progress()
    settings = settings or RestorationSettings()
    options = options or WriteOptions()
    # Whatever can be wrong with the name is said now, not after minutes of work.
    check_output(Path(target), [Path(source), *protected], overwrite=options.overwrite)
    engine = engine or Engine()
    photo = open_photo(source, progress.part(0.0, 0.04, "Reading"))
    known = recipe.faces_for(photo.source.sha256) if recipe else None
    if recipe is not None and known is None:
        settings = settings.for_any_photo()
    trace = engine.run(photo, settings, progress.part(0.04, 0.95), faces=known)
    saved = save_photo(
        trace.result,
        settings,
        target,
        options,
        protected=protected,
        progress=progress.part(0.95, 1.0, "Saving"),
    )
    return done(
        str(source),
        trace.result,
        output=str(saved.path),
        recipe=str(saved.recipe or ""),
        seconds=round(time.perf_counter() - began, 3),
        notes=saved.notes,
        size=saved.size,
    )
