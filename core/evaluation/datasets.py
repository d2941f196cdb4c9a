"""Face sets as they are distributed: which folder holds the damaged faces, which the truth.

Known layouts (a set may also lie one folder deeper than named, as archives often unpack):

    CelebA-Test     celeba_512_validation/ and celeba_512_validation_lq/
    LFW-Test        lfw_cropped_faces/, or cropped_faces/ within it; no ground truth
    CelebChild      CelebChild-Test/; no ground truth
    WebPhoto-Test   WebPhoto-Test/; no ground truth
    dissertation    color/ and gray/, faces to be damaged here; the folder is a group of its own
    plain           a folder of pictures

All of them but "plain" hold aligned crops.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.errors import SettingsError
from core.evaluation.pictures import Listing, pictures_in
from core.evaluation.values import Protocol, Trouble

Layout = Literal[
    "auto", "plain", "celeba-test", "lfw-test", "celebchild", "webphoto-test", "dissertation"
]

CELEBA_TRUTH = "celeba_512_validation"
CELEBA_INPUTS = ("celeba_512_validation_lq", "self_celeba_512_v2")
NESTED = "cropped_faces"
_REAL = {
    "lfw-test": ("lfw_cropped_faces", "lfw-test"),
    "celebchild": ("celebchild-test", "celebchild"),
    "webphoto-test": ("webphoto-test",),
}
FOLDER_GROUP = "folder"


@dataclass(frozen=True, slots=True)
class FaceSet:
    """The files of a set.

    Attributes:
        layout: How it was understood.
        truths: Undamaged pictures by name; empty where there is no ground truth.
        inputs: Damaged pictures by name; empty where they are to be made.
        aligned: The pictures are aligned crops.
        groups: Group names by face, where the set itself has some.
        troubles: Pictures without a partner, and names that are not unique.
    """

    layout: str
    truths: dict[str, Path] = field(default_factory=dict)
    inputs: dict[str, Path] = field(default_factory=dict)
    aligned: bool = True
    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Faces that can be evaluated."""
        if self.truths and self.inputs:
            return tuple(name for name in self.truths if name in self.inputs)
        return tuple(self.truths or self.inputs)

    @property
    def protocol(self) -> Protocol:
        """What the set is for unless a user says otherwise."""
        return "blind" if self.truths else "real"


def open_set(
    folder: Path,
    layout: Layout = "auto",
    *,
    pairs: Path | None = None,
    protocol: Protocol | None = None,
) -> FaceSet:
    """Find the pictures of a set.

    Args:
        folder: The set, or the ground truth where `pairs` is given.
        layout: What it looks like; recognised by its folders' names by default.
        pairs: Folder of damaged pictures with the names of those in `folder`.
        protocol: "real" makes a plain folder one of damaged pictures.

    Raises:
        SettingsError: The folders that the layout needs are not there, or no picture is.
        UnreadableImageError: A folder cannot be read.
    """
    if pairs is not None:
        found = _paired("pairs", folder, pairs, aligned=False)
    else:
        chosen = _recognised(folder) if layout == "auto" else layout
        found = _OPENERS[chosen](folder)
        if chosen == "plain" and protocol == "real":
            found = FaceSet("plain", inputs=found.truths, aligned=False, troubles=found.troubles)
    if not found.names:
        raise SettingsError(
            f"There is no picture to evaluate in “{folder}”.",
            "Name a folder that holds pictures itself, or choose its layout with --layout.",
        )
    return found


def _recognised(folder: Path) -> str:
    """The layout that the names of the folder and of those within it speak for."""
    within = (
        {path.name.casefold() for path in folder.iterdir() if path.is_dir()}
        if (folder.is_dir())
        else set()
    )
    if CELEBA_TRUTH in within and within & set(CELEBA_INPUTS):
        return "celeba-test"
    if {"color", "gray"} <= within:
        return "dissertation"
    for layout, names in _REAL.items():
        if folder.name.casefold() in names or (within & set(names)):
            return layout
    return "plain"


def _plain(folder: Path) -> FaceSet:
    listing = pictures_in(folder)
    return FaceSet("plain", truths=listing.files, aligned=False, troubles=_unclear(listing, folder))


def _celeba(folder: Path) -> FaceSet:
    inputs = next((folder / name for name in CELEBA_INPUTS if (folder / name).is_dir()), None)
    if inputs is None or not (folder / CELEBA_TRUTH).is_dir():
        raise _incomplete(folder, f"“{CELEBA_TRUTH}” and “{CELEBA_INPUTS[0]}”")
    return _paired("celeba-test", folder / CELEBA_TRUTH, inputs, aligned=True)


def _dissertation(folder: Path) -> FaceSet:
    truths: dict[str, Path] = {}
    groups: dict[str, dict[str, str]] = {}
    troubles: tuple[Trouble, ...] = ()
    for kind in ("color", "gray"):
        if not (folder / kind).is_dir():
            raise _incomplete(folder, "“color” and “gray”")
        listing = pictures_in(folder / kind)
        troubles += _unclear(listing, folder / kind)
        for name, path in listing.files.items():
            truths[f"{kind}/{name}"] = path
            groups[f"{kind}/{name}"] = {FOLDER_GROUP: kind}
    return FaceSet("dissertation", truths=truths, groups=groups, troubles=troubles)


def _real(layout: str) -> Callable[[Path], FaceSet]:
    def opened(folder: Path) -> FaceSet:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_dir() and path.name.casefold() in _REAL[layout]:
                folder = path
                break
        if (folder / NESTED).is_dir():
            folder = folder / NESTED
        listing = pictures_in(folder)
        return FaceSet(layout, inputs=listing.files, troubles=_unclear(listing, folder))

    return opened


_OPENERS: dict[str, Callable[[Path], FaceSet]] = {
    "plain": _plain,
    "celeba-test": _celeba,
    "dissertation": _dissertation,
    **{layout: _real(layout) for layout in _REAL},
}


def _paired(layout: str, truth_folder: Path, input_folder: Path, *, aligned: bool) -> FaceSet:
    truths, inputs = pictures_in(truth_folder), pictures_in(input_folder)
    troubles = _unclear(truths, truth_folder) + _unclear(inputs, input_folder)
    for name in truths.files:
        if name not in inputs.files:
            text = f"There is no picture of this name in “{input_folder}”, so it was left out."
            troubles += (Trouble(kind="missing", where="inputs", name=name, text=text),)
    for name in inputs.files:
        if name not in truths.files:
            text = f"There is no picture of this name in “{truth_folder}”, so it was left out."
            troubles += (Trouble(kind="extra", where="inputs", name=name, text=text),)
    return FaceSet(layout, truths.files, inputs.files, aligned=aligned, troubles=troubles)


def _unclear(listing: Listing, folder: Path) -> tuple[Trouble, ...]:
    return tuple(
        Trouble(
            kind="ambiguous",
            where=str(folder.name),
            name=name,
            text=f"Two files have this name; “{listing.files[name].name}” was taken.",
        )
        for name in listing.ambiguous
    )


def _incomplete(folder: Path, needed: str) -> SettingsError:
    return SettingsError(
        f"“{folder}” does not hold the folders {needed}.",
        "Name the folder that contains them, or choose another --layout.",
    )
