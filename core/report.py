"""What happened to each photo, for people and for scripts.

`FileReport` is one entry of `--json`, one row of the batch summary and, without its file paths, the
body of the recipe that is saved beside an output.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from core import plain_json
from core.errors import RestorationError
from core.faces import FaceResult, Likeness
from core.geometry import Size
from core.interfaces import EngineInfo
from core.pipeline import Restoration

Status = Literal["done", "failed", "cancelled", "skipped"]


class EngineReport(msgspec.Struct, frozen=True, kw_only=True):
    """One model that ran. Fields as in `core.interfaces.EngineInfo`."""

    task: str
    model: str
    sha256: str = ""
    licence: str = ""
    device: str = ""
    runtime: str = ""
    precision: str = ""
    reason: str = ""

    @classmethod
    def of(cls, info: EngineInfo) -> EngineReport:
        """The report of one engine."""
        return plain_json.convert(info, cls, from_attributes=True)


class FaceReport(msgspec.Struct, frozen=True, kw_only=True):
    """One face, in pixels of the upright input photo.

    Attributes:
        index: Its number: top to bottom, then left to right; those that were added by hand follow
            from `core.settings.FIRST_ADDED` on.
        box: Left, top, right, bottom.
        landmarks: Left eye, right eye, nose, left and right mouth corner (x, y).
        score: The detector's certainty, [0, 1].
        strength: Share of the restored face in the output, [0, 1].
        restored: False where the face was left alone.
        note: Why it was left alone; empty where it was not.
        identity: How alike the face is before and after, at its strength (cosine of embeddings).
        kept_back: Share of the change that was taken back to keep the likeness, [0, 1].
        detail_kept: Share of the photo's own fine detail that stayed in the face, [0, 1].
        mask: What drew the outline of the restored part: a parsing model's id, "landmarks", "whole"
            where the photo is one face, or empty where nothing was restored.
        finished: True where an enlarging model drew the restored face larger.
        model: The model that restored the face; empty where none did.
        likeness: What `identity` comes to: "same" person, "pulled_back" until it was the same one,
            "given_up" since no part of the change kept the likeness, "doubtful", or empty where it
            was not measured.
        added: True where the user drew the face by hand.
        removed: True where the user said that it is no face.
        found_landmarks: Where its landmarks had been found before the user corrected them.
    """

    index: int
    box: tuple[float, float, float, float]
    landmarks: tuple[tuple[float, float], ...]
    score: float
    strength: float
    restored: bool
    note: str = ""
    identity: float | None = None
    kept_back: float = 0.0
    detail_kept: float = 0.0
    mask: str = ""
    finished: bool = False
    model: str = ""
    likeness: Likeness = ""
    added: bool = False
    removed: bool = False
    found_landmarks: tuple[tuple[float, float], ...] | None = None

    @classmethod
    def of(cls, result: FaceResult) -> FaceReport:
        """The report of one face."""
        box = result.face.box
        return cls(
            index=result.index,
            box=(box.left, box.top, box.right, box.bottom),
            landmarks=result.face.landmarks,
            score=result.face.score,
            strength=result.strength,
            restored=result.restored is not None and result.strength > 0,
            note=result.skipped,
            identity=result.identity,
            kept_back=result.kept_back,
            detail_kept=round(result.detail_kept, 3),
            mask=_mask_of(result),
            finished=result.finished,
            model=result.model if result.restored is not None else "",
            likeness=result.likeness,
            added=result.is_added,
            removed=result.removed,
            found_landmarks=result.found,
        )


def _mask_of(result: FaceResult) -> str:
    """What drew the outline of the restored part."""
    if result.restored is None:
        return ""
    return "whole" if result.whole else result.mask_model or "landmarks"


class ErrorReport(msgspec.Struct, frozen=True, kw_only=True):
    """Why a photo failed: what is wrong, and what the user can do."""

    summary: str
    remedy: str


class FileReport(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to one photo.

    Attributes:
        input: Path as it was given.
        output: Path of the result; None where nothing was written. Of a skipped photo: what was
            there already.
        recipe: Path of the recipe beside it; None where none was written.
        status: "done", "failed", "cancelled", or "skipped" where there was a result already.
        seconds: Wall clock time spent on this photo.
        device: Where the face network ran; empty where it did not.
        model: The face model; empty where it did not run.
        size: Width and height of the output in pixels.
        faces: Each face found.
        engines: Each model that ran.
        warnings: Plain sentences.
        error: Set where the status is "failed".
    """

    input: str
    status: Status
    output: str | None = None
    recipe: str | None = None
    seconds: float = 0.0
    device: str = ""
    model: str = ""
    size: tuple[int, int] | None = None
    faces: tuple[FaceReport, ...] = ()
    engines: tuple[EngineReport, ...] = ()
    warnings: tuple[str, ...] = ()
    error: ErrorReport | None = None


def failed(path: str, error: RestorationError, seconds: float = 0.0) -> FileReport:
    """The report of a photo that could not be restored."""
    return FileReport(
        input=path,
        status="failed",
        seconds=seconds,
        error=ErrorReport(summary=error.summary, remedy=error.remedy),
    )


def done(
    path: str,
    result: Restoration,
    *,
    output: str,
    recipe: str,
    seconds: float,
    notes: tuple[str, ...] = (),
    size: Size | None = None,
) -> FileReport:
    """The report of a photo that was restored and saved.

    `notes` are about the saving, `size` is that of the file where it is not the result's own.
    """
    restorer = next((info for info in result.engines if info.task == "restoration"), None)
    size = size or result.photo.size
    return FileReport(
        input=path,
        status="done",
        output=output,
        recipe=recipe or None,
        seconds=seconds,
        device=restorer.device if restorer else "",
        model=restorer.model if restorer else "",
        size=(size.width, size.height),
        faces=tuple(FaceReport.of(face) for face in result.faces),
        engines=tuple(EngineReport.of(info) for info in result.engines),
        warnings=(*result.original.notes, *result.warnings, *notes),
    )


def to_json(reports: list[FileReport]) -> bytes:
    """The list of reports as readable JSON, UTF-8, ending in a newline."""
    return msgspec.json.format(plain_json.to_json(reports), indent=2) + b"\n"
