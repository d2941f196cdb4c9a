"""`heirloom train`: prepare photos, train a face model on them, export it, without a window."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.exit_codes import EXIT_DONE
from core.errors import SettingsError
from core.progress import Progress

if TYPE_CHECKING:
    from training.options import TrainingOptions
    from training.prepare import Prepared

PRESET_NAMES = (
    "finetune-quick",
    "finetune-normal",
    "finetune-thorough",
    "compact-256",
    "compact-512",
    "compact-512-tail",
    "clean-512",
    "paper-512",
)


def add_train_commands(commands: Any) -> None:
    """Add `train` and its actions to the commands of the parser.

    Args:
        commands: What `ArgumentParser.add_subparsers` returned.
    """
    parser = commands.add_parser(
        "train",
        help="train a face model on your own photos",
        description="Prepares photographs, trains a face model on them, and makes a model file of "
        "it. Everything stays on this computer.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_prepare(actions.add_parser("prepare", help="find, check and align the faces of photos"))
    _add_run(actions.add_parser("run", help="start a training run"))
    _add_prior(actions.add_parser("prior", help="train the StyleGAN2 generator that faces rest on"))
    resume = actions.add_parser("resume", help="go on with a run that was stopped")
    _add_run_folder(resume)
    _add_threads(resume)
    resume.set_defaults(run=run_resume)
    _add_export(actions.add_parser("export", help="make a model file of a run"))
    _add_card(actions.add_parser("card", help="say what a model is made of, as Markdown or JSON"))


def _add_prepare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO_OR_FOLDER")
    parser.add_argument("-o", "--output", type=Path, required=True, help="new folder for the faces")
    parser.add_argument("--size", type=int, default=512, choices=(256, 512), help="pixels a face")
    parser.add_argument("--licence", default="", help="what the photos may be used for")
    parser.add_argument(
        "--persons",
        action="store_true",
        help="the folders inside are named after persons: nobody is both trained on and measured",
    )
    parser.set_defaults(run=run_prepare)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("faces", type=Path, help="folder made by “heirloom train prepare”")
    parser.add_argument("-o", "--output", type=Path, required=True, help="new folder for the run")
    parser.add_argument("--preset", choices=PRESET_NAMES, default="finetune-normal")
    parser.add_argument(
        "--from",
        dest="start",
        type=Path,
        help="weights to go on from, for instance GFPGANv1.4.pth; the “finetune” presets take the "
        "bundled model by default",
    )
    parser.add_argument("--prior", type=Path, help="StyleGAN2 weights for the generator")
    parser.add_argument(
        "--perceptual",
        type=Path,
        help="ImageNet weights (MobileNetV2 or VGG19); without them, these losses are switched off",
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=("prior", "pyramid", "component", "component-style", "identity", "adversarial"),
        help="leave a part of the recipe out (for comparisons); may be repeated",
    )
    parser.add_argument(
        "--matching",
        action="store_true",
        help="match the component critics' features instead of their style (for comparisons)",
    )
    _add_amounts(parser)
    parser.set_defaults(run=run_run)


def _add_prior(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("faces", type=Path, help="folder made by “heirloom train prepare”")
    parser.add_argument("-o", "--output", type=Path, required=True, help="new folder for the run")
    parser.add_argument("--preset", choices=PRESET_NAMES, default="compact-256")
    parser.add_argument("--prior", type=Path, help="StyleGAN2 weights to go on from")
    _add_amounts(parser)
    parser.set_defaults(run=run_prior)


def _add_amounts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--steps", type=int, help="how long; the preset's own number by default")
    parser.add_argument("--batch", type=int, help="faces a step")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fp32", action="store_true", help="full precision instead of bfloat16")
    _add_threads(parser)


def _add_threads(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=int, default=0, help="processor threads; 0: all")


def _add_run_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="RUN", help="the folder of the run")


def _add_export(parser: argparse.ArgumentParser) -> None:
    _add_run_folder(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the .safetensors file")
    parser.add_argument("--best", action="store_true", help="the best checkpoint, not the newest")
    parser.add_argument("--fp32", action="store_true", help="store full precision")
    parser.set_defaults(run=run_export)


def _add_card(parser: argparse.ArgumentParser) -> None:
    _add_run_folder(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=run_card)


def run_prepare(args: argparse.Namespace) -> int:
    """Prepare photographs and say what was kept and what was not."""
    from core.api import Engine
    from training.prepare import PrepareOptions, prepare

    options = PrepareOptions(size_px=args.size, licence=args.licence, persons=args.persons)
    detector = Engine().detector()
    prepared = prepare(args.photos, args.output, detector, options, _progress())
    _end_line()
    for line in describe(prepared):
        print(line)
    return EXIT_DONE


def describe(prepared: Prepared) -> list[str]:
    """What came of the preparation, in a few lines."""
    from training.prepare import REASONS

    kept = (
        f"{len(prepared.faces)} faces from {prepared.photos} photos are ready in "
        f"{prepared.folder}: {prepared.count('train')} to train on, {prepared.count('val')} "
        "held out to measure with."
    )
    lines = [kept]
    lines += [f"Left out: {count} ({REASONS[name]})." for name, count in prepared.reasons().items()]
    if prepared.left_out:
        lines.append(f"Small pictures of them are in {prepared.folder / 'left-out'}.")
    return lines


def run_run(args: argparse.Namespace) -> int:
    """Start a run and train to its end."""
    from training.loop import train

    options = run_options(args)
    _use_threads(args.threads)
    standing = train(options, args.output, _progress())
    _end_line()
    print(f"Trained {standing.step} steps. Make a model of it: heirloom train export {args.output}")
    return EXIT_DONE


def run_options(args: argparse.Namespace) -> TrainingOptions:
    """The preset, changed by what was said on the command line."""
    from training.presets import preset, starting_from, with_installed_weights, without

    options = starting_from(preset(args.preset), args.start)
    options = options.replace(
        data=options.data.replace(folder=str(args.faces.resolve())),
        prior_from=_path(args.prior),
        perceptual_weights=_path(args.perceptual),
    )
    options = without(options, args.without, matching=args.matching)
    return with_installed_weights(_with_amounts(options, args))


def run_prior(args: argparse.Namespace) -> int:
    """Train a prior."""
    from training.loop import train
    from training.presets import prior_options

    options = prior_options(args.preset)
    options = options.replace(
        data=options.data.replace(folder=str(args.faces.resolve())),
        prior_from=_path(args.prior),
    )
    _use_threads(args.threads)
    standing = train(_with_amounts(options, args), args.output, _progress())
    _end_line()
    print(f"Trained the prior for {standing.step} steps.")
    return EXIT_DONE


def run_resume(args: argparse.Namespace) -> int:
    """Go on with a run."""
    from training.loop import resume

    _use_threads(args.threads)
    standing = resume(args.folder, _progress())
    _end_line()
    print(f"Trained {standing.step} steps in all.")
    return EXIT_DONE


def run_export(args: argparse.Namespace) -> int:
    """Make a model file."""
    from training.export import export
    from training.runfolder import RunFolder

    made = export(RunFolder(args.folder), args.output, best=args.best, fp16=not args.fp32)
    print(f"{made.path}: {made.size_bytes / 1e6:.1f} MB, step {made.standing.step}")
    print(f"SHA-256 {made.sha256}")
    return EXIT_DONE


def run_card(args: argparse.Namespace) -> int:
    """Print the card of a run."""
    from training.export import card_json, card_markdown, model_card
    from training.runfolder import RunFolder

    card = model_card(RunFolder(args.folder))
    print(card_json(card) if args.json else card_markdown(card), end="")
    return EXIT_DONE


def _with_amounts(options: TrainingOptions, args: argparse.Namespace) -> TrainingOptions:
    try:
        return options.replace(
            steps=options.steps if args.steps is None else args.steps,
            batch=options.batch if args.batch is None else args.batch,
            seed=args.seed,
            precision="fp32" if args.fp32 else options.precision,
        )
    except ValueError as error:
        raise SettingsError(
            f"The run cannot be started: {error}.", "Choose other values."
        ) from error


def _path(path: Path | None) -> str:
    return "" if path is None else str(path.resolve())


def _use_threads(count: int) -> None:
    import torch

    if count > 0:
        torch.set_num_threads(count)


def _progress() -> Progress:
    """Shows one changing line on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return Progress()

    def show(fraction: float, message: str) -> None:
        sys.stderr.write(f"\r\x1b[K{fraction:4.0%} {message[:100]}")
        sys.stderr.flush()

    return Progress(show)


def _end_line() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
