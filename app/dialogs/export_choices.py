"""What can be chosen for the results that are written: each value with its name and a tooltip."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from core.naming import PLACEHOLDERS

translate = QCoreApplication.translate


def placeholders() -> Sequence[tuple[str, str, str]]:
    """What can be put into a name: its word, what the button says, and what it does."""
    words = (
        (
            translate("ExportDialog", "File name"),
            translate("ExportDialog", "Puts in the photo's own file name"),
        ),
        (
            translate("ExportDialog", "Date"),
            translate("ExportDialog", "Puts in the day on which the photo was taken or scanned"),
        ),
        (
            translate("ExportDialog", "Model"),
            translate("ExportDialog", "Puts in the model that restored the faces"),
        ),
        (
            translate("ExportDialog", "Number"),
            translate("ExportDialog", "Puts in the photo's number in the list"),
        ),
    )
    return [(name, *pair) for name, pair in zip(PLACEHOLDERS, words, strict=True)]


def formats() -> Sequence[tuple[str, str, str]]:
    """What results are written as."""
    return (
        (
            "",
            translate("ExportDialog", "As the photo"),
            translate("ExportDialog", "JPEG stays JPEG, TIFF stays TIFF"),
        ),
        ("JPEG", "JPEG", translate("ExportDialog", "Small, opens everywhere")),
        ("PNG", "PNG", translate("ExportDialog", "Loses nothing; large")),
        (
            "TIFF",
            "TIFF",
            translate("ExportDialog", "Loses nothing, for archives and printing; very large"),
        ),
        ("WEBP", "WebP", translate("ExportDialog", "Smaller than JPEG, for web pages")),
        ("AVIF", "AVIF", translate("ExportDialog", "Smallest, for new programs")),
        ("BMP", "BMP", translate("ExportDialog", "For old programs; holds no photo data")),
    )


def depths() -> Sequence[tuple[int, str, str]]:
    """How fine their colours are."""
    return (
        (
            0,
            translate("ExportDialog", "As the photo"),
            translate("ExportDialog", "8 bits stay 8, 16 bits stay 16"),
        ),
        (
            8,
            translate("ExportDialog", "8 bits"),
            translate("ExportDialog", "Enough to look at; half as large"),
        ),
        (
            16,
            translate("ExportDialog", "16 bits"),
            translate("ExportDialog", "For further editing; twice as large"),
        ),
    )


def metadatas() -> Sequence[tuple[str, str, str]]:
    """What they tell of the photo."""
    return (
        (
            "keep",
            translate("ExportDialog", "Keep all"),
            translate("ExportDialog", "Date, camera, place, captions"),
        ),
        (
            "strip_gps",
            translate("ExportDialog", "Leave out the place"),
            translate("ExportDialog", "Nobody sees where the photo was taken"),
        ),
        (
            "strip_all",
            translate("ExportDialog", "Leave out everything"),
            translate(
                "ExportDialog", "Only colours, resolution and the mark of an altered picture stay"
            ),
        ),
    )


def conflicts() -> Sequence[tuple[str, str, str]]:
    """What happens where their name is taken."""
    return (
        (
            "suffix",
            translate("ExportDialog", "Add a number to the name"),
            translate("ExportDialog", "Nothing is ever replaced"),
        ),
        (
            "skip",
            translate("ExportDialog", "Leave the photo out"),
            translate("ExportDialog", "For going on with a folder that is partly done"),
        ),
        (
            "replace",
            translate("ExportDialog", "Replace the earlier result"),
            translate(
                "ExportDialog", "Only what Heirloom wrote itself. Originals are never replaced."
            ),
        ),
    )
