"""Making the result of a run one of the user's models, with a card that says what it is."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from core.models.inspection import inspect_model
from core.models.own_models import OwnModels
from core.models.spec import ModelSpec
from core.models.store import ModelStore
from core.progress import Progress
from training.export import card_markdown, export, model_card, write_new
from training.runfolder import RunFolder

_WORDS = {
    "identity": "likeness",
    "niqe": "natural look",
    "perceptual": "detail",
    "ssim": "closeness to the true photo",
    "psnr": "exactness",
    "l1": "exactness",
}


def register(folder: RunFolder, name: str, store: ModelStore, progress: Progress) -> ModelSpec:
    """Add the best weights of a run to the user's models.

    Args:
        folder: The run.
        name: What the model shall be called.
        store: The user's models.
        progress: Reported to and polled.

    Returns:
        The model, which can be used from now on.

    Raises:
        RestorationError: There is no checkpoint, or a file cannot be written.
        Cancelled: Stopped; nothing is left behind.
    """
    card = model_card(folder)
    with tempfile.TemporaryDirectory(prefix="heirloom-register-") as place:
        progress.report(0.05, "Writing the model file")
        target = Path(place) / f"{_file_name(name)}.safetensors"
        export(folder, target, best=True)
        spec = store.import_file(target, progress.part(0.4, 1.0), inspect=inspect_model)
    if spec.source != "user":
        return spec
    spec = _described(spec, name, card)
    OwnModels(store.root).write_card(spec)
    return spec


def save_model_file(folder: RunFolder, target: Path, progress: Progress) -> Path:
    """Write the best weights as a file for other programs, and the card beside it as Markdown.

    Raises:
        RestorationError: A file exists already or cannot be written.
        Cancelled: Stopped.
    """
    progress.report(0.1, "Writing the model file")
    export(folder, target, best=True)
    card = target.with_suffix(".card.md")
    if not card.exists():
        write_new(card, card_markdown(model_card(folder)).encode())
    return target


def _file_name(name: str) -> str:
    kept = "".join(c if c.isalnum() or c in " -_." else "-" for c in name).strip(" .")
    return kept or "my-model"


def _described(spec: ModelSpec, name: str, card: dict[str, Any]) -> ModelSpec:
    """The model's own description: what it was made of and how it did."""
    data = card["data"]
    count, steps = data["faces_trained_on"], card["best_step"] or card["steps"]
    start, result = card["started_from"] or "random weights", result_sentence(card)
    if count is None:
        made = f"Trained by you, {steps} steps from {start}. {result}"
    else:
        made = f"Trained by you on {count} faces, {steps} steps from {start}. {result}"
    use = "" if card["commercial_use"] else " Not for commercial use."
    note = f"Photos: {data['licence'] or 'licence not stated'}.{use}"
    values = {"name": name, "good_at": made, "note": note, "origin": "Trained by you"}
    return ModelSpec(**{field: getattr(spec, field) for field in spec.__struct_fields__} | values)


def result_sentence(card: dict[str, Any]) -> str:
    """The comparison with the start in one plain sentence."""
    comparison = card.get("comparison")
    if comparison is None:
        return "It was not compared with the model that it started from."
    start, faces = comparison["start"], comparison["faces"]
    better = _joined(comparison["better"])
    worse = _joined(comparison["worse"])
    if comparison["verdict"] == "better":
        return f"On {faces} held-out faces it is better than {start} in {better}."
    if comparison["verdict"] == "mixed":
        return f"On {faces} held-out faces it is better than {start} in {better}, worse in {worse}."
    if comparison["verdict"] == "too few faces":
        return (
            f"Only {faces} faces were held out: too few to say whether it is better than {start}."
        )
    worse_too = f"; worse in {worse}" if worse else ""
    return f"On {faces} held-out faces it is not better than {start}{worse_too}."


def choice_sentence(comparison: dict[str, Any]) -> str:
    """Which state of the run was compared, and by what it was chosen; empty where nobody noted."""
    chosen_by = comparison.get("chosen_by")
    if not chosen_by:
        return ""
    return f"Its best state, of step {comparison['step']}, was chosen by {_joined(chosen_by)}."


def figure_lines(comparison: dict[str, Any]) -> list[str]:
    """Each figure before and after, and what that means."""
    outcomes = {"better": "better", "worse": "worse", "same": "no clear difference"}
    return [
        f"  {_WORDS.get(name, name):28} {figure['start']:8.4f} -> {figure['yours']:8.4f}  "
        f"{outcomes[figure['outcome']]}"
        for name, figure in comparison["figures"].items()
    ]


def _joined(names: list[str]) -> str:
    words = [_WORDS.get(name, name) for name in names]
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"
