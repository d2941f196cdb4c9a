"""`heirloom info --compare A B`: are the people of two pictures the same?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.exit_codes import EXIT_DONE, EXIT_FAILED

if TYPE_CHECKING:
    from core.faces import Face
    from core.likeness import Comparison, FacePair

VERDICTS = {
    "same": "looks like the same person",
    "doubtful": "may be somebody else",
}


def run_compare(
    paths: tuple[Path, Path], floor: str, models_dir: Path | None, *, json: bool
) -> int:
    """Compare the faces of two pictures and print what comes of it.

    Args:
        paths: The two pictures.
        floor: How strict: "gentle", "normal" or "strict".
        models_dir: Folder of installed models, or None for the usual one.
        json: Print JSON in place of words.

    Returns:
        The exit code.
    """
    from core.errors import RestorationError

    try:
        found, model = _compared(paths, floor, models_dir)
    except RestorationError as error:
        print(f"heirloom info: {error}", file=sys.stderr)
        return EXIT_FAILED
    if json:
        _print_json(paths, found, model, floor)
    else:
        _print_words(paths, found)
    return EXIT_DONE


def _compared(
    paths: tuple[Path, Path], floor: str, models_dir: Path | None
) -> tuple[Comparison, str]:
    from core.api import Engine, find_faces, open_photo
    from core.likeness import compare_faces
    from core.progress import no_progress

    engine = Engine(models_dir=models_dir)
    photos = open_photo(paths[0]), open_photo(paths[1])
    first, second = (tuple(result.face for result in find_faces(engine, photo)) for photo in photos)
    embedder = engine.embedder()
    found = compare_faces(photos, (first, second), embedder, floor=floor, progress=no_progress())
    return found, embedder.info.model


def _print_words(paths: tuple[Path, Path], found: Comparison) -> None:
    for pair in found.pairs:
        print(_sentence(pair, found))
    for path, numbers, faces in (
        (paths[0], found.only_first, found.first),
        (paths[1], found.only_second, found.second),
    ):
        if not faces:
            print(f"There is no face in {path}.")
        for number in numbers:
            print(f"Face {number + 1} of {path.name} has no partner.")


def _sentence(pair: FacePair, found: Comparison) -> str:
    figure = f"{pair.cosine:.3f}"
    words = VERDICTS[pair.likeness]
    under = f", under {found.floor:.3f}" if pair.likeness == "doubtful" else ""
    how = "in the same place" if pair.paired_by == "place" else "most alike"
    return f"Face {pair.first + 1} and face {pair.second + 1} ({how}): {words} ({figure}{under})."


def _print_json(paths: tuple[Path, Path], found: Comparison, model: str, floor: str) -> None:
    import msgspec

    from core.plain_json import to_json

    entry: dict[str, Any] = {
        "a": str(paths[0]),
        "b": str(paths[1]),
        "model": model,
        "floor": floor,
        "floor_cosine": found.floor,
        "pairs": [
            {
                "a": _face(pair.first, found.first),
                "b": _face(pair.second, found.second),
                "cosine": pair.cosine,
                "likeness": pair.likeness,
                "verdict": VERDICTS[pair.likeness],
                "paired_by": pair.paired_by,
            }
            for pair in found.pairs
        ],
        "only_a": [_face(number, found.first) for number in found.only_first],
        "only_b": [_face(number, found.second) for number in found.only_second],
    }
    print(msgspec.json.format(to_json(entry), indent=2).decode())


def _face(number: int, faces: tuple[Face, ...]) -> dict[str, Any]:
    box = faces[number].box
    return {"index": number, "box": [box.left, box.top, box.right, box.bottom]}
