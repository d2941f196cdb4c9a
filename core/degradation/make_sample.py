"""Make the sample photo: a public-domain portrait, aged by our own damage code.

    python -m core.degradation.make_sample ASTRONAUT.png OUTPUT.jpg

The portrait is `skimage/data/astronaut.png` of the scikit-image wheel: Eileen Collins, NASA,
public domain. The same portrait gives the same file, byte for byte, with the same versions of
numpy, OpenCV and Pillow.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageCms

from core.degradation.degrade import degrade, generator_for
from core.degradation.profile import CameraProfile, DamageProfile, always
from core.errors import UnreadableImageError
from core.image import to_stored

if TYPE_CHECKING:
    from core.image import FloatImage

SIDE_PX = 1000
SEED = 1969
INDEX = 23
JPEG_QUALITY = 90
DPI = 300

SAMPLE_PROFILE = DamageProfile(
    camera=CameraProfile(
        blur_low_px=1.3, blur_high_px=1.3, anisotropic=0.0, shrink_low=1.0, shrink_high=1.0,
        noise_low=1.5, noise_high=1.5,
    ),
    fading=always(0.85, 0.85),
    yellowing=always(0.6, 0.6),
    grain=always(0.22, 0.22),
    creases=always(0.25, 0.25),
    scratches=always(0.5, 0.5),
    dust=always(0.5, 0.5),
)  # fmt: skip


def aged_portrait(portrait: FloatImage, seed: int = SEED, index: int = INDEX) -> FloatImage:
    """The portrait enlarged to 1000 x 1000 px and aged: RGB codes in [0, 1]."""
    size = (SIDE_PX, SIDE_PX)
    large = np.clip(cv2.resize(portrait, size, interpolation=cv2.INTER_LANCZOS4), 0.0, 1.0)
    return degrade(large, SAMPLE_PROFILE, generator_for(seed, index)).image


def make_sample(portrait_path: Path, output_path: Path) -> None:
    """Age the portrait and write it as a JPEG with profile, resolution and EXIF.

    Raises:
        UnreadableImageError: The portrait cannot be read.
    """
    portrait = cv2.imread(str(portrait_path), cv2.IMREAD_COLOR)
    if portrait is None:
        raise UnreadableImageError(
            f"{portrait_path} cannot be read as a picture.",
            "Take skimage/data/astronaut.png from the scikit-image wheel.",
        )
    rgb = cv2.cvtColor(portrait, cv2.COLOR_BGR2RGB).astype(np.float32) / np.float32(255)
    aged = Image.fromarray(to_stored(aged_portrait(rgb), np.uint8))
    exif = Image.Exif()
    exif[0x010E] = "Aged copy of a NASA portrait of Eileen Collins (public domain)"
    exif[0x013B] = "NASA"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    aged.save(
        output_path,
        quality=JPEG_QUALITY,
        dpi=(DPI, DPI),
        exif=exif,
        icc_profile=_undated(profile.tobytes()),
    )


def _undated(icc: bytes) -> bytes:
    """An ICC profile without its date of creation (bytes 24 to 35), so that files repeat."""
    return icc[:24] + bytes([0x07, 0xE0, 0, 1, 0, 1]) + bytes(6) + icc[36:]


def main() -> None:
    """Read the two paths from the command line."""
    parser = argparse.ArgumentParser(description="Age a portrait for the sample photo.")
    parser.add_argument("portrait", type=Path)
    parser.add_argument("output", type=Path)
    args = parser.parse_args()
    make_sample(args.portrait, args.output)


if __name__ == "__main__":
    main()
