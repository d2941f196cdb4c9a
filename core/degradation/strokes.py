"""Random lines as they occur on old prints, drawn into an opacity plane.

An opacity plane is H x W uint8: 0 leaves a pixel, 255 covers it. Lines are drawn with a sixteenth
of a pixel and anti-aliased; `unit` is the length in pixels of one pixel of the 512 px reference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Opacity = npt.NDArray[np.uint8]
Path = npt.NDArray[np.float64]
"""N x 2 points (x, y) in pixels."""

_SHIFT = 4


@dataclass(frozen=True, slots=True)
class Pen:
    """How a line is drawn.

    Attributes:
        width_px: Width of the line at its widest.
        opacity: 0 (nothing) to 1 (covers).
        gaps: Share of the line that is missing, [0, 1).
    """

    width_px: float
    opacity: float
    gaps: float = 0.0


def wandering(
    start: tuple[float, float],
    angle_rad: float,
    length_px: float,
    *,
    wobble: float,
    rng: np.random.Generator,
    step_px: float = 6.0,
) -> Path:
    """A line that keeps its direction more or less: `wobble` is the turn, in radians, of a step."""
    count = int(min(200, max(2, length_px / step_px)))
    turns = rng.normal(0.0, wobble, count)
    headings = angle_rad + np.cumsum(turns) - turns.sum() / 2
    steps = np.column_stack([np.cos(headings), np.sin(headings)]) * (length_px / count)
    return np.vstack([np.array([start]), np.asarray(start) + np.cumsum(steps, axis=0)])


def cracked(
    start: tuple[float, float], end: tuple[float, float], rough: float, rng: np.random.Generator
) -> Path:
    """A jagged line between two points, by midpoint displacement (Fournier et al. 1982)."""
    points = np.array([start, end], dtype=np.float64)
    length = float(np.hypot(*(points[1] - points[0])))
    normal = np.array([start[1] - end[1], end[0] - start[0]]) / max(length, 1e-6)
    spread = rough * length
    while len(points) < 65 and length / (len(points) - 1) > 4:
        middle = (points[:-1] + points[1:]) / 2
        middle += rng.normal(0.0, spread, (len(middle), 1)) * normal
        merged = np.empty((len(points) + len(middle), 2))
        merged[0::2], merged[1::2] = points, middle
        points, spread = merged, spread * 0.5
    return points


def draw(plane: Opacity, path: Path, pen: Pen, rng: np.random.Generator) -> None:
    """Draw a path whose width and presence vary along its way.

    A line thinner than a pixel is drawn one pixel wide and paler instead.
    """
    pieces = int(max(1, min(12, len(path) // 3)))
    widths = pen.width_px * rng.uniform(0.45, 1.0, pieces)
    present = rng.random(pieces) >= pen.gaps
    bounds = np.sort(rng.integers(0, len(path), pieces + 1))
    bounds[[0, -1]] = 0, len(path) - 1
    fixed = np.rint(path * (1 << _SHIFT)).astype(np.int32)
    for index in range(pieces):
        if not present[index]:
            continue
        piece = fixed[bounds[index] : bounds[index + 1] + 1]
        width = float(widths[index])
        level = round(255 * min(1.0, pen.opacity * min(1.0, 0.35 + 0.65 * width)))
        thickness = max(1, round(width))
        cv2.polylines(
            plane, [piece], isClosed=False, color=level, thickness=thickness,
            lineType=cv2.LINE_AA, shift=_SHIFT,
        )  # fmt: skip


def _outlines(
    centres: Path, radii: npt.NDArray[np.float64], corners: int, rng: np.random.Generator
) -> npt.NDArray[np.int32]:
    """Irregular roundish outlines: N x corners x 2, in sixteenths of a pixel."""
    angles = np.linspace(0, 2 * math.pi, corners, endpoint=False) + rng.random((len(radii), 1))
    reach = radii[:, None] * rng.uniform(0.55, 1.2, (len(radii), corners))
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=2)
    points = circle * reach[..., None] + centres[:, None, :]
    return np.rint(points * (1 << _SHIFT)).astype(np.int32)


def specks(
    bright: Opacity,
    dark: Opacity,
    centres: Path,
    radii: npt.NDArray[np.float64],
    rng: np.random.Generator,
) -> None:
    """Fill many small irregular spots, two in three of them on the bright plane."""
    outlines = _outlines(centres, radii, 6, rng)
    levels = np.rint(rng.uniform(128, 255, len(radii))).astype(int)
    is_bright = rng.random(len(radii)) < 0.65
    for outline, level, white in zip(outlines, levels, is_bright, strict=True):
        plane = bright if white else dark
        cv2.fillConvexPoly(plane, outline, int(level), cv2.LINE_AA, _SHIFT)


def blob(
    plane: Opacity,
    centre: tuple[float, float],
    radius_px: float,
    opacity: float,
    rng: np.random.Generator,
) -> None:
    """Fill an irregular roundish spot."""
    outline = _outlines(np.array([centre]), np.array([radius_px]), 9, rng)
    cv2.fillPoly(plane, list(outline), round(255 * opacity), cv2.LINE_AA, _SHIFT)
