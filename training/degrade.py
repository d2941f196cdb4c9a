"""How a training input is made from its target: which profile, how often, and grey handling."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.degradation import PROFILES, CameraProfile, DamageProfile, degrade
from core.degradation.camera import as_grey
from core.image import FloatImage
from training.options import DataOptions

Uint8Image = npt.NDArray[np.uint8]

_JITTER_TO_SHIFT = 0.35
"""Brightness and saturation are shaken less often than casts are added: a network that sees them
shaken often learns to guess everybody's skin tone towards the average."""

_MILD_CAMERA = CameraProfile(
    blur_low_px=0.2, blur_high_px=2.4, shrink_low=1.0, shrink_high=3.0,
    noise_low=0.0, noise_high=5.0, jpeg_low=75, jpeg_high=99,
)  # fmt: skip


_MODERATE_CAMERA = CameraProfile(
    blur_low_px=0.4, blur_high_px=6.0, shrink_low=1.0, shrink_high=8.0,
    noise_low=0.0, noise_high=12.0, jpeg_low=50, jpeg_high=97,
)  # fmt: skip
"""What scanned family photographs mostly look like."""

_MODERATE_SHARE = 0.45


_EFFECTS = (
    "sepia", "fading", "yellowing", "grain", "halftone", "stains", "creases", "scratches", "dust",
)  # fmt: skip


def scaled_camera(camera: CameraProfile, strength: float) -> CameraProfile:
    """The profile with blur, shrinking, noise and JPEG so many times as strong; 1: as it is."""
    if strength == 1.0:
        return camera

    def shrink(factor: float) -> float:
        return min(64.0, 1 + (factor - 1) * strength)

    def quality(jpeg: int) -> int:
        return max(1, round(100 - (100 - jpeg) * strength))

    return camera.replace(
        blur_low_px=min(40.0, camera.blur_low_px * strength),
        blur_high_px=min(40.0, camera.blur_high_px * strength),
        shrink_low=shrink(camera.shrink_low),
        shrink_high=shrink(camera.shrink_high),
        noise_low=min(100.0, camera.noise_low * strength),
        noise_high=min(100.0, camera.noise_high * strength),
        jpeg_low=quality(camera.jpeg_low),
        jpeg_high=quality(camera.jpeg_high),
    )


def scaled_damage(profile: DamageProfile, strength: float) -> DamageProfile:
    """The profile with scratches, dust, fading so many times as strong; 1: as it is."""
    if strength == 1.0:
        return profile
    changed = {}
    for name in _EFFECTS:
        effect = getattr(profile, name)
        low, high = min(1.0, effect.low * strength), min(1.0, effect.high * strength)
        changed[name] = effect.replace(low=low, high=high)
    return profile.replace(**changed)


def training_profiles(
    options: DataOptions,
) -> tuple[DamageProfile, DamageProfile, DamageProfile]:
    """The mild, the moderate and the full profile, all damage switched on."""
    colours = {
        "grey_probability": options.grey_share,
        "shift_probability": options.jitter_share,
        "jitter_probability": options.jitter_share * _JITTER_TO_SHIFT,
    }
    full = PROFILES["training"].replace(clean_probability=0.0)
    kinds = (
        (PROFILES["mild"], _MILD_CAMERA),
        (PROFILES["medium"], _MODERATE_CAMERA),
        (full, full.camera),
    )
    mild, moderate, worst = (
        scaled_damage(profile, options.damage).replace(
            camera=scaled_camera(camera, options.degradation).replace(**colours)
        )
        for profile, camera in kinds
    )
    return mild, moderate, worst


class Degrader:
    """Makes input and target of one sample.

    Args:
        options: Shares of mild, clean, damaged, grey and colourised samples.
    """

    def __init__(self, options: DataOptions) -> None:
        self.options = options
        self._mild, self._moderate, self._full = training_profiles(options)
        self._untouched = DamageProfile(camera=CameraProfile(grey_probability=options.grey_share))

    def profile(self, rng: np.random.Generator) -> DamageProfile:
        """Draw how badly this sample fares."""
        kind, moderate, damaged = rng.random(3)
        if kind < self.options.clean_share:
            return self._untouched
        profile = self._moderate if moderate < _MODERATE_SHARE else self._full
        if kind < self.options.clean_share + self.options.mild_share:
            profile = self._mild
        if damaged < self.options.damage_share:
            return profile
        return DamageProfile(camera=profile.camera)

    def __call__(
        self, clean: Uint8Image, rng: np.random.Generator
    ) -> tuple[Uint8Image, Uint8Image]:
        """Damage one face.

        Args:
            clean: S x S x 3, RGB.
            rng: The sample's own source of chance.

        Returns:
            Input and target, S x S x 3 each; the target is in the tone of the input, unless the
            sample is one to be colourised.
        """
        colourise = rng.random() < self.options.colourise_share
        result = degrade(clean, self.profile(rng), rng)
        if colourise:
            return as_uint8(as_grey(result.image)), clean
        return as_uint8(result.image), as_uint8(result.target)


def as_uint8(image: FloatImage) -> Uint8Image:
    """[0, 1] to 8 bits, rounded."""
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
