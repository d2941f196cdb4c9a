"""Is a photo in colour, black and white, or toned (sepia, selenium, cyanotype)?

A toned print has one colour for each lightness. So the test is: sort the pixels by lightness, take
the typical colour of each step, and see how far the others scatter around it. Thresholds are in
OKLab and were set on scans from 1860 to 1940 and on modern portraits: a photo in colour that is
as pale as a toned one is taken for toned, which only means that its colours are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np

from core.colour.sampling import sampled
from core.colour.spaces import oklab
from core.image import is_grey

if TYPE_CHECKING:
    from core.image import FloatImage, Pixels

ToneKind = Literal["colour", "grey", "toned"]

_STEPS = 24
_SMOOTHING_PX = 5
"""Chroma is averaged over this many pixels of the sample: small photos have noise left there."""


@dataclass(frozen=True, slots=True)
class Tone:
    """What kind of colour a photo has.

    Attributes:
        kind: "colour", "grey" (no colour but noise) or "toned" (one hue for all).
        hue_deg: Mean hue in OKLab, degrees [0, 360); brown is about 70. 0 for exact grey.
        chroma: Median chroma in OKLab; 0 for exact grey, 0.02 to 0.06 for sepia.
    """

    kind: ToneKind
    hue_deg: float = 0.0
    chroma: float = 0.0

    @property
    def is_monochrome(self) -> bool:
        """True for black and white and for toned photos."""
        return self.kind != "colour"


@dataclass(frozen=True, slots=True)
class _Scatter:
    """Statistics of OKLab chroma: percentiles of size, and of distance from the typical colour.

    `aligned` is 1 where all colours lie in one direction from grey, 0 where they cancel out.
    `across_97` is the distance at right angles to the mean hue.
    """

    median: float
    chroma_95: float
    all_90: float
    across_97: float
    aligned: float
    hue_deg: float


def classify_tone(pixels: Pixels, sample: FloatImage | None = None) -> Tone:
    """Tell colour, black-and-white and toned photos apart.

    Args:
        pixels: H x W x 3, RGB, uint8 or uint16. Grain and JPEG colour noise do not matter.
        sample: `sampled(pixels)`, where the caller has it already.

    Returns:
        The kind of photo, with its mean hue and chroma.
    """
    # A few rows tell most colour photos from grey ones in no time.
    if is_grey(pixels[::61]) and is_grey(pixels):
        return Tone("grey")
    return tone_of_sample(sampled(pixels) if sample is None else sample)


def tone_of_sample(sample: FloatImage) -> Tone:
    """As `classify_tone`, for a small copy: codes in [0, 1]."""
    lab = oklab(sample)
    lab[..., 1:] = cv2.blur(np.ascontiguousarray(lab[..., 1:]), (_SMOOTHING_PX, _SMOOTHING_PX))
    scatter = _scatter(lab.reshape(-1, 3).astype(np.float64))
    if _is_grey(scatter):
        return Tone("grey", scatter.hue_deg, scatter.median)
    kind: ToneKind = "toned" if _is_toned(scatter) else "colour"
    return Tone(kind, scatter.hue_deg, scatter.median)


def _scatter(lab: np.ndarray) -> _Scatter:
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    mean = lab[:, 1:].mean(axis=0)
    size = float(np.hypot(*mean))
    along = mean / size if size > 1e-9 else np.array([1.0, 0.0])
    across = np.array([-along[1], along[0]])
    turned = np.column_stack([lab[:, 1:] @ along, lab[:, 1:] @ across])
    order = np.argsort(lab[:, 0], kind="stable")
    steps = [turned[part] for part in np.array_split(order, _STEPS) if len(part)]
    rest = np.abs(np.concatenate([step - np.median(step, axis=0) for step in steps]))
    total = float(chroma.sum())
    return _Scatter(
        median=float(np.median(chroma)),
        chroma_95=float(np.percentile(chroma, 95)),
        all_90=float(np.percentile(np.hypot(rest[:, 0], rest[:, 1]), 90)),
        across_97=float(np.percentile(rest[:, 1], 97)),
        aligned=size * len(chroma) / total if total > 1e-9 else 0.0,
        hue_deg=float(np.degrees(np.arctan2(mean[1], mean[0])) % 360),
    )


def _is_grey(scatter: _Scatter) -> bool:
    """Hardly any chroma, and what there is points everywhere."""
    tinted = scatter.aligned > 0.95 and scatter.median > 0.004
    return scatter.chroma_95 < 0.012 and not tinted


def _is_toned(scatter: _Scatter) -> bool:
    """One hue: any of five signs, from a faint even tint to a brown photo on a cream card."""
    faint = scatter.chroma_95 < 0.02 and scatter.all_90 < 0.0085
    even = scatter.all_90 < 0.0115 and scatter.aligned > 0.9
    grainy = scatter.all_90 < 0.0165 and scatter.across_97 < 0.0155 and scatter.aligned > 0.95
    pale = scatter.all_90 < 0.0215 and scatter.across_97 < 0.0135 and scatter.chroma_95 < 0.05
    pale = pale and scatter.median > 0.016 and scatter.aligned > 0.72
    mounted = scatter.all_90 < 0.027 and scatter.across_97 < 0.0155 and scatter.median > 0.03
    mounted = mounted and scatter.aligned > 0.985
    return faint or even or grainy or pale or mounted
