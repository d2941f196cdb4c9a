"""Train the small network that tells from a photo's statistics how far its colours have faded.

    python -m training.fade_estimator FACES --output resources/colour/fading.npz

FACES holds `manifest.csv` with the columns file, kind, split and person. Undamaged pictures are
cut, mixed and aged by `core.degradation`; the network sees `core.colour.features` of the result
and is judged by the colour difference (Euclidean in OKLab) that is left after its estimate is
undone. A third of the pictures is not aged at all: what it costs to change those counts double.
"""

from __future__ import annotations

import argparse
import csv
import logging
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from core.colour.features import FEATURE_COUNT, features
from core.colour.plan import DARKEST_CODE
from core.colour.sampling import SAMPLE_SIDE_PX
from core.degradation import DamageProfile, Effect, degrade, generator_for

_LOG = logging.getLogger(__name__)

HIDDEN = (64, 32)
PIXELS_PER_SAMPLE = 96
_UNDAMAGED_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Samples:
    """Training data.

    Attributes:
        features: N x FEATURE_COUNT.
        aged: N x P x 3 codes of some pixels.
        fresh: N x P x 3 codes of the same pixels before ageing.
        damaged: N, 1 where the picture was aged.
    """

    features: torch.Tensor
    aged: torch.Tensor
    fresh: torch.Tensor
    damaged: torch.Tensor


def profile_for(rng: np.random.Generator) -> DamageProfile:
    """A third undamaged, the others faded, yellowed or both; some grain and dust on all."""
    kind = rng.choice(4, p=[0.28, 0.22, 0.24, 0.26])
    age = Effect(probability=1.0, low=0.1, high=1.0)
    wear = Effect(probability=0.3, low=0.1, high=0.6)
    return DamageProfile(
        fading=age if kind in (1, 3) else Effect(),
        yellowing=age if kind in (2, 3) else Effect(),
        grain=wear,
        dust=wear,
        scratches=wear,
    )


def varied(pictures: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """A picture as someone else might have taken it: cut, mirrored, joined, lit differently."""
    picture = _cut(pictures[int(rng.integers(len(pictures)))], rng)
    if rng.random() < 0.35:
        other = _cut(pictures[int(rng.integers(len(pictures)))], rng)
        picture = np.concatenate([picture, other], axis=int(rng.integers(2)))
        picture = cv2.resize(
            picture, (SAMPLE_SIDE_PX, SAMPLE_SIDE_PX), interpolation=cv2.INTER_AREA
        )
    gain = np.exp(rng.normal(0, 0.05) + rng.normal(0, 0.012, 3)).astype(np.float32)
    gamma = np.float32(np.exp(rng.normal(0, 0.06)))
    return np.clip((picture.astype(np.float32) / 255) ** gamma * gain, 0, 1)


def _cut(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    side = picture.shape[0]
    size = int(side * rng.uniform(0.45, 1.0))
    top, left = rng.integers(0, side - size + 1, 2)
    cut = picture[top : top + size, left : left + size]
    if rng.random() < 0.5:
        cut = cut[:, ::-1]
    full = (SAMPLE_SIDE_PX, SAMPLE_SIDE_PX)
    return cv2.resize(np.ascontiguousarray(cut), full, interpolation=cv2.INTER_AREA)


def made_samples(pictures: list[np.ndarray], count: int, seed: int) -> Samples:
    """Age `count` varied pictures."""
    measured, aged, fresh, damaged = [], [], [], []
    for index in range(count):
        rng = generator_for(seed, index)
        clean = varied(pictures, rng)
        profile = profile_for(rng)
        done = degrade(clean, profile, rng)
        stored = np.rint(done.image * 255).astype(np.float32) / 255
        measured.append(features(stored))
        chosen = rng.integers(0, stored.shape[0] * stored.shape[1], PIXELS_PER_SAMPLE)
        aged.append(stored.reshape(-1, 3)[chosen])
        fresh.append(clean.reshape(-1, 3)[chosen])
        damaged.append(any(step.kind in ("fading", "yellowing") for step in done.record))
    return Samples(
        torch.tensor(np.array(measured), dtype=torch.float32),
        torch.tensor(np.array(aged)),
        torch.tensor(np.array(fresh)),
        torch.tensor(np.array(damaged), dtype=torch.float32),
    )


def undone(aged: torch.Tensor, logs: torch.Tensor) -> torch.Tensor:
    """Codes after the fading is undone; `logs` is N x 6, see `core.colour.plan.Fading`."""
    paper, density = logs[:, None, :3].exp(), logs[:, None, 3:].exp()
    scaled = (DARKEST_CODE + (1 - DARKEST_CODE) * aged).clamp_min(1e-3)
    return ((scaled / paper) ** (1 / density) - DARKEST_CODE) / (1 - DARKEST_CODE)


def oklab(codes: torch.Tensor) -> torch.Tensor:
    """OKLab of codes, ... x 3, differentiable."""
    low = codes / 12.92
    high = ((codes.clamp_min(0.04) + 0.055) / 1.055) ** 2.4
    linear = torch.where(codes <= 0.04045, low, high).clamp_min(1e-5)
    to_lms = torch.tensor(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = torch.tensor(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    roots = (linear @ to_lms.T).clamp_min(1e-5) ** (1 / 3)
    return roots @ to_lab.T


def losses(samples: Samples, logs: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Mean colour difference of each picture after the estimate is undone, about as CIEDE2000."""
    difference = oklab(undone(samples.aged[rows], logs).clamp(0, 1.05)) - oklab(samples.fresh[rows])
    weights = torch.tensor([80.0, 200.0, 200.0])
    return ((difference * weights) ** 2 + 1e-4).sum(dim=2).sqrt().mean(dim=1)


def network() -> nn.Sequential:
    """Features to 6 numbers: log of paper, then log of density."""
    first, second = HIDDEN
    return nn.Sequential(
        nn.Linear(FEATURE_COUNT, first), nn.Tanh(),
        nn.Linear(first, second), nn.Tanh(),
        nn.Linear(second, 6),
    )  # fmt: skip


def estimated(net: nn.Sequential, inputs: torch.Tensor) -> torch.Tensor:
    """N x 6 logs within the range that ageing can reach."""
    return 0.2 * net(inputs).clamp(-5.0, 0.25)


def trained(
    samples: Samples, epochs: int, seed: int
) -> tuple[nn.Sequential, np.ndarray, np.ndarray]:
    """Fit the network; returns it with the mean and spread of the features."""
    torch.manual_seed(seed)
    mean, spread = samples.features.mean(0), samples.features.std(0).clamp_min(1e-3)
    inputs = (samples.features - mean) / spread
    net = network()
    optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=0.01)
    count, batch = len(inputs), 256
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, 3e-3, total_steps=epochs * (count // batch)
    )
    weights = 1 + (_UNDAMAGED_WEIGHT - 1) * (1 - samples.damaged)
    for epoch in range(epochs):
        total = 0.0
        for rows in torch.randperm(count)[: count // batch * batch].view(-1, batch):
            noisy = inputs[rows] + 0.03 * torch.randn_like(inputs[rows])
            loss = (losses(samples, estimated(net, noisy), rows) * weights[rows]).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        if epoch % 10 == 9:
            _LOG.info("epoch %d: loss %.3f", epoch + 1, total / (count // batch))
    return net, mean.numpy(), spread.numpy()


def save(net: nn.Sequential, mean: np.ndarray, spread: np.ndarray, path: Path) -> None:
    """Write the weights as float32 arrays, the features' scaling folded into the first layer."""
    layers = [layer for layer in net if isinstance(layer, nn.Linear)]
    arrays = {}
    for index, layer in enumerate(layers):
        arrays[f"weight_{index}"] = layer.weight.detach().numpy()
        arrays[f"bias_{index}"] = layer.bias.detach().numpy()
    first = arrays["weight_0"] / spread
    arrays["bias_0"] = arrays["bias_0"] - first @ mean
    arrays["weight_0"] = first
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **{name: array.astype(np.float32) for name, array in arrays.items()})


def read_pictures(folder: Path, leave_out: set[str]) -> list[np.ndarray]:
    """The training pictures of a manifest, RGB uint8, at most 2 x the sample's size."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] != "val"]
    pictures = []
    for row in rows:
        if row["file"] in leave_out:
            continue
        picture = cv2.imread(str(folder / row["file"]), cv2.IMREAD_COLOR)
        if picture is None:
            continue
        side = 2 * SAMPLE_SIDE_PX
        small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
        pictures.append(cv2.cvtColor(small, cv2.COLOR_BGR2RGB))
    return pictures


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(description="Train the fading estimator.")
    parser.add_argument("faces", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--leave-out", type=Path, help="text file: pictures not to be seen")
    parser.add_argument("--samples", type=int, default=24_000)
    parser.add_argument("--epochs", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    leave_out = set(args.leave_out.read_text().split()) if args.leave_out else set()
    pictures = read_pictures(args.faces, leave_out)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    _LOG.info("%d pictures", len(pictures))
    samples = made_samples(pictures, args.samples, args.seed)
    net, mean, spread = trained(samples, args.epochs, args.seed)
    save(net, mean, spread, args.output)


if __name__ == "__main__":
    main()
