"""Photos in wide colour spaces: their codes to sRGB's for the colour maths, and back without loss.

Adobe RGB, Display P3, ProPhoto and their like are "matrix/TRC" profiles (ICC.1:2022, section 8.3):
one curve a channel and three primaries. The corrections of this package are made for sRGB; a photo
in another space is corrected as what it looks like in sRGB, and what lies beyond sRGB's colours
stays beyond by as much as before.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from core.colour.spaces import decoded, encoded
from core.image import is_grey, max_value, to_float, to_stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from core.image import FloatImage, Pixels
    from core.progress import Progress

    Curve = npt.NDArray[np.float64]

_SRGB_D50 = np.array(
    [
        [0.4360747, 0.3850649, 0.1430804],
        [0.2225045, 0.7168786, 0.0606169],
        [0.0139322, 0.0971045, 0.7141733],
    ]
)
"""Linear sRGB to the profiles' common space, XYZ under D50 (Bradford)."""

_SAMPLES = 4096
_SAME_MATRIX = 0.004
_SAME_CURVE = 0.004
_STRIP_PX = 50_000
"""Pixels worked on at once: what they need on the way fits into the processor's cache."""
_HEADER_BYTES = 128
_LONGEST_CURVE = 65_536
_DARKEST_WHITE = 0.1
"""White of a real space is 1 in each channel; far below, the primaries are damaged."""


@dataclass(frozen=True, slots=True, eq=False)
class WideSpace:
    """An RGB colour space that is not sRGB.

    Attributes:
        to_linear_srgb: 3 x 3, linear light of the space to that of sRGB; its rows add up to 1, so
            that grey stays grey.
        curves: 3 x N, linear light at N codes evenly from 0 to 1, rising.
    """

    to_linear_srgb: npt.NDArray[np.float64]
    curves: Curve

    def srgb_code(self, codes: tuple[float, float, float]) -> tuple[float, float, float]:
        """One colour of the space as sRGB codes, within [0, 1]."""
        levels = np.linspace(0, 1, self.curves.shape[1])
        light = [
            np.interp(code, levels, curve) for code, curve in zip(codes, self.curves, strict=True)
        ]
        linear = np.clip(self.to_linear_srgb @ np.array(light), 0, 1)
        red, green, blue = encoded(linear.astype(np.float32))
        return float(red), float(green), float(blue)

    def to_srgb(self, pixels: Pixels) -> npt.NDArray[np.uint16]:
        """The picture in sRGB at 16 bits; colours beyond it are cut off."""
        result = np.empty(pixels.shape, np.uint16)
        grey = is_grey(pixels)
        tables = self._light_tables(max_value(pixels))
        for rows in _strips(pixels):
            linear = np.clip(self._linear(pixels[rows], tables, grey=grey), 0, 1)
            result[rows] = to_stored(encoded(linear), np.uint16)
        return result

    def corrected(
        self,
        pixels: Pixels,
        correct: Callable[[Pixels, Progress], Pixels],
        progress: Progress,
    ) -> Pixels:
        """Correct a picture as what it is in sRGB.

        Args:
            pixels: H x W x 3 in this space, uint8 or uint16.
            correct: Takes and gives sRGB codes; the same array where it changes nothing.
            progress: Reported to and polled.

        Returns:
            H x W x 3 in this space at the same depth, or `pixels` itself.

        Raises:
            Cancelled: The job was stopped.
        """
        shown = self.to_srgb(pixels)
        progress.report(0.2)
        done = correct(shown, progress.part(0.2, 0.7))
        if done is shown:
            return pixels
        back = np.linalg.inv(self.to_linear_srgb).astype(np.float32)
        grey = is_grey(pixels) and is_grey(done)
        result = np.empty_like(pixels)
        light_tables, code_tables = self._light_tables(max_value(pixels)), self._code_tables()
        for rows in _strips(pixels):
            progress.report(0.7 + 0.3 * rows.start / pixels.shape[0])
            before = self._linear(pixels[rows], light_tables, grey=grey)
            beyond = before - np.clip(before, 0, 1)
            linear = decoded(to_float(done[rows])) + beyond
            if not grey:
                linear = cast("FloatImage", cv2.transform(linear, back))
            result[rows] = to_stored(_codes(linear, code_tables), pixels.dtype)
        if grey:
            result[..., 1:] = result[..., :1]
        return result

    def _light_tables(self, white: int) -> list[FloatImage]:
        """The linear light of each code up to `white`, one table a channel."""
        levels = np.linspace(0, 1, self.curves.shape[1])
        codes = np.linspace(0, 1, white + 1)
        return [np.interp(codes, levels, curve).astype(np.float32) for curve in self.curves]

    def _code_tables(self) -> list[FloatImage]:
        """The codes at evenly spaced square roots of light, one table a channel.

        Codes lie evenly in the square root of light about as they do on the eye: a table over it
        is as fine in shadows as in highlights.
        """
        places = np.linspace(0, 1, _LONGEST_CURVE)
        levels = np.linspace(0, 1, self.curves.shape[1])
        return [np.interp(places**2, curve, levels).astype(np.float32) for curve in self.curves]

    def _linear(self, pixels: Pixels, tables: list[FloatImage], *, grey: bool) -> FloatImage:
        """Linear light of sRGB, not cut off."""
        light = cv2.merge([tables[i].take(pixels[..., i]) for i in range(3)])
        if grey:
            return cast("FloatImage", light)
        return cast("FloatImage", cv2.transform(light, self.to_linear_srgb.astype(np.float32)))


def _codes(light: FloatImage, tables: list[FloatImage]) -> FloatImage:
    """Linear light of the space to its codes."""
    roots = np.sqrt(np.clip(light, 0, 1))
    index = np.rint(roots * np.float32(_LONGEST_CURVE - 1)).astype(np.int32)
    return cast("FloatImage", cv2.merge([tables[i].take(index[..., i]) for i in range(3)]))


def wide_space(icc: bytes | None) -> WideSpace | None:
    """The colour space of a profile.

    Returns:
        None for sRGB, for no profile, and for profiles of another kind than matrix/TRC: their codes
        are taken as sRGB's.
    """
    if icc is None or len(icc) < _HEADER_BYTES + 4 or icc[16:20] != b"RGB ":
        return None
    try:
        tags = _tags(icc)
        primaries = np.array([_xyz(tags[name]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]).T
        curves = np.array([_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC")])
    except (KeyError, struct.error, ValueError):
        return None
    if not np.isfinite(curves).all() or (np.diff(curves, axis=1) < 0).any():
        return None
    matrix = np.linalg.inv(_SRGB_D50) @ primaries
    white = matrix.sum(axis=1, keepdims=True)
    if abs(np.linalg.det(primaries)) < 1e-6 or (white < _DARKEST_WHITE).any():
        return None
    matrix /= white
    plain = decoded(np.linspace(0, 1, curves.shape[1], dtype=np.float32))
    same_curve = np.abs(curves - plain).max() < _SAME_CURVE
    if same_curve and np.abs(matrix - np.eye(3)).max() < _SAME_MATRIX:
        return None
    return WideSpace(matrix, curves)


def _tags(icc: bytes) -> dict[bytes, bytes]:
    count = struct.unpack_from(">I", icc, _HEADER_BYTES)[0]
    found = {}
    for index in range(min(count, 200)):
        name, start, length = struct.unpack_from(">4sII", icc, _HEADER_BYTES + 4 + 12 * index)
        found[name] = icc[start : start + length]
    return found


def _xyz(tag: bytes) -> tuple[float, ...]:
    if tag[:4] != b"XYZ ":
        raise ValueError("not an XYZ tag")
    return tuple(value / 65536 for value in struct.unpack_from(">3i", tag, 8))


def _curve(tag: bytes) -> Curve:
    """Linear light at evenly spaced codes, from a "curv" or a "para" tag."""
    codes = np.linspace(0, 1, _SAMPLES)
    if tag[:4] == b"para":
        return _parametric(tag, codes)
    if tag[:4] != b"curv":
        raise ValueError("not a curve")
    count = struct.unpack_from(">I", tag, 8)[0]
    if count == 0:
        return codes
    if count == 1:
        return cast("Curve", codes ** (struct.unpack_from(">H", tag, 12)[0] / 256))
    if count > _LONGEST_CURVE:
        raise ValueError("a curve of unlikely length")
    values = np.array(struct.unpack_from(f">{count}H", tag, 12)) / 65535
    return np.interp(codes, np.linspace(0, 1, count), values)


def _parametric(tag: bytes, codes: Curve) -> Curve:
    """The five kinds of curve of ICC.1:2022, table 68."""
    kind = struct.unpack_from(">H", tag, 8)[0]
    counts: tuple[int, ...] = (1, 3, 4, 5, 7)
    if kind >= len(counts):
        raise ValueError("an unknown kind of curve")
    numbers = struct.unpack_from(f">{counts[kind]}i", tag, 12)
    given = [value / 65536 for value in numbers] + [0.0] * (7 - counts[kind])
    gamma, a, b, c, d, e, f = given
    if gamma <= 0 or (kind and a <= 0):
        raise ValueError("a curve that does not rise")
    if kind == 0:
        return cast("Curve", codes**gamma)
    if kind in (1, 2):
        e = f = c if kind == 2 else 0.0
        c, d = 0.0, -b / a
    with np.errstate(over="ignore"):  # cut off below
        light = np.where(codes >= d, np.maximum(a * codes + b, 0) ** gamma + e, c * codes + f)
    return cast("Curve", np.clip(light, 0, 1))


def _strips(pixels: Pixels) -> Iterator[slice]:
    height, width = pixels.shape[:2]
    step = max(1, _STRIP_PX // width)
    for top in range(0, height, step):
        yield slice(top, min(height, top + step))
