"""Turning a run into a model file and a card that says what it is made of."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

from core.errors import ModelFileError, OutputError
from core.models.own_models import UNKNOWN_LICENCE
from training.checkpoint import Standing, read_average
from training.networks import build_generator
from training.options import TrainingOptions
from training.records import TrainingDataError, read_records
from training.runfolder import RunFolder

FP16_TOLERANCE = 1e-2
OWN_LICENCE = "LicenseRef-own"


@dataclass(frozen=True, slots=True)
class Exported:
    """A model file and what is known of it.

    Attributes:
        path: The safetensors file.
        sha256: Its hash, hexadecimal.
        size_bytes: Its size.
        standing: How far the run had come.
        largest_difference: Of the output between the stored precision and fp32, on noise.
    """

    path: Path
    sha256: str
    size_bytes: int
    standing: Standing
    largest_difference: float


def export(folder: RunFolder, target: Path, *, best: bool = False, fp16: bool = True) -> Exported:
    """Write the averaged weights of a run as safetensors, upstream key names.

    Args:
        folder: The run.
        target: The file to make; an existing one is not replaced.
        best: The checkpoint with the best validation score instead of the newest.
        fp16: Store half precision; refused where the output would differ by over 1e-2.

    Raises:
        ModelFileError: There is no checkpoint, or fp16 would change the output.
        OutputError: The file exists or cannot be written.
    """
    options = folder.read_options()
    if options.task != "restore":
        raise ModelFileError(
            "This run trained a prior, which restores nothing.",
            "Name its checkpoint as the prior of another run.",
        )
    source = folder.best_checkpoint() if best else folder.newest_checkpoint()
    if source is None:
        raise ModelFileError(
            f"There is no checkpoint in “{folder.path}” yet.", "Let the run go on for a while."
        )
    state, standing = read_average(source)
    stored = {k: (v.half() if fp16 else v.float()).contiguous() for k, v in state.items()}
    difference = _output_difference(options, state, stored)
    if difference > FP16_TOLERANCE:
        raise ModelFileError(
            f"Half precision would change the output by {difference:.3f}.",
            "Export in full precision.",
        )
    data = save(stored, metadata=model_metadata(options, standing))
    write_new(target, data)
    digest = hashlib.sha256(data).hexdigest()
    return Exported(target, digest, len(data), standing, difference)


def model_metadata(options: TrainingOptions, standing: Standing) -> dict[str, str]:
    """What a safetensors file says of itself; all values are text."""
    network = options.network
    return {
        "architecture": f"gfpgan-{network.layout}",
        "out_size": str(network.out_size_px),
        "num_style_feat": str(network.num_style_feat),
        "channel_multiplier": str(network.channel_multiplier),
        "narrow": str(network.narrow),
        "input_is_latent": "true",
        "different_w": "true",
        "sft_half": "true",
        "weights": "ema",
        "iterations": str(standing.step),
        "batch": str(options.batch),
        "training_seconds": str(round(standing.seconds)),
        "seed": str(options.seed),
        "preset": options.preset,
        "started_from": options.start_model or Path(options.start_from).name,
        "training_data_licence": options.data.licence,
        "licence": model_licence(options),
        "commercial_use": "true" if allows_commercial_use(options) else "false",
    }


def model_licence(options: TrainingOptions) -> str:
    """The licence of the result: that of its start; one's own where it started from nothing."""
    if not options.start_from:
        return OWN_LICENCE
    return options.start_licence or UNKNOWN_LICENCE


def allows_commercial_use(options: TrainingOptions) -> bool:
    """True only where both the start and the photographs allow it."""
    start = options.start_commercial_use or not options.start_from
    return start and options.data.commercial_use


@torch.no_grad()
def _output_difference(
    options: TrainingOptions, exact: dict[str, Tensor], stored: dict[str, Tensor]
) -> float:
    """Largest difference of the outputs on one noise image, [-1, 1] scale."""
    network = build_generator(options.network, 0).eval()
    side = options.network.out_size_px
    image = torch.rand((1, 3, side, side), generator=torch.Generator().manual_seed(0)) * 2 - 1
    network.load_state_dict(exact)
    expected = network(image)
    network.load_state_dict({name: value.float() for name, value in stored.items()})
    return float((network(image) - expected).abs().max())


def write_new(target: Path, data: bytes) -> None:
    """Write a file that must not exist yet, whole or not at all.

    Raises:
        OutputError: It exists, or cannot be written.
    """
    side = target.with_name(f".{target.name}.part")
    try:
        with side.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(side, target)  # fails where the target exists
    except FileExistsError as error:
        raise OutputError(f"“{target}” exists already.", "Choose another name.") from error
    except OSError as error:
        raise OutputError(
            f"“{target}” cannot be written: {error}.", "Choose another folder, or free some space."
        ) from error
    finally:
        side.unlink(missing_ok=True)


def model_card(folder: RunFolder) -> dict[str, Any]:
    """Everything worth knowing about a run: data, steps, losses, scores, licence.

    Raises:
        SettingsError: There is no run in the folder.
        ModelFileError: A checkpoint is damaged.
    """
    options = folder.read_options()
    stats = folder.read_stats()
    losses = [line for line in stats if line["kind"] == "losses"]
    scores = [line for line in stats if line["kind"] == "validation"]
    newest = folder.newest_checkpoint()
    standing = read_average(newest)[1] if newest else Standing()
    return {
        "preset": options.preset,
        "network": options.network.to_builtins(),
        "started_from": options.start_shown,
        "licence": model_licence(options),
        "commercial_use": allows_commercial_use(options),
        "comparison": folder.read_comparison(),
        "steps": standing.step,
        "batch": options.batch,
        "training_hours": round(standing.seconds / 3600, 2),
        "seed": options.seed,
        "data": _data_facts(options),
        "losses": options.losses.to_builtins(),
        "first_validation": scores[0] if scores else None,
        "last_validation": scores[-1] if scores else None,
        "best_step": standing.best_step,
        "last_losses": losses[-1] if losses else None,
    }


def _data_facts(options: TrainingOptions) -> dict[str, Any]:
    """What is known of the faces; their numbers are None where their folder is gone."""
    smallest = options.data.min_side_px
    try:
        faces = [r for r in read_records(Path(options.data.folder)) if r.side_px >= smallest]
    except TrainingDataError:
        unknown = dict.fromkeys(("faces_trained_on", "faces_held_out"))
        return {"licence": options.data.licence, **unknown, "by_source": {}}
    by_source: dict[str, int] = {}
    for record in faces:
        if record.split == "train":
            by_source[record.source] = by_source.get(record.source, 0) + 1
    return {
        "licence": options.data.licence,
        "faces_trained_on": sum(by_source.values()),
        "faces_held_out": sum(record.split == "val" for record in faces),
        "by_source": by_source,
    }


def card_markdown(card: dict[str, Any]) -> str:
    """The card as a page for people."""
    data, network = card["data"], card["network"]
    summary = (
        f"GFP-GAN, {network['layout']} layout, {network['out_size_px']} px. Trained for "
        f"{card['steps']} steps of {card['batch']} faces ({card['training_hours']} hours), from "
        f"{card['started_from'] or 'random weights'}."
    )
    faces = (
        f"{_number(data['faces_trained_on'])} faces trained on, "
        f"{_number(data['faces_held_out'])} held out. "
        f"Licence: {data['licence'] or 'not stated'}."
    )
    lines = [
        f"# Model card: {card['preset'] or 'own network'}",
        "",
        summary,
        "",
        "## Data",
        "",
        faces,
        "",
        "| source | faces |",
        "|---|---|",
        *(f"| {name or 'unnamed'} | {count} |" for name, count in data["by_source"].items()),
        "",
        "## Scores on held-out faces",
        "",
        "| | step | " + " | ".join(_score_names(card)) + " |",
        "|---|---|" + "---|" * len(_score_names(card)),
    ]
    lines[6:6] = [f"Licence of the model: {card['licence']}; {_use(card)}.", ""]
    for title, key in (("first", "first_validation"), ("last", "last_validation")):
        if card[key]:
            figures = " | ".join(f"{card[key][name]:.4g}" for name in _score_names(card))
            lines.append(f"| {title} | {card[key]['step']} | {figures} |")
    return "\n".join(lines + _comparison_lines(card["comparison"])) + "\n"


def _number(count: int | None) -> str:
    return "an unknown number of" if count is None else str(count)


def _use(card: dict[str, Any]) -> str:
    return "commercial use allowed" if card["commercial_use"] else "not for commercial use"


def _comparison_lines(comparison: dict[str, Any] | None) -> list[str]:
    if comparison is None:
        return []
    chosen = ", ".join(comparison.get("chosen_by", []))
    step = f"step {comparison['step']}" + (f" (chosen by {chosen})" if chosen else "")
    rows = [
        f"| {name} | {f['start']:.4g} | {f['yours']:.4g} | {f['outcome']} |"
        for name, f in comparison["figures"].items()
    ]
    return [
        "",
        f"## Against {comparison['start']}, {comparison['faces']} held-out faces",
        "",
        f"Verdict at {step}: {comparison['verdict']}.",
        "",
        "| | start | this model | |",
        "|---|---|---|---|",
        *rows,
    ]


def _score_names(card: dict[str, Any]) -> list[str]:
    known = card["last_validation"] or {}
    return [name for name in known if name not in ("kind", "time", "step")]


def card_json(card: dict[str, Any]) -> str:
    """The card for programs."""
    return json.dumps(card, indent=2, ensure_ascii=False) + "\n"
