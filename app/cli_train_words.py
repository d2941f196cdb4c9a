"""The words of `heirloom train`: arguments and their explanations, nothing that does anything."""

from __future__ import annotations

import argparse
from pathlib import Path

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


def add_prepare(parser: argparse.ArgumentParser) -> None:
    """Words of `train prepare`."""
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO_OR_FOLDER")
    parser.add_argument("-o", "--output", type=Path, required=True, help="new folder for the faces")
    parser.add_argument("--size", type=int, default=512, choices=(256, 512), help="pixels a face")
    parser.add_argument("--licence", default="", help="what the photos may be used for")
    parser.add_argument(
        "--commercial-use",
        action="store_true",
        help="the licence allows commercial use; without this, the model is marked as not for it",
    )
    parser.add_argument(
        "--persons",
        action="store_true",
        help="the folders inside are named after persons: nobody is both trained on and measured",
    )


def add_run(parser: argparse.ArgumentParser) -> None:
    """Words of `train run`."""
    parser.add_argument("faces", type=Path, help="folder made by “heirloom train prepare”")
    parser.add_argument("-o", "--output", type=Path, required=True, help="new folder for the run")
    _add_recipe(parser)
    _add_amounts(parser)


def _add_recipe(parser: argparse.ArgumentParser) -> None:
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
    for name, what in (
        ("--degradation", "blur, noise and JPEG"),
        ("--damage", "scratches, dust and fading"),
    ):
        parser.add_argument(
            name, type=float, default=1.0, help=f"how strong {what} are, 0 to 2 (default 1)"
        )


def add_prior(parser: argparse.ArgumentParser) -> None:
    """Words of `train prior`."""
    parser.add_argument("faces", type=Path, help="folder made by “heirloom train prepare”")
    parser.add_argument("-o", "--output", type=Path, required=True, help="new folder for the run")
    parser.add_argument("--preset", choices=PRESET_NAMES, default="compact-256")
    parser.add_argument("--prior", type=Path, help="StyleGAN2 weights to go on from")
    _add_amounts(parser)


def _add_amounts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--steps", type=int, help="how long; the preset's own number by default")
    parser.add_argument("--batch", type=int, help="faces a step")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fp32", action="store_true", help="full precision instead of bfloat16")
    _add_threads(parser)


def _add_threads(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=_count, default=0, help="processor threads; 0: all")


def _count(text: str) -> int:
    """A whole number that is not negative."""
    count = int(text)
    if count < 0:
        raise ValueError
    return count


_count.__name__ = "number"  # as it is called where it is refused


def _add_background(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--background",
        action="store_true",
        help="leave the processor to other programs first, and one core entirely",
    )


def _add_run_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="RUN", help="the folder of the run")


def add_resume(parser: argparse.ArgumentParser) -> None:
    """Words of `train resume`."""
    _add_run_folder(parser)
    _add_threads(parser)
    parser.add_argument(
        "--gentler",
        action="store_true",
        help="with half the learning rate and in full precision: after “no longer a number”",
    )
    _add_background(parser)
    parser.add_argument(
        "--output-to", type=Path, metavar="FILE", help="what would be printed goes to this file"
    )


def add_measure(parser: argparse.ArgumentParser) -> None:
    """Words of `train measure`."""
    parser.add_argument("faces", type=Path, nargs="?", help="folder made by “train prepare”")
    parser.add_argument("--options", type=Path, help="an options.json instead of the other words")
    parser.add_argument("--json", action="store_true", help="as JSON")
    _add_background(parser)
    _add_recipe(parser)
    _add_amounts(parser)


def add_compare(parser: argparse.ArgumentParser) -> None:
    """Words of `train compare`."""
    _add_run_folder(parser)


def add_register(parser: argparse.ArgumentParser) -> None:
    """Words of `train register`."""
    _add_run_folder(parser)
    parser.add_argument("--name", help="what the model shall be called; the run's name by default")
    parser.add_argument("--models-dir", type=Path, help="folder of your models")


def add_export(parser: argparse.ArgumentParser) -> None:
    """Words of `train export`."""
    _add_run_folder(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the .safetensors file")
    parser.add_argument(
        "--newest", action="store_true", help="the newest checkpoint instead of the best"
    )
    parser.add_argument("--fp32", action="store_true", help="store full precision")


def add_card(parser: argparse.ArgumentParser) -> None:
    """Words of `train card`."""
    _add_run_folder(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")
