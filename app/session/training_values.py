"""What the training window and the trainer tell each other, as plain values; no torch, no Qt.

The window starts training as a process of its own. Everything else that it asks of `training` goes
through `TrainingServices`, which `app.main_training` implements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from core.progress import Progress

FEWEST_FACES = 4
"""Training refuses fewer."""

FEW_FACES = 40
"""Below this a model mostly learns these very pictures by heart."""

Uint8Image = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class CheckedFace:
    """One face, or one photo without a usable face, after the data check.

    Attributes:
        thumbnail: A small picture, or None.
        key: What names it when it is used or left out.
        photo: The photo's file.
        reason: Why it is left out, a short name; empty where it is used.
        held_out: It is not trained on but measured with.
        can_change: It can be used after all, or left out.
    """

    thumbnail: Path | None
    key: str
    photo: str
    reason: str = ""
    held_out: bool = False
    can_change: bool = True


@dataclass(frozen=True, slots=True)
class DataCheck:
    """What the check of the photos found.

    Attributes:
        folder: The prepared faces.
        photos: How many photos were looked at.
        used: Faces to train on and to measure with.
        left_out: Faces and photos that are not used, and why.
        licence: What the photos may be used for; empty where nobody said.
        commercial_use: True only where that includes commercial use.
    """

    folder: Path
    photos: int
    used: tuple[CheckedFace, ...]
    left_out: tuple[CheckedFace, ...]
    licence: str = ""
    commercial_use: bool = False

    @property
    def trained_on(self) -> int:
        """How many faces are trained on."""
        return sum(not face.held_out for face in self.used)

    @property
    def held_out(self) -> int:
        """How many faces are kept to measure with."""
        return sum(face.held_out for face in self.used)

    def reasons(self) -> dict[str, int]:
        """How many were left out for each reason, most frequent first."""
        return dict(Counter(face.reason for face in self.left_out).most_common())


@dataclass(frozen=True, slots=True)
class Licence:
    """What photos may be used for."""

    text: str = ""
    commercial_use: bool = False


@dataclass(frozen=True, slots=True)
class StartModel:
    """A model that training can go on from.

    Attributes:
        id: Its id in the model list; empty for a file.
        name: What people call it.
        path: Its file.
        side_px: Side of the faces that it makes.
        description: What it is good at.
        licence: SPDX.
        commercial_use: True only where its terms allow it.
    """

    id: str
    name: str
    path: Path
    side_px: int
    description: str = ""
    licence: str = ""
    commercial_use: bool = False


@dataclass(frozen=True, slots=True)
class Damage:
    """How inputs are made from the photos.

    Attributes:
        degradation: Strength of blur, noise and JPEG; 1 is the recipe, [0, 2].
        damage: Strength of scratches, dust and fading, [0, 2].
        share: Share of the inputs that get scratches, dust or fading.
    """

    degradation: float = 1.0
    damage: float = 1.0
    share: float = 0.25


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is to be trained, and how."""

    preset: str
    start: StartModel
    damage: Damage = Damage()


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run takes on this computer.

    Attributes:
        basis: "measured" by a few real steps here, or "scaled" from a known figure.
        total_s: Seconds of the whole run.
        step_s: Seconds of one step.
        memory_bytes: Most memory; None where it is not known.
        disk_bytes: Most disk space.
    """

    basis: Literal["measured", "scaled"]
    total_s: float
    step_s: float
    memory_bytes: int | None
    disk_bytes: int


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """What the network sees and what it shall make of it, S x S x 3 RGB each."""

    damaged: Uint8Image
    target: Uint8Image


@dataclass(frozen=True, slots=True)
class Registered:
    """A result that became a model."""

    id: str
    name: str
    description: str


class TrainingServices(Protocol):
    """What the training window needs from below; all but `root` and `command` may be slow."""

    @property
    def root(self) -> Path:
        """Folder of all trainings, one folder each."""
        ...

    @property
    def working_folder(self) -> Path | None:
        """Where `command` runs; None for anywhere."""
        ...

    def check(
        self, sources: Sequence[Path], folder: Path, progress: Progress, *, persons: bool
    ) -> DataCheck:
        """Find and check the faces of photos; an earlier check in the folder is replaced."""
        ...

    def read_check(self, folder: Path) -> DataCheck:
        """An earlier check."""
        ...

    def choose(
        self,
        folder: Path,
        progress: Progress,
        *,
        use: Collection[str] = (),
        leave_out: Collection[str] = (),
    ) -> DataCheck:
        """Use faces after all, or leave them out."""
        ...

    def set_licence(self, folder: Path, licence: Licence) -> None:
        """Note what the photos may be used for."""
        ...

    def pairs(
        self, folder: Path, damage: Damage, first: int, count: int, progress: Progress
    ) -> tuple[Pair, ...]:
        """Samples number `first` and following, as training would see them."""
        ...

    def starts(self) -> tuple[StartModel, ...]:
        """Installed models that training can go on from, the recommended one first."""
        ...

    def start_from_file(self, path: Path) -> StartModel:
        """A file of a GFP-GAN network."""
        ...

    def scaled_cost(self, faces: Path, recipe: Recipe) -> Cost:
        """A first estimate."""
        ...

    def measured_cost(self, faces: Path, recipe: Recipe, progress: Progress) -> Cost:
        """Time a few real steps in a process of their own."""
        ...

    def create(self, faces: Path, run: Path, recipe: Recipe) -> None:
        """Make the folder of a run."""
        ...

    def command(self, run: Path, *, gentler: bool = False) -> list[str]:
        """The command that trains a run, from its last checkpoint where it has one."""
        ...

    def register(self, run: Path, name: str, progress: Progress) -> Registered:
        """Add a result to the user's models."""
        ...

    def save_model_file(self, run: Path, target: Path, progress: Progress) -> Path:
        """Write a result as a file, with its card beside it."""
        ...
