"""Damage a clean picture the way time, handling and a scanner do, with the truth kept beside it.

The order is that of a print's life: toning, lens blur, silver grain, fading, yellowing, printing
screen, handling (stains, creases, scratches, dust), then the scan (sampling, noise, JPEG); in a
share of the pictures the sampling comes before the handling, so that the marks are sharp. Every
kind draws from its own generator, so that switching one off leaves the others as they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
import numpy.typing as npt

from core.degradation import ageing, camera, marks
from core.image import FloatImage, to_float

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.degradation.profile import DamageProfile

VISIBLE_CHANGE = 6 / 255
"""A pixel counts as damaged where local damage moved a channel by at least this."""

_WHOLE: tuple[tuple[str, Callable[[FloatImage, float, np.random.Generator], FloatImage]], ...] = (
    ("grain", ageing.grain),
    ("fading", ageing.fading),
    ("yellowing", ageing.yellowing),
    ("halftone", ageing.halftone),
)
_LOCAL: tuple[tuple[str, marks.Mark], ...] = (
    ("stains", marks.stains),
    ("creases", marks.creases),
    ("scratches", marks.scratches),
    ("dust", marks.dust),
)
_OTHERS = ("order", "grey", "sepia", "blur", "scan", "jitter")


@dataclass(frozen=True, slots=True)
class Applied:
    """One kind of damage that was done, and how strongly, in (0, 1]."""

    kind: str
    strength: float


@dataclass(frozen=True, slots=True, eq=False)
class Degraded:
    """A damaged picture and the truth about it.

    Attributes:
        image: H x W x 3 RGB float32 in [0, 1], the damaged picture.
        mask: H x W bool, True where scratches, dust, creases or stains visibly changed the print.
        target: H x W x 3 RGB float32 in [0, 1]: the undamaged picture in the tone of the damaged
            one: grey where that is grey, sepia where that is sepia, else the input itself.
        record: What was done, in order.
    """

    image: FloatImage
    mask: npt.NDArray[np.bool_]
    target: FloatImage
    record: tuple[Applied, ...]

    @property
    def is_monochrome(self) -> bool:
        """True where the damaged picture has no colours of its own: grey or sepia."""
        return any(done.kind in ("grey", "sepia") for done in self.record)


def generator_for(seed: int, index: int) -> np.random.Generator:
    """The generator of one sample: depends on nothing but the seed and the sample's number."""
    return np.random.default_rng([seed, index])


def degrade(
    image: FloatImage | npt.NDArray[np.uint8],
    profile: DamageProfile,
    rng: np.random.Generator,
) -> Degraded:
    """Damage a picture.

    Args:
        image: H x W x 3 RGB, uint8 or float32 in [0, 1]; never changed. At least 16 px a side.
        profile: What may happen, how often and how strongly.
        rng: Source of all chance; see `generator_for`. Equal states give equal results.

    Returns:
        The damaged picture of the same size, with its mask, target and record.

    Raises:
        ValueError: The picture has another shape or depth, or is smaller than 16 px.
    """
    clean = _as_float(image)
    dice = _generators(rng)
    spared, order = dice["order"].random(2)
    if spared < profile.clean_probability:
        return Degraded(clean, np.zeros(clean.shape[:2], dtype=np.bool_), clean, ())
    target, record = _toned_target(clean, profile, dice)
    printed = _printed(camera.blur(target, profile.camera, dice["blur"]), profile, dice, record)
    if order < profile.sharp_marks:
        printed = camera.scan(printed, profile.camera, dice["scan"])
    marked = _handled(printed, profile, dice, record)
    mask = _visible(marked, printed)
    if order >= profile.sharp_marks:
        marked = camera.scan(marked, profile.camera, dice["scan"])
    if not any(done.kind in ("grey", "sepia") for done in record):
        marked = camera.jitter(marked, profile.camera, dice["jitter"])
    return Degraded(np.ascontiguousarray(marked), mask, target, tuple(record))


def _printed(
    image: FloatImage,
    profile: DamageProfile,
    dice: dict[str, np.random.Generator],
    record: list[Applied],
) -> FloatImage:
    """Grain, fading, yellowing and screen: what happens to the whole print."""
    for kind, change in _WHOLE:
        strength = getattr(profile, kind).draw(dice[kind])
        if strength > 0:
            image = change(image, strength, dice[kind])
            record.append(Applied(kind, strength))
    return image


def _handled(
    image: FloatImage,
    profile: DamageProfile,
    dice: dict[str, np.random.Generator],
    record: list[Applied],
) -> FloatImage:
    """Stains, creases, scratches and dust: what happens in places."""
    for kind, mark in _LOCAL:
        strength = getattr(profile, kind).draw(dice[kind])
        if strength > 0:
            image, _opacity = mark(image, strength, dice[kind])
            record.append(Applied(kind, strength))
    return image


def _visible(marked: FloatImage, whole: FloatImage) -> npt.NDArray[np.bool_]:
    if marked is whole:
        return np.zeros(whole.shape[:2], dtype=np.bool_)
    red, green, blue = cv2.split(cv2.absdiff(marked, whole))
    change = cv2.max(cv2.max(red, green), blue)
    return cast("npt.NDArray[np.bool_]", change >= np.float32(VISIBLE_CHANGE))


def _toned_target(
    clean: FloatImage, profile: DamageProfile, dice: dict[str, np.random.Generator]
) -> tuple[FloatImage, list[Applied]]:
    """What the photo looked like when it was new, and how it came to be without colours."""
    strength = profile.sepia.draw(dice["sepia"])
    if strength > 0:
        return ageing.sepia(clean, strength, dice["sepia"]), [Applied("sepia", strength)]
    if dice["grey"].random() < profile.camera.grey_probability:
        return camera.as_grey(clean), [Applied("grey", 1.0)]
    return clean, []


def _generators(rng: np.random.Generator) -> dict[str, np.random.Generator]:
    """One generator for each kind, so that the kinds do not disturb each other."""
    kinds = (*_OTHERS, *(kind for kind, _ in _WHOLE), *(kind for kind, _ in _LOCAL))
    seeds = rng.integers(0, 2**63, size=len(kinds))
    return {
        kind: np.random.Generator(np.random.PCG64(int(seed)))
        for kind, seed in zip(kinds, seeds, strict=True)
    }


def _as_float(image: FloatImage | npt.NDArray[np.uint8]) -> FloatImage:
    if image.ndim != 3 or image.shape[2] != 3 or min(image.shape[:2]) < 16:
        raise ValueError(f"a picture of H x W x 3 with at least 16 px a side, not {image.shape}")
    if image.dtype == np.float32:
        return cast("FloatImage", image)
    if image.dtype != np.uint8:
        raise ValueError(f"pixels are uint8 or float32, not {image.dtype}")
    return to_float(cast("npt.NDArray[np.uint8]", image))
