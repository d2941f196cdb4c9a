"""`heirloom evaluate`: many restorers, the same damaged faces, one table."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.exit_codes import EXIT_DONE, EXIT_FAILED, EXIT_STOPPED, EXIT_USAGE
from app.stopping import stops_on_signals
from core.errors import Cancelled, SettingsError
from core.progress import CancelToken, Progress

if TYPE_CHECKING:
    from core.evaluation.run import Result
    from core.evaluation.start import Request
    from core.evaluation.values import Outcome

STEPS = 10_000
PREPARING_SHARE = 0.05
LAYOUTS = (
    "auto",
    "plain",
    "celeba-test",
    "lfw-test",
    "celebchild",
    "webphoto-test",
    "dissertation",
)

EPILOG = """\
methods:
  input, bicubic, unsharp, nlm    without learning (nlm: non-local means)
  ID or FILE                      a face or enlarging model (see: heirloom models list)
  inversion, inversion:ID         latent code search in the generator of a model (slow)
  NAME=FOLDER                     pictures that another program made of the saved inputs

The damaged faces are saved in OUT/inputs/STRENGTH: restore them with any program, keep their names
and folders, and run the same command again with NAME=FOLDER. What is scored already is not scored
again; a stopped run continues the same way.

Exit codes: 0 all scored, 1 some failed or missing, 2 wrong call, 130 stopped.
"""


def add_evaluate_command(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add `evaluate` to the commands of the parser."""
    parser = commands.add_parser(
        "evaluate",
        parents=[shared],
        help="compare restorers on the same faces",
        description="Scores restorers on the faces in FOLDER: PSNR, SSIM, LPIPS, FID, NIQE, "
        "identity, landmarks, time and memory, as a table, CSV, JSON and an HTML report in OUT.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="undamaged faces, or a set")
    parser.add_argument("-o", "--out", required=True, type=Path, metavar="OUT", help="new folder")
    parser.add_argument(
        "-m", "--methods", nargs="+", default=[], metavar="METHOD", help="see below"
    )
    _add_face_options(parser)
    _add_protocol_options(parser)
    _add_compute_options(parser)
    parser.set_defaults(run=run_evaluate)


def _add_face_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("faces")
    group.add_argument(
        "--layout", choices=LAYOUTS, default="auto", help="of the set (default: by its folders)"
    )
    group.add_argument(
        "--pairs", type=Path, metavar="INPUTS", help="damaged faces, named as those in FOLDER"
    )
    group.add_argument(
        "--aligned", action="store_true", help="the pictures are FFHQ-aligned face crops"
    )
    group.add_argument("--size", type=int, default=0, metavar="PX", help="bring crops to this size")
    group.add_argument(
        "--limit", type=int, default=0, metavar="N", help="only N faces, evenly spread"
    )
    group.add_argument(
        "--groups", type=Path, metavar="CSV", help="face, then columns such as age, skin tone, sex"
    )
    group.add_argument(
        "--fid-reference", type=Path, metavar="FOLDER", help="undamaged faces, where FID needs them"
    )


def _add_protocol_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("protocol")
    group.add_argument(
        "--protocol",
        choices=("blind", "sr4", "real"),
        help="blind: same size (default); sr4: 4x super-resolution; real: no ground truth",
    )
    group.add_argument(
        "--strength", nargs="+", metavar="PROFILE", help="default: mild medium severe"
    )
    group.add_argument(
        "--damage",
        choices=("camera", "photo"),
        default="camera",
        help="camera: blur, sampling, noise, JPEG (default); photo: fading, scratches, ... too",
    )
    group.add_argument("--seed", type=int, default=0, help="fixes damage and noise (default 0)")
    group.add_argument(
        "--prepare-only", action="store_true", help="save the damaged faces and stop"
    )
    group.add_argument("-q", "--quiet", action="store_true", help="no progress bar")


def _add_compute_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("computer")
    group.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps")
    group.add_argument("--runtime", default="auto", choices=("auto", "torch", "openvino"))
    group.add_argument("--precision", default="auto", choices=("auto", "fp32", "fp16", "bf16"))
    group.add_argument("--models-dir", type=Path, metavar="DIR", help="folder of installed models")


def run_evaluate(args: argparse.Namespace) -> int:
    """Do what `heirloom evaluate` was asked to do."""
    try:
        _check(args)
        request = _request(args)
    except (ValueError, SettingsError) as error:
        print(f"heirloom evaluate: {error}", file=sys.stderr)
        return EXIT_USAGE
    token = CancelToken()
    try:
        with stops_on_signals(token):
            result = _run_with_bar(args, request, token)
    except Cancelled:
        print(
            "heirloom: stopped. What is scored is kept; the same command continues.",
            file=sys.stderr,
        )
        return EXIT_STOPPED
    if result is None:
        print(request.out_dir / "inputs")
        return EXIT_DONE
    _print_result(result)
    return EXIT_FAILED if result.troubles else EXIT_DONE


def _check(args: argparse.Namespace) -> None:
    """Refuse options that contradict each other.

    Raises:
        ValueError: They do.
    """
    if not args.methods and not args.prepare_only:
        raise ValueError("name what to compare with --methods, or use --prepare-only")
    if args.pairs and args.protocol == "real":
        raise ValueError("--pairs brings a ground truth, which --protocol real has none of")
    if args.pairs and args.prepare_only:
        raise ValueError("--pairs brings the damaged faces, so there is nothing to prepare")
    if args.strength and (args.pairs or args.protocol in ("sr4", "real")):
        raise ValueError("--strength is for damage that is made here, with --protocol blind")
    if args.limit < 0:
        raise ValueError("--limit is a number of faces, 0 for all")


def _request(args: argparse.Namespace) -> Request:
    from core.evaluation.datasets import open_set
    from core.evaluation.start import Request, chosen_names
    from core.evaluation.values import EvaluationSettings

    faces = open_set(args.folder, args.layout, pairs=args.pairs, protocol=args.protocol)
    protocol = args.protocol or faces.protocol
    if protocol != "real" and not faces.truths:
        raise ValueError(f"this set has no ground truth, so --protocol {protocol} cannot be used")
    given = {"strengths": tuple(args.strength)} if args.strength else {}
    settings = EvaluationSettings(
        protocol=protocol,
        damage=args.damage,
        seed=args.seed,
        aligned=args.aligned or faces.aligned,
        size_px=args.size,
        **given,
    )
    return Request(
        faces=faces,
        source=args.folder,
        settings=settings,
        out_dir=args.out,
        names=chosen_names(faces, args.limit),
        methods=tuple(args.methods),
        pairs=args.pairs,
        groups=args.groups,
        fid_reference=args.fid_reference,
    )


def _run_with_bar(args: argparse.Namespace, request: Request, token: CancelToken) -> Result | None:
    """Run, with a bar that says how long it will still take; None after --prepare-only."""
    from tqdm import tqdm

    from core.evaluation.start import evaluation_of, prepared, save

    with tqdm(
        total=STEPS,
        smoothing=0,  # methods differ widely in speed: only the mean over all is steady
        disable=args.quiet,
        file=sys.stderr,
        bar_format="{percentage:3.0f}% |{bar:24}| {elapsed}, {remaining} left{desc}",
    ) as bar:

        def show(fraction: float, message: str) -> None:
            bar.update(round(fraction * bar.total) - bar.n)
            bar.set_description_str(f"  {message}", refresh=False)

        progress = Progress(show, token)
        inputs = prepared(request, progress.part(0.0, PREPARING_SHARE, "Preparing"))
        if args.prepare_only:
            return None
        engine = _engine(args)
        evaluation = evaluation_of(request, inputs, engine, progress.part(PREPARING_SHARE, 0.06))

        def tell(outcome: Outcome) -> None:
            if outcome.problem and not args.quiet:
                name = f"{outcome.method}, {outcome.condition}/{outcome.name}"
                bar.write(f"note, {name}: {outcome.problem}", file=sys.stderr)

        result = evaluation.run(progress.part(0.06, 0.98), tell)
        save(result, progress.part(0.98, 1.0, "Writing the report"))
        progress.report(1.0, "Done")
    return result


def _engine(args: argparse.Namespace) -> Any:
    from core.device import ComputePreference, check_preference

    compute = ComputePreference(device=args.device, runtime=args.runtime, precision=args.precision)
    check_preference(compute)
    from core.api import Engine

    return Engine(compute, args.models_dir)


def _print_result(result: Result) -> None:
    from core.evaluation.tables import as_text, networks_of
    from core.evaluation.values import TITLES

    print(as_text(result))
    for metrics, network in networks_of(result).items():
        print(f"{', '.join(TITLES[metric] for metric in metrics.split(', '))}: {network}.")
    for metric, need in result.evaluation.missing.items():
        command = need.how_to_install(result.evaluation.models_dir)
        print(f"{TITLES[metric]} is not installed. To install it: {command}")
    for trouble in result.troubles:
        print(f"{trouble.kind}, {trouble.where}, {trouble.name}: {trouble.text}", file=sys.stderr)
    print(f"Report: {result.evaluation.folder / 'report.html'}")
