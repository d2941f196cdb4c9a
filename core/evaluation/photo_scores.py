"""The scores of one photo, before and after: for the score panel of the window.

Without a reference: how natural, blurred and noisy the picture is, and how alike each face stayed.
With a reference, a better picture of the same photo: how close both come to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from core.alignment import aligned_crop, resized
from core.errors import ImageSizeError, RestorationError
from core.evaluation.baselines import noise_sigma
from core.evaluation.pictures import size_of
from core.evaluation.values import MAX_PSNR
from core.faces import FaceResult, Landmarks, template
from core.geometry import Size, similarity
from core.image import FloatImage, Photo, to_float, to_stored, to_uint8
from core.imageio.background import interruptible
from core.metrics.ciede2000 import mean_difference
from core.metrics.fidelity import SSIM_WINDOW_PX, psnr, ssim
from core.metrics.landmark import REFERENCE_CROP_PX
from core.metrics.networks import LPIPS_NETWORK
from core.metrics.niqe import niqe
from core.softness import edge_blur_px

if TYPE_CHECKING:
    from core.interfaces import FaceEmbedder
    from core.pipeline import Restoration
    from core.progress import Progress

Metric = Literal["niqe", "blur", "noise", "psnr", "ssim", "lpips", "colour"]

Vector = npt.NDArray[np.float32]

LARGEST_PX = 2_000_000
"""Larger photos are scored at this size: SSIM of fifty megapixels would need gigabytes."""

LARGEST_ASPECT_ERROR = 0.02
"""A reference whose proportions differ by more shows another part of the scene."""


@dataclass(frozen=True, slots=True)
class PhotoFigure:
    """One figure of the whole photo.

    Attributes:
        metric: Which.
        before: Of the photo as it was; None where it cannot be given.
        after: Of the result.
    """

    metric: Metric
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class FaceFigure:
    """How alike a face is: cosines of embeddings, up to 1.

    Attributes:
        index: The face's number.
        kept: Before against after.
        before: Before against the reference; None without one.
        after: After against the reference.
    """

    index: int
    kept: float
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True)
class PhotoScores:
    """All figures of one photo.

    Attributes:
        figures: Of the whole photo, in the order of `Metric`.
        faces: Of each face.
        size: At which size naturalness, blur and noise were measured.
        compared_size: At which size both were compared with the reference; None without one.
        missing: A command by metric that installs what it needs.
    """

    figures: tuple[PhotoFigure, ...]
    faces: tuple[FaceFigure, ...]
    size: Size
    compared_size: Size | None = None
    missing: tuple[tuple[Metric, str], ...] = ()


def score_photo(
    result: Restoration,
    reference: Photo | None,
    embedder: FaceEmbedder,
    models_dir: Path,
    progress: Progress,
) -> PhotoScores:
    """Score a result against the photo it was made from, and against a reference.

    Args:
        result: A finished run.
        reference: The same photo as it should be, in any size; or None.
        embedder: The identity network.
        models_dir: Where the network of LPIPS is looked for.
        progress: Reported to and polled.

    Raises:
        ImageSizeError: The reference has other proportions than the photo.
        Cancelled: The job was stopped.
    """
    before, after = result.original.pixels, result.photo.pixels
    size = _scored_size(result.original.size)
    progress.report(0.0)
    pair = [_at(to_float(pixels), size) for pixels in (before, after)]
    figures = _own_figures(pair, progress.part(0.0, 0.5))
    shown = [face for face in result.faces if not face.removed]
    compared: Size | None = None
    missing: tuple[tuple[Metric, str], ...] = ()
    if reference is not None:
        compared = _common_size(result.original.size, reference.size)
        three = [_at(to_float(each), compared) for each in (before, after, reference.pixels)]
        more, missing = _reference_figures(three, models_dir, progress.part(0.5, 0.9))
        figures += more
    faces = _face_figures(result, reference, shown, embedder, progress.part(0.9, 1.0))
    return PhotoScores(figures, faces, size, compared, missing)


def _scored_size(size: Size) -> Size:
    return size.scaled(min(1.0, (LARGEST_PX / size.area_px) ** 0.5))


def _common_size(photo: Size, reference: Size) -> Size:
    """The smaller of both, since enlarging a picture would make it worse."""
    ratio = (photo.width / photo.height) / (reference.width / reference.height)
    if abs(ratio - 1) > LARGEST_ASPECT_ERROR:
        raise ImageSizeError(
            f"The reference has other proportions ({reference.width} x {reference.height}) than "
            f"the photo ({photo.width} x {photo.height}).",
            "Choose a picture that shows exactly the same part of the scene.",
        )
    return _scored_size(min(photo, reference, key=lambda size: size.area_px))


def _at(image: FloatImage, size: Size) -> FloatImage:
    return image if size_of(image) == size else resized(image, size)


def _own_figures(pair: Sequence[FloatImage], progress: Progress) -> tuple[PhotoFigure, ...]:
    measures: tuple[tuple[Metric, Callable[[FloatImage], float | None]], ...] = (
        ("niqe", _niqe),
        ("blur", edge_blur_px),
        ("noise", lambda image: noise_sigma(image) * 255),
    )
    figures = []
    for number, (metric, measure) in enumerate(measures):
        part = progress.step(number, len(measures))
        values = [_called(measure, image, part.step(i, 2)) for i, image in enumerate(pair)]
        figures.append(PhotoFigure(metric, *values))
    return tuple(figures)


def _called(
    measure: Callable[[FloatImage], float | None], image: FloatImage, progress: Progress
) -> float | None:
    """Measure on another thread, so that a cancel does not wait for it."""
    progress.report(0.0)
    return interruptible(lambda: measure(image), progress)


def _niqe(image: FloatImage) -> float | None:
    try:
        value = niqe(to_uint8(to_stored(image, np.uint8)))
    except ImageSizeError:
        return None
    return value if np.isfinite(value) else None


def _reference_figures(
    three: Sequence[FloatImage], models_dir: Path, progress: Progress
) -> tuple[tuple[PhotoFigure, ...], tuple[tuple[Metric, str], ...]]:
    """Before and after against the reference, and what is not installed."""
    *pair, truth = three
    lpips = _lpips(models_dir, progress.part(0.0, 0.1))
    measures: dict[Metric, Callable[[FloatImage], float | None]] = {
        "psnr": lambda image: min(MAX_PSNR, psnr(image, truth)),
        "ssim": lambda image: ssim(image, truth) if _has_window(truth) else None,
        "lpips": lambda image: lpips(image, truth) if lpips else None,
        "colour": lambda image: mean_difference(image, truth),
    }
    figures = []
    for number, (metric, measure) in enumerate(measures.items()):
        part = progress.part(0.1, 1.0).step(number, len(measures))
        values = [_called(measure, image, part.step(i, 2)) for i, image in enumerate(pair)]
        figures.append(PhotoFigure(metric, *values))
    missing: tuple[tuple[Metric, str], ...] = ()
    if lpips is None:
        missing = (("lpips", LPIPS_NETWORK.how_to_install(models_dir)),)
    return tuple(figures), missing


def _has_window(image: FloatImage) -> bool:
    return bool(min(image.shape[:2]) >= SSIM_WINDOW_PX)


def _lpips(
    models_dir: Path, progress: Progress
) -> Callable[[FloatImage, FloatImage], float] | None:
    """LPIPS, or None where its network is not installed, or damaged."""
    try:
        path = LPIPS_NETWORK.found_in(models_dir, progress)
        if path is None:
            return None
        from core.metrics.lpips import Lpips

        return Lpips.from_file(path).distance
    except RestorationError:
        return None


def _face_figures(
    result: Restoration,
    reference: Photo | None,
    faces: Sequence[FaceResult],
    embedder: FaceEmbedder,
    progress: Progress,
) -> tuple[FaceFigure, ...]:
    photo = result.original
    found = []
    for number, face in enumerate(faces):
        progress.report(number / len(faces))

        def embedded(picture: Photo, face: FaceResult = face) -> Vector:
            crop = _crop(picture, face.face.landmarks, photo.size)
            vector: Vector = embedder.embed(crop[None])[0]
            return vector

        before, after = embedded(photo), embedded(result.photo)
        figure = FaceFigure(face.index, _cosine(before, after))
        if reference is not None:
            truth = embedded(reference)
            kept = figure.kept
            figure = FaceFigure(face.index, kept, _cosine(before, truth), _cosine(after, truth))
        found.append(figure)
    progress.report(1.0)
    return tuple(found)


def _cosine(first: Vector, second: Vector) -> float:
    return float(np.dot(first, second))


def _crop(picture: Photo, landmarks: Landmarks, of: Size) -> FloatImage:
    """The aligned face in a picture of the same scene, whatever its size."""
    scale = np.array([picture.size.width / of.width, picture.size.height / of.height])
    points = (np.asarray(landmarks) + 0.5) * scale - 0.5
    to_crop = similarity(points, template(REFERENCE_CROP_PX))
    return aligned_crop(picture.pixels, to_crop, REFERENCE_CROP_PX)
