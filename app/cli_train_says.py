"""What `heirloom train` says when something is done, in lines of plain words."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.checkpoint import Standing
    from training.estimate import Cost
    from training.options import TrainingOptions
    from training.prepare import Prepared
    from training.runfolder import RunFolder

_NAMED = 5
"""So many photos that cannot be read are named."""


def prepared_lines(prepared: Prepared) -> list[str]:
    """What came of the preparation and what comes next, in a few lines."""
    from training.loop import MIN_FACES
    from training.prepare import REASONS

    faces, photos = _counted(len(prepared.faces), "face"), _counted(prepared.photos, "photo")
    kept = (
        f"Ready in {prepared.folder}: {faces} from {photos}, {prepared.count('train')} to train "
        f"on, {prepared.count('val')} held out to measure with."
    )
    lines = [kept]
    lines += [f"Left out: {count} ({REASONS[name]})." for name, count in prepared.reasons().items()]
    lines += _unreadable(prepared)
    if any(item.thumbnail for item in prepared.left_out):
        lines.append(f"Small pictures of them are in {prepared.folder / 'left-out'}.")
    if prepared.count("train") < MIN_FACES:
        lines.append(
            f"Too few to train on: at least {MIN_FACES} are needed, a hundred or more are "
            "advisable. Prepare more photos into another folder."
        )
    else:
        lines.append(
            f"Train on them: heirloom train run {shlex.quote(str(prepared.folder))} -o RUN"
        )
    return lines


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _unreadable(prepared: Prepared) -> list[str]:
    """Which photos cannot be read, as there are no small pictures of them."""
    names = [item.photo.name for item in prepared.left_out if item.reason == "unreadable"]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return [f"Cannot be read: {', '.join(names[:_NAMED])}{more}."] if names else []


def end_lines(standing: Standing, run: RunFolder) -> list[str]:
    """What came of a run, and what can be done with it."""
    trained = f"Trained {_counted(standing.step, 'step')}."
    if run.read_options().task == "prior":
        return [trained, "Name its checkpoint as --prior of a run that restores faces."]
    register = f"heirloom train register {shlex.quote(str(run.path))}"
    return [trained, *verdict_lines(run), f"Add it to your models: {register}"]


def verdict_lines(run: RunFolder) -> list[str]:
    """The comparison with the start; nothing where there is none."""
    from training.register import choice_sentence, figure_lines, result_sentence

    comparison = run.read_comparison()
    if comparison is None:
        return []
    words = [result_sentence({"comparison": comparison}), choice_sentence(comparison)]
    return [" ".join(words).strip(), *figure_lines(comparison)]


def cost_lines(cost: Cost, options: TrainingOptions) -> list[str]:
    """Time, memory and disk space of a run."""
    minutes = cost.total_s(options) / 60
    time = f"{minutes:.0f} minutes" if minutes < 90 else f"{minutes / 60:.1f} hours"
    size = cost.memory_bytes
    memory = "not known" if size is None else f"{size / 1e9:.1f} GB"
    return [
        f"Time: about {time} ({_counted(options.steps, 'step')} of {cost.step_s:.1f} seconds).",
        f"Memory: {memory}.",
        f"Disk: up to {cost.disk_bytes / 1e9:.1f} GB.",
    ]
