"""Local damage: scratches, dust, creases and stains, each with the pixels that it changed.

All functions take and give H x W x 3 RGB float32 in [0, 1], never changing their input, and give
an opacity plane (H x W uint8) beside it. Counts and widths follow photographs scanned between
1890 and 1960: many hairlines and specks, few wide cracks.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np

from core.degradation.ageing import low_frequency_field
from core.degradation.camera import unit_px
from core.degradation.strokes import Opacity, Pen, blob, cracked, draw, specks, wandering
from core.image import FloatImage

Marked = tuple[FloatImage, Opacity]
Mark = Callable[[FloatImage, float, np.random.Generator], Marked]

_PAPER = (0.93, 0.90, 0.83)
_DIRT = (0.10, 0.09, 0.08)


def _tinted(base: tuple[float, float, float], rng: np.random.Generator) -> np.ndarray:
    return np.clip(
        np.asarray(base) + rng.normal(0.0, 0.03) + rng.normal(0.0, 0.012, 3), 0, 1
    ).astype(np.float32)


def _covered(image: FloatImage, *layers: tuple[Opacity, np.ndarray]) -> FloatImage:
    """Lay colours over the picture where their planes are opaque, in order.

    Lines cover a few pixels in a hundred, so that only those are computed.
    """
    result = image.copy()
    flat = result.reshape(-1, 3)
    for plane, colour in layers:
        touched = np.flatnonzero(plane)
        under = flat[touched]
        share = plane.reshape(-1)[touched, None] * np.float32(1 / 255)
        flat[touched] = under + (colour - under) * share
    return result


def _worn(plane: Opacity, keep: float, rng: np.random.Generator) -> Opacity:
    """Rub off parts of what was drawn, as emulsion breaks away in flakes."""
    height, width = plane.shape
    flake_px = max(2.0, 4 * unit_px(plane))
    shape = max(2, int(height / flake_px)), max(2, int(width / flake_px))
    cells = rng.integers(0, 256, shape, dtype=np.uint8)
    texture = cv2.resize(cells, (width, height), interpolation=cv2.INTER_LINEAR)
    level = 255 * 0.5 * (1 - keep)
    gain = np.clip((np.arange(256) - level) * 5 + 60, 0, 255).astype(np.uint8)
    worn: Opacity = cv2.multiply(plane, cv2.LUT(texture, gain), scale=1 / 255)
    return worn


def scratches(image: FloatImage, strength: float, rng: np.random.Generator) -> Marked:
    """Hairlines and gouges: mostly bright, where the emulsion is gone; mostly in one direction."""
    unit, (height, width) = unit_px(image), image.shape[:2]
    bright, dark = np.zeros((2, height, width), np.uint8)
    favourite = float(rng.choice([math.pi / 2, rng.uniform(0, math.pi)]))
    for _ in range(1 + int(rng.poisson(2 + 10 * strength))):
        start = (float(rng.uniform(0, width)), float(rng.uniform(-0.1, 1.0) * height))
        aligned = rng.random() < 0.6
        angle = favourite + rng.normal(0, 0.12) if aligned else rng.uniform(0, math.pi)
        length = min(height, width) * float(rng.uniform(0.08, 0.3 + 0.7 * strength))
        path = wandering(
            start, float(angle), length, wobble=float(rng.uniform(0.005, 0.09)), rng=rng
        )
        wide = (0.5 + float(rng.exponential(0.5 + 0.7 * strength))) * max(unit, 0.5)
        pen = Pen(min(wide, 5 * unit + 0.5), float(rng.uniform(0.55, 1.0)), 0.25)
        draw(bright if rng.random() < 0.8 else dark, path, pen, rng)
    bright = _worn(bright, 0.55, rng)
    marked = _covered(image, (bright, _tinted(_PAPER, rng)), (dark, _tinted(_DIRT, rng)))
    return marked, cv2.max(bright, dark)


def dust(image: FloatImage, strength: float, rng: np.random.Generator) -> Marked:
    """Specks, bright and dark, and a few curled fibres."""
    unit, (height, width) = unit_px(image), image.shape[:2]
    bright, dark = np.zeros((2, height, width), np.uint8)
    count = int(rng.poisson(6 + 55 * strength))
    radii = np.minimum((0.5 + rng.exponential(0.55, count)) * max(unit, 0.45), 4.5 * unit)
    centres = rng.random((count, 2)) * (width, height)
    specks(bright, dark, centres, radii, rng)
    for _ in range(int(rng.poisson(3 * strength))):
        plane = bright if rng.random() < 0.5 else dark
        start = (float(rng.uniform(0, width)), float(rng.uniform(0, height)))
        length = float(rng.uniform(12, 60)) * unit
        path = wandering(
            start, float(rng.uniform(0, 6.3)), length, wobble=0.35, rng=rng, step_px=2.5
        )
        draw(plane, path, Pen(max(0.6, 1.1 * unit), float(rng.uniform(0.5, 0.9))), rng)
    marked = _covered(image, (bright, _tinted(_PAPER, rng)), (dark, _tinted(_DIRT, rng)))
    return marked, cv2.max(bright, dark)


def _border_point(width: int, height: int, rng: np.random.Generator) -> tuple[float, float]:
    along = float(rng.random())
    sides = ((along * width, 0.0), (along * width, height - 1.0))
    ends = ((0.0, along * height), (width - 1.0, along * height))
    return (*sides, *ends)[int(rng.integers(4))]


def creases(image: FloatImage, strength: float, rng: np.random.Generator) -> Marked:
    """Folds: a cracked bright ridge from the border, its branches, and lost flakes beside it."""
    unit, (height, width) = unit_px(image), image.shape[:2]
    core = np.zeros((height, width), np.uint8)
    shade = np.zeros((height, width), np.uint8)
    for _ in range(1 + int(rng.poisson(2.2 * strength))):
        start, end = _border_point(width, height, rng), _border_point(width, height, rng)
        reach = float(rng.uniform(0.35, 1.0))
        end = (start[0] + reach * (end[0] - start[0]), start[1] + reach * (end[1] - start[1]))
        path = cracked(start, end, float(rng.uniform(0.01, 0.05)), rng)
        wide = float(rng.uniform(0.9, 1.5 + 2.5 * strength)) * max(unit, 0.55)
        draw(shade, path + 1.5 * unit, Pen(3.5 * wide, 0.3), rng)
        draw(core, path, Pen(wide, float(rng.uniform(0.75, 1.0)), 0.12), rng)
        _branches(core, path, wide, strength, rng)
    shade = cv2.GaussianBlur(shade, (0, 0), max(0.6, 1.5 * unit))
    core = _worn(core, 0.75, rng)
    layers = (shade, _tinted((0.16, 0.13, 0.11), rng)), (core, _tinted(_PAPER, rng))
    return _covered(image, *layers), cv2.max(shade, core)


def _branches(
    plane: Opacity, path: np.ndarray, wide_px: float, strength: float, rng: np.random.Generator
) -> None:
    """Side cracks that leave a fold, and flakes of emulsion that broke away along it."""
    unit = unit_px(plane)
    for _ in range(int(rng.poisson(3 * strength))):
        x, y = path[int(rng.integers(len(path)))]
        reach, angle = float(rng.uniform(10, 70)) * unit, float(rng.uniform(0, 2 * math.pi))
        end = (x + reach * math.cos(angle), y + reach * math.sin(angle))
        draw(plane, cracked((x, y), end, 0.12, rng), Pen(0.6 * wide_px, 0.85, 0.1), rng)
    for _ in range(int(rng.poisson(5 * strength))):
        x, y = path[int(rng.integers(len(path)))]
        blob(plane, (x, y), float(rng.uniform(1.0, 4.5)) * unit, 0.95, rng)


def stains(image: FloatImage, strength: float, rng: np.random.Generator) -> Marked:
    """Water stains: brownish or bleached patches with a ragged, darker rim."""
    unit, (height, width) = unit_px(image), image.shape[:2]
    field = low_frequency_field((height, width), 9, rng)
    opacity = np.zeros((height, width), np.float32)
    for _ in range(1 + int(rng.poisson(1.5 * strength))):
        radius = float(rng.uniform(25, 60 + 90 * strength)) * unit
        centre = (rng.uniform(0, width), rng.uniform(0, height))
        across = (np.arange(width, dtype=np.float32) - centre[0])[None, :] / radius
        down = (np.arange(height, dtype=np.float32) - centre[1])[:, None] / radius
        inside = np.float32(1.25) - across * across - down * down - np.float32(0.9) * field
        body = np.clip(inside * np.float32(6), 0, 1)
        rim = body * np.clip(1 - inside * np.float32(3.5), 0, 1)
        level = np.float32(rng.uniform(0.18, 0.3 + 0.3 * strength))
        opacity = np.maximum(opacity, level * (np.float32(0.55) * body + np.float32(0.45) * rim))
    plane = cv2.convertScaleAbs(opacity, alpha=255.0)
    bleached = rng.random() < 0.25
    colour = _tinted((0.85, 0.80, 0.70) if bleached else (0.36, 0.25, 0.13), rng)
    return _covered(image, (plane, colour)), plane
