"""How well scratches are found and filled, on clean faces that the synthesis damages.

    python tests/benchmarks/bench_damage.py FACES_DIR [--split val] [--count 40]

FACES_DIR holds a manifest.csv (file, split). Each picture gets creases, scratches and dust and
nothing else, seeded by its number. Reported are recall and precision of the automatic mask over all
pixels, the share of pixels marked on the undamaged pictures, and the rise of the PSNR within the
damaged area (where a channel was changed by 6 levels or more): as the mean over the pictures, and
over the pixels of all pictures taken together, which the most damaged ones decide.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.damage.filling import filled
from core.degradation import DamageProfile, Effect, degrade, generator_for
from core.interfaces import DamageDetector
from core.models.loaded import LoadedModels
from core.progress import no_progress
from core.stages.repair import found_damage

GOALS = {"recall": 0.75, "precision": 0.60, "clean": 0.005, "gain": 10.0}
PROFILE = DamageProfile(
    creases=Effect(probability=0.5, low=0.1, high=1.0),
    scratches=Effect(probability=0.8, low=0.1, high=1.0),
    dust=Effect(probability=0.7, low=0.1, high=1.0),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One picture: pixels found, marked and damaged; squared errors before and after filling."""

    hits: int
    marked: int
    damaged: int
    clean_share: float
    before: float
    after: float

    @property
    def gain_db(self) -> float:
        """Rise of the PSNR in the damaged area."""
        return float(10 * np.log10(self.before / max(self.after, 1e-9)))


def pictures(folder: Path, split: str, count: int) -> list[np.ndarray]:
    """RGB uint8 pictures of a split, spread evenly over the manifest."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        names = [row["file"] for row in csv.DictReader(file) if row["split"] == split]
    chosen = np.linspace(0, len(names) - 1, min(count, len(names))).round().astype(int)
    return [cv2.cvtColor(cv2.imread(str(folder / names[i])), cv2.COLOR_BGR2RGB) for i in chosen]


def measured(
    clean: np.ndarray, number: int, detector: DamageDetector, sensitivity: float, seed: int
) -> Outcome:
    """Damage a picture, find and fill the marks, and count."""
    done = degrade(clean, PROFILE, generator_for(seed, number))
    damaged = np.rint(done.image * 255).astype(np.uint8)
    target = np.rint(done.target * 255)
    mask = found_damage(detector, damaged, sensitivity, no_progress())
    whole = filled(damaged, mask, no_progress())
    return Outcome(
        hits=int((mask & done.mask).sum()),
        marked=int(mask.sum()),
        damaged=int(done.mask.sum()),
        clean_share=float(found_damage(detector, clean, sensitivity, no_progress()).mean()),
        before=float(np.square(damaged - target)[done.mask].sum()),
        after=float(np.square(whole - target)[done.mask].sum()),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the repair of scratches.")
    parser.add_argument("faces", type=Path)
    parser.add_argument("--split", default="val")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sensitivity", type=float, default=0.5)
    args = parser.parse_args()
    detector = LoadedModels().damage_detector()
    found = [
        measured(picture, number, detector, args.sensitivity, args.seed)
        for number, picture in enumerate(pictures(args.faces, args.split, args.count))
    ]
    hurt = [one for one in found if one.damaged]
    hits = sum(one.hits for one in found)
    figures = {
        "recall": hits / sum(one.damaged for one in found),
        "precision": hits / max(1, sum(one.marked for one in found)),
        "clean": float(np.mean([one.clean_share for one in found])),
        "gain": float(np.mean([one.gain_db for one in hurt])),
    }
    together = 10 * np.log10(sum(one.before for one in hurt) / sum(one.after for one in hurt))
    for name, value in figures.items():
        met = value < GOALS[name] if name == "clean" else value >= GOALS[name]
        print(f"{name:10s} {value:8.4f}  goal {GOALS[name]:g}  {'met' if met else 'MISSED'}")
    print(f"gain over the pixels of all pictures together: {together:.2f} dB")


if __name__ == "__main__":
    main()
