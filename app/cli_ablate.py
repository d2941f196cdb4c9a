"""`heirloom ablate`: what each part of the recipe is worth, measured."""

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
    from training.ablation import AblationPlan
    from training.ablation_run import Ablation

STEPS = 10_000
SCALE_NAMES = ("tiny", "small", "medium")
DEFAULT_SCALE = "tiny"
DESCRIPTION = """\
Trains the face model with and without parts of its recipe, and scores all of them on the same
held-out faces: the full recipe; no prior; no pyramid loss; component loss none, critics only,
critics and feature matching. The full recipe has critics and feature style.
"""
EPILOG = """\
scales:
  tiny     64 px, within twenty minutes on two processor cores
  small    128 px, some hours on two processor cores
  medium   256 px, for a graphics card

“No prior” leaves out a small StyleGAN2 generator that is trained first, on the same faces. The full
recipe is trained with several seeds, and a difference counts only where it is larger than what
another seed makes.

What is finished is not done again: the same command continues a stopped one.

Exit codes: 0 done, 1 some scores are missing, 2 wrong call, 130 stopped.
"""


def add_ablate_command(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add `ablate` to the commands of the parser."""
    parser = commands.add_parser(
        "ablate",
        parents=[shared],
        help="measure what each part of the face model's recipe is worth",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--faces", required=True, type=Path, metavar="FOLDER",
        help="made by “heirloom train prepare”, or any folder of aligned faces",
    )  # fmt: skip
    parser.add_argument("-o", "--out", required=True, type=Path, metavar="OUT", help="new folder")
    plan = parser.add_mutually_exclusive_group()
    plan.add_argument("--scale", choices=SCALE_NAMES, help=f"default: {DEFAULT_SCALE}")
    plan.add_argument(
        "--options", type=Path, metavar="JSON", help="a plan of your own; see --print-options"
    )
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument(
        "--minutes", type=float, metavar="M", help="as many steps as fit into this time here"
    )
    amount.add_argument("--steps", type=int, metavar="N", help="steps of each variant")
    parser.add_argument("--seed", type=int, help="of everything (default 0)")
    parser.add_argument("--seeds", type=int, metavar="N", help="runs of the full recipe")
    parser.add_argument(
        "--perceptual", type=Path, metavar="FILE",
        help="ImageNet weights (MobileNetV2 or VGG19); without them, there is no perceptual loss",
    )  # fmt: skip
    parser.add_argument("--threads", type=int, default=0, help="processor threads; 0: all")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress bar")
    parser.add_argument(
        "--print-options", action="store_true", help="print the plan as JSON and stop"
    )
    parser.set_defaults(run=run_ablate)


def run_ablate(args: argparse.Namespace) -> int:
    """Do what `heirloom ablate` was asked to do."""
    try:
        plan = plan_of(args)
    except (ValueError, SettingsError) as error:
        print(f"heirloom ablate: {error}", file=sys.stderr)
        return EXIT_USAGE
    if args.print_options:
        print(plan.to_json().decode())
        return EXIT_DONE
    token = CancelToken()
    try:
        with stops_on_signals(token):
            result, ablation = _run_with_bar(args, plan, token)
            _print_result(result, ablation)
    except Cancelled:
        print(
            "heirloom: stopped. What is finished is kept; the same command continues.",
            file=sys.stderr,
        )
        return EXIT_STOPPED
    return EXIT_FAILED if result.troubles else EXIT_DONE


def plan_of(args: argparse.Namespace) -> AblationPlan:
    """The plan that the arguments ask for, but for `--minutes`.

    Raises:
        ValueError: A number is out of range.
        SettingsError: The options file cannot be used.
    """
    from training.ablation import AblationPlan, scale

    if args.minutes is not None and args.minutes <= 0:
        raise ValueError("--minutes is a time above 0")
    if args.options is None:
        plan = scale(args.scale or DEFAULT_SCALE)
    else:
        plan = AblationPlan.from_json(_read(args.options))
    changes: dict[str, Any] = {}
    if args.steps is not None:
        changes["steps"] = args.steps
        changes["prior_steps"] = max(1, round(plan.prior_steps * args.steps / plan.steps))
    if args.seed is not None:
        changes["seed"] = args.seed
    if args.seeds is not None:
        changes["full_seeds"] = args.seeds
    if args.perceptual is not None:
        path = str(args.perceptual.resolve())
        changes["recipe"] = plan.recipe.replace(perceptual_weights=path)
    return plan.replace(**changes)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"The options “{path}” cannot be read: {error.strerror}.", "Check its name."
        ) from error


def _run_with_bar(
    args: argparse.Namespace, plan: AblationPlan, token: CancelToken
) -> tuple[Result, Ablation]:
    """Run, with a bar that says how long it will still take."""
    from tqdm import tqdm

    from core.api import Engine
    from core.device import ComputePreference
    from training.ablation_run import Ablation, run_ablation

    _use_threads(args.threads)
    with tqdm(
        total=STEPS,
        disable=args.quiet,
        file=sys.stderr,
        bar_format="{percentage:3.0f}% |{bar:24}| {elapsed}, {remaining} left{desc}",
    ) as bar:

        def show(fraction: float, message: str) -> None:
            bar.update(round(fraction * bar.total) - bar.n)
            bar.set_description_str(f"  {message}", refresh=False)

        progress = Progress(show, token)
        plan = _timed(args, plan, progress)
        ablation = Ablation(plan, args.faces, args.out)
        # Networks of each run are used for some hundred faces: compiling them would not pay.
        engine = Engine(ComputePreference(runtime="torch", precision="fp32"))
        result = run_ablation(ablation, engine, progress)
        progress.report(1.0, "Done")
    return result, ablation


def _timed(args: argparse.Namespace, plan: AblationPlan, progress: Progress) -> AblationPlan:
    """With --minutes: the steps that an earlier call has found, or those that fit in."""
    if args.minutes is None:
        return plan
    from training.ablation_run import Ablation, stored_plan
    from training.ablation_timing import fitted_plan

    known = stored_plan(args.out)
    if known is not None:
        return plan.replace(steps=known.steps, prior_steps=known.prior_steps)
    progress.report(0.0, "Timing a few steps")
    return fitted_plan(Ablation(plan, args.faces, args.out), args.minutes, progress)


def _use_threads(count: int) -> None:
    if count > 0:
        import torch

        torch.set_num_threads(count)


def _print_result(result: Result, ablation: Ablation) -> None:
    from core.evaluation.values import TITLES
    from training.ablation_figure import save
    from training.ablation_run import PRIOR
    from training.ablation_table import as_text, note_text, table_of

    plan = ablation.plan
    table = table_of(plan, result)
    made = save(ablation.out_dir, plan, table, result, ablation.run_folder(PRIOR))
    print(as_text(plan, table))
    print(note_text(plan))
    for metric, need in result.evaluation.missing.items():
        command = need.how_to_install(result.evaluation.models_dir)
        print(f"{TITLES[metric]} is not installed. To install it: {command}")
    for trouble in result.troubles:
        print(f"{trouble.kind}, {trouble.where}, {trouble.name}: {trouble.text}", file=sys.stderr)
    print(f"Table and figure: {made.figure_html}")
