"""What is compared: baselines, models, and folders of pictures that another program restored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from core.errors import ModelFileError, ModelMissingError, RestorationError, SettingsError
from core.evaluation.baselines import BASELINES
from core.evaluation.models import (
    INVERSION,
    FaceModel,
    LatentSearch,
    WholePhoto,
    enlarger,
)
from core.evaluation.pictures import Listing, pictures_in, read_picture, size_of
from core.evaluation.values import Case, EvaluationSettings, Trouble
from core.geometry import Size
from core.image import FloatImage
from core.imageio.background import interruptible
from core.models.files import hash_file
from core.models.resolve import ALIASES
from core.progress import Progress, no_progress

if TYPE_CHECKING:
    from core.api import Engine


class WrongSizeError(RestorationError):
    """Another program's picture has not the size of the truth."""


class Method(Protocol):
    """One column of the comparison."""

    @property
    def name(self) -> str:
        """Its name in all tables."""
        ...

    @property
    def runs_here(self) -> bool:
        """False for pictures that another program made: there is no time to measure."""
        ...

    @property
    def description(self) -> str:
        """What it is, with version or hash, for the report."""
        ...

    def fingerprint(self, case: Case) -> str:
        """What its output depends on besides the input: another one means: score again."""
        ...

    def prepare(self, progress: Progress) -> None:
        """Load what is needed, so that loading is not counted as time a face.

        Args:
            progress: Polled for cancellation.

        Raises:
            RestorationError: A model is missing or damaged.
            Cancelled: The job was stopped.
        """
        ...

    def restore(
        self, case: Case, picture: FloatImage, target: Size, progress: Progress
    ) -> tuple[FloatImage, tuple[str, ...]]:
        """Restore one picture.

        Args:
            case: Which one.
            picture: The damaged picture, H x W x 3, [0, 1].
            target: Size of the result.
            progress: Reported to and polled for cancellation.

        Returns:
            The result of size `target`, [0, 1], and plain sentences about what was done otherwise
            than asked.

        Raises:
            RestorationError: There is no result.
            Cancelled: The job was stopped.
        """
        ...


@dataclass(frozen=True, slots=True)
class Baseline:
    """A method without learning; see `core.evaluation.baselines`."""

    name: str
    runs_here = True

    @property
    def description(self) -> str:
        """The first sentence about it."""
        return (BASELINES[self.name].__doc__ or "").splitlines()[0]

    def fingerprint(self, case: Case) -> str:  # noqa: ARG002 (the protocol's)
        """The name, with a number to be raised when its code changes."""
        return f"{self.name} 1"

    def prepare(self, progress: Progress) -> None:
        """Nothing to load."""
        progress.check()

    def restore(
        self, case: Case, picture: FloatImage, target: Size, progress: Progress
    ) -> tuple[FloatImage, tuple[str, ...]]:
        """See `Method.restore`."""
        del case
        work = BASELINES[self.name]
        return interruptible(lambda: work(picture, target), progress), ()


@dataclass(frozen=True, slots=True, eq=False)
class OutputFolder:
    """Pictures that another program made of the saved inputs.

    Attributes:
        name: The program's name.
        folder: Holds `CONDITION/NAME.*`, or `NAME.*` where there is one condition only.
        listings: Its pictures by condition.
    """

    name: str
    folder: Path
    listings: dict[str, Listing]
    runs_here = False

    @property
    def description(self) -> str:
        """Where the pictures come from."""
        return f"pictures of another program, from the folder “{self.folder.name}”"

    def fingerprint(self, case: Case) -> str:
        """The file's hash."""
        path = self._file(case)
        return "" if path is None else hash_file(path, no_progress())

    def prepare(self, progress: Progress) -> None:
        """Nothing to load."""
        progress.check()

    def restore(
        self, case: Case, picture: FloatImage, target: Size, progress: Progress
    ) -> tuple[FloatImage, tuple[str, ...]]:
        """Read the picture; see `Method.restore`.

        Raises:
            ModelMissingError: There is no such picture.
            WrongSizeError: It has not the size of the truth.
            UnreadableImageError: It cannot be read.
        """
        del picture
        path = self._file(case)
        if path is None:
            raise ModelMissingError("There is no picture of this name.", "Add it, and run again.")
        image = read_picture(path, progress)
        if size_of(image) != target:
            found = size_of(image)
            raise WrongSizeError(
                f"It is {found.width} x {found.height} pixels instead of "
                f"{target.width} x {target.height}.",
                "Let the program write pictures of that size.",
            )
        return image, ()

    def troubles(self, cases: Sequence[Case]) -> tuple[Trouble, ...]:
        """Pictures that are missing, that nobody asked for, or whose name is not unique."""
        found: list[Trouble] = []
        wanted: dict[str, set[str]] = {condition: set() for condition in self.listings}
        for case in cases:
            wanted.setdefault(case.condition, set()).add(case.name)
            if self._file(case) is None:
                text = "There is no picture of this name."
                found.append(self._trouble("missing", f"{case.condition}/{case.name}", text))
        for condition, listing in self.listings.items():
            for name, path in listing.files.items():
                if name not in wanted[condition]:
                    text = f"“{path.name}” belongs to no face of this evaluation."
                    found.append(self._trouble("extra", f"{condition}/{name}", text))
            for name in listing.ambiguous:
                text = f"Two files have this name; “{listing.files[name].name}” was taken."
                found.append(self._trouble("ambiguous", f"{condition}/{name}", text))
        return tuple(found)

    def _trouble(self, kind: str, name: str, text: str) -> Trouble:
        return Trouble(kind=kind, where=self.name, name=name, text=text)

    def _file(self, case: Case) -> Path | None:
        listing = self.listings.get(case.condition)
        return listing.files.get(case.name) if listing else None


def open_outputs(name: str, folder: Path, cases: Sequence[Case]) -> OutputFolder:
    """List another program's pictures.

    Raises:
        SettingsError: The folder is not there, or lacks a folder for each condition.
        UnreadableImageError: It cannot be read.
    """
    if not folder.is_dir():
        raise SettingsError(f"There is no folder “{folder}”.", f"Check what follows “{name}=”.")
    conditions = tuple(dict.fromkeys(case.condition for case in cases))
    subfolders = {Path(case.name).parent for case in cases}
    listings = {}
    for condition in conditions:
        base = folder / condition
        if not base.is_dir():
            if len(conditions) > 1:
                needed = ", ".join(f"“{each}”" for each in conditions)
                raise SettingsError(
                    f"“{folder}” lacks the folder “{condition}”.",
                    f"Its pictures must lie in folders {needed}, as the saved inputs do.",
                )
            base = folder
        listings[condition] = _merged(base, subfolders)
    return OutputFolder(name, folder, listings)


def _merged(base: Path, subfolders: set[Path]) -> Listing:
    files: dict[str, Path] = {}
    ambiguous: tuple[str, ...] = ()
    for sub in sorted(subfolders):
        if not (base / sub).is_dir():
            continue
        listing = pictures_in(base / sub)
        files |= {(sub / name).as_posix(): path for name, path in listing.files.items()}
        ambiguous += tuple((sub / name).as_posix() for name in listing.ambiguous)
    return Listing(files, ambiguous)


def methods_from(
    words: Sequence[str], engine: Engine, settings: EvaluationSettings, cases: Sequence[Case]
) -> tuple[Method, ...]:
    """Turn the names that a user gave into methods, in that order.

    Args:
        words: Baselines ("input", "bicubic", "unsharp", "nlm"), ids or files of face or enlarging
            models, "inversion" or "inversion:ID", "NAME=FOLDER".
        engine: Where models come from.
        settings: Whether pictures are aligned crops, and the seed.
        cases: The faces, for the folders of other programs.

    Raises:
        SettingsError: A name is given twice, or means nothing.
        ModelMissingError: A model is not known or not installed.
        ModelFileError: A file is no model that can be used here.
    """
    methods = tuple(_method(word, engine, settings, cases) for word in words)
    names = [file_name_for(method.name) for method in methods]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise SettingsError(
            f"Two methods are called “{twice[0]}”.", "Name each once, or rename a file or folder."
        )
    if not methods:
        raise SettingsError("There is no method to evaluate.", "Name at least one with --methods.")
    return methods


def file_name_for(method: str) -> str:
    """A method's name as the name of its output folder."""
    return re.sub(r"[^\w.+-]+", "_", method).strip("._") or "method"


def _method(
    word: str, engine: Engine, settings: EvaluationSettings, cases: Sequence[Case]
) -> Method:
    name, separator, folder = word.partition("=")
    if separator:
        if not name or not folder:
            raise SettingsError(f"“{word}” is no method.", "Write NAME=FOLDER.")
        return open_outputs(name, Path(folder), cases)
    if word in BASELINES:
        return Baseline(word)
    if word == INVERSION or word.startswith(f"{INVERSION}:"):
        return LatentSearch.of(word, engine, settings)
    return _model(word, engine, settings)


def _model(word: str, engine: Engine, settings: EvaluationSettings) -> Method:
    """A model by its id or file; a file's kind is found out by loading it."""
    if Path(word).is_file():
        try:
            engine.restorer(word)
        except ModelFileError as no_face_model:
            try:
                return enlarger(word, engine)
            except ModelFileError:
                raise no_face_model from None
        return _face_method(word, engine, settings)
    try:
        task = engine.store.spec(ALIASES.get(word, word)).task
    except ModelMissingError as error:
        known = ", ".join(BASELINES)
        raise ModelMissingError(
            error.summary, f"{error.remedy} Methods without a model: {known}, {INVERSION}."
        ) from error
    if task == "upscaling":
        return enlarger(word, engine)
    return _face_method(word, engine, settings)


def _face_method(word: str, engine: Engine, settings: EvaluationSettings) -> Method:
    if settings.aligned:
        return FaceModel(engine.restorer(word), settings.seed)
    engine.restorer(word)
    return WholePhoto(engine, word, settings.seed)
