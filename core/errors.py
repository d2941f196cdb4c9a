"""Errors that a person is meant to read.

Every error that can reach a user carries two sentences: what is wrong (`summary`) and what can be
done about it (`remedy`). The window shows them in its banner, the command line in its summary, so
neither ever shows a traceback for a bad file, a full disk or a missing model.

`Cancelled` is deliberately not a `RestorationError`: stopping is what the user asked for.
"""

from __future__ import annotations


class RestorationError(Exception):
    """Something that stops one job, explained in plain words.

    Args:
        summary: One sentence that says what is wrong, without jargon.
        remedy: One sentence that says what the user can do.
    """

    def __init__(self, summary: str, remedy: str) -> None:
        super().__init__(summary, remedy)
        self.summary = summary
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.summary} {self.remedy}"


class UnreadableImageError(RestorationError):
    """The file cannot be read as a picture: missing, empty, truncated, corrupt or not an image."""


class UnsupportedFormatError(RestorationError):
    """The file is a picture, but of a kind that Heirloom cannot read or write."""


class ImageSizeError(RestorationError):
    """The picture has too many or too few pixels to be worked on."""


class OutputError(RestorationError):
    """A result cannot be saved: no permission, no space, or it would replace an original."""


class SettingsError(RestorationError):
    """A setting, preset or recipe has a value that makes no sense."""


class ModelMissingError(RestorationError):
    """A model that was asked for is not known or not installed."""


class ModelFileError(RestorationError):
    """A model file is damaged, unsafe, or not of a kind that Heirloom can use."""


class DownloadError(RestorationError):
    """A model could not be downloaded or did not match its published hash."""


class LicenceError(RestorationError):
    """A model's terms forbid commercial use and have not been accepted.

    Args:
        summary: See `RestorationError`.
        remedy: See `RestorationError`.
        model_id: Whose terms, so that a window can show them and ask.
    """

    def __init__(self, summary: str, remedy: str, model_id: str) -> None:
        super().__init__(summary, remedy)
        self.model_id = model_id


class DeviceError(RestorationError):
    """The chosen processor or graphics card cannot be used."""


class MemoryExhaustedError(RestorationError):
    """Even the smallest step does not fit into memory."""


class Cancelled(Exception):
    """The user stopped the job. Not an error: nothing is wrong and nothing is left behind."""
