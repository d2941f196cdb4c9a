"""`heirloom restore`: photos in, restored photos out."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from app.cli_report import add_report_option, check_free, report_on_run
from app.cli_restore_said import nothing_found, print_failures, print_left_out, print_summary
from app.exit_codes import EXIT_DONE, EXIT_FAILED, EXIT_STOPPED, EXIT_USAGE
from app.stopping import stops_on_signals
from core.errors import OutputError, SettingsError
from core.export import Conflict, MetadataChoice
from core.naming import check_name_recipe
from core.progress import CancelToken, Progress
from core.settings import COLOUR_PRESETS, Finish, RestorationSettings, Upscale

if TYPE_CHECKING:
    from core.batch import Batch
    from core.device import ComputePreference
    from core.imageio import WriteOptions
    from core.outputs import FoundPhotos
    from core.recipe import Recipe
    from core.report import FileReport

METADATA: dict[str, MetadataChoice] = {"keep": "keep", "no-gps": "strip_gps", "none": "strip_all"}
"""What `--metadata` takes, and what the engine calls it."""

FORMATS = ("jpeg", "png", "tiff", "webp", "avif", "bmp")
STEPS = 1000
"""Ticks of the progress bar a photo, so that it moves within one."""


def add_restore_command(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add `restore` to the commands of the parser."""
    parser = commands.add_parser(
        "restore",
        parents=[shared],
        help="restore photos into a folder",
        description="Restores photos into the folder OUT. Originals are never touched. A recipe is "
        "saved beside each result, so that it can be made again.",
        epilog="Exit codes: 0 all done, 1 some failed, 2 wrong call, 130 stopped.",
    )
    parser.add_argument(
        "paths", nargs="+", type=_named, metavar="PATH", help="photos and folders of photos"
    )
    parser.add_argument("-o", "--out", required=True, type=_folder, metavar="OUT", help="folder")
    parser.add_argument("-r", "--recursive", action="store_true", help="folders within folders too")
    _add_face_options(parser)
    _add_picture_options(parser)
    _add_output_options(parser)
    _add_compute_options(parser)
    parser.set_defaults(run=run_restore)


def _named(text: str) -> str:
    """A path as it was given. An empty one, from a shell variable without a value, is an error."""
    if not text:
        raise argparse.ArgumentTypeError("a path is empty")
    return text


def _folder(text: str) -> Path:
    return Path(_named(text))


def _add_face_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("faces")
    group.add_argument("--model", metavar="ID|FILE", help="face model (see: heirloom models list)")
    group.add_argument("--strength", type=float, metavar="0..1", help="share of the restored face")
    group.add_argument("--detector", metavar="ID", help="face finder (default: best installed)")
    group.add_argument("--min-face", type=int, metavar="PX", help="smallest face, in pixels")
    group.add_argument("--min-score", type=float, metavar="0..1", help="how sure it must be a face")
    group.add_argument(
        "--aligned",
        action="store_true",
        help="each picture is an FFHQ-aligned face crop: restore it whole",
    )
    group.add_argument(
        "--face-mask",
        metavar="ID",
        help="outline of faces: “auto” (best installed), “landmarks”, “parsenet”, ...",
    )
    group.add_argument(
        "--finish",
        choices=get_args(Finish),
        help="draw large faces with the enlarging model (default auto: where it is quick)",
    )
    group.add_argument("--no-faces", action="store_true", help="leave faces alone")


def _add_picture_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("picture")
    group.add_argument("--colour", "--color", choices=sorted(COLOUR_PRESETS), help="colour preset")
    group.add_argument("--upscale", type=int, choices=get_args(Upscale), help="enlarge")
    group.add_argument("--upscaler", metavar="ID|FILE", help="“lanczos” (default), “sharp”, ...")
    group.add_argument(
        "--repair", action="store_true", help="find scratches, cracks and dust, and fill them"
    )
    group.add_argument(
        "--denoise", type=float, metavar="0..1", help="take noise and grain away (try 0.5)"
    )
    group.add_argument(
        "--deblock", type=float, metavar="0..1", help="take JPEG blocks away (try 0.5)"
    )
    group.add_argument(
        "--denoiser",
        metavar="ID|FILE",
        help="“classical” (default), or a model: SCUNet, FBCNN, ...",
    )
    group.add_argument(
        "--filler", metavar="ID|FILE", help="“nearby” (default), or a model that fills: LaMa"
    )
    group.add_argument(
        "--stains", type=float, metavar="0..1", help="take stains off a photo in one tone"
    )
    group.add_argument("--seed", type=int, help="fixes the generator's noise (default 0)")
    group.add_argument(
        "--recipe", type=Path, metavar="FILE", help="use the settings of a saved recipe"
    )


def _add_output_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("output")
    group.add_argument("--format", choices=FORMATS, help="default: the photo's own")
    group.add_argument("--quality", type=int, metavar="1..100", help="of JPEG, WebP and AVIF")
    group.add_argument(
        "--metadata",
        choices=tuple(METADATA),
        default="keep",
        help="keep all, leave out the place, or leave out everything but profile and resolution",
    )
    group.add_argument(
        "--name",
        default="{name}",
        metavar="RECIPE",
        help="name of the results: text with {name}, {date}, {model}, {counter} (default {name})",
    )
    group.add_argument(
        "--max-side", type=int, metavar="PX", help="make results smaller: their longest side"
    )
    group.add_argument("--depth", type=int, choices=(8, 16), help="bits a channel of PNG and TIFF")
    group.add_argument(
        "--if-exists",
        choices=get_args(Conflict),
        default="suffix",
        help="where the name is taken: add a suffix, skip the photo, or replace an earlier result",
    )
    group.add_argument("--overwrite", action="store_true", help="the same as --if-exists replace")
    group.add_argument("--json", metavar="FILE", help="write a report; “-” prints it")
    add_report_option(group)
    group.add_argument("-q", "--quiet", action="store_true", help="print only what failed")


def _add_compute_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("computer")
    group.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps")
    group.add_argument("--runtime", default="auto", choices=("auto", "torch", "openvino"))
    group.add_argument("--precision", default="auto", choices=("auto", "fp32", "fp16", "bf16"))
    group.add_argument("--models-dir", type=Path, metavar="DIR", help="folder of installed models")


def run_restore(args: argparse.Namespace) -> int:
    """Do what `heirloom restore` was asked to do."""
    try:
        recipe = _load_recipe(args.recipe)
        settings = settings_from(args, recipe)
        options = _write_options(args)
        check_name_recipe(args.name)
    except (ValueError, SettingsError) as error:
        print(f"heirloom restore: {error}", file=sys.stderr)
        return EXIT_USAGE
    compute = _compute(args)
    from core.batch import Batch, Task
    from core.imageio.folders import check_folder
    from core.outputs import find_photos

    found = find_photos([Path(path) for path in args.paths], recursive=args.recursive)
    print_left_out(args, found)
    if not found.photos and not found.problems:
        print(nothing_found(args, found), file=sys.stderr)
        return EXIT_FAILED
    tasks = tuple(
        Task(photo.path, photo.relative, number) for number, photo in enumerate(found.photos, 1)
    )
    conflict: Conflict = "replace" if args.overwrite else args.if_exists
    batch = Batch(tasks, args.out, settings, options, recipe, args.name, conflict)
    token = CancelToken()
    _check_report(args.json)
    if args.report:
        check_free(args.report, overwrite=conflict == "replace")
    try:
        check_folder(args.out)
    except OutputError as error:
        reports = _all_failed(batch, error)
    else:
        with stops_on_signals(token):
            reports = _run_with_bar(args, batch, compute, token)
    reports = [*_problem_reports(found), *reports]
    if not args.quiet:
        print_summary(reports, to_stderr=args.json == "-")
    print_failures(reports)
    if args.json:  # last: where the disk is full, what was done is told all the same
        _write_report(args.json, reports)
    if token.is_cancelled:
        return EXIT_STOPPED
    if args.report:
        overwrite = conflict == "replace"
        report_on_run(args.report, reports, overwrite=overwrite, quiet=args.quiet)
    well = all(report.status in ("done", "skipped") for report in reports)
    return EXIT_DONE if well else EXIT_FAILED


def settings_from(args: argparse.Namespace, recipe: Recipe | None) -> RestorationSettings:
    """The settings that the options ask for, on top of those of the recipe or the defaults.

    Raises:
        ValueError: A value is out of range.
    """
    base = recipe.settings if recipe else RestorationSettings()
    faces = base.faces.replace(
        **_given(
            model=args.model,
            strength=args.strength,
            detector=args.detector,
            min_size_px=args.min_face,
            min_score=args.min_score,
            aligned=args.aligned or None,
            mask=args.face_mask,
            finish=args.finish,
            enabled=False if args.no_faces else None,
        )
    )
    background = base.background.replace(**_given(scale=args.upscale, upscaler=args.upscaler))
    repair = base.repair.replace(
        **_given(enabled=args.repair or None, filler=args.filler, stains=args.stains)
    )
    denoise = base.denoise.replace(
        **_given(noise=args.denoise, jpeg=args.deblock, method=args.denoiser)
    )
    colour = COLOUR_PRESETS[args.colour] if args.colour else base.colour
    return base.replace(
        faces=faces,
        background=background,
        colour=colour,
        repair=repair,
        denoise=denoise,
        **_given(seed=args.seed),
    )


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _load_recipe(path: Path | None) -> Recipe | None:
    if path is None:
        return None
    from core.recipe import load

    return load(path)


def _write_options(args: argparse.Namespace) -> WriteOptions:
    from core.imageio import WriteOptions

    return WriteOptions(
        format=args.format.upper() if args.format else None,
        metadata=METADATA[args.metadata],
        max_side_px=args.max_side,
        depth=args.depth,
        **_given(quality=args.quality),
    )


def _compute(args: argparse.Namespace) -> ComputePreference:
    """What the networks shall run with; refused at once where this computer cannot do it."""
    from core.device import ComputePreference, check_preference

    compute = ComputePreference(device=args.device, runtime=args.runtime, precision=args.precision)
    check_preference(compute)
    return compute


def _run_with_bar(
    args: argparse.Namespace, batch: Batch, compute: ComputePreference, token: CancelToken
) -> list[FileReport]:
    from tqdm import tqdm

    from core.api import Engine

    if not batch.tasks:
        return []
    engine = Engine(compute, args.models_dir)
    faces = 0
    with tqdm(
        total=len(batch.tasks) * STEPS,
        disable=args.quiet,
        file=sys.stderr,
        smoothing=0,  # the steps of a photo differ much: the mean of all tells what is left
        bar_format="{percentage:3.0f}% |{bar:24}| {elapsed}, {remaining} left{desc}",
    ) as bar:

        def show(fraction: float, message: str) -> None:
            bar.update(round(fraction * bar.total) - bar.n)
            number = min(len(batch.tasks), int(fraction * len(batch.tasks)) + 1)
            bar.set_description_str(
                f"  photo {number} of {len(batch.tasks)}, {faces} faces  {message}", refresh=False
            )

        def count(report: FileReport) -> None:
            nonlocal faces
            faces += sum(face.restored for face in report.faces)

        return batch.run(engine, Progress(show, token), count)


def _check_report(target: str | None) -> None:
    """Find out before the work whether the report can be written after it.

    Raises:
        OutputError: It cannot.
    """
    if target and target != "-":
        from core.imageio.folders import check_writable

        check_writable(Path(target))
        if os.path.lexists(target) and not _is_json_list(Path(target)):
            # Whoever takes --json for a switch names a photo here.
            raise OutputError(
                f"“{target}” exists and is no report of Heirloom, so it is not replaced.",
                "Give --json the name of a new file, or “-” to print the report.",
            )


def _is_json_list(path: Path) -> bool:
    """True for an empty file and for what begins as a report does."""
    from core.imageio.failures import output_errors

    if not path.is_file():
        return False
    with output_errors(path), path.open("rb") as file:
        return file.read(1) in (b"", b"[")


def _all_failed(batch: Batch, error: OutputError) -> list[FileReport]:
    from core.report import failed

    return [failed(str(task.source), error) for task in batch.tasks]


def _problem_reports(found: FoundPhotos) -> list[FileReport]:
    from core.report import failed

    return [failed(str(problem.path), problem.error) for problem in found.problems]


def _write_report(target: str, reports: list[FileReport]) -> None:
    from core.imageio.atomic import write_atomic
    from core.imageio.failures import output_errors
    from core.report import to_json

    data = to_json(reports)
    if target == "-":
        sys.stdout.write(data.decode())
        return
    with output_errors(Path(target)):
        write_atomic(Path(target), data, overwrite=True)
