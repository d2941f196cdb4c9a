"""Whether a run made its model better, on held-out faces, with the doubt that is due.

Both models mend the same damaged faces; the differences are taken face by face. A difference counts
only where its 95 % bootstrap interval excludes zero and where it is large enough to be seen. A
handful of faces can show nothing, and then that is what is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch

from core.evaluation.statistics import Estimate, estimate
from core.progress import Progress
from training.checkpoint import read_average
from training.judges import judges_of
from training.networks import build_generator
from training.presets import BUNDLED_IDENTITY
from training.records import FaceRecord, read_records
from training.runfolder import RunFolder
from training.score import STRENGTHS, Judge, Mender, Score, load_mender, mender_of, score_faces
from training.validation import spread

FEWEST_FACES = 5
"""Fewer faces say nothing about others."""

COMPARISON_SEED = 1
"""Other damage than that which chose the best checkpoint."""

Outcome = Literal["better", "worse", "same"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that models are compared by.

    Attributes:
        name: As in `Score`.
        higher_is_better: Its direction.
        visible: The smallest mean difference that counts.
        decides: False for figures that are only reported.
    """

    name: str
    higher_is_better: bool
    visible: float
    decides: bool = True


FIGURES = (
    Figure("identity", higher_is_better=True, visible=0.002),
    Figure("niqe", higher_is_better=False, visible=0.05),
    Figure("perceptual", higher_is_better=False, visible=0.02),
    Figure("ssim", higher_is_better=True, visible=0.002),
    Figure("psnr", higher_is_better=True, visible=0.05, decides=False),
)


def can_compare(folder: RunFolder) -> bool:
    """True where there is something to compare: a start, a result and held-out faces."""
    options = folder.read_options()
    return (
        options.task == "restore"
        and Path(options.start_from).is_file()
        and options.compared_faces > 0
        and folder.best_checkpoint() is not None
        and bool(_held_out(folder))
    )


def compare(folder: RunFolder, progress: Progress) -> dict[str, Any]:
    """Score the run's best weights and those that it started from.

    Args:
        folder: A run for which `can_compare` holds.
        progress: Reported to and polled between faces.

    Returns:
        What comparison.json holds: `verdict` ("better", "mixed", "not better", "too few faces"),
        `better` and `worse` (names of figures), `faces`, `step`, `chosen_by` (the figures by which
        that step was chosen, see `training.judges`), and for each figure the means of
        "start" and "yours", their difference with its interval, and its outcome.

    Raises:
        RestorationError: A file is gone or damaged.
        Cancelled: Stopped.
    """
    options = folder.read_options()
    faces = spread(_held_out(folder), options.compared_faces)
    yours, step = _best_mender(folder)
    menders = {"start": load_mender(Path(options.start_from)), "yours": yours}
    identity = files("resources") / "models" / BUNDLED_IDENTITY
    perceptual = Path(options.perceptual_weights) if options.perceptual_weights else None
    scores = score_faces(
        faces,
        menders,
        Judge(Path(str(identity)), perceptual),
        progress.part(0, 1, "Comparing with the start"),
        STRENGTHS,
        seed=COMPARISON_SEED,
        baselines=False,
    )
    verdict = judged(scores, len(faces))
    chosen_by = _chosen_by(folder)
    return {"step": step, "start": options.start_shown, "chosen_by": chosen_by, **verdict}


def _chosen_by(folder: RunFolder) -> list[str]:
    scores = [line for line in folder.read_stats() if line["kind"] == "validation"]
    return judges_of(scores[-1]) if scores else []


def _held_out(folder: RunFolder) -> list[FaceRecord]:
    options = folder.read_options()
    smallest = options.data.min_side_px
    records = read_records(Path(options.data.folder))
    return [r for r in records if r.split == "val" and r.side_px >= smallest]


def _best_mender(folder: RunFolder) -> tuple[Mender, int]:
    best = folder.best_checkpoint()
    if best is None:
        raise FileNotFoundError(folder.checkpoints)
    state, standing = read_average(best)
    network = build_generator(folder.read_options().network, 0)
    network.load_state_dict({name: torch.clone(value) for name, value in state.items()})
    return mender_of(network), standing.step


def judged(scores: Sequence[Score], faces: int) -> dict[str, Any]:
    """The verdict over scores of "start" and "yours" on the same faces, in the same order."""
    figures: dict[str, Any] = {}
    for figure in FIGURES:
        start, yours = (_by_face(scores, method, figure.name, faces) for method in _METHODS)
        if np.isfinite(start).all() and np.isfinite(yours).all():
            difference = estimate((yours - start).tolist(), seed=0)
            figures[figure.name] = {
                "start": float(start.mean()),
                "yours": float(yours.mean()),
                "difference": difference.mean,
                "low": difference.low,
                "high": difference.high,
                "outcome": outcome(figure, difference),
            }
    decisive = [f.name for f in FIGURES if f.decides and f.name in figures]
    better = [name for name in decisive if figures[name]["outcome"] == "better"]
    worse = [name for name in decisive if figures[name]["outcome"] == "worse"]
    return {
        "verdict": _verdict(better, worse, faces),
        "better": better,
        "worse": worse,
        "faces": faces,
        "figures": figures,
    }


_METHODS = ("start", "yours")


def _by_face(
    scores: Sequence[Score], method: str, name: str, faces: int
) -> npt.NDArray[np.float64]:
    """Mean over the strengths for each face: strengths of one face are no independent evidence."""
    values = [getattr(score, name) for score in scores if score.method == method]
    means: npt.NDArray[np.float64] = np.asarray(values, np.float64).reshape(faces, -1).mean(axis=1)
    return means


def outcome(figure: Figure, difference: Estimate) -> Outcome:
    """Whether a difference is beyond chance and large enough to be seen."""
    low, high = difference.low, difference.high
    if low is None or high is None or low * high <= 0 or abs(difference.mean) < figure.visible:
        return "same"
    return "better" if (difference.mean > 0) == figure.higher_is_better else "worse"


def _verdict(better: Sequence[str], worse: Sequence[str], faces: int) -> str:
    if faces < FEWEST_FACES:
        return "too few faces"
    if better:
        return "mixed" if worse else "better"
    return "not better"
