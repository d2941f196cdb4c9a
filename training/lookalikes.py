"""Things that look like damage but belong to the picture: hard negatives for the damage detector.

Beads, cords, rails, strands of hair, writing, fences, woven cloth and highlights are drawn into a
clean picture before it is aged, so that lens, grain and scan treat them as part of the scene. They
differ from scratches as the real things do: no gaps, shaded sides, regular, as soft as the picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

_SHIFT = 4
_LETTERS = "ABCDEFGHIKLMNOPRSTUVWabcdefghiklmnoprstuvw0123456789&.,-"


def add_lookalikes(image: Image, rng: np.random.Generator) -> Image:
    """Draw one to four of them.

    Args:
        image: H x W x 3, RGB; never changed.
        rng: Source of all chance.

    Returns:
        A new picture of the same size.
    """
    result = image.copy()
    for _ in range(int(rng.integers(1, 5))):
        layer = result.copy()
        _KINDS[int(rng.integers(len(_KINDS)))](layer, rng)
        softness_px = float(rng.uniform(0.3, 1.1))
        layer = np.asarray(cv2.GaussianBlur(layer, (0, 0), softness_px), np.uint8)
        changed = cv2.dilate(
            (layer != result).any(axis=2).astype(np.uint8), np.ones((3, 3), np.uint8)
        ).astype(np.bool_)
        share = np.float32(rng.uniform(0.35, 1.0))
        mixed = result[changed] * (1 - share) + layer[changed] * share
        result[changed] = np.rint(mixed).astype(np.uint8)
    return result


def _colour(image: Image, rng: np.random.Generator, *, bright: bool | None = None) -> np.ndarray:
    """A tone of this picture, pushed towards its bright or its dark end."""
    y, x = (int(rng.integers(side)) for side in image.shape[:2])
    base = image[y, x].astype(np.float64)
    if bright is None:
        bright = bool(rng.random() < 0.7)
    end = np.array([235.0, 230, 220]) if bright else np.array([25.0, 22, 20])
    return np.clip(base + (end - base) * rng.uniform(0.5, 1.0), 0, 255)


def _curve(image: Image, rng: np.random.Generator, *, bend: float, length: float) -> Points:
    """A smooth arc: N x 2 points, about two pixels apart."""
    height, width = image.shape[:2]
    count = max(4, int(length / 2))
    heading = rng.uniform(0, 2 * math.pi) + np.cumsum(np.full(count, rng.normal(0, bend)))
    steps = 2 * np.column_stack([np.cos(heading), np.sin(heading)])
    start = np.array([rng.uniform(0, width), rng.uniform(0, height)])
    path: Points = start + np.cumsum(steps, axis=0)
    return path


def _line(image: Image, path: Points, colour: np.ndarray, width_px: int) -> None:
    fixed = np.rint(path * (1 << _SHIFT)).astype(np.int32)
    cv2.polylines(image, [fixed], False, colour.tolist(), width_px, cv2.LINE_AA, _SHIFT)


def _beads(image: Image, rng: np.random.Generator) -> None:
    """A necklace: equal round beads along an arc, each with a shaded side and a highlight."""
    side = min(image.shape[:2])
    path = _curve(image, rng, bend=0.04, length=float(rng.uniform(0.2, 0.7)) * side)
    radius = float(rng.uniform(0.8, 3.2))
    colour = _colour(image, rng)
    for point in path[:: max(1, round(radius * rng.uniform(0.9, 1.6)))]:
        _disc(image, point + 0.35 * radius, radius, 0.45 * colour)
        _disc(image, point, 0.85 * radius, colour)
        _disc(image, point - 0.3 * radius, 0.35 * radius, 0.4 * colour + 150)


def _disc(image: Image, centre: np.ndarray, radius_px: float, colour: np.ndarray) -> None:
    x, y = (round(float(value) * (1 << _SHIFT)) for value in centre)
    radius = max(4, round(radius_px * (1 << _SHIFT)))
    tone = np.clip(colour, 0, 255).tolist()
    cv2.circle(image, (x, y), radius, tone, -1, cv2.LINE_AA, _SHIFT)


def _cords(image: Image, rng: np.random.Generator) -> None:
    """Straps, wires, seams: one to three unbroken curves side by side, one flank in the shade."""
    side = min(image.shape[:2])
    bend = float(rng.choice([0.0, 0.01, 0.05]))
    path = _curve(image, rng, bend=bend, length=float(rng.uniform(0.3, 1.3)) * side)
    across = np.array([-(path[-1] - path[0])[1], (path[-1] - path[0])[0]])
    across /= max(1e-6, float(np.hypot(*across)))
    width = int(rng.integers(1, 4))
    gap = width + float(rng.uniform(1.5, 8))
    colour = _colour(image, rng)
    for number in range(int(rng.integers(1, 4))):
        moved = path + number * gap * across
        if rng.random() < 0.7:
            _line(image, moved + 0.8 * width * across, 0.4 * colour, width)
        _line(image, moved, colour, width)


def _hair(image: Image, rng: np.random.Generator) -> None:
    """Many thin curves that run together."""
    side = min(image.shape[:2])
    path = _curve(image, rng, bend=0.05, length=float(rng.uniform(0.1, 0.5)) * side)
    colour = _colour(image, rng, bright=bool(rng.random() < 0.5))
    for _ in range(int(rng.integers(5, 30))):
        spread = np.linspace(0, 1, len(path))[:, None] * rng.normal(0, 6, 2)
        strand = path + rng.normal(0, 4, 2) + spread
        _line(image, strand, colour * rng.uniform(0.8, 1.15), 1)


def _writing(image: Image, rng: np.random.Generator) -> None:
    """A few words: on a sign, a uniform, the margin of a print."""
    height, width = image.shape[:2]
    font = int(rng.integers(0, 8))
    for _ in range(int(rng.integers(1, 4))):
        letters = rng.choice(list(_LETTERS), int(rng.integers(2, 9)))
        place = (int(rng.integers(-10, width)), int(rng.integers(5, height + 5)))
        size = float(rng.uniform(0.25, 1.2))
        thick = int(rng.integers(1, 3))
        tone = _colour(image, rng).tolist()
        cv2.putText(image, "".join(letters), place, font, size, tone, thick, cv2.LINE_AA)


def _fence(image: Image, rng: np.random.Generator) -> None:
    """Equal lines at equal distances, sometimes crossed: railings, blinds, tiles, windows."""
    height, width = image.shape[:2]
    angle = float(rng.choice([0, math.pi / 2, rng.uniform(0, math.pi)]))
    along = np.array([math.cos(angle), math.sin(angle)])
    across = np.array([-along[1], along[0]])
    middle = np.array([rng.uniform(0, width), rng.uniform(0, height)])
    pitch, count = float(rng.uniform(3, 22)), int(rng.integers(3, 14))
    reach = float(rng.uniform(0.1, 0.7)) * min(height, width)
    colour, thick = _colour(image, rng), int(rng.integers(1, 3))
    for number in range(count):
        centre = middle + (number - count / 2) * pitch * across
        _line(image, np.array([centre - reach * along, centre + reach * along]), colour, thick)
    for place in (-0.8, 0.8) if rng.random() < 0.6 else ():
        ends = [middle + place * reach * along + side * count / 2 * pitch * across
                for side in (-1, 1)]  # fmt: skip
        _line(image, np.array(ends), colour, thick)


def _cloth(image: Image, rng: np.random.Generator) -> None:
    """A patch with a regular pattern of dots or stripes: lace, tweed, polka dots."""
    height, width = image.shape[:2]
    radius = int(rng.integers(8, max(9, min(height, width) // 3)))
    centre = int(rng.integers(0, width)), int(rng.integers(0, height))
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    inside = (columns - centre[0]) ** 2 + (rows - centre[1]) ** 2 < radius * radius
    angle, pitch = rng.uniform(0, math.pi), float(rng.uniform(2.5, 9))
    first = np.cos((columns * math.cos(angle) + rows * math.sin(angle)) * 2 * math.pi / pitch)
    second = np.cos((rows * math.cos(angle) - columns * math.sin(angle)) * 2 * math.pi / pitch)
    pattern = first * second if rng.random() < 0.6 else first
    shown = inside & (pattern > rng.uniform(0.1, 0.7))
    image[shown] = _colour(image, rng).astype(np.uint8)


def _highlights(image: Image, rng: np.random.Generator) -> None:
    """Buttons, eyes, buckles: a light spot inside something dark and round."""
    height, width = image.shape[:2]
    for _ in range(int(rng.integers(1, 6))):
        centre = np.array([rng.uniform(0, width), rng.uniform(0, height)])
        radius = float(rng.uniform(1.5, 6))
        _disc(image, centre, radius, _colour(image, rng, bright=False))
        offset = rng.uniform(-0.4, 0.4, 2) * radius
        _disc(image, centre + offset, 0.35 * radius, _colour(image, rng, bright=True))


_KINDS: tuple[Callable[[Image, np.random.Generator], None], ...] = (
    _beads,
    _cords,
    _cords,
    _hair,
    _writing,
    _fence,
    _cloth,
    _highlights,
)
