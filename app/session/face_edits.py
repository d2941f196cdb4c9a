"""Changes to the faces of one photo, as new settings. Numbers of faces never move."""

from __future__ import annotations

from typing import Any

from core.faces import Landmarks
from core.geometry import Box, Size
from core.settings import (
    FIRST_ADDED,
    AddedFace,
    FaceChoice,
    FaceSettings,
    Place,
    RestorationSettings,
)


def with_choice(
    settings: RestorationSettings, index: int, place: Place | None = None, **changes: Any
) -> RestorationSettings:
    """The settings with fields of `FaceChoice` changed for one face; empty choices are left out.

    Args:
        settings: The settings.
        index: Number of the face.
        place: Where the face is, so that the choice stays with it when others are found; the place
            that a choice has already is kept.
        **changes: Fields of `FaceChoice`.
    """
    changed = settings.faces.choice_for(index).replace(**changes)
    if changed.place is None and place is not None and index < FIRST_ADDED:
        changed = changed.replace(place=place)
    return with_own(settings, changed)


def with_own(settings: RestorationSettings, own: FaceChoice) -> RestorationSettings:
    """The settings with another choice for one face; one that says nothing is left out."""
    choices = [choice for choice in settings.faces.choices if choice.index != own.index]
    if not own.says_nothing:
        choices.append(own)
    return _with(settings, choices=tuple(sorted(choices, key=lambda choice: choice.index)))


def place_of(box: Box, photo: Size) -> Place:
    """A place as a choice keeps it; whole pixels are enough even in very large photos."""
    share = box.share_of(photo)
    left, top, right, bottom = (
        round(edge, 5) for edge in (share.left, share.top, share.right, share.bottom)
    )
    return left, top, right, bottom


def with_added(
    settings: RestorationSettings, box: Box, landmarks: Landmarks
) -> tuple[RestorationSettings, int]:
    """The settings with one more face, and its number."""
    number = settings.faces.next_added
    edges = (box.left, box.top, box.right, box.bottom)
    face = AddedFace(index=number, box=edges, landmarks=landmarks)
    return _with(settings, added=(*settings.faces.added, face)), number


def without(
    settings: RestorationSettings, index: int, place: Place | None = None
) -> RestorationSettings:
    """The settings without a face: one that was found is marked, one that was added is gone."""
    if index < FIRST_ADDED:
        return with_choice(settings, index, place, removed=True)
    faces = settings.faces
    return _with(
        settings,
        added=tuple(face for face in faces.added if face.index != index),
        choices=tuple(choice for choice in faces.choices if choice.index != index),
    )


def is_listed(settings: RestorationSettings, index: int) -> bool:
    """False for a face that was added and then taken back, until the picture follows."""
    return index < FIRST_ADDED or any(face.index == index for face in settings.faces.added)


def own_strength(faces: FaceSettings, strength: float) -> float | None:
    """A strength as a choice holds it: empty where the face then does as all the others."""
    return None if strength == faces.strength else strength


def own_model(faces: FaceSettings, model: str | None) -> str | None:
    """A model as a choice holds it: empty where the face then does as all the others."""
    return None if model == faces.model else model


def landmarks_of(faces: FaceSettings, index: int, found: Landmarks | None) -> Landmarks | None:
    """Where the points of a face are to be.

    Args:
        faces: The settings.
        index: Number of the face.
        found: Where the latest run found them, or None where there is none.
    """
    chosen = faces.choice_for(index).landmarks
    if chosen is not None:
        return chosen
    added = next((face for face in faces.added if face.index == index), None)
    return found if added is None else added.landmarks


def _with(settings: RestorationSettings, **changes: Any) -> RestorationSettings:
    return settings.replace(faces=settings.faces.replace(**changes))
