"""Results to compare: which settings each one has, and what is different about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from core.settings import FaceChoice, RestorationSettings
from core.settings_base import Settings, field_meta

MAX_PANES = 9
STRENGTHS = (0.25, 0.5, 0.75, 1.0)

_TITLES = {"choices": "Choices for single faces", "added": "Faces added by hand", "seed": "Chance"}
"""What is said of fields that no form shows."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting in which two results differ.

    Attributes:
        field: Its name in the settings, with its section: "faces.strength".
        title: What the user reads, in English; see `app.widgets.core_text`.
        value: What it is.
    """

    field: str
    title: str
    value: Any


@dataclass(frozen=True, slots=True)
class Candidate:
    """One result to be compared.

    Attributes:
        settings: What it is made with.
        name: What the user called it: a preset, a version; empty otherwise.
        differences: Where it differs from the present settings; empty for the present ones.
    """

    settings: RestorationSettings
    name: str = ""
    differences: tuple[Difference, ...] = ()


def model_candidates(
    present: RestorationSettings, model_ids: Iterable[str]
) -> tuple[Candidate, ...]:
    """One result for each face model, which then restores every face."""
    faces = present.faces
    same = tuple(choice.replace(model=None) for choice in faces.choices)
    return _candidates(
        present,
        (
            ("", present.replace(faces=faces.replace(model=model, choices=_kept(same))))
            for model in model_ids
        ),
    )


def strength_candidates(present: RestorationSettings) -> tuple[Candidate, ...]:
    """One result for each of four strengths, which then holds for every face."""
    faces = present.faces
    same = tuple(choice.replace(strength=None) for choice in faces.choices)
    return _candidates(
        present,
        (
            ("", present.replace(faces=faces.replace(strength=strength, choices=_kept(same))))
            for strength in STRENGTHS
        ),
    )


def named_candidates(
    present: RestorationSettings, named: Sequence[tuple[str, RestorationSettings]]
) -> tuple[Candidate, ...]:
    """The present result and those of other, named settings, nine at most."""
    if not named:
        return ()
    return _candidates(present, (("", present), *named))


def differences(present: RestorationSettings, other: RestorationSettings) -> tuple[Difference, ...]:
    """Every setting in which `other` differs, with the value that it has there."""
    return tuple(_differences("", present, other))


def choice_from(
    winner: RestorationSettings, index: int, present: RestorationSettings, there: int | None = None
) -> FaceChoice:
    """The choice that gives one face of the present settings what it has in the winner.

    What the present settings give to all faces anyway is left empty, so that the face goes on
    following them.

    Args:
        winner: The settings of the chosen result.
        index: Number of the face with the present settings.
        present: The present settings.
        there: Its number in the chosen result; the same by default.
    """
    chosen = winner.faces.choice_for(index if there is None else there)
    model = chosen.model or winner.faces.model
    strength = winner.faces.strength if chosen.strength is None else chosen.strength
    return present.faces.choice_for(index).replace(
        enabled=chosen.enabled,
        model=None if model == present.faces.model else model,
        strength=None if strength == present.faces.strength else strength,
    )


def _candidates(
    present: RestorationSettings, named: Iterable[tuple[str, RestorationSettings]]
) -> tuple[Candidate, ...]:
    made = (Candidate(wanted, name, differences(present, wanted)) for name, wanted in named)
    return tuple(made)[:MAX_PANES]


def _kept(choices: Iterable[FaceChoice]) -> tuple[FaceChoice, ...]:
    """The choices without those that say nothing any more."""
    return tuple(choice for choice in choices if not choice.says_nothing)


def _differences(section: str, first: Settings, second: Settings) -> Iterable[Difference]:
    titles = {name: meta.title for name, meta in field_meta(type(first)).items()}
    for field in msgspec.structs.fields(first):
        was, now = getattr(first, field.name), getattr(second, field.name)
        if was == now:
            continue
        name = f"{section}{field.name}"
        if isinstance(was, Settings) and isinstance(now, Settings):
            yield from _differences(f"{name}.", was, now)
        else:
            title = titles.get(field.name) or _TITLES.get(field.name) or field.name
            yield Difference(name, title, now)
