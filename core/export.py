"""How results leave the program: name, folder, format, size, metadata, and what is in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from core.naming import check_name_recipe
from core.settings_base import Settings

if TYPE_CHECKING:
    from core.imageio import WriteOptions

Conflict = Literal["suffix", "skip", "replace"]
"""What happens where the wanted name is taken: a suffix is added, the photo is skipped, or the
result of an earlier run is replaced. Any other file is never replaced."""

ExportFormat = Literal["", "JPEG", "PNG", "TIFF", "WEBP", "AVIF", "BMP"]
MetadataChoice = Literal["keep", "strip_gps", "strip_all"]
Depth = Literal[0, 8, 16]

WITH_QUALITY = frozenset({"JPEG", "WEBP", "AVIF"})
"""Formats for which `quality` means something; "" may turn out to be one of them."""

WITH_DEPTH = frozenset({"PNG", "TIFF"})
"""Formats that hold 16 bits a channel; "" may turn out to be one of them."""


class ExportSettings(Settings, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """Everything about the written files. Unknown fields of a newer version are ignored."""

    folder: Annotated[
        str,
        Meta(title="Folder", description="Where results go; empty: beside each photo."),
    ] = ""
    name: Annotated[
        str,
        Meta(title="Name", description="Text with {name}, {date}, {model} and {counter}."),
    ] = "{name}-restored"
    format: Annotated[
        ExportFormat,
        Meta(title="Format", description="Kind of file; empty: the photo's own."),
    ] = ""
    quality: Annotated[
        int,
        Meta(ge=1, le=100, title="Quality", description="Of JPEG, WebP and AVIF."),
    ] = 95
    max_side_px: Annotated[
        int,
        Meta(ge=0, le=100_000, title="Longest side", description="In pixels; 0: as it is."),
    ] = 0
    depth: Annotated[
        Depth,
        Meta(title="Bits a channel", description="0: as many as the photo has."),
    ] = 0
    metadata: Annotated[
        MetadataChoice,
        Meta(title="Photo data", description="What is kept of date, camera, place and texts."),
    ] = "keep"
    conflict: Annotated[
        Conflict,
        Meta(title="If the name is taken", description="Never replaces anything but a result."),
    ] = "suffix"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_name_recipe(self.name)

    def write_options(self) -> WriteOptions:
        """The part that concerns the content of the file."""
        from core.imageio import WriteOptions  # loads Pillow, which a window starts without

        is_chosen = self.quality != ExportSettings().quality
        return WriteOptions(
            format=self.format or None,
            quality=self.quality if is_chosen else None,  # then lossless WebP stays lossless
            metadata=self.metadata,
            max_side_px=self.max_side_px or None,
            depth=self.depth or None,
        )
