"""`heirloom info`: what a photo is, and what is in it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.exit_codes import EXIT_DONE, EXIT_FAILED, EXIT_USAGE

if TYPE_CHECKING:
    from core.imageio import PhotoInfo
    from core.report import FaceReport

LABEL_WIDTH = 14
MAX_VALUE_LENGTH = 100


def add_info_command(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add `info` to the commands of the parser."""
    parser = commands.add_parser(
        "info",
        parents=[shared],
        help="show a photo's faces, size, profile and metadata",
        description="Shows faces, size, colour profile and metadata of photos. Changes nothing. "
        "With --compare it says whether the people of two pictures are the same.",
    )
    parser.add_argument("paths", nargs="*", metavar="PHOTO", type=Path)
    parser.add_argument(
        "--compare",
        nargs=2,
        metavar=("A", "B"),
        type=Path,
        help="compare the faces of two pictures, before and after for example",
    )
    parser.add_argument(
        "--floor",
        choices=("gentle", "normal", "strict"),
        default="normal",
        help="how alike two faces of one person must be for --compare (default: normal)",
    )
    parser.add_argument("--no-faces", action="store_true", help="do not look for faces")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--models-dir", type=Path, metavar="DIR", help="folder of installed models")
    parser.set_defaults(run=run_info)


def run_info(args: argparse.Namespace) -> int:
    """Print what is known of each photo, or how alike the people of two pictures are."""
    if bool(args.compare) == bool(args.paths):
        print("heirloom info: name photos, or two pictures after --compare.", file=sys.stderr)
        return EXIT_USAGE
    if args.compare:
        from app.cli_likeness import run_compare

        first, second = args.compare
        return run_compare((first, second), args.floor, args.models_dir, json=args.json)
    return _run_photos(args)


def _run_photos(args: argparse.Namespace) -> int:
    from core.errors import RestorationError
    from core.imageio import read_info

    code = EXIT_DONE
    entries: list[dict[str, Any]] = []
    for path in args.paths:
        try:
            info = read_info(path)
            faces = None if args.no_faces else _faces(path, args.models_dir)
        except RestorationError as error:
            print(f"{path}: {error}", file=sys.stderr)
            code = EXIT_FAILED
            continue
        entries.append(_as_builtins(path, info, faces))
        if not args.json:
            _print_entry(path, info, faces)
    if args.json:
        import msgspec

        from core.plain_json import to_json

        print(msgspec.json.format(to_json(entries), indent=2).decode())
    return code


def _faces(path: Path, models_dir: Path | None) -> tuple[FaceReport, ...]:
    from core.api import Engine, find_faces, open_photo
    from core.report import FaceReport

    faces = find_faces(Engine(models_dir=models_dir), open_photo(path))
    return tuple(FaceReport.of(face) for face in faces)


def _as_builtins(
    path: Path, info: PhotoInfo, faces: tuple[FaceReport, ...] | None
) -> dict[str, Any]:
    import msgspec

    entry: dict[str, Any] = {"input": str(path), **msgspec.to_builtins(info)}
    entry["faces"] = None if faces is None else msgspec.to_builtins(faces)
    return entry


def _print_entry(path: Path, info: PhotoInfo, faces: tuple[FaceReport, ...] | None) -> None:
    print(path)
    for label, value in _rows(info):
        if value:
            print(f"  {label:<{LABEL_WIDTH}}{value}")
    if faces is not None:
        print(f"  {'Faces':<{LABEL_WIDTH}}{len(faces)}")
        for face in faces:
            left, top, right, bottom = face.box
            print(
                f"    {face.index + 1}: {right - left:.0f} x {bottom - top:.0f} px at "
                f"({left:.0f}, {top:.0f}), certainty {face.score:.2f}"
            )
    for name, value in info.exif.items():
        print(f"  {name:<{LABEL_WIDTH - 1}} {_short(value)}")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= MAX_VALUE_LENGTH else text[: MAX_VALUE_LENGTH - 1] + "…"


def _rows(info: PhotoInfo) -> list[tuple[str, str]]:
    megapixels = info.width * info.height / 1e6
    return [
        ("Size", f"{info.width} x {info.height} px ({megapixels:.1f} megapixels)"),
        ("Format", f"{info.format}, {info.mode}, {info.bit_depth} bits a channel"),
        ("Pages", str(info.frames) if info.frames > 1 else ""),
        ("Orientation", str(info.orientation) if info.orientation != 1 else ""),
        ("Resolution", f"{info.dpi[0]:g} x {info.dpi[1]:g} dpi" if info.dpi else ""),
        ("Profile", info.profile or "none (taken as sRGB)"),
        ("GPS", "yes" if info.has_gps else ""),
        ("Altered by", info.digital_source_type or ""),
    ]
