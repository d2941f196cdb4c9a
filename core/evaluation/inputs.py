"""The damaged faces of an evaluation: made from a seed and saved, or taken as they are.

They are saved as PNG below the evaluation's folder, `inputs/CONDITION/NAME.png`, so that other
programs can restore the very same files, and the truth as it is compared with, `truth/...`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.alignment import resized
from core.degradation import PROFILES, DamageProfile, degrade
from core.errors import OutputError, RestorationError
from core.evaluation.datasets import FaceSet
from core.evaluation.pictures import read_picture, save_png
from core.evaluation.values import PAIRED, REAL, SR4, Case, EvaluationSettings, Trouble
from core.geometry import Size
from core.image import FloatImage
from core.models.files import hash_file
from core.progress import Progress

SR_FACTOR = 4
SMALLEST_SIDE_PX = 64


@dataclass(frozen=True, slots=True)
class Prepared:
    """The cases of an evaluation, and the pictures that had to be left out."""

    cases: tuple[Case, ...]
    troubles: tuple[Trouble, ...]


def prepare(
    faces: FaceSet,
    names: Sequence[str],
    settings: EvaluationSettings,
    folder: Path,
    progress: Progress,
) -> Prepared:
    """Make or find the damaged version of each face under each condition.

    A file that an earlier run saved is used again.

    Args:
        faces: The set.
        names: Which of its faces.
        settings: Protocol, strengths, seed.
        folder: The evaluation's folder.
        progress: Reported to and polled for cancellation.

    Raises:
        OutputError: A picture cannot be saved.
        Cancelled: The job was stopped; what is saved stays.
    """
    cases: list[Case] = []
    troubles: list[Trouble] = []
    for index, name in enumerate(names):
        part = progress.step(index, len(names), "Preparing")
        part.report(0.0, f"Preparing {name}")
        try:
            cases += _cases_of(name, faces, settings, folder, part)
        except OutputError:
            raise
        except RestorationError as error:
            text = f"{error.summary} It was left out."
            troubles.append(Trouble(kind="unreadable", where="faces", name=name, text=text))
    progress.report(1.0)
    return Prepared(tuple(cases), tuple(troubles))


def conditions_of(faces: FaceSet, settings: EvaluationSettings) -> tuple[str, ...]:
    """The conditions under which each face is evaluated."""
    if settings.protocol == "real":
        return (REAL,)
    if faces.inputs:
        return (PAIRED,)
    return (SR4,) if settings.protocol == "sr4" else settings.strengths


def _cases_of(
    name: str, faces: FaceSet, settings: EvaluationSettings, folder: Path, progress: Progress
) -> list[Case]:
    given = faces.inputs.get(name)
    if given is not None:
        read_picture(given, progress)  # an unreadable one is found now, and by name
        truth = faces.truths.get(name) if settings.protocol != "real" else None
        if truth is not None:
            read_picture(truth, progress)
        condition = REAL if truth is None else PAIRED
        return [_case(name, condition, given, truth, progress)]
    clean = _clean(faces.truths[name], settings, progress)
    cases = []
    for condition in conditions_of(faces, settings):
        damaged, truth = _made(name, condition, clean, settings, folder)
        cases.append(_case(name, condition, damaged, truth, progress))
    return cases


def _clean(path: Path, settings: EvaluationSettings, progress: Progress) -> FloatImage:
    clean = read_picture(path, progress)
    side = settings.size_px
    if side:
        clean = resized(clean, Size(side, side))
    if min(clean.shape[:2]) < SMALLEST_SIDE_PX:
        raise RestorationError(
            f"“{path.name}” is smaller than {SMALLEST_SIDE_PX} pixels.", "Use larger faces."
        )
    if settings.protocol == "sr4":
        height, width = (side - side % SR_FACTOR for side in clean.shape[:2])
        clean = np.ascontiguousarray(clean[:height, :width])
    return clean


def _made(
    name: str, condition: str, clean: FloatImage, settings: EvaluationSettings, folder: Path
) -> tuple[Path, Path]:
    """Damage a face, unless an earlier run has saved it."""
    own_truth = settings.protocol == "blind" and settings.damage == "photo"
    damaged_file = folder / "inputs" / condition / f"{name}.png"
    truth_file = folder / "truth" / (condition if own_truth else "") / f"{name}.png"
    if not (damaged_file.is_file() and truth_file.is_file()):
        damaged, truth = damage(name, condition, clean, settings)
        save_png(truth_file, truth)
        save_png(damaged_file, damaged)
    return damaged_file, truth_file


def damage(
    name: str, condition: str, clean: FloatImage, settings: EvaluationSettings
) -> tuple[FloatImage, FloatImage]:
    """The damaged picture and its truth; depends on name, condition, seed and picture alone.

    Args:
        name: The face's name, from which its own generator is seeded: leaving other faces out
            changes nothing.
        condition: A strength, or "x4".
        clean: H x W x 3, [0, 1].
        settings: Seed and kind of damage.
    """
    if condition == SR4:
        return smaller(clean), clean
    profile = PROFILES[condition]
    if settings.damage == "camera":
        profile = DamageProfile(camera=profile.camera)
    digest = hashlib.sha256(f"{condition}/{name}".encode()).digest()
    rng = np.random.default_rng([settings.seed, *np.frombuffer(digest[:16], "<u4").tolist()])
    made = degrade(clean, profile, rng)
    return made.image, made.target


def smaller(clean: FloatImage) -> FloatImage:
    """A quarter of the size by an antialiased cubic kernel (a = -0.5), as SR papers shrink."""
    from PIL import Image

    height, width = clean.shape[0] // SR_FACTOR, clean.shape[1] // SR_FACTOR
    planes = [
        np.asarray(
            Image.fromarray(np.ascontiguousarray(clean[..., channel])).resize(
                (width, height), Image.Resampling.BICUBIC
            )
        )
        for channel in range(3)
    ]
    return np.asarray(np.clip(cv2.merge(planes), 0.0, 1.0), np.float32)


def _case(name: str, condition: str, damaged: Path, truth: Path | None, progress: Progress) -> Case:
    return Case(
        name,
        condition,
        damaged,
        truth,
        hash_file(damaged, progress),
        hash_file(truth, progress) if truth else "",
    )
