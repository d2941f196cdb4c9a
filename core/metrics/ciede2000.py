"""Colour difference as people see it: CIEDE2000, on CIELAB under D65.

Follows Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula: implementation notes,
supplementary test data, and mathematical observations", Color Research and Application 30 (2005),
equations 2 to 22, with all weights 1. A difference of 1 is just visible side by side.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
"""Linear sRGB to CIE XYZ, D65 (IEC 61966-2-1)."""


def srgb_to_lab(image: npt.ArrayLike) -> Floats:
    """CIELAB (D65, 2 degrees) of sRGB codes.

    Args:
        image: ... x 3, encoded sRGB in [0, 1].

    Returns:
        ... x 3: L* in [0, 100], a*, b*.
    """
    codes = np.asarray(image, dtype=np.float64)
    linear = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
    relative = linear @ _TO_XYZ.T / _TO_XYZ.sum(axis=1)
    threshold = 216 / 24389
    root = np.where(relative > threshold, np.cbrt(relative), (24389 / 27 * relative + 16) / 116)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def ciede2000(first: npt.ArrayLike, second: npt.ArrayLike) -> Floats:
    """Colour difference of each pair of CIELAB colours.

    Args:
        first: ... x 3: L*, a*, b*.
        second: The same shape.

    Returns:
        The differences, shape `...`, 0 or more; symmetric in the arguments.
    """
    lab_1, lab_2 = np.asarray(first, np.float64), np.asarray(second, np.float64)
    chroma = (np.hypot(lab_1[..., 1], lab_1[..., 2]) + np.hypot(lab_2[..., 1], lab_2[..., 2])) / 2
    stretch = 1 + 0.5 * (1 - np.sqrt(chroma**7 / (chroma**7 + 25.0**7)))  # eq. 4, 5
    c_1, h_1 = _polar(lab_1, stretch)
    c_2, h_2 = _polar(lab_2, stretch)
    d_light, d_chroma = lab_2[..., 0] - lab_1[..., 0], c_2 - c_1
    turn = _hue_turn(h_1, h_2, c_1 * c_2)
    d_hue = 2 * np.sqrt(c_1 * c_2) * np.sin(np.radians(turn) / 2)  # eq. 11
    light, mean_c = (lab_1[..., 0] + lab_2[..., 0]) / 2, (c_1 + c_2) / 2
    hue = _mean_hue(h_1, h_2, c_1 * c_2)
    s_light = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)  # eq. 18
    s_chroma = 1 + 0.045 * mean_c  # eq. 19
    s_hue = 1 + 0.015 * mean_c * _hue_weight(hue)  # eq. 20
    parts = d_light / s_light, d_chroma / s_chroma, d_hue / s_hue
    rotation = _rotation(hue, mean_c)
    total = sum(part**2 for part in parts) + rotation * parts[1] * parts[2]  # eq. 22
    difference: Floats = np.sqrt(np.maximum(total, 0.0))
    return difference


def mean_difference(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Mean CIEDE2000 of two pictures of encoded sRGB in [0, 1], H x W x 3."""
    return float(ciede2000(srgb_to_lab(first), srgb_to_lab(second)).mean())


def _polar(lab: Floats, stretch: Floats) -> tuple[Floats, Floats]:
    """Chroma and hue, in degrees [0, 360), with a* stretched; equations 5 to 7."""
    a, b = stretch * lab[..., 1], lab[..., 2]
    return np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360


def _hue_turn(h_1: Floats, h_2: Floats, product: Floats) -> Floats:
    """The shorter way from the first hue to the second, in degrees; equation 10."""
    turn = h_2 - h_1
    turn = np.where(turn > 180, turn - 360, np.where(turn < -180, turn + 360, turn))
    return np.where(product == 0, 0.0, turn)


def _mean_hue(h_1: Floats, h_2: Floats, product: Floats) -> Floats:
    """The hue half way on the shorter arc, in degrees; equation 14."""
    total = h_1 + h_2
    far = np.abs(h_1 - h_2) > 180
    mean = np.where(far, np.where(total < 360, total + 360, total - 360), total) / 2
    return np.where(product == 0, total, mean)


def _hue_weight(hue: Floats) -> Floats:
    """T of equation 15."""
    angle = np.radians(hue)
    weight: Floats = (
        1
        - 0.17 * np.cos(angle - np.radians(30))
        + 0.24 * np.cos(2 * angle)
        + 0.32 * np.cos(3 * angle + np.radians(6))
        - 0.20 * np.cos(4 * angle - np.radians(63))
    )
    return weight


def _rotation(hue: Floats, chroma: Floats) -> Floats:
    """The rotation term for blues; equations 16, 17 and 21."""
    spread = 30 * np.exp(-(((hue - 275) / 25) ** 2))
    strength = 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    rotation: Floats = -np.sin(np.radians(2 * spread)) * strength
    return rotation
