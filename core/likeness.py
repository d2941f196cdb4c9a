"""Are these the same people? Pairs the faces of two pictures and says how alike each pair is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from core.alignment import aligned_crop
from core.faces import Face, Likeness, crop_transform
from core.matching import greedy_pairs, same_places

if TYPE_CHECKING:
    from core.image import Photo
    from core.interfaces import FaceEmbedder
    from core.progress import Progress

CROP_PX = 256
"""Side of the crops that are compared; identity networks want fewer pixels than that."""

SAME_SHAPE = 0.02
"""Two pictures whose ratios of width to height differ by no more may show the same scene."""

PairedBy = Literal["place", "likeness"]


@dataclass(frozen=True, slots=True)
class FacePair:
    """A face of the first picture and one of the second.

    Attributes:
        first: Number of the face in the first picture.
        second: Number of the face in the second picture.
        cosine: How alike they are, [-1, 1]: 1 for the same picture.
        likeness: "same" from the floor on, else "doubtful".
        paired_by: Why these two: they are in the same place, or they are the most alike.
    """

    first: int
    second: int
    cosine: float
    likeness: Likeness
    paired_by: PairedBy


@dataclass(frozen=True, slots=True)
class Comparison:
    """The faces of two pictures.

    Attributes:
        first: Faces of the first picture.
        second: Faces of the second picture.
        pairs: In the order of the first picture; each face is in one pair at most.
        floor: The cosine from which a pair counts as one person.
    """

    first: tuple[Face, ...]
    second: tuple[Face, ...]
    pairs: tuple[FacePair, ...]
    floor: float

    @property
    def only_first(self) -> tuple[int, ...]:
        """Numbers of faces of the first picture that have no partner."""
        paired = {pair.first for pair in self.pairs}
        return tuple(number for number in range(len(self.first)) if number not in paired)

    @property
    def only_second(self) -> tuple[int, ...]:
        """Numbers of faces of the second picture that have no partner."""
        paired = {pair.second for pair in self.pairs}
        return tuple(number for number in range(len(self.second)) if number not in paired)


def compare_faces(
    photos: tuple[Photo, Photo],
    faces: tuple[Sequence[Face], Sequence[Face]],
    embedder: FaceEmbedder,
    *,
    floor: str = "normal",
    progress: Progress,
) -> Comparison:
    """Pair the faces of two pictures, by place where both show the same scene, else by likeness.

    Args:
        photos: The two pictures; before and after a restoration, or two photos of a family.
        faces: Their faces, as they were found.
        embedder: The identity network.
        floor: A name in `embedder.floors`.
        progress: Polled for cancellation.

    Raises:
        Cancelled: The job was stopped.
        KeyError: The network has no floor of this name.
    """
    least = embedder.floors[floor]
    vectors = [
        _embeddings(photo, found, embedder, progress)
        for photo, found in zip(photos, faces, strict=True)
    ]
    if not faces[0] or not faces[1]:
        return Comparison(tuple(faces[0]), tuple(faces[1]), (), least)
    cosines = np.stack(vectors[0]) @ np.stack(vectors[1]).T  # N x D times D x M
    pairs: list[tuple[int, int, PairedBy]] = [
        (first, second, "place") for first, second in _by_place(photos, faces)
    ]
    left = [number for number in range(len(faces[0])) if number not in {p[0] for p in pairs}]
    right = [number for number in range(len(faces[1])) if number not in {p[1] for p in pairs}]
    closest = ((float(cosines[one, two]), one, two) for one in left for two in right)
    pairs += [(first, second, "likeness") for first, second in greedy_pairs(closest)]
    made = [
        FacePair(
            first,
            second,
            float(cosines[first, second]),
            "same" if cosines[first, second] >= least else "doubtful",
            why,
        )
        for first, second, why in sorted(pairs)
    ]
    return Comparison(tuple(faces[0]), tuple(faces[1]), tuple(made), least)


def _embeddings(
    photo: Photo, faces: Sequence[Face], embedder: FaceEmbedder, progress: Progress
) -> list[npt.NDArray[np.float32]]:
    """One unit vector a face."""
    rows = []
    for face in faces:
        progress.check()
        to_crop = crop_transform(face.landmarks, CROP_PX)
        crop = aligned_crop(photo.pixels, to_crop, CROP_PX)
        rows.append(embedder.embed(crop[None])[0])
    return rows


def _by_place(
    photos: tuple[Photo, Photo], faces: tuple[Sequence[Face], Sequence[Face]]
) -> list[tuple[int, int]]:
    """Pairs in the same place; none where the pictures do not seem to show the same scene."""
    sizes = photos[0].size, photos[1].size
    ratios = [size.width / size.height for size in sizes]
    if abs(ratios[0] - ratios[1]) > SAME_SHAPE * max(ratios):
        return []
    shares = [
        [face.box.share_of(size) for face in found]
        for found, size in zip(faces, sizes, strict=True)
    ]
    pairs = same_places(*shares)
    fewer = min(len(shares[0]), len(shares[1]))
    return pairs if 2 * len(pairs) >= fewer else []
