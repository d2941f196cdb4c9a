"""Finds the photo that a recipe was made from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.errors import SettingsError, UnreadableImageError
from core.recipe import SUFFIX, Recipe, load, path_beside


def is_recipe_file(path: Path) -> bool:
    """True for a recipe that Heirloom saved beside a result."""
    return path.name.endswith(SUFFIX)


def photo_of_recipe(recipe: Recipe, path: Path, recent: Sequence[str] = ()) -> Path:
    """Where the photo of a recipe is.

    Args:
        recipe: The recipe; it knows the photo's name and not its folder.
        path: The recipe's file, or the result beside it.
        recent: Files that were opened last.

    Raises:
        UnreadableImageError: It is not in the recipe's folder, nor in the one above, nor among
            the recent files.
    """
    folder = path.absolute().parent
    places = [folder / recipe.photo, folder.parent / recipe.photo]
    places += [Path(name) for name in recent if Path(name).name == recipe.photo]
    for place in places:
        if recipe.photo and place.is_file() and place.absolute() != path.absolute():
            return place
    if not recipe.photo:
        raise UnreadableImageError(
            "This recipe is of a picture that was pasted and has no file.",
            "Open the restored picture itself.",
        )
    raise UnreadableImageError(
        f"The photo “{recipe.photo}” that this recipe is of was not found.",
        "Put the photo into the folder of the recipe, then open the recipe again.",
    )


def recipe_beside(path: Path, recent: Sequence[str] = ()) -> tuple[Recipe, Path] | None:
    """The recipe of a result and the photo that it was made from, or None where one is missing."""
    beside = path_beside(path)
    if not beside.is_file():
        return None
    try:
        recipe = load(beside)
        return recipe, photo_of_recipe(recipe, path, recent)
    except (SettingsError, UnreadableImageError):
        return None
