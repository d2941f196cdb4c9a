"""Where each model's file lies, whether it is there and whether it is intact."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import ModelFileError, ModelMissingError
from core.models.files import hash_file, put_in_place, size_bytes
from core.models.locks import exclusive
from core.models.receipts import Receipts

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from core.models.spec import ModelSpec
    from core.progress import Progress

MODELS_MENU = "Models › All models…"
PART_SUFFIX = ".part"
SHIPPED = frozenset({"bundled", "package"})


class ModelState(StrEnum):
    """Whether a model can be used."""

    BUNDLED = "bundled"
    INSTALLED = "installed"
    UNVERIFIED = "unverified"
    PARTIAL = "partial"
    MISSING = "missing"


USABLE = frozenset({ModelState.BUNDLED, ModelState.INSTALLED, ModelState.UNVERIFIED})


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One line of the model list: what it is, whether it is there, how much disk it takes."""

    spec: ModelSpec
    state: ModelState
    disk_bytes: int

    @property
    def is_usable(self) -> bool:
        """True where it can be used now."""
        return self.state in USABLE


class Shelf:
    """The files of one store.

    Args:
        root: Folder of the user's models.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._receipts = Receipts(root / ".verified")

    def file_of(self, spec: ModelSpec) -> Path:
        """Where the file of a model lies, or would lie."""
        if spec.source == "bundled":
            return Path(str(files("resources") / spec.file))
        if spec.source == "package":
            found = find_spec(spec.package)
            folders = list(found.submodule_search_locations or ()) if found else []
            return Path(folders[0] if folders else spec.package) / spec.file
        return self.root / spec.file

    def part_of(self, spec: ModelSpec) -> Path:
        """Where the beginning of an unfinished download lies."""
        return self.root / f"{spec.file}{PART_SUFFIX}"

    def state(self, spec: ModelSpec) -> ModelState:
        """Whether a model can be used. Quick: computes no hash."""
        file = self.file_of(spec)
        if spec.source in SHIPPED:
            return ModelState.BUNDLED if file.is_file() else ModelState.MISSING
        if file.is_file():
            intact = self._receipts.is_valid(spec.id, file, spec.sha256)
            return ModelState.INSTALLED if intact else ModelState.UNVERIFIED
        return ModelState.PARTIAL if self.part_of(spec).is_file() else ModelState.MISSING

    def status(self, spec: ModelSpec) -> ModelStatus:
        """State and disk use of a model; what comes with Heirloom takes no space of the store."""
        paths = () if spec.source in SHIPPED else (self.file_of(spec), self.part_of(spec))
        disk_bytes = sum(size_bytes(path) for path in paths)
        return ModelStatus(spec, self.state(spec), disk_bytes)

    def locked(self, spec: ModelSpec, progress: Progress) -> AbstractContextManager[None]:
        """Keep other processes from changing this model."""
        return exclusive(self.root / ".locks" / f"{spec.id.replace('/', '-')}.lock", progress)

    def require(self, spec: ModelSpec) -> ModelState:
        """The state of a model that must be there.

        Raises:
            ModelMissingError: It is not; the remedy says how to install it.
        """
        state = self.state(spec)
        if state not in USABLE:
            raise not_installed(spec, state)
        return state

    def verify(self, spec: ModelSpec, progress: Progress) -> None:
        """Compute the hash of a file that is there, and keep a receipt if it is right.

        Raises:
            ModelFileError: It is damaged or cannot be read.
            Cancelled: The job was stopped.
        """
        try:
            intact = self._check(spec, progress.part(0.0, 1.0, f"Verifying {spec.name}"))
        except OSError as error:
            raise ModelFileError(
                f"The file of “{spec.name}” cannot be read ({error.strerror or error}).",
                f"Check the disk and the permissions of {self.file_of(spec)}.",
            ) from error
        if not intact:
            raise ModelFileError(
                f"The file of “{spec.name}” is damaged: its hash is not the published one.",
                _remedy_for_damage(spec),
            )

    def is_intact(self, spec: ModelSpec, progress: Progress) -> bool:
        """True where the right file is in place, by its receipt or, without one, by its hash.

        Raises:
            OSError: It is there and cannot be read.
            Cancelled: The job was stopped.
        """
        state = self.state(spec)
        if state is ModelState.UNVERIFIED:
            return self._check(spec, progress.part(0.0, 0.0, f"Verifying {spec.name}"))
        return state in USABLE

    def put(self, spec: ModelSpec, verified: Path) -> None:
        """Move a file whose hash was found right into its place.

        Raises:
            OSError: It cannot be moved.
        """
        target = self.file_of(spec)
        target.parent.mkdir(parents=True, exist_ok=True)
        put_in_place(verified, target)
        self._receipts.write(spec.id, target, spec.sha256)
        self.part_of(spec).unlink(missing_ok=True)

    def discard(self, spec: ModelSpec) -> None:
        """Delete the files of a model, finished or not.

        Raises:
            OSError: They cannot be deleted.
        """
        self._receipts.forget(spec.id)
        self.file_of(spec).unlink(missing_ok=True)
        self.part_of(spec).unlink(missing_ok=True)

    def _check(self, spec: ModelSpec, progress: Progress) -> bool:
        file = self.file_of(spec)
        intact = hash_file(file, progress) == spec.sha256
        if spec.source not in SHIPPED:
            if intact:
                self._receipts.write(spec.id, file, spec.sha256)
            else:
                with suppress(OSError):  # in a folder that is only read; the verdict counts
                    self._receipts.forget(spec.id)
        return intact


def not_installed(spec: ModelSpec, state: ModelState) -> ModelMissingError:
    """The error for a model that is known but not there."""
    if spec.source == "download":
        begun = " Only a part of it has been downloaded." if state is ModelState.PARTIAL else ""
        return ModelMissingError(
            f"The model “{spec.name}” is not installed.{begun}",
            f"Install it with “heirloom models install {spec.id}”, or in the window: {MODELS_MENU}",
        )
    if spec.source == "package":
        package = spec.package.replace("_", "-")
        return ModelMissingError(
            f"The package that holds “{spec.name}” is not installed.",
            f"Install it with “pip install {package}”.",
        )
    remedy = "Import its file again." if spec.source == "user" else "Install Heirloom again."
    return ModelMissingError(f"The file of “{spec.name}” is gone.", remedy)


def _remedy_for_damage(spec: ModelSpec) -> str:
    if spec.source == "download":
        return f"Install it again with “heirloom models install {spec.id}”."
    if spec.source == "user":
        return "Remove it, and import the file again."
    return "Install Heirloom again."
