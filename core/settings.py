"""All that a user can choose about one restoration, as frozen values that read and write JSON.

The same settings object drives the window, the command line, presets and the recipe beside each
output. Each number carries its range, its title and its help text as metadata, so that forms and
`--help` are built from here and nothing is said twice. `neutral` is the value that changes nothing.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from core.settings_base import Settings

DEFAULT_FACE_MODEL = "compact-512"
MAX_UPSCALE = 4

Upscale = Literal[1, 2, 4]
Finish = Literal["auto", "off", "sharp"]
IdentityFloor = Literal["off", "gentle", "normal", "strict"]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]


class FaceChoice(Settings, frozen=True, kw_only=True):
    """What the user chose for one face, by its number in the list of detected faces."""

    index: Annotated[int, Meta(ge=0)]
    enabled: bool = True
    strength: Annotated[
        float | None,
        Meta(description="Strength for this face alone; empty: as all the others."),
    ] = None
    model: Annotated[
        str | None,
        Meta(description="Network for this face alone; empty: as all the others."),
    ] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.strength is not None and not 0.0 <= self.strength <= 1.0:
            raise ValueError(f"strength must lie between 0 and 1, not {self.strength}")


class FaceSettings(Settings, frozen=True, kw_only=True):
    """How faces are found and restored."""

    enabled: Annotated[
        bool, Meta(title="Restore faces", description="Find faces and restore each one.")
    ] = True
    model: Annotated[
        str, Meta(title="Face model", description="The network that restores faces.")
    ] = DEFAULT_FACE_MODEL
    detector: Annotated[
        str,
        Meta(title="Face finder", description="“auto” takes the best installed one."),
    ] = "auto"
    strength: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Face strength",
            description="How much of the restored face replaces the old one.",
            extra={"neutral": 0.0},
        ),
    ] = 1.0
    blend_in: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Blend in",
            description="Gives restored faces the grain and the softness of the photo around them.",
            extra={"neutral": 0.0},
        ),
    ] = 0.5
    keep_detail: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Keep detail",
            description="Keeps wrinkles and other fine lines of faces that were sharp already.",
            extra={"neutral": 0.0},
        ),
    ] = 1.0
    mask: Annotated[
        str,
        Meta(
            title="Face outline",
            description="“auto” takes the best installed model that tells face, hair and glasses "
            "apart; “landmarks” takes an oval around eyes, nose and mouth.",
        ),
    ] = "auto"
    finish: Annotated[
        Finish,
        Meta(
            title="Finish large faces",
            description="Draws faces that are larger than the face model's picture with the "
            "enlarging model: “sharp” always, “auto” on a graphics card or where a model enlarges "
            "the whole photo, “off” never.",
        ),
    ] = "auto"
    min_size_px: Annotated[
        int,
        Meta(
            ge=8,
            le=4096,
            title="Smallest face",
            description="Faces narrower than this, in pixels, are left alone.",
        ),
    ] = 20
    min_score: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Face certainty",
            description="How sure the face finder must be. Lower finds more, also false ones.",
        ),
    ] = 0.9
    identity_floor: Annotated[
        IdentityFloor,
        Meta(
            title="Likeness check",
            description="Warns where a restored face looks like somebody else.",
        ),
    ] = "normal"
    keep_identity: Annotated[
        bool,
        Meta(
            title="Keep the likeness",
            description="Takes a restored face back towards the photo until it is the same person.",
        ),
    ] = True
    aligned: Annotated[
        bool,
        Meta(
            title="Photo is one aligned face",
            description="The picture is already an FFHQ-aligned face crop: restore it whole.",
        ),
    ] = False
    choices: tuple[FaceChoice, ...] = ()

    def choice_for(self, index: int) -> FaceChoice:
        """The user's choice for one face, or the default one."""
        for choice in self.choices:
            if choice.index == index:
                return choice
        return FaceChoice(index=index)


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


class RepairSettings(Settings, frozen=True, kw_only=True):
    """Scratches, cracks and dust: found and filled. Off by default."""

    enabled: Annotated[
        bool,
        Meta(
            title="Repair scratches",
            description="Find scratches, cracks and dust, and fill them from around.",
        ),
    ] = False
    sensitivity: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Scratch finder",
            description="How eager it is. More finds fainter marks, and more that are none.",
        ),
    ] = 0.5


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
    seed: Annotated[
        int,
        Meta(ge=0, description="Fixes the generator's noise: same seed, same picture."),
    ] = 0
