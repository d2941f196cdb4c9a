"""The recipe beside an output: what was done, in a form that can be done again.

A recipe names the photo by its hash, the settings, the models by id and hash, the program version
and the faces. It holds no date and no folder, so that the same work writes the same bytes.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from core import __version__
from core.errors import SettingsError
from core.faces import Face, Landmarks
from core.geometry import Box
from core.pipeline import Restoration
from core.plain_json import from_json, to_json
from core.report import EngineReport, FaceReport
from core.settings import RestorationSettings

SUFFIX = ".heirloom.json"
FORMAT = 1
MAX_RECIPE_BYTES = 16_000_000


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is needed to restore the same photo in the same way.

    Attributes:
        heirloom: Version of the program.
        format: Version of this layout.
        photo: File name of the input.
        photo_sha256: Hash of the input file, hexadecimal.
        settings: All settings.
        faces: The faces that were found, with what was done to each.
        engines: The models that ran.
        warnings: Plain sentences.
        result_sha256: Hash of the file that the recipe lies beside, hexadecimal; empty where not
            known. What was changed since is the user's own and is not replaced.
    """

    heirloom: str
    format: int
    photo: str
    photo_sha256: str
    settings: RestorationSettings
    faces: tuple[FaceReport, ...] = ()
    engines: tuple[EngineReport, ...] = ()
    warnings: tuple[str, ...] = ()
    result_sha256: str = ""

    def faces_for(self, sha256: str) -> tuple[Face, ...] | None:
        """The faces of the photo with this hash, or None where the recipe is of another photo.

        They are what the finder found. What the user added, corrected and took out is in the
        settings, and comes on top of it.
        """
        if not sha256 or sha256 != self.photo_sha256:
            return None
        return tuple(_face(report) for report in self.faces if not report.added)


def _face(report: FaceReport) -> Face:
    points = report.found_landmarks or report.landmarks
    left_eye, right_eye, nose, mouth_left, mouth_right = points
    landmarks: Landmarks = (left_eye, right_eye, nose, mouth_left, mouth_right)
    return Face(Box(*report.box), landmarks, report.score)


def recipe_of(result: Restoration, settings: RestorationSettings) -> Recipe:
    """The recipe of a finished restoration."""
    source = result.original.source
    return Recipe(
        heirloom=__version__,
        format=FORMAT,
        photo=source.path.name if source.path else "",
        photo_sha256=source.sha256,
        settings=settings,
        faces=tuple(FaceReport.of(face) for face in result.faces),
        engines=tuple(EngineReport.of(info) for info in result.engines),
        warnings=result.warnings,
    )


def encode(recipe: Recipe) -> bytes:
    """The recipe as readable JSON, UTF-8, ending in a newline."""
    return msgspec.json.format(to_json(recipe), indent=2) + b"\n"


def path_beside(output: Path) -> Path:
    """Where the recipe of an output lies: `photo.jpg` -> `photo.jpg.heirloom.json`."""
    return output.with_name(output.name + SUFFIX)


def load(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        SettingsError: The file cannot be read, is not a recipe, or is of a newer program.
    """
    try:
        if path.stat().st_size > MAX_RECIPE_BYTES:
            raise SettingsError(
                f"“{path.name}” is too large to be a recipe.",
                f"Choose a file that ends in “{SUFFIX}”.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"The recipe “{path.name}” cannot be read: {error.strerror or error}.",
            "Check that the file exists and that you may read it.",
        ) from error
    return decode(data, path.name)


def decode(data: bytes, name: str = "recipe") -> Recipe:
    """Read a recipe from its bytes.

    Raises:
        SettingsError: Not a recipe, or of a newer program.
    """
    try:
        version = from_json(data, _Version).format
        if version > FORMAT:
            raise SettingsError(
                f"“{name}” was written by a newer Heirloom.",
                "Update Heirloom, then open the recipe again.",
            )
        recipe = from_json(data, Recipe)
        recipe.faces_for(recipe.photo_sha256)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise SettingsError(
            f"“{name}” is not a recipe that Heirloom can use: {error}.",
            f"Choose a file that Heirloom saved beside a photo; it ends in “{SUFFIX}”.",
        ) from error
    return recipe


class _Version(msgspec.Struct, frozen=True):
    format: int
