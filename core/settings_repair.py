"""What can be chosen about damage: marks and how they are filled, stains, noise, JPEG blocks."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from core.settings_base import Settings

NEARBY = "nearby"
"""Fills marks from the pixels around them, without a model."""

CLASSICAL = "classical"
"""Takes noise and JPEG blocks away by calculation, without a model."""


class MaskEdits(Settings, frozen=True, kw_only=True):
    """What the user painted over the marks that were found, for one photo.

    No pixel is both added and erased. See `core.run_lengths` for the texts.
    """

    width_px: Annotated[int, Meta(ge=1, le=1_000_000)]
    height_px: Annotated[int, Meta(ge=1, le=1_000_000)]
    added: Annotated[str, Meta(description="Marked by hand.")] = ""
    erased: Annotated[str, Meta(description="Found, but no damage.")] = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        from core.run_lengths import MAX_PACKED_CHARS, check_packed  # numpy, where it is needed

        for text in (self.added, self.erased):
            if len(text) > MAX_PACKED_CHARS:
                raise ValueError("the painted marks are too large")
            check_packed(text, self.height_px, self.width_px)


class RepairSettings(Settings, frozen=True, kw_only=True):
    """Scratches, cracks and dust: found, corrected by hand, and filled. Off by default."""

    enabled: Annotated[
        bool,
        Meta(
            title="Repair scratches",
            description="Find scratches, cracks and dust, and fill them from around.",
        ),
    ] = False
    automatic: Annotated[
        bool,
        Meta(
            title="Find scratches automatically",
            description="Without this, only what you mark by hand is filled.",
            extra={"neutral": True},
        ),
    ] = True
    sensitivity: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Scratch finder",
            description="How eager it is. More finds fainter marks, and more that are none.",
        ),
    ] = 0.5
    filler: Annotated[
        str,
        Meta(
            title="Filling method",
            description="“nearby” is quick and best for thin marks; a model can fill large areas.",
        ),
    ] = NEARBY
    stains: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Stains",
            description="Takes brown stains and spots off a photo in black and white or one tone.",
            extra={"neutral": 0.0},
        ),
    ] = 0.0
    edits: Annotated[MaskEdits | None, Meta(description="What was painted and erased by hand.")] = (
        None
    )


class DenoiseSettings(Settings, frozen=True, kw_only=True):
    """Noise, grain and JPEG blocks. All defaults change nothing, to the bit."""

    noise: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="Noise and grain",
            description="Smooths noise and film grain; edges stay.",
            extra={"neutral": 0.0},
        ),
    ] = 0.0
    jpeg: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            title="JPEG blocks",
            description="Takes away the squares and ripples of strong compression.",
            extra={"neutral": 0.0},
        ),
    ] = 0.0
    method: Annotated[
        str,
        Meta(
            title="Smoothing method",
            description="“classical” is calculated and invents nothing; a model may do more.",
        ),
    ] = CLASSICAL

    @property
    def is_neutral(self) -> bool:
        """True where nothing is smoothed."""
        return self.noise == 0 and self.jpeg == 0
