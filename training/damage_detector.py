"""Train the small network that marks scratches, cracks and dust.

    python -m training.damage_detector FACES --output resources/models/damage.safetensors

Pictures of the manifest in FACES are cut, toned, aged and scratched by `core.degradation`, which
knows the truth; a part of them is left without marks, so that hair, lashes and seams are learned as
what they are, and beads, cords, writing and the like are drawn into half of them as part of the
scene (`training.lookalikes`). Every step draws new samples from (seed, number).
"""

from __future__ import annotations

import argparse
import csv
import logging
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from core.degradation import CameraProfile, DamageProfile, Effect, degrade, generator_for
from core.device import has_bf16
from core.nets.damage_unet import DamageUNet
from training.lookalikes import add_lookalikes

_LOG = logging.getLogger(__name__)

CROP_PX = 128
CROPS_A_PICTURE = 4
MARKED_SHARE = 0.65
LOOKALIKE_SHARE = 0.5


def profile_for(rng: np.random.Generator) -> DamageProfile:
    """Marks on most pictures, on photos of every tone, age and sharpness."""
    marked = 1.0 if rng.random() < MARKED_SHARE else 0.0

    def mark(probability: float) -> Effect:
        return Effect(probability=probability * marked, low=0.1, high=1.0)

    age = Effect(probability=0.4, low=0.1, high=1.0)
    return DamageProfile(
        camera=CameraProfile(
            blur_low_px=0.2, blur_high_px=3.0, shrink_low=1.0, shrink_high=2.5,
            noise_low=0.0, noise_high=6.0, jpeg_low=70, jpeg_high=100, grey_probability=0.4,
        ),
        sharp_marks=0.7,
        sepia=Effect(probability=0.35, low=0.2, high=1.0),
        fading=age,
        yellowing=age,
        grain=Effect(probability=0.5, low=0.1, high=0.7),
        creases=mark(0.5),
        scratches=mark(0.8),
        dust=mark(0.7),
    )  # fmt: skip


def samples(
    pictures: list[np.ndarray], seed: int, index: int, count: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Damaged crops of one picture (CROP_PX square x 3, float32), each with its mask (bool)."""
    rng = generator_for(seed, index)
    picture = pictures[int(rng.integers(len(pictures)))]
    side = picture.shape[0]
    size = int(min(side, rng.uniform(0.5, 1.0) * side))
    top, left = rng.integers(0, side - size + 1, 2)
    cut = picture[top : top + size, left : left + size][:, :: int(rng.choice([-1, 1]))]
    # Marks are drawn at the full size of a print, up to the sizes at which the detector looks at
    # photos; the crops then show parts of it at 1:1.
    whole = int(rng.choice([192, 320, 448, 576]))
    resized = cv2.resize(np.ascontiguousarray(cut), (whole, whole), interpolation=cv2.INTER_AREA)
    if rng.random() < LOOKALIKE_SHARE:
        resized = add_lookalikes(resized, rng)
    done = degrade(resized, profile_for(rng), rng)
    crops = []
    for y, x in rng.integers(0, whole - CROP_PX + 1, (count, 2)):
        window = np.s_[y : y + CROP_PX, x : x + CROP_PX]
        crops.append(
            (np.rint(done.image[window] * 255).astype(np.float32) / 255, done.mask[window])
        )
    return crops


def batch(
    pictures: list[np.ndarray], seed: int, step: int, count: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """N x 3 x S x S pictures and N x 1 x S x S masks; `count` is a multiple of CROPS_A_PICTURE."""
    drawn = []
    number = count // CROPS_A_PICTURE
    for index in range(number):
        drawn += samples(pictures, seed, step * number + index, CROPS_A_PICTURE)
    images = torch.from_numpy(np.stack([image for image, _ in drawn])).permute(0, 3, 1, 2)
    masks = torch.from_numpy(np.stack([mask for _, mask in drawn])[:, None].astype(np.float32))
    return images.contiguous(memory_format=torch.channels_last), masks


def loss_of(logits: torch.Tensor, masks: torch.Tensor) -> torch.Tensor:
    """Cross entropy, damaged pixels counting three times, plus soft Dice over the batch."""
    weights = 1 + 2 * masks
    entropy = functional.binary_cross_entropy_with_logits(logits, masks, weights)
    shares = logits.sigmoid()
    dice = 1 - (2 * (shares * masks).sum() + 1) / (shares.sum() + masks.sum() + 1)
    return entropy + 0.5 * dice


def read_pictures(folder: Path, leave_out: set[str]) -> list[np.ndarray]:
    """The training pictures of the manifest, RGB uint8."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        names = [row["file"] for row in csv.DictReader(file) if row["split"] != "val"]
    found = (cv2.imread(str(folder / name)) for name in names if name not in leave_out)
    return [cv2.cvtColor(picture, cv2.COLOR_BGR2RGB) for picture in found if picture is not None]


def _save(net: DamageUNet, path: Path) -> None:
    save_file({name: value.contiguous() for name, value in net.state_dict().items()}, str(path))


def main() -> None:
    """Train for a number of minutes and save."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description="Train the damage detector.")
    parser.add_argument("faces", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--leave-out", type=Path, help="text file: pictures not to be seen")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="more only on an idle machine")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(args.threads)
    leave_out = set(args.leave_out.read_text().split()) if args.leave_out else set()
    pictures = read_pictures(args.faces, leave_out)
    torch.manual_seed(args.seed)
    net = DamageUNet().to(memory_format=torch.channels_last)
    if args.start:
        net.load_state_dict(load_file(str(args.start)))
    optimiser = torch.optim.AdamW(net.parameters(), lr=args.rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, args.rate, total_steps=args.steps)
    mean, begun = 0.0, time.monotonic()
    for step in range(args.steps):
        images, masks = batch(pictures, args.seed, step, args.batch)
        with torch.autocast("cpu", torch.bfloat16, enabled=has_bf16("cpu")):
            logits = net(images)
        loss = loss_of(logits.float(), masks)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        mean += (loss.item() - mean) / min(step + 1, 100)
        if step % 100 == 99:
            spent_s = time.monotonic() - begun
            _LOG.info("step %d: loss %.4f, %.0f s", step + 1, mean, spent_s)
            _save(net, args.output)
    _save(net, args.output)


if __name__ == "__main__":
    main()
