"""The values of an evaluation: what is compared, one face under one condition, one outcome."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from core.degradation.profile import PROFILES
from core.settings_base import Settings

Protocol = Literal["blind", "sr4", "real"]
Damage = Literal["camera", "photo"]

PAIRED = "pairs"
"""Condition of faces whose damaged version was given."""

SR4 = "x4"
REAL = "real"


class EvaluationSettings(Settings, frozen=True, kw_only=True):
    """What decides about the figures, apart from the methods.

    Attributes:
        protocol: "blind" (same size), "sr4" (four times as large) or "real" (no ground truth).
        strengths: Degradation profiles; only for "blind" without given pairs.
        damage: "camera": blur, sampling, noise and JPEG of a profile, as papers do it; "photo": all
            of the profile, with the undamaged picture in the tone of the damaged one as the truth.
        seed: Fixes the damage, the generators' noise and the bootstrap.
        aligned: The pictures are aligned face crops and are given to a face model whole.
        size_px: Side to which aligned crops are brought first; 0 leaves them as they are.
    """

    protocol: Protocol = "blind"
    strengths: tuple[str, ...] = ("mild", "medium", "severe")
    damage: Damage = "camera"
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    aligned: bool = False
    size_px: Annotated[int, Meta(ge=0, le=2048)] = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        unknown = [name for name in self.strengths if name not in PROFILES]
        if unknown:
            known = ", ".join(PROFILES)
            raise ValueError(f"there is no strength “{unknown[0]}”; there are {known}")
        if len(set(self.strengths)) != len(self.strengths) or not self.strengths:
            raise ValueError("each strength is named once, and at least one")
        if self.size_px and not self.aligned:
            raise ValueError("a size can only be given for aligned crops")
        if 0 < self.size_px < 64:
            raise ValueError("faces need at least 64 pixels on a side")


@dataclass(frozen=True, slots=True)
class Case:
    """One face under one condition.

    Attributes:
        name: Its file's name without ending; with the folder where the set has several.
        condition: Strength, "x4", "pairs" or "real".
        input: The damaged picture.
        truth: The undamaged one, or None where nobody knows it.
        input_sha256: Hash of the damaged file.
        truth_sha256: Hash of the undamaged one; empty where there is none.
    """

    name: str
    condition: str
    input: Path
    truth: Path | None
    input_sha256: str
    truth_sha256: str = ""


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one output; None where one cannot be given.

    Attributes:
        psnr: dB; `MAX_PSNR` stands for equal pictures.
        ssim: [-1, 1].
        lpips: 0 or more.
        niqe: 0 or more, of the output at 512 px.
        deg: Angle between the embeddings of output and truth (real: input), degrees.
        cosine: Its cosine.
        lmd: Landmark distance to the truth, in pixels of a 512 px crop.
    """

    psnr: float | None = None
    ssim: float | None = None
    lpips: float | None = None
    niqe: float | None = None
    deg: float | None = None
    cosine: float | None = None
    lmd: float | None = None


METRICS = tuple(Scores.__struct_fields__)

HIGHER_IS_BETTER = frozenset({"psnr", "ssim", "cosine"})

TITLES = {
    "psnr": "PSNR",
    "ssim": "SSIM",
    "lpips": "LPIPS",
    "fid": "FID",
    "niqe": "NIQE",
    "deg": "Deg",
    "cosine": "Cosine",
    "lmd": "LMD",
}

DIGITS = {"psnr": 2, "ssim": 4, "lpips": 4, "fid": 2, "niqe": 3, "deg": 2, "cosine": 4, "lmd": 2}

MAX_PSNR = 100.0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one method made of one case; one line of the journal.

    Attributes:
        key: Hash of everything that the figures depend on.
        method: The method's name.
        name: The case's name.
        condition: The case's condition.
        output: The picture, below the evaluation's folder; empty where there is none.
        scores: The figures.
        seconds: Time that the method took; None for pictures that another program made.
        peak_bytes: Most memory of the whole process meanwhile; None where it was not measured.
        problem: Why there is no figure; empty where there is one.
        notes: Plain sentences about what was done otherwise than asked.
    """

    key: str
    method: str
    name: str
    condition: str
    output: str = ""
    scores: Scores = Scores()
    seconds: float | None = None
    peak_bytes: int | None = None
    problem: str = ""
    notes: tuple[str, ...] = ()


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a reader of the table must know, by name.

    Attributes:
        kind: "missing", "extra", "unreadable", "wrong size", "failed" or "ambiguous".
        where: Method or set.
        name: Which picture.
        text: One sentence.
    """

    kind: str
    where: str
    name: str
    text: str
