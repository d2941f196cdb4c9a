"""Networks as methods: face models on aligned crops or whole photos, enlargers, latent search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.alignment import resized
from core.errors import SettingsError
from core.evaluation.inversion import Inversion
from core.evaluation.pictures import size_of
from core.evaluation.values import Case, EvaluationSettings
from core.geometry import Size
from core.image import FloatImage, Photo, to_float, to_stored
from core.interfaces import EngineInfo, FaceRestorer, Upscaler
from core.models.loader import load_gfpgan, read_state_dict
from core.models.resolve import resolve
from core.pipeline import Restoration
from core.progress import Progress
from core.settings import (
    DEFAULT_FACE_MODEL,
    BackgroundSettings,
    ColourSettings,
    FaceSettings,
    RestorationSettings,
)
from core.stages.background import BackgroundStage
from core.tone import tone_of

if TYPE_CHECKING:
    from core.api import Engine

INVERSION = "inversion"
Result = tuple[FloatImage, tuple[str, ...]]


def described(info: EngineInfo) -> str:
    """A model with its hash, and where and how exactly it ran."""
    digest = f", SHA-256 {info.sha256[:12]}…" if info.sha256 else ""
    return f"{info.model}{digest}; {info.runtime}, {info.precision}, {info.device}"


def _print_of(info: EngineInfo) -> str:
    return f"{info.model}/{info.sha256}/{info.device}/{info.runtime}/{info.precision}"


@dataclass(frozen=True, slots=True, eq=False)
class FaceModel:
    """A face model on aligned crops: the crop is brought to its size, and the result back."""

    restorer: FaceRestorer
    seed: int
    runs_here = True

    @property
    def name(self) -> str:
        """The model's id or file name."""
        return self.restorer.info.model

    @property
    def description(self) -> str:
        """The model."""
        return f"face model {described(self.restorer.info)}"

    def fingerprint(self, case: Case) -> str:  # noqa: ARG002 (the protocol's)
        """The model and how it runs."""
        return f"face 1 {_print_of(self.restorer.info)}"

    def prepare(self, progress: Progress) -> None:
        """Run once, so that the first face is not charged with loading."""
        side = self.restorer.crop_size_px
        ramp = np.linspace(0.1, 0.9, side, dtype=np.float32)
        crop = np.broadcast_to(ramp[None, :, None], (1, side, side, 3))
        quiet = Progress(token=progress.token)
        self.restorer.restore(np.ascontiguousarray(crop), seed=self.seed, progress=quiet)

    def restore(self, case: Case, picture: FloatImage, target: Size, progress: Progress) -> Result:
        """See `Method.restore`; a grey or toned picture stays so, as in the application."""
        del case
        side = self.restorer.crop_size_px
        crop = (
            resized(picture, Size(side, side))
            if size_of(picture) != Size(side, side)
            else (picture)
        )
        done = self.restorer.restore(crop[None], seed=self.seed, progress=progress)
        image = tone_of(to_stored(picture, np.uint8)).applied(done.images[0])
        return fitted(image, target), done.warnings


@dataclass(frozen=True, slots=True, eq=False)
class WholePhoto:
    """The application on a photo: faces found, restored and laid back; colours left alone."""

    engine: Engine
    model: str
    seed: int
    runs_here = True

    @property
    def name(self) -> str:
        """The model's id or file name."""
        return self.engine.restorer(self.model).info.model

    @property
    def description(self) -> str:
        """The model."""
        info = self.engine.restorer(self.model).info
        return f"whole photo, faces found; face model {described(info)}"

    def fingerprint(self, case: Case) -> str:  # noqa: ARG002 (the protocol's)
        """The model and the face finder."""
        finder = self.engine.detector().info
        return f"photo 1 {_print_of(self.engine.restorer(self.model).info)} {finder.model}"

    def prepare(self, progress: Progress) -> None:
        """Load the networks."""
        self.engine.restorer(self.model)
        progress.check()
        self.engine.detector()

    def restore(self, case: Case, picture: FloatImage, target: Size, progress: Progress) -> Result:
        """See `Method.restore`."""
        del case
        factor = target.width / picture.shape[1]
        scale = next((scale for scale in (1, 2, 4) if scale >= factor), 4)
        settings = RestorationSettings(
            faces=FaceSettings(model=self.model),
            colour=ColourSettings(),
            background=BackgroundSettings.from_builtins({"scale": scale}),
            seed=self.seed,
        )
        photo = Photo(to_stored(picture, np.uint8))
        result = self.engine.run(photo, settings, progress).result
        notes = result.warnings
        if not result.faces:
            notes = (*notes, "No face was found.")
        return fitted(to_float(result.photo.pixels), target), notes


@dataclass(frozen=True, slots=True, eq=False)
class Enlarger:
    """An enlarging model; its result is brought to the target's size."""

    upscaler: Upscaler
    runs_here = True

    @property
    def name(self) -> str:
        """The model's id or file name."""
        return self.upscaler.info.model

    @property
    def description(self) -> str:
        """The model."""
        return f"enlarging model x{self.upscaler.scale} {described(self.upscaler.info)}"

    def fingerprint(self, case: Case) -> str:  # noqa: ARG002 (the protocol's)
        """The model and how it runs."""
        return f"enlarger 1 {_print_of(self.upscaler.info)}"

    def prepare(self, progress: Progress) -> None:
        """Run once on a small tile."""
        tile = np.full((32, 32, 3), 0.5, np.float32)
        tile[8:24] = 0.7
        self.upscaler.upscale(tile, progress=Progress(token=progress.token))

    def restore(self, case: Case, picture: FloatImage, target: Size, progress: Progress) -> Result:
        """See `Method.restore`."""
        del case
        stage = BackgroundStage(self.upscaler.scale, self.upscaler)
        done = stage.run(_record(picture), progress)
        return fitted(to_float(done.photo.pixels), target), done.warnings


@dataclass(frozen=True, slots=True, eq=False)
class LatentSearch:
    """GAN inversion on the generator of a GFP-GAN model; see `core.evaluation.inversion`."""

    name: str
    model: str
    sha256: str
    search: Inversion
    runs_here = True

    @classmethod
    def of(cls, word: str, engine: Engine, settings: EvaluationSettings) -> LatentSearch:
        """From "inversion" (the model that comes with Heirloom) or "inversion:ID|FILE".

        Raises:
            SettingsError: The pictures are not aligned crops.
            ModelMissingError: The model is not known or not installed.
            ModelFileError: It is no GFP-GAN model.
        """
        if not settings.aligned:
            raise SettingsError(
                "The inversion works on aligned face crops only.",
                "Add --aligned if the pictures are such crops, or leave it out.",
            )
        model = resolve(
            engine.store, word.partition(":")[2] or DEFAULT_FACE_MODEL, ("face-restoration")
        )
        net = load_gfpgan(read_state_dict(model.path), model.architecture)
        return cls(word.replace(":", "-"), model.id, model.sha256, Inversion(net))

    @property
    def description(self) -> str:
        """What is optimised."""
        return (
            f"latent code search in the generator of {self.model} "
            f"({self.search.steps} steps of Adam)"
        )

    def fingerprint(self, case: Case) -> str:  # noqa: ARG002 (the protocol's)
        """The generator and the steps."""
        return f"inversion 1 {self.model} {self.sha256} {self.search.steps}"

    def prepare(self, progress: Progress) -> None:
        """Loaded already."""
        progress.check()

    def restore(self, case: Case, picture: FloatImage, target: Size, progress: Progress) -> Result:
        """See `Method.restore`."""
        del case
        image = self.search.restore(picture, target, progress)
        return tone_of(to_stored(picture, np.uint8)).applied(image), ()


def enlarger(name: str, engine: Engine) -> Enlarger:
    """An enlarging model by its id or file.

    Raises:
        ModelMissingError, ModelFileError: See `Engine.upscaler`.
    """
    return Enlarger(engine.upscaler(name))


def _record(picture: FloatImage) -> Restoration:
    photo = Photo(to_stored(picture, np.uint8))
    return Restoration(photo, photo)


def fitted(image: FloatImage, target: Size) -> FloatImage:
    """The picture at the target's size."""
    return image if size_of(image) == target else resized(image, target)
