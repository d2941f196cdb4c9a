"""All that a user can choose about one restoration, as frozen values that read and write JSON.

The same settings object drives the window, the command line, presets and the recipe beside each
output. Each number carries its range, its title and its help text as metadata, so that forms and
`--help` are built from here and nothing is said twice. `neutral` is the value that changes nothing.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from core.settings_base import Settings
from core.settings_faces import (
    DEFAULT_FACE_MODEL,
    FIRST_ADDED,
    AddedFace,
    FaceChoice,
    FaceSettings,
    Finish,
    FivePoints,
    IdentityFloor,
    Place,
)
from core.settings_repair import CLASSICAL, NEARBY, DenoiseSettings, MaskEdits, RepairSettings

__all__ = [
    "CLASSICAL",
    "COLOUR_PRESETS",
    "DEFAULT_FACE_MODEL",
    "FIRST_ADDED",
    "MAX_UPSCALE",
    "NEARBY",
    "AddedFace",
    "BackgroundSettings",
    "ColourSettings",
    "DenoiseSettings",
    "FaceChoice",
    "FaceSettings",
    "Finish",
    "FivePoints",
    "IdentityFloor",
    "MaskEdits",
    "Place",
    "RepairSettings",
    "RestorationSettings",
    "Share",
    "Upscale",
]

MAX_UPSCALE = 4

Upscale = Literal[1, 2, 4]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]


class ColourSettings(Settings, frozen=True, kw_only=True):
    """Colour enhancement. All defaults are neutral: nothing changes, to the bit."""

    white_balance: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="White balance",
            description="Takes a colour cast off the whole photo.",
            extra={"neutral": 0.0},
        ),
    ] = 0.0
    fade: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Fade recovery",
            description="Gives a faded photo its dark and bright tones back.",
            extra={"neutral": 0.0},
        ),
    ] = 0.0
    yellowing: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Yellowing",
            description="Takes the yellow of old paper off a colour photo.",
            extra={"neutral": 0.0},
        ),
    ] = 0.0
    sepia: Annotated[
        float,
        Meta(
            ge=-1.0,
            le=1.0,
            title="Brown tone",
            description="For photos in one tone: left takes the tone out, right deepens it.",
            extra={"neutral": 0.0},
        ),
    ] = 0.0
    exposure: Annotated[
        float,
        Meta(
            ge=-2.0,
            le=2.0,
            title="Brightness",
            description="Makes the photo brighter or darker, in steps of the camera.",
            extra={"neutral": 0.0},
        ),
    ] = 0.0
    contrast: Annotated[
        float,
        Meta(
            ge=-1.0,
            le=1.0,
            title="Contrast",
            description="Makes bright parts brighter and dark parts darker, or the reverse.",
            extra={"neutral": 0.0},
        ),
    ] = 0.0
    local_contrast: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Local contrast",
            description="Makes shapes stand out without changing the whole photo.",
            extra={"neutral": 0.0},
        ),
    ] = 0.0
    saturation: Annotated[
        float,
        Meta(
            ge=-1.0,
            le=1.0,
            title="Saturation",
            description="Makes colours stronger or weaker. A black-and-white photo stays as it is.",
            extra={"neutral": 0.0},
        ),
    ] = 0.0
    vibrance: Annotated[
        float,
        Meta(
            ge=-1.0,
            le=1.0,
            title="Vibrance",
            description="Strengthens pale colours and leaves skin nearly as it is.",
            extra={"neutral": 0.0},
        ),
    ] = 0.0
    black_point: Annotated[
        float,
        Meta(
            ge=-0.2,
            le=0.4,
            title="Black point",
            description="Everything darker than this becomes black.",
            extra={"neutral": 0.0},
        ),
    ] = 0.0
    white_point: Annotated[
        float,
        Meta(
            ge=0.6,
            le=1.2,
            title="White point",
            description="Everything brighter than this becomes white.",
            extra={"neutral": 1.0},
        ),
    ] = 1.0
    neutral_colour: Annotated[
        tuple[float, float, float] | None,
        Meta(
            title="Neutral colour",
            description="A colour of the photo, red, green and blue from 0 to 1, that shall be "
            "grey. It takes the place of the automatic white balance.",
            extra={"neutral": None},
        ),
    ] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        picked = self.neutral_colour
        if picked is not None and not all(0.0 <= value <= 1.0 for value in picked):
            raise ValueError(f"neutral_colour must lie between 0 and 1, not {picked}")

    @property
    def is_neutral(self) -> bool:
        """True where no control changes anything."""
        return self == ColourSettings()


COLOUR_PRESETS: dict[str, ColourSettings] = {
    "none": ColourSettings(),
    "gentle": ColourSettings(white_balance=0.5, fade=0.5, yellowing=0.5),
    "auto": ColourSettings(white_balance=1.0, fade=1.0, yellowing=1.0),
    "strong": ColourSettings(
        white_balance=1.0,
        fade=1.0,
        yellowing=1.0,
        contrast=0.15,
        local_contrast=0.4,
        vibrance=0.3,
    ),
}
"""Colour presets by the name that `--colour` takes."""


class BackgroundSettings(Settings, frozen=True, kw_only=True):
    """Everything that is not a face: its size."""

    scale: Annotated[
        Upscale,
        Meta(title="Enlarge", description="How many times wider and higher the result is."),
    ] = 1
    upscaler: Annotated[
        str,
        Meta(
            title="Enlarging method",
            description="“lanczos” is quick and invents nothing; a model adds sharpness.",
        ),
    ] = "lanczos"


class RestorationSettings(Settings, frozen=True, kw_only=True):
    """Everything that decides what a restored photo looks like."""

    faces: FaceSettings = FaceSettings()
    colour: ColourSettings = COLOUR_PRESETS["auto"]
    background: BackgroundSettings = BackgroundSettings()
    repair: RepairSettings = RepairSettings()
    denoise: DenoiseSettings = DenoiseSettings()
    seed: Annotated[
        int,
        Meta(ge=0, description="Fixes the generator's noise: same seed, same picture."),
    ] = 0

    def for_any_photo(self) -> RestorationSettings:
        """These settings without what belongs to one photo: chosen faces, painted marks.

        Presets, defaults and recipes of another photo hold no more than this.
        """
        return self.replace(
            faces=self.faces.replace(choices=(), added=()), repair=self.repair.replace(edits=None)
        )
