"""What can be chosen about faces: for all of them, and for each one of one photo."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from msgspec import Meta

from core.settings_base import Settings

DEFAULT_FACE_MODEL = "compact-512"

Finish = Literal["auto", "off", "sharp"]
IdentityFloor = Literal["off", "gentle", "normal", "strict"]

FIRST_ADDED = 10_000
"""Number of the first face that is added by hand. Faces that were found count from 0, so that
neither moves the others' numbers."""

FivePoints = tuple[
    tuple[float, float],
    tuple[float, float],
    tuple[float, float],
    tuple[float, float],
    tuple[float, float],
]
"""Landmarks as `core.faces.Landmarks`, in pixels of the upright photo."""

Place = tuple[float, float, float, float]
"""Left, top, right and bottom in shares of the photo's width and height."""

_FARTHEST_PX = 1e6
_FARTHEST_SHARE = 100.0


class FaceChoice(Settings, frozen=True, kw_only=True):
    """What the user chose for one face, by its number in the list of detected faces.

    It belongs to one photo; see `RestorationSettings.for_any_photo`.
    """

    index: Annotated[int, Meta(ge=0)]
    enabled: bool = True
    removed: Annotated[bool, Meta(description="It is no face: it is left out altogether.")] = False
    landmarks: Annotated[
        FivePoints | None,
        Meta(description="Corrected eyes, nose and mouth; empty: where they were found."),
    ] = None
    strength: Annotated[
        float | None,
        Meta(description="Strength for this face alone; empty: as all the others."),
    ] = None
    model: Annotated[
        str | None,
        Meta(description="Network for this face alone; empty: as all the others."),
    ] = None
    place: Annotated[
        Place | None,
        Meta(
            description="Left, top, right and bottom of the face in shares of the photo's sides: "
            "it keeps its number wherever the finder lists it. Empty: the number alone counts."
        ),
    ] = None

    @property
    def says_nothing(self) -> bool:
        """True where the face does as all the others."""
        return self == FaceChoice(index=self.index, place=self.place)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.strength is not None and not 0.0 <= self.strength <= 1.0:
            raise ValueError(f"strength must lie between 0 and 1, not {self.strength}")
        if self.landmarks is not None:
            _check_landmarks(self.landmarks)
        if self.place is not None:
            left, top, right, bottom = self.place
            if not all(abs(edge) <= _FARTHEST_SHARE for edge in self.place):
                raise ValueError("place must lie near the photo")
            if right <= left or bottom <= top:
                raise ValueError("place must have a width and a height")


class AddedFace(Settings, frozen=True, kw_only=True):
    """A face that nobody but the user found, in pixels of the upright photo."""

    index: Annotated[int, Meta(ge=FIRST_ADDED)]
    box: Annotated[
        tuple[float, float, float, float], Meta(description="Left, top, right and bottom.")
    ]
    landmarks: FivePoints

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_landmarks(self.landmarks)
        left, top, right, bottom = self.box
        if not all(abs(edge) <= _FARTHEST_PX for edge in self.box):
            raise ValueError("box must lie near the photo")
        if right <= left or bottom <= top:
            raise ValueError("box must have a width and a height")


def _check_landmarks(points: FivePoints) -> None:
    """Refuse what gives no transform."""
    if not all(math.isfinite(v) and abs(v) <= _FARTHEST_PX for point in points for v in point):
        raise ValueError("landmarks must lie near the photo")
    if len(set(points)) < 2:
        raise ValueError("landmarks must not all lie in one point")


class FaceSettings(Settings, frozen=True, kw_only=True):
    """How faces are found and restored."""

    enabled: Annotated[
        bool, Meta(title="Restore faces", description="Find faces and restore each one.")
    ] = True
    model: Annotated[
        str, Meta(title="Face model", description="The network that restores faces.")
    ] = DEFAULT_FACE_MODEL
    detector: Annotated[
        str,
        Meta(title="Face finder", description="“auto” takes the best installed one."),
    ] = "auto"
    strength: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Face strength",
            description="How much of the restored face replaces the old one.",
            extra={"neutral": 0.0},
        ),
    ] = 1.0
    blend_in: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Blend in",
            description="Gives restored faces the grain and the softness of the photo around them.",
            extra={"neutral": 0.0},
        ),
    ] = 0.5
    keep_detail: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Keep detail",
            description="Keeps wrinkles and other fine lines of faces that were sharp already.",
            extra={"neutral": 0.0},
        ),
    ] = 1.0
    mask: Annotated[
        str,
        Meta(
            title="Face outline",
            description="“auto” takes the best installed model that tells face, hair and glasses "
            "apart; “landmarks” takes an oval around eyes, nose and mouth.",
        ),
    ] = "auto"
    finish: Annotated[
        Finish,
        Meta(
            title="Finish large faces",
            description="Draws faces that are larger than the face model's picture with the "
            "enlarging model: “sharp” always, “auto” on a graphics card or where a model enlarges "
            "the whole photo, “off” never.",
        ),
    ] = "auto"
    min_size_px: Annotated[
        int,
        Meta(
            ge=8,
            le=4096,
            title="Smallest face",
            description="Faces narrower than this, in pixels, are left alone.",
        ),
    ] = 20
    min_score: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Face certainty",
            description="How sure the face finder must be. Lower finds more, also false ones.",
        ),
    ] = 0.9
    identity_floor: Annotated[
        IdentityFloor,
        Meta(
            title="Likeness check",
            description="Warns where a restored face looks like somebody else.",
        ),
    ] = "normal"
    keep_identity: Annotated[
        bool,
        Meta(
            title="Keep the likeness",
            description="Takes a restored face back towards the photo until it is the same person.",
        ),
    ] = True
    aligned: Annotated[
        bool,
        Meta(
            title="Photo is one aligned face",
            description="The picture is already an FFHQ-aligned face crop: restore it whole.",
        ),
    ] = False
    choices: tuple[FaceChoice, ...] = ()
    added: tuple[AddedFace, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        numbers = [face.index for face in self.added]
        if len(set(numbers)) < len(numbers):
            raise ValueError("each added face must have a number of its own")

    @property
    def next_added(self) -> int:
        """A number that no added face has."""
        return max((face.index + 1 for face in self.added), default=FIRST_ADDED)

    def choice_for(self, index: int) -> FaceChoice:
        """The user's choice for one face, or the default one."""
        for choice in self.choices:
            if choice.index == index:
                return choice
        return FaceChoice(index=index)
