"""The work itself, as plain functions that run in the worker thread.

They touch nothing but their arguments: no widget, no document. Each returns a frozen result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from app.session.preview import preview_factor, preview_trace
from app.session.pyramid import Pyramid, build_pyramid, in_srgb
from app.session.services import Choices, SavedFile, Services
from core.image import Metadata, Photo
from core.pipeline import Restoration, Trace
from core.progress import Progress, no_progress
from core.settings import FaceChoice, RestorationSettings

THUMBNAIL_PX = 128


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A photo that was read.

    Attributes:
        photo: The photo.
        pyramid: The photo for the screen.
    """

    photo: Photo
    pyramid: Pyramid


@dataclass(frozen=True, slots=True, eq=False)
class FaceThumbnail:
    """One face before and after, S x S x 3, RGB, uint8; the rest as in `core.faces.FaceResult`."""

    index: int
    before: npt.NDArray[np.uint8]
    after: npt.NDArray[np.uint8] | None
    skipped: str


@dataclass(frozen=True, slots=True, eq=False)
class Restored:
    """A finished run on the full photo.

    Attributes:
        trace: What the pipeline made.
        settings: What it was made with.
        pyramid: The result for the screen.
        thumbnails: The faces.
        stand_in: What previews start from: the same run made small, or itself for a small photo.
    """

    trace: Trace
    settings: RestorationSettings
    pyramid: Pyramid
    thumbnails: tuple[FaceThumbnail, ...]
    stand_in: Trace


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """A finished run on the small stand-in.

    Attributes:
        trace: What the pipeline made; the next preview starts from it.
        settings: What it was made with.
        pyramid: The stand-in for the screen.
    """

    trace: Trace
    settings: RestorationSettings
    pyramid: Pyramid


@dataclass(frozen=True, slots=True, eq=False)
class Saved:
    """A result on the disk.

    Attributes:
        file: Where it is.
        settings: What it was made with.
    """

    file: SavedFile
    settings: RestorationSettings


@dataclass(frozen=True, slots=True, eq=False)
class Adopted:
    """A photo that another window had open.

    Attributes:
        opened: The photo.
        restored: Its result, or None where there was none yet.
    """

    opened: Opened
    restored: Restored | None


Work = Callable[[Progress], Any]


def warm_up_work(services: Services) -> Work:
    """Load the engine and ask which models there are."""

    def work(progress: Progress) -> Choices:
        services.engine.get()
        progress.check()
        return services.choices()

    return work


def open_work(read: Callable[[Progress], Photo]) -> Work:
    """Read a photo and prepare it for the screen."""

    def work(progress: Progress) -> Opened:
        photo = read(progress.part(0.0, 0.6))
        return Opened(photo, build_pyramid(photo, progress.part(0.6, 1.0)))

    return work


def adopt_work(photo: Photo, trace: Trace | None, settings: RestorationSettings | None) -> Work:
    """Prepare a photo and its result for the screen once more; nothing is restored again."""

    def work(progress: Progress) -> Adopted:
        opened = Opened(photo, build_pyramid(photo, progress.part(0.0, 0.5)))
        if trace is None or settings is None:
            return Adopted(opened, None)
        pyramid = build_pyramid(trace.result.photo, progress.part(0.5, 1.0))
        factor = preview_factor(photo)
        small = trace if factor >= 1.0 else preview_trace(trace, factor)
        thumbnails = thumbnails_of(trace.result)
        return Adopted(opened, Restored(trace, settings, pyramid, thumbnails, small))

    return work


def restore_work(
    services: Services,
    photo: Photo,
    settings: RestorationSettings,
    previous: Trace | None,
    stand_in: Trace | None,
) -> Work:
    """Run the pipeline on the full photo.

    Args:
        services: The engine.
        photo: What is restored.
        settings: What to do.
        previous: An earlier run on the photo; only what differs runs again.
        stand_in: A small run whose networks saw the same settings, or None to make one.
    """

    def work(progress: Progress) -> Restored:
        trace = services.engine.get().run(photo, settings, progress.part(0.0, 0.95), previous)
        pyramid = build_pyramid(trace.result.photo, progress.part(0.95, 0.98))
        factor = preview_factor(photo)
        small = trace if factor >= 1.0 else stand_in or preview_trace(trace, factor)
        return Restored(trace, settings, pyramid, thumbnails_of(trace.result), small)

    return work


def preview_work(services: Services, stand_in: Trace, settings: RestorationSettings) -> Work:
    """Run the last stages on the small stand-in."""

    def work(progress: Progress) -> Preview:
        trace = services.engine.get().run(stand_in.original, settings, progress, stand_in)
        return Preview(trace, settings, build_pyramid(trace.result.photo))

    return work


def save_work(
    services: Services,
    result: Restoration,
    settings: RestorationSettings,
    path: Path | None,
    *,
    overwrite: bool,
) -> Work:
    """Write a result; under a new name beside the original where no path is given."""

    def work(progress: Progress) -> Saved:
        progress.report(0.0)
        target = path or services.default_output(result.original)
        file = services.save_result(
            result, settings, target, overwrite=overwrite, progress=progress
        )
        return Saved(file, settings)

    return work


def finish_work(
    services: Services,
    photo: Photo,
    settings: RestorationSettings,
    previous: Trace | None,
    path: Path | None,
    *,
    overwrite: bool,
) -> Work:
    """Restore a photo that is not on the screen any more, and save it.

    Args:
        services: The engine and the files.
        photo: What is restored.
        settings: What to do.
        previous: An earlier run on the photo; only what differs runs again.
        path: The new file; None for a new name beside the original.
        overwrite: An earlier result may be replaced.
    """

    def work(progress: Progress) -> Saved:
        trace = services.engine.get().run(photo, settings, progress.part(0.0, 0.9), previous)
        save = save_work(services, trace.result, settings, path, overwrite=overwrite)
        return cast("Saved", save(progress.part(0.9, 1.0)))

    return work


def needs_networks(old: RestorationSettings, new: RestorationSettings) -> bool:
    """True where the change is more than strengths, face switches and colour."""
    was = old.faces
    faces = new.faces.replace(strength=was.strength, choices=was.choices, blend_in=was.blend_in)
    if new.replace(faces=faces, colour=old.colour) != old:
        return True
    return _by_networks(was.choices) != _by_networks(new.faces.choices)


def _by_networks(choices: tuple[FaceChoice, ...]) -> set[FaceChoice]:
    """The part of the choices for single faces that networks must answer."""
    parts = {choice.replace(enabled=True, strength=None, place=None) for choice in choices}
    return {part for part in parts if not part.says_nothing}


def thumbnails_of(result: Restoration) -> tuple[FaceThumbnail, ...]:
    """Small pictures of all faces, in the colours that the canvas shows."""
    metadata = result.original.metadata
    return tuple(
        FaceThumbnail(
            face.index,
            _thumbnail(face.crop, metadata),
            None if face.restored is None else _thumbnail(face.restored, metadata),
            face.skipped,
        )
        for face in result.faces
    )


def _thumbnail(crop: npt.NDArray[np.float32], metadata: Metadata) -> npt.NDArray[np.uint8]:
    import cv2  # needed only once a photo is open

    height, width = crop.shape[:2]
    factor = min(1.0, THUMBNAIL_PX / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA)
    # The middle of the crop is the face; its margin is hair and background.
    side = min(small.shape[:2])
    top, left = (small.shape[0] - side) // 2, (small.shape[1] - side) // 2
    square = small[top : top + side, left : left + side]
    pixels: npt.NDArray[np.uint8] = np.rint(np.clip(square, 0, 1) * 255).astype(np.uint8)
    return in_srgb(Photo(pixels, metadata=metadata), no_progress())
