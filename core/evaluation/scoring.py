"""All figures of one output, against the truth or, where there is none, against the input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.alignment import aligned_crop, resized
from core.errors import ImageSizeError
from core.evaluation.pictures import size_of
from core.evaluation.values import MAX_PSNR, Scores
from core.faces import Face, crop_transform, template
from core.geometry import Matrix, Size, scale_of
from core.image import FloatImage, to_stored, to_uint8
from core.metrics.fidelity import SSIM_WINDOW_PX, psnr, ssim
from core.metrics.landmark import REFERENCE_CROP_PX, angle_degrees, landmark_distance
from core.metrics.niqe import niqe
from core.progress import Progress

if TYPE_CHECKING:
    from core.interfaces import FaceDetector, FaceEmbedder
    from core.metrics.lpips import Lpips

NIQE_SIDE_PX = 512
SMALLEST_FACE_SHARE = 0.35
"""A face narrower than this share of an aligned crop is not the one that the crop is about."""

FARTHEST_SHARE = 0.1
"""Landmarks whose mean distance from the template is a larger share of an aligned crop are not
those of its face: the finder looks for turned faces, too. Of 60 clean crops, 59 stayed below 0.075.
"""

SMALLEST_FACE_PX = 32
LEAST_SCORE = 0.5
SAME_FACE_IOU = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The picture that outputs are compared with, with what was found in it.

    Attributes:
        picture: H x W x 3, [0, 1].
        is_truth: False where it is the input, because nobody knows the truth.
        face: Its face, or None where none was found.
        to_crop: Picture to aligned crop of 512 px; None where the picture is such a crop itself.
        embedding: The identity network's unit vector; None where there is no face to cut.
    """

    picture: FloatImage
    is_truth: bool
    face: Face | None
    to_crop: Matrix | None
    embedding: npt.NDArray[np.float32] | None


@dataclass(frozen=True, slots=True, eq=False)
class Scorer:
    """Computes figures.

    Attributes:
        embedder: The identity network.
        detector: Finds landmarks.
        aligned: Pictures are aligned crops.
        lpips: Its network, or None where it is not installed.
    """

    embedder: FaceEmbedder
    detector: FaceDetector
    aligned: bool
    lpips: Lpips | None = None

    def reference(self, picture: FloatImage, *, is_truth: bool, progress: Progress) -> Reference:
        """Find face and embedding of the picture that outputs will be compared with.

        Raises:
            Cancelled: The job was stopped.
        """
        face = self._face(picture, progress)
        if self.aligned:
            return Reference(picture, is_truth, face, None, self._embedding(picture, None))
        if face is None:
            return Reference(picture, is_truth, None, None, None)
        to_crop = crop_transform(face.landmarks, REFERENCE_CROP_PX)
        return Reference(picture, is_truth, face, to_crop, self._embedding(picture, to_crop))

    def score(self, output: FloatImage, reference: Reference, progress: Progress) -> Scores:
        """Compare an output with its reference.

        Args:
            output: H x W x 3, [0, 1], of the reference's size.
            reference: What `reference` gave.
            progress: Polled for cancellation.

        Raises:
            ValueError: The sizes differ.
            Cancelled: The job was stopped.
        """
        if output.shape != reference.picture.shape:
            raise ValueError("output and reference differ in size")
        scores = Scores(niqe=self._niqe(output), lmd=self._landmarks(output, reference, progress))
        if reference.embedding is not None:
            found = self._embedding(output, reference.to_crop)
            angle = angle_degrees(found, reference.embedding)
            scores = _with(scores, deg=angle, cosine=float(np.cos(np.radians(angle))))
        if not reference.is_truth:
            return scores
        truth = reference.picture
        scores = _with(scores, psnr=min(MAX_PSNR, psnr(output, truth)))
        if min(truth.shape[:2]) >= SSIM_WINDOW_PX:
            scores = _with(scores, ssim=ssim(output, truth))
        progress.check()
        if self.lpips is not None:
            scores = _with(scores, lpips=self.lpips.distance(output, truth))
        return scores

    def _embedding(self, picture: FloatImage, to_crop: Matrix | None) -> npt.NDArray[np.float32]:
        if to_crop is None:
            side = max(picture.shape[:2])
            square = Size(side, side)
            crop = picture if size_of(picture) == square else resized(picture, square)
        else:
            crop = aligned_crop(to_stored(picture, np.uint16), to_crop, REFERENCE_CROP_PX)
        vector: npt.NDArray[np.float32] = self.embedder.embed(crop[None])[0]
        return vector

    def _face(self, picture: FloatImage, progress: Progress) -> Face | None:
        """The largest face, or None."""
        side = min(picture.shape[:2])
        least = round(side * SMALLEST_FACE_SHARE) if self.aligned else SMALLEST_FACE_PX
        faces = self.detector.detect(
            to_uint8(to_stored(picture, np.uint8)),
            min_size_px=least,
            min_score=LEAST_SCORE,
            progress=Progress(token=progress.token),
        )
        if self.aligned:
            faces = tuple(face for face in faces if _is_placed(face, picture))
        return max(faces, key=lambda face: face.box.area_px, default=None)

    def _landmarks(
        self, output: FloatImage, reference: Reference, progress: Progress
    ) -> float | None:
        """LMD, or None where one of the faces was not found."""
        if reference.face is None or not reference.is_truth:
            return None
        face = self._face(output, progress)
        if face is None or face.box.iou(reference.face.box) < SAME_FACE_IOU:
            return None
        if reference.to_crop is None:
            crop_px = float(max(output.shape[:2]))
        else:
            crop_px = REFERENCE_CROP_PX / scale_of(reference.to_crop)
        return landmark_distance(face.landmarks, reference.face.landmarks, crop_px)

    def _niqe(self, output: FloatImage) -> float | None:
        """NIQE of the picture, its shorter side brought to 512 px."""
        size = size_of(output)
        factor = NIQE_SIDE_PX / min(size.width, size.height)
        if factor != 1:
            output = resized(output, size.scaled(factor))
        try:
            value = niqe(to_uint8(to_stored(output, np.uint8)))
        except ImageSizeError:
            return None
        return value if np.isfinite(value) else None


def _is_placed(face: Face, crop: FloatImage) -> bool:
    """True where the landmarks lie about where an aligned crop has them."""
    side = max(crop.shape[:2])
    stretch = np.array([crop.shape[1], crop.shape[0]]) / side
    away = landmark_distance(face.landmarks, template(side) * stretch, side) / REFERENCE_CROP_PX
    return away <= FARTHEST_SHARE


def _with(scores: Scores, **values: float) -> Scores:
    import msgspec

    return msgspec.structs.replace(scores, **values)
