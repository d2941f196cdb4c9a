"""What was dropped or pasted: one file, one picture, or a plain sentence on why neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMimeData
from PySide6.QtGui import QImage

from core.errors import RestorationError, UnreadableImageError, UnsupportedFormatError
from core.models.resolve import is_model_file


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """What can be opened.

    Attributes:
        path: A photo's file, or None.
        image: A picture without a file, or None.
        models: Files of weights, to be added to the models.
        many: Several photos, or folders of them, for the list.
    """

    path: Path | None = None
    image: QImage | None = None
    models: tuple[Path, ...] = ()
    many: tuple[Path, ...] = ()


def has_something(data: QMimeData) -> bool:
    """True where a drop could be taken; asked while it is still in the air, so only a look."""
    return data.hasUrls() or data.hasImage()


def intake_of(data: QMimeData | None) -> Intake:
    """What a drop or the clipboard holds.

    Raises:
        RestorationError: Nothing that can be opened, with the reason.
    """
    if data is None:  # an empty clipboard, on some systems
        raise _nothing()
    if data.hasUrls():
        urls = data.urls()
        paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        if paths:
            return intake_of_paths(paths)
        if not data.hasImage():
            raise _not_local()
    if data.hasImage():
        image = data.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return Intake(image=image)
    if data.hasText() and Path(data.text().strip()).is_file():
        return intake_of_paths([Path(data.text().strip())])
    raise _nothing()


def intake_of_paths(paths: Sequence[Path]) -> Intake:
    """One photo; or several, or folders, for the list; and all files of weights."""
    folders = {path for path in paths if path.is_dir()}
    models = tuple(path for path in paths if path not in folders and is_model_file(path))
    photos = [path for path in paths if path not in models]
    if len(photos) > 1 or folders:
        return Intake(None, None, models, tuple(photos))
    return Intake(photos[0] if photos else None, None, models)


def _nothing() -> RestorationError:
    translate = QCoreApplication.translate
    return UnreadableImageError(
        translate("Intake", "There is no picture in the clipboard."),
        translate("Intake", "Copy a picture or a picture file first, then paste it here."),
    )


def _not_local() -> RestorationError:
    translate = QCoreApplication.translate
    return UnsupportedFormatError(
        translate(
            "Intake", "This picture is on the internet, and Heirloom never goes online for it."
        ),
        translate(
            "Intake", "Save the picture on this computer first, then drop the saved file here."
        ),
    )
