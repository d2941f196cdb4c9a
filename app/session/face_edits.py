"""Changes to the faces of one photo, as new settings. Numbers of faces never move."""

from __future__ import annotations

from typing import Any

from core.faces import Landmarks
from core.geometry import Box
from core.settings import (
    FIRST_ADDED,
    AddedFace,
    FaceChoice,
    FaceSettings,
    RestorationSettings,
)


def with_choice(settings: RestorationSettings, index: int, **changes: Any) -> RestorationSettings:
    """The settings with fields of `FaceChoice` changed for one face; empty choices are left out."""
    faces = settings.faces
    changed = faces.choice_for(index).replace(**changes)
    choices = [choice for choice in faces.choices if choice.index != index]
    if changed != FaceChoice(index=index):
        choices.append(changed)
    return _with(settings, choices=tuple(sorted(choices, key=lambda choice: choice.index)))


def with_added(
    settings: RestorationSettings, box: Box, landmarks: Landmarks
) -> tuple[RestorationSettings, int]:
    """The settings with one more face, and its number."""
    number = settings.faces.next_added
    edges = (box.left, box.top, box.right, box.bottom)
    face = AddedFace(index=number, box=edges, landmarks=landmarks)
    return _with(settings, added=(*settings.faces.added, face)), number


def without(settings: RestorationSettings, index: int) -> RestorationSettings:
    """The settings without a face: one that was found is marked, one that was added is gone."""
    if index < FIRST_ADDED:
        return with_choice(settings, index, removed=True)
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
