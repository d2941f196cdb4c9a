"""What damage is drawn, how often and how strongly: values that read and write JSON.

A kind of damage is an `Effect`: how often it is drawn, and between which strengths. Lengths are
given for a picture whose shorter side is 512 px and grow with the picture, so that one profile
fits a 256 px training crop and a scanned sheet alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from core.settings_base import Settings

if TYPE_CHECKING:
    import numpy as np

REFERENCE_SIDE_PX = 512


class Effect(Settings, frozen=True, kw_only=True):
    """How often a kind of damage is drawn, and how strongly."""

    probability: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    low: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    high: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.high < self.low:
            raise ValueError(f"high must be at least low ({self.low:g}), not {self.high:g}")

    def draw(self, rng: np.random.Generator) -> float:
        """A strength in [low, high], or 0 where the dice say that this picture is spared."""
        chance, share = rng.random(2)
        return float(self.low + (self.high - self.low) * share) if chance < self.probability else 0


NEVER = Effect()


def always(low: float, high: float) -> Effect:
    """An effect that each picture gets."""
    return Effect(probability=1.0, low=low, high=high)


def sometimes(probability: float, low: float, high: float) -> Effect:
    """An effect that a share of the pictures gets."""
    return Effect(probability=probability, low=low, high=high)


class CameraProfile(Settings, frozen=True, kw_only=True):
    """Lens, sampling, sensor and JPEG: the degradation of GFP-GAN (Wang et al. 2021, eq. 1).

    The picture is blurred, made smaller, gets noise and JPEG blocks, and is made large again.
    Each number is drawn uniformly between its low and high value; all are given for a picture
    with a shorter side of 512 px. Colour jitter follows the published training options.
    """

    blur_low_px: Annotated[float, Meta(ge=0.0, le=40.0)] = 0.0
    blur_high_px: Annotated[float, Meta(ge=0.0, le=40.0)] = 0.0
    anisotropic: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.5
    shrink_low: Annotated[float, Meta(ge=0.5, le=64.0)] = 1.0
    shrink_high: Annotated[float, Meta(ge=0.5, le=64.0)] = 1.0
    noise_low: Annotated[float, Meta(ge=0.0, le=100.0)] = 0.0
    noise_high: Annotated[float, Meta(ge=0.0, le=100.0)] = 0.0
    jpeg_low: Annotated[int, Meta(ge=1, le=100)] = 100
    jpeg_high: Annotated[int, Meta(ge=1, le=100)] = 100
    shift_probability: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    jitter_probability: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    grey_probability: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0


class DamageProfile(Settings, frozen=True, kw_only=True):
    """Everything that may happen to a photograph between the shutter and the screen."""

    clean_probability: Annotated[
        float, Meta(ge=0.0, le=1.0, description="Share of pictures that stay as they are.")
    ] = 0.0
    sharp_marks: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            description="Share of pictures whose marks are sharper than the picture: a soft "
            "photograph that was damaged as a print and scanned well.",
        ),
    ] = 0.0
    camera: CameraProfile = CameraProfile()
    sepia: Effect = NEVER
    fading: Effect = NEVER
    yellowing: Effect = NEVER
    grain: Effect = NEVER
    halftone: Effect = NEVER
    stains: Effect = NEVER
    creases: Effect = NEVER
    scratches: Effect = NEVER
    dust: Effect = NEVER

    def only(self, *kinds: str) -> DamageProfile:
        """The same profile with all effects but these switched off, and no camera."""
        kept = {kind: getattr(self, kind) for kind in kinds}
        return DamageProfile(**kept)


_MILD = CameraProfile(
    blur_low_px=0.6, blur_high_px=3.0, shrink_low=2.0, shrink_high=4.0,
    noise_low=1.0, noise_high=6.0, jpeg_low=75, jpeg_high=95,
)  # fmt: skip
_MEDIUM = CameraProfile(
    blur_low_px=2.0, blur_high_px=8.0, shrink_low=4.0, shrink_high=10.0,
    noise_low=3.0, noise_high=14.0, jpeg_low=50, jpeg_high=85,
)  # fmt: skip
_SEVERE = CameraProfile(
    blur_low_px=4.0, blur_high_px=14.0, shrink_low=8.0, shrink_high=18.0,
    noise_low=8.0, noise_high=22.0, jpeg_low=30, jpeg_high=65,
)  # fmt: skip
_PUBLISHED = CameraProfile(
    blur_low_px=0.1, blur_high_px=10.0, shrink_low=0.8, shrink_high=8.0,
    noise_low=0.0, noise_high=20.0, jpeg_low=60, jpeg_high=100,
    shift_probability=0.3, jitter_probability=0.3, grey_probability=0.01,
)  # fmt: skip

PROFILES: dict[str, DamageProfile] = {
    "none": DamageProfile(),
    "camera": DamageProfile(camera=_PUBLISHED),
    "mild": DamageProfile(
        sharp_marks=0.5,
        camera=_MILD,
        fading=sometimes(0.3, 0.1, 0.4),
        yellowing=sometimes(0.2, 0.1, 0.4),
        grain=sometimes(0.5, 0.1, 0.4),
        scratches=sometimes(0.3, 0.1, 0.3),
        dust=sometimes(0.4, 0.1, 0.4),
    ),
    "medium": DamageProfile(
        sharp_marks=0.5,
        camera=_MEDIUM,
        sepia=sometimes(0.1, 0.3, 0.8),
        fading=sometimes(0.4, 0.2, 0.7),
        yellowing=sometimes(0.3, 0.2, 0.7),
        grain=sometimes(0.6, 0.2, 0.6),
        halftone=sometimes(0.05, 0.2, 0.5),
        stains=sometimes(0.15, 0.2, 0.6),
        creases=sometimes(0.2, 0.2, 0.6),
        scratches=sometimes(0.5, 0.2, 0.6),
        dust=sometimes(0.5, 0.2, 0.7),
    ),
    "severe": DamageProfile(
        sharp_marks=0.5,
        camera=_SEVERE,
        sepia=sometimes(0.15, 0.5, 1.0),
        fading=sometimes(0.5, 0.4, 1.0),
        yellowing=sometimes(0.4, 0.4, 1.0),
        grain=sometimes(0.6, 0.4, 1.0),
        halftone=sometimes(0.08, 0.3, 0.8),
        stains=sometimes(0.3, 0.4, 1.0),
        creases=sometimes(0.4, 0.4, 1.0),
        scratches=sometimes(0.7, 0.4, 1.0),
        dust=sometimes(0.6, 0.4, 1.0),
    ),
    "old-print": DamageProfile(
        camera=CameraProfile(blur_low_px=0.5, blur_high_px=1.5, jpeg_low=88, jpeg_high=95),
        fading=always(0.4, 0.8),
        yellowing=always(0.3, 0.8),
        grain=always(0.2, 0.5),
        stains=sometimes(0.4, 0.2, 0.6),
        creases=sometimes(0.6, 0.3, 0.8),
        scratches=always(0.3, 0.8),
        dust=always(0.3, 0.8),
    ),
    "training": DamageProfile(
        clean_probability=0.04,
        sharp_marks=0.5,
        camera=CameraProfile(
            blur_low_px=0.2, blur_high_px=14.0, shrink_low=0.8, shrink_high=16.0,
            noise_low=0.0, noise_high=20.0, jpeg_low=35, jpeg_high=100,
            shift_probability=0.3, jitter_probability=0.3, grey_probability=0.1,
        ),
        sepia=sometimes(0.08, 0.2, 1.0),
        fading=sometimes(0.25, 0.1, 1.0),
        yellowing=sometimes(0.2, 0.1, 1.0),
        grain=sometimes(0.3, 0.1, 0.8),
        halftone=sometimes(0.03, 0.2, 0.8),
        stains=sometimes(0.06, 0.2, 0.8),
        creases=sometimes(0.1, 0.2, 0.8),
        scratches=sometimes(0.25, 0.1, 0.9),
        dust=sometimes(0.25, 0.1, 0.8),
    ),
}  # fmt: skip
"""Named profiles. "camera" is the published recipe; mild, medium and severe are for evaluation."""
