"""`heirloom train`: prepare photos, train a face model on them, export it, without a window."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import cli_train_says, cli_train_words
from app.background import go_behind, threads_behind, wait_asleep
from app.exit_codes import EXIT_DONE
from app.stopping import stops_on_signals
from core.errors import Cancelled, SettingsError
from core.progress import Progress

if TYPE_CHECKING:
    from training.options import TrainingOptions

_ACTIONS = (
    ("prepare", "find, check and align the faces of photos"),
    ("run", "start a training run"),
    ("prior", "train the StyleGAN2 generator that faces rest on"),
    ("resume", "go on with a run that was stopped"),
    ("measure", "say what a run will cost on this computer"),
    ("compare", "compare a run with what it started from"),
    ("register", "add the result of a run to your models"),
    ("export", "make a model file of a run"),
    ("card", "say what a model is made of, as Markdown or JSON"),
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
    for name, explanation in _ACTIONS:
        action = actions.add_parser(name, help=explanation)
        words, run = _PARTS[name]
        words(action)
        action.set_defaults(run=run)


def run_prepare(args: argparse.Namespace) -> int:
    """Prepare photographs and say what was kept and what was not."""
    from core.api import Engine
    from training.prepare import PrepareOptions, prepare

    options = PrepareOptions(
        size_px=args.size,
        licence=args.licence,
        commercial_use=args.commercial_use,
        persons=args.persons,
    )
    detector = Engine().detector()
    prepared = prepare(args.photos, args.output, detector, options, _progress())
    _end_line()
    _print(cli_train_says.prepared_lines(prepared))
    return EXIT_DONE


def run_run(args: argparse.Namespace) -> int:
    """Start a run and train to its end."""
    from training.runfolder import RunFolder
    from training.session import start

    options = run_options(args)
    _use_threads(args.threads)
    progress = _progress()
    with stops_on_signals(progress.token), _saying_how_to_go_on(args.output):
        standing = start(options, args.output, progress)
    _end_line()
    _print(cli_train_says.end_lines(standing, RunFolder(args.output)))
    return EXIT_DONE


@contextmanager
def _saying_how_to_go_on(run: Path) -> Iterator[None]:
    """Where a run is stopped, say what is saved and how it goes on."""
    from training.runfolder import RunFolder

    try:
        yield
    except Cancelled:
        _end_line()
        if RunFolder(run).newest_checkpoint() is not None:
            print(f"Saved. Go on with: heirloom train resume {shlex.quote(str(run))}")
        raise


def run_options(args: argparse.Namespace) -> TrainingOptions:
    """The preset, changed by what was said on the command line."""
    from core.models.spec import load_registry
    from training.presets import (
        preset,
        starting_from,
        with_installed_weights,
        with_known_start,
        without,
    )
    from training.records import licence_of

    options = with_known_start(starting_from(preset(args.preset), args.start), load_registry())
    licence, commercial_use = licence_of(args.faces)
    try:
        data = options.data.replace(
            folder=str(args.faces.resolve()),
            licence=licence,
            commercial_use=commercial_use,
            degradation=args.degradation,
            damage=args.damage,
        )
    except ValueError as error:
        raise SettingsError(
            f"The run cannot be started: {error}.", "Choose other values."
        ) from error
    options = options.replace(
        data=data,
        prior_from=_path(args.prior),
        perceptual_weights=_path(args.perceptual),
    )
    options = without(options, args.without, matching=args.matching)
    return with_installed_weights(_with_amounts(options, args))


def run_prior(args: argparse.Namespace) -> int:
    """Train a prior."""
    from training.presets import prior_options
    from training.runfolder import RunFolder
    from training.session import start

    options = prior_options(args.preset)
    options = options.replace(
        data=options.data.replace(folder=str(args.faces.resolve())),
        prior_from=_path(args.prior),
    )
    _use_threads(args.threads)
    progress = _progress()
    with stops_on_signals(progress.token), _saying_how_to_go_on(args.output):
        standing = start(_with_amounts(options, args), args.output, progress)
    _end_line()
    _print(cli_train_says.end_lines(standing, RunFolder(args.output)))
    return EXIT_DONE


def run_resume(args: argparse.Namespace) -> int:
    """Go on with a run, or begin one whose folder was made by the window."""
    if args.output_to is not None:
        _print_to(args.output_to)  # first, so that it holds what goes wrong while torch is loaded
    _go_behind_if_asked(args)
    from training.runfolder import RunFolder
    from training.session import go_on

    _use_threads(args.threads)
    progress = _progress()
    with stops_on_signals(progress.token), _saying_how_to_go_on(args.folder):
        standing = go_on(args.folder, progress, gentler=args.gentler)
    _end_line()
    _print(cli_train_says.end_lines(standing, RunFolder(args.folder)))
    return EXIT_DONE


def _print_to(path: Path) -> None:
    """Send all output of this process to a file, also that of libraries."""
    sys.stdout.flush()
    sys.stderr.flush()
    with path.open("wb") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)


def _go_behind_if_asked(args: argparse.Namespace) -> None:
    if args.background:
        wait_asleep()
        args.threads = args.threads or threads_behind()
        go_behind()


def run_measure(args: argparse.Namespace) -> int:
    """Time a few steps; print what a run will cost, in words or as JSON."""
    _go_behind_if_asked(args)
    from training.estimate import measured
    from training.options import TrainingOptions

    if args.options is not None:
        try:
            options = TrainingOptions.from_json(args.options.read_bytes())
        except OSError as error:
            raise SettingsError(
                f"“{args.options}” cannot be read ({error.strerror}).", "Name another file."
            ) from error
    elif args.faces is not None:
        options = run_options(args)
    else:
        raise SettingsError("There is nothing to measure.", "Name a folder or --options.")
    _use_threads(args.threads)
    progress = _progress()
    with stops_on_signals(progress.token):
        cost = measured(options, progress)
    _end_line()
    _print([cost.to_json(options)] if args.json else cli_train_says.cost_lines(cost, options))
    return EXIT_DONE


def run_compare(args: argparse.Namespace) -> int:
    """Compare the best weights of a run with those that it started from."""
    from training.compare import can_compare, compare
    from training.runfolder import RunFolder

    folder = RunFolder(args.folder)
    if not can_compare(folder):
        raise SettingsError(
            "There is nothing to compare: no start model, no checkpoint, or no held-out face.",
            "Let the run go on, or prepare more photos.",
        )
    progress = _progress()
    with stops_on_signals(progress.token):
        folder.write_comparison(compare(folder, progress))
    _end_line()
    _print(cli_train_says.verdict_lines(folder))
    return EXIT_DONE


def run_register(args: argparse.Namespace) -> int:
    """Add the result of a run to the user's models."""
    from core.models.spec import load_registry
    from core.models.store import ModelStore, default_models_dir
    from training.register import register
    from training.runfolder import RunFolder

    store = ModelStore(args.models_dir or default_models_dir(), load_registry())
    name = args.name or args.folder.resolve().name
    spec = register(RunFolder(args.folder), name, store, _progress())
    _end_line()
    print(f"{spec.id}: {spec.good_at}")
    print(f"Use it: heirloom restore PHOTO --model {spec.id}")
    return EXIT_DONE


def run_export(args: argparse.Namespace) -> int:
    """Make a model file."""
    from training.export import export
    from training.runfolder import RunFolder

    made = export(RunFolder(args.folder), args.output, best=not args.newest, fp16=not args.fp32)
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


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


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


_PARTS = {
    "prepare": (cli_train_words.add_prepare, run_prepare),
    "run": (cli_train_words.add_run, run_run),
    "prior": (cli_train_words.add_prior, run_prior),
    "resume": (cli_train_words.add_resume, run_resume),
    "measure": (cli_train_words.add_measure, run_measure),
    "compare": (cli_train_words.add_compare, run_compare),
    "register": (cli_train_words.add_register, run_register),
    "export": (cli_train_words.add_export, run_export),
    "card": (cli_train_words.add_card, run_card),
}
