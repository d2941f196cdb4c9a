"""Stand-ins for the engine, quick and fully under the test's control."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from PIL import Image

from app.library_files import make_library_services
from app.session.services import Choices, LazyEngine, ModelOption, SavedFile, Services
from core.errors import OutputError, UnreadableImageError
from core.faces import Face, FaceResult, crop_transform
from core.geometry import Box
from core.image import Photo, Source
from core.pipeline import Pipeline, Restoration, Trace
from core.progress import Progress
from core.settings import DEFAULT_FACE_MODEL, RestorationSettings

LANDMARKS = ((30.0, 30.0), (50.0, 30.0), (40.0, 40.0), (32.0, 50.0), (48.0, 50.0))


def save_png(path: Path, pixels: np.ndarray) -> Path:
    Image.fromarray(pixels).save(path)
    return path


@dataclass(frozen=True)
class FindStage:
    """Finds the same two faces in every photo; counts how often it had to."""

    model: str
    engine: FakeEngine = field(compare=False)
    name: str = "Finding faces"
    cost: float = 5.0

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        self.engine.network_runs += 1
        progress.report(0.5)
        self.engine.wait(progress)
        faces = tuple(self._face(index) for index in range(self.engine.face_count))
        return replace(state, faces=faces)

    def _face(self, index: int) -> FaceResult:
        box = Box(20 + 40 * index, 20, 60 + 40 * index, 60)
        points = tuple((x + 40 * index, y) for x, y in LANDMARKS)
        crop = np.full((32, 32, 3), 0.2, np.float32)
        return FaceResult(
            index,
            Face(box, points, 0.99),
            crop_transform(points, 32),
            crop,
            crop + 0.5,
            identity=self.engine.identities.get(index),
        )


@dataclass(frozen=True)
class BlendStage:
    """Makes the picture lighter by the strength, and its faces white."""

    strength: float
    choices: tuple
    amount: float
    name: str = "Blending"
    cost: float = 1.0

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        progress.report(0.2)
        pixels = state.photo.pixels // 2 + np.uint8(round(60 * self.strength + 60 * self.amount))
        off = {choice.index for choice in self.choices if not choice.enabled}
        scale = pixels.shape[1] / state.original.pixels.shape[1]
        for face in state.faces:
            box = face.face.box.scaled(scale)
            area = (slice(int(box.top), int(box.bottom)), slice(int(box.left), int(box.right)))
            pixels[area] = 0 if face.index in off else 255
        return replace(state, photo=state.photo.with_pixels(np.ascontiguousarray(pixels)))


class FakeEngine:
    """Runs two quick stages through the real pipeline.

    Attributes:
        network_runs: How often the slow stage ran.
        face_count: How many faces it finds.
        identities: How alike faces are before and after, by their numbers.
        error: Raised in place of running, where set.
        gate: Where set, the slow stage waits until it is opened or the job is cancelled.
    """

    def __init__(self) -> None:
        self.network_runs = 0
        self.face_count = 2
        self.identities: dict[int, float] = {}
        self.error: Exception | None = None
        self.gate: threading.Event | None = None
        self.threads: set[int] = set()

    def run(
        self,
        photo: Photo,
        settings: RestorationSettings,
        progress: Progress | None = None,
        previous: Trace | None = None,
        faces: tuple[Face, ...] | None = None,
    ) -> Trace:
        self.threads.add(threading.get_ident())
        if self.error:
            raise self.error
        stages = (
            FindStage(settings.faces.model, self),
            BlendStage(
                settings.faces.strength, settings.faces.choices, settings.colour.white_balance
            ),
        )
        return Pipeline(stages).run(photo, progress, previous)

    def wait(self, progress: Progress) -> None:
        while self.gate is not None and not self.gate.wait(0.005):
            progress.check()


def read_photo(path: Path, progress: Progress) -> Photo:
    progress.report(0.1)
    try:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
    except OSError as error:
        raise UnreadableImageError(f"“{path.name}” is not a photo.", "Choose another.") from error
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Photo(np.ascontiguousarray(pixels), source=Source(path=path, sha256=digest))


def make_services(engine: FakeEngine, folder: Path, sample: Path | None = None) -> Services:
    def save_result(result, settings, path, *, overwrite, progress):
        progress.check()
        if path == result.original.source.path:
            raise OutputError("That is the original.", "Choose another name.")
        if path.exists() and not overwrite:
            raise OutputError("That file exists.", "Choose another name.")
        save_png(path, result.photo.pixels)
        return SavedFile(path)

    def default_output(photo: Photo) -> Path:
        name = photo.source.path.stem if photo.source.path else "pasted"
        return folder / f"{name}-restored.png"

    models = (ModelOption(DEFAULT_FACE_MODEL, "Compact"), ModelOption("other", "Other"))
    lazy = LazyEngine(lambda: engine)
    return Services(
        engine=lazy,
        read_photo=read_photo,
        save_result=save_result,
        default_output=default_output,
        choices=lambda: Choices(models, (ModelOption("auto", "Automatic"),), can_repair=True),
        model_store=None,
        sample=sample,
        readable_suffixes=lambda: (".png", ".jpg"),
        writable_suffixes=lambda: (".png", ".jpg"),
        library=make_library_services(lazy, folder / "queue"),
    )
