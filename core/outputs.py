"""Which photos a run works on, and what their results are called.

Nothing here writes a file. A planned name is a proposal: `write_photo` makes sure once more that
no input and no existing file is replaced.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import RestorationError, SettingsError
from core.export import Conflict
from core.imageio.file_hash import file_sha256
from core.imageio.formats import READABLE_SUFFIXES, format_for_suffix, output_format, suffix_for
from core.imageio.info import kind_and_depth
from core.imageio.same_file import canonical, is_any_of
from core.left_out import is_unread_picture, left_out_sentences
from core.naming import fitting_name
from core.progress import Progress, no_progress
from core.recipe import SUFFIX as RECIPE_SUFFIX
from core.recipe import load, path_beside

SUFFIX = "-restored"
"""What a result's name gets in the photo's own folder, and where it would meet another file."""

_SIDECARS = frozenset({".json", ".xmp", ".aae", ".thm"})
_MAX_TRIES = 100_000
_TOLD_EVERY = 50


@dataclass(frozen=True, slots=True)
class FoundPhoto:
    """A photo that shall be worked on.

    Attributes:
        path: The file, as it was reached.
        relative: Its place below the folder that was named; the bare name for a named file.
    """

    path: Path
    relative: Path


@dataclass(frozen=True, slots=True)
class Problem:
    """A path that cannot be worked on.

    Attributes:
        path: What was named or met.
        error: Why, in plain words.
    """

    path: Path
    error: RestorationError


@dataclass(frozen=True, slots=True)
class FoundPhotos:
    """What a search found.

    Attributes:
        photos: Each file once, in the order of the named paths, sorted within a folder.
        problems: Folders that cannot be read and names that lead nowhere.
        results: Results of earlier runs, known by the recipe beside them, that lay in a folder and
            are not restored a second time.
        unread: Pictures in a folder of kinds that Heirloom cannot read: camera raw, PDF, ...
    """

    photos: tuple[FoundPhoto, ...] = ()
    problems: tuple[Problem, ...] = ()
    results: tuple[Path, ...] = ()
    unread: tuple[Path, ...] = ()

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is to be said of the unread ones: which, and what the user can do."""
        return left_out_sentences(self.unread)


@dataclass(slots=True)
class _Search:
    """A search under way."""

    recursive: bool
    progress: Progress
    photos: list[FoundPhoto] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    results: list[Path] = field(default_factory=list)
    unread: list[Path] = field(default_factory=list)
    seen_files: set[str] = field(default_factory=set)
    seen_folders: set[str] = field(default_factory=set)

    def add_file(self, path: Path, relative: Path) -> None:
        """Note a file, unless it was met before under another name."""
        key = canonical(path)
        if key not in self.seen_files:
            self.seen_files.add(key)
            self.photos.append(FoundPhoto(path, relative))

    def walk(self, folder: Path, root: Path) -> None:
        """Note the photos of a folder; below it too where the search is recursive.

        A folder that was met before, through a link for instance, is not entered again.
        """
        self._tell()
        key = canonical(folder)
        if key in self.seen_folders:
            return
        self.seen_folders.add(key)
        try:
            entries = sorted(self._visible(folder), key=_natural_order)
        except OSError as error:
            self.problems.append(Problem(folder, _unreadable_folder(folder, error)))
            return
        names = {entry.name for entry in entries}
        for number, entry in enumerate(entries, 1):
            if number % _TOLD_EVERY == 0:
                self._tell()
            if os.path.isfile(entry):  # noqa: PTH113 (Path.is_file raises where it may not look)
                self._meet(entry, root, names)
            elif self.recursive and os.path.isdir(entry):  # noqa: PTH112 (so does Path.is_dir)
                self.walk(entry, root)
            elif _leads_nowhere(entry):
                self.problems.append(Problem(entry, _broken_link(entry)))

    def _visible(self, folder: Path) -> Iterator[Path]:
        """What is in a folder but hidden files; a large one on a network takes a while."""
        with os.scandir(folder) as found:
            for entry in found:
                self.progress.check()
                if not entry.name.startswith("."):
                    yield folder / entry.name

    def _tell(self) -> None:
        self.progress.report(0.0, f"Photos found: {len(self.photos):,}")

    def _meet(self, path: Path, root: Path, names: Collection[str]) -> None:
        """Note a file of a folder if it is a photo; `names` are those of all that lies there."""
        if is_unread_picture(path):
            self.unread.append(path)
        if path.suffix.lower() not in READABLE_SUFFIXES:
            return
        if path_beside(path).name in names:
            self.results.append(path)
        else:
            self.add_file(path, path.relative_to(root))


def find_photos(
    paths: Iterable[Path], *, recursive: bool = False, progress: Progress | None = None
) -> FoundPhotos:
    """Find the photos behind files and folders that a user named.

    A named file is taken whatever it is called: what it holds is found out when it is read. Only
    what programs put beside photos ("*.json", "*.xmp") is passed over, so that a shell's "*" works.
    In folders only files with a picture's ending are taken; hidden files and results of earlier
    runs are left out.

    Args:
        paths: Files and folders.
        recursive: Search the folders inside folders too.
        progress: Polled for cancellation in each folder and every few files.

    Returns:
        The photos, the problems and the results left out.

    Raises:
        Cancelled: The search was stopped.
    """
    search = _Search(recursive, progress or no_progress())
    for named in paths:
        path = Path(named)
        if os.path.isdir(path):  # noqa: PTH112 (Path.is_dir raises for impossible names)
            search.walk(path, path)
        elif not os.path.exists(path):  # noqa: PTH110 (so does Path.exists)
            search.problems.append(Problem(path, _missing(path)))
        elif path.suffix.lower() not in _SIDECARS:
            search.add_file(path, Path(path.name))
    return FoundPhotos(
        tuple(search.photos),
        tuple(search.problems),
        tuple(search.results),
        tuple(search.unread),
    )


@dataclass(frozen=True, slots=True)
class Planned:
    """Where a photo's result goes.

    Attributes:
        path: The file.
        replaces: It is the result of an earlier run, which may be replaced.
        is_skipped: Something is there already, and nothing is to be done.
    """

    path: Path
    replaces: bool = False
    is_skipped: bool = False


def plan_output(
    source: Path,
    relative: Path,
    out_dir: Path,
    format: str | None = None,  # noqa: A002 (the option's name everywhere)
    *,
    stem: str | None = None,
    suffix: str = SUFFIX,
    taken: Collection[Path] = (),
    inputs: Collection[Path] = (),
    conflict: Conflict = "suffix",
    progress: Progress | None = None,
) -> Planned:
    """The path of a photo's result.

    It is `relative` below `out_dir`, with the ending of the format. In the photo's own folder,
    where it would otherwise be told from the photo by its ending at most, and where that is an
    input, another result of this run or a file that may not be replaced, `suffix` is added to the
    name, then `suffix` with 2, 3, ... A name that is too long for the disk loses its end.

    Args:
        source: The photo.
        relative: Its place, from `find_photos`.
        out_dir: The folder of the results.
        format: The format that results are written in, or None for the source's own where it can be
            written.
        stem: The name without its ending, from `result_stem`; that of `relative` by default.
        suffix: What is added to a name.
        taken: Results that this run has planned already.
        inputs: All photos of this run.
        conflict: What happens where a file has the name. "replace" is for results of earlier runs,
            known by the recipe beside them; any other file is spared.
        progress: Polled for cancellation while large files are looked at.

    Raises:
        UnsupportedFormatError: Heirloom does not write `format`.
        Cancelled: The job was stopped.
    """
    wanted = out_dir / _inside(relative)
    ending = _ending(source, format)
    originals = [source, *inputs]
    is_beside = stem is None and _is_beside(source, wanted)
    for number in range(int(is_beside), _MAX_TRIES):
        name = _numbered(wanted.stem if stem is None else stem, suffix, number, ending)
        candidate = wanted.with_name(name)
        if _is_claimed(candidate, taken) or is_any_of(candidate, originals):
            continue
        if not os.path.lexists(candidate):
            return Planned(candidate)
        if conflict == "skip":
            return Planned(candidate, is_skipped=True)
        if conflict == "replace" and is_result(candidate, progress):
            return Planned(candidate, replaces=True)
    raise AssertionError(f"no free name beside {wanted}")


def is_result(path: Path, progress: Progress | None = None) -> bool:
    """True for a file that Heirloom wrote: its recipe lies beside it, and knows its bytes.

    A result that was edited by another program, and a file that was put in its place, are the
    user's own. An older recipe does not know the bytes; then its place counts.

    Raises:
        Cancelled: The job was stopped; a large file takes a while.
    """
    # Path.is_file raises for a recipe's name that is too long for the disk.
    if not (os.path.isfile(path) and os.path.isfile(path_beside(path))):  # noqa: PTH113
        return False
    try:
        known = load(path_beside(path)).result_sha256
        return not known or known == file_sha256(path, progress)
    except (SettingsError, OSError):
        return False


def _is_beside(source: Path, wanted: Path) -> bool:
    """True for a result that would lie with its photo, under the photo's own name."""
    same = os.path.realpath(source.parent) == os.path.realpath(wanted.parent)
    return same and source.stem == wanted.stem


def _ending(source: Path, wanted: str | None) -> str:
    """The ending of the result's name: the source's own where that names the result's format."""
    name = wanted if wanted is not None else output_format(*kind_and_depth(source))
    ending = suffix_for(name)
    keeps = format_for_suffix(source.suffix) == format_for_suffix(ending)
    return source.suffix if keeps else ending


def _numbered(stem: str, suffix: str, number: int, ending: str) -> str:
    """The name for the `number`-th try (from 0), cut where it is too long for a disk."""
    if number and stem.endswith(suffix):
        # The name says already that it is a result: count, do not say it twice.
        stem, number = stem[: -len(suffix)], number + 1
    count = f"-{number}" if number > 1 else ""
    return fitting_name(stem, f"{suffix if number else ''}{count}{ending}", RECIPE_SUFFIX)


def _inside(relative: Path) -> Path:
    """The path without anything that leads out of the folder it is put in."""
    parts = [part for part in relative.parts if part not in (relative.anchor, "..", ".")]
    return Path(*parts) if parts else Path("photo")


def _is_claimed(candidate: Path, taken: Collection[Path]) -> bool:
    """True where a result of this run has the name, or one that some file systems hold equal."""
    name = candidate.name.casefold()
    alike = [path for path in taken if path.name.casefold() == name]
    return bool(alike) and _folded(candidate) in {_folded(path) for path in alike}


def _folded(path: Path) -> str:
    return os.path.realpath(path).casefold()


def _natural_order(path: Path) -> tuple[str, str]:
    return path.name.casefold(), path.name


def _unreadable_folder(folder: Path, error: OSError) -> RestorationError:
    reason = error.strerror or type(error).__name__
    return RestorationError(
        f"The folder “{folder}” cannot be read ({reason}).",
        "Check that it still exists and that you may open it.",
    )


def _leads_nowhere(path: Path) -> bool:
    """True for a link, called like a photo, to a file that is gone, or to itself."""
    if path.suffix.lower() not in READABLE_SUFFIXES:
        return False
    # Path.exists raises for a link to itself.
    return os.path.islink(path) and not os.path.exists(path)  # noqa: PTH110, PTH114


def _broken_link(path: Path) -> RestorationError:
    return RestorationError(
        f"“{path}” is a link that leads to no file.",
        "Put the photo back in its place, or take the link away.",
    )


def _missing(path: Path) -> RestorationError:
    return RestorationError(f"“{path}” does not exist.", "Check the name and try again.")
