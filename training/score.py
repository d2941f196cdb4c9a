"""Scores of models on held-out faces, damaged at three strengths by the seeded synthesis.

    python -m training.score FACES --model FIRST.safetensors --model NEW.safetensors --json OUT

Every face is brought to 256 px and damaged there, so that networks of every size mend the same
pictures. NIQE and identity are taken at 512 px (smaller outputs are enlarged by cubic
interpolation, as the application does), the other figures at 256 px.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from core.degradation import PROFILES, CameraProfile, DamageProfile, degrade, generator_for
from core.device import has_bf16
from core.engines.identity import IdentityScorer
from core.image import FloatImage, to_float
from core.metrics.fidelity import psnr, ssim
from core.metrics.niqe import niqe
from core.models.checkpoint import read_state_dict
from core.models.loader import load_gfpgan
from core.nets.gfpgan import Gfpgan
from core.nets.imagenet_features import load_imagenet_features, normalised_distance
from core.nets.memory_format import to_channels_last
from core.progress import Progress, no_progress
from training.data import read_face
from training.degrade import as_uint8
from training.records import FaceRecord, read_records
from training.validation import spread

SCORED_PX, SHOWN_PX = 256, 512
STRENGTHS = ("mild", "medium", "severe")
FIGURES = ("psnr", "ssim", "perceptual", "niqe", "identity")

Mender = Callable[[FloatImage], FloatImage]
"""Takes a damaged face of 256 px, S x S x 3 in [0, 1], and gives a mended one of any size."""


@dataclass(frozen=True, slots=True)
class Score:
    """One face, mended by one method.

    Attributes:
        method: "input", "bicubic", or the model file's name.
        strength: "mild", "medium" or "severe".
        source: Where the face is from.
        psnr: dB against the true face, at 256 px; larger is better.
        ssim: Structural similarity, [-1, 1]; larger is better.
        perceptual: Distance in MobileNetV2's features; smaller is better; NaN without weights.
        niqe: At 512 px; smaller is better.
        identity: Cosine of the embeddings of the true and the mended face, at 512 px.
    """

    method: str
    strength: str
    source: str
    psnr: float
    ssim: float
    perceptual: float
    niqe: float
    identity: float


class Judge:
    """Measures mended faces against true ones.

    Args:
        identity_weights: The bundled recognition network.
        perceptual_weights: MobileNetV2 ImageNet weights, or none.
    """

    def __init__(self, identity_weights: Path, perceptual_weights: Path | None) -> None:
        self._identity = IdentityScorer(identity_weights)
        self._features = load_imagenet_features(perceptual_weights) if perceptual_weights else None

    def score(self, mended: FloatImage, true: FloatImage) -> dict[str, float]:
        """The figures of one face; `true` is 256 px, `mended` any size."""
        small, large = resized(mended, SCORED_PX), resized(mended, SHOWN_PX)
        return {
            "psnr": psnr(small, true),
            "ssim": ssim(small, true),
            "perceptual": self._distance(small, true),
            "niqe": niqe(as_uint8(large)),
            "identity": self._identity.similarity(resized(true, SHOWN_PX), large),
        }

    @torch.inference_mode()
    def _distance(self, first: FloatImage, second: FloatImage) -> float:
        if self._features is None:
            return float("nan")
        a, b = (self._features(_tensor(image)) for image in (first, second))
        return float(normalised_distance(a, b))


def resized(image: FloatImage, side_px: int) -> FloatImage:
    """Averaged down, or enlarged by cubic interpolation; clipped to [0, 1]."""
    if image.shape[0] == side_px:
        return image
    method = cv2.INTER_AREA if image.shape[0] > side_px else cv2.INTER_CUBIC
    done: FloatImage = cv2.resize(image, (side_px, side_px), interpolation=method)
    return np.clip(done, np.float32(0), np.float32(1))


def load_mender(path: Path) -> Mender:
    """A GFP-GAN checkpoint of any size, run in bf16 where the processor has instructions for it.

    Raises:
        ModelFileError: The file cannot be used.
    """
    return mender_of(load_gfpgan(read_state_dict(path)))


def mender_of(gfpgan: Gfpgan) -> Mender:
    """A network in memory, run as by `load_mender`; its weights' layout is changed to that end."""
    network, side_px = to_channels_last(gfpgan.eval()), gfpgan.config.out_size
    bf16 = has_bf16("cpu")

    @torch.inference_mode()
    def mend(face: FloatImage) -> FloatImage:
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            output = network(_tensor(resized(face, side_px)))
        image: FloatImage = ((output[0].float() + 1) / 2).clamp(0, 1).permute(1, 2, 0).numpy()
        return np.ascontiguousarray(image)

    return mend


def _tensor(image: FloatImage) -> torch.Tensor:
    return torch.from_numpy(image).permute(2, 0, 1)[None] * 2 - 1


def shrunk_only(true: FloatImage, camera: CameraProfile) -> FloatImage:
    """The clean face at the low resolution of a strength, enlarged by cubic interpolation.

    What interpolation alone can do when there is neither blur, noise nor JPEG.
    """
    factor = (camera.shrink_low + camera.shrink_high) / 2 * SCORED_PX / SHOWN_PX
    small = max(8, round(SCORED_PX / factor))
    return resized(resized(true, small), SCORED_PX)


def score_faces(
    records: Sequence[FaceRecord],
    menders: dict[str, Mender],
    judge: Judge,
    progress: Progress,
    strengths: Sequence[str] = STRENGTHS,
    *,
    seed: int = 0,
    baselines: bool = True,
) -> list[Score]:
    """Score input and bicubic (the baselines) and every mender on every face and strength.

    The damage of face number i is that of `generator_for(seed, i)`, camera only: the same for all.
    """
    found: list[Score] = []
    for index, record in enumerate(records):
        true = to_float(read_face(record, SCORED_PX))
        for strength in strengths:
            progress.report(index / len(records), f"Scoring {record.path.name}, {strength}")
            camera = PROFILES[strength].camera
            damaged = degrade(true, DamageProfile(camera=camera), generator_for(seed, index)).image
            damaged = to_float(as_uint8(damaged))
            made = {"input": damaged, "bicubic": shrunk_only(true, camera)} if baselines else {}
            made |= {name: mend(damaged) for name, mend in menders.items()}
            for method, image in made.items():
                figures = judge.score(image, true)
                found.append(Score(method, strength, record.source, **figures))
    return found


def table(scores: Iterable[Score], by: str = "strength") -> str:
    """Means as a Markdown table, a row for each value of `by` and method."""
    groups: dict[tuple[str, str], list[Score]] = {}
    for score in scores:
        groups.setdefault((getattr(score, by), score.method), []).append(score)
    lines = [f"| {by} | method | faces | " + " | ".join(FIGURES) + " |", "|---" * 8 + "|"]
    for (group, method), members in groups.items():
        means = [float(np.mean([getattr(s, name) for s in members])) for name in FIGURES]
        shown = " | ".join(
            f"{value:.{digits}f}" for value, digits in zip(means, (2, 3, 2, 2, 3), strict=True)
        )
        lines.append(f"| {group} | {method} | {len(members)} | {shown} |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Score models from the command line."""
    parser = argparse.ArgumentParser(prog="python -m training.score", description=__doc__)
    parser.add_argument("faces", type=Path)
    parser.add_argument("--model", type=Path, action="append", default=[])
    parser.add_argument("--count", type=int, default=120, help="faces, spread over the held-out")
    parser.add_argument("--perceptual", type=Path, help="MobileNetV2 ImageNet weights")
    parser.add_argument("--identity", type=Path, required=True, help="dlib-resnet29.safetensors")
    parser.add_argument("--strength", action="append", choices=STRENGTHS)
    parser.add_argument("--json", type=Path, help="write every single score")
    parsed = parser.parse_args(arguments)
    held_out = [record for record in read_records(parsed.faces) if record.split == "val"]
    scores = score_faces(
        spread(held_out, parsed.count),
        {path.stem: load_mender(path) for path in parsed.model},
        Judge(parsed.identity, parsed.perceptual),
        no_progress(),
        parsed.strength or STRENGTHS,
    )
    print(table(scores))  # noqa: T201 - a program's output
    print(table(scores, by="source"))  # noqa: T201
    if parsed.json:
        parsed.json.write_text(json.dumps([asdict(score) for score in scores], indent=1))


if __name__ == "__main__":
    main()
