"""How rates and weights change with the step."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import nn

from training.options import OptimiserOptions


def rate_factor(step: int, steps: int, options: OptimiserOptions) -> float:
    """The learning rate at `step` (from 0), as a share of the highest one.

    `steps`: halved at each of `halve_at`. `cosine`: 1 down to `final_share` over the run.
    """
    factor = 1.0
    if options.schedule == "steps":
        factor = 0.5 ** sum(step >= mark for mark in options.halve_at)
    elif options.schedule == "cosine":
        done = min(1.0, step / max(1, steps))
        low = options.final_share
        factor = low + (1 - low) * (1 + math.cos(math.pi * done)) / 2
    if options.warmup_steps:
        factor *= min(1.0, (step + 1) / options.warmup_steps)
    return factor


def ramp(step: int, ramp_steps: int) -> float:
    """Rises linearly from 0 to 1 over `ramp_steps`; 1 where there is no ramp."""
    return min(1.0, step / ramp_steps) if ramp_steps else 1.0


def ema_decay(step: int, largest: float) -> float:
    """Decay that starts small, so that early averages are not held back: (1 + n) / (10 + n)."""
    return min(largest, (1 + step) / (10 + step))


@torch.no_grad()
def update_ema(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Move the averaged weights towards the network's: a <- decay * a + (1 - decay) * w."""
    pairs = list(zip(average.parameters(), network.parameters(), strict=True))
    torch._foreach_lerp_([a for a, _ in pairs], [w.to(a.dtype) for a, w in pairs], 1 - decay)
    for a, w in zip(average.buffers(), network.buffers(), strict=True):
        a.copy_(w)


def set_rates(optimisers: Iterable[torch.optim.Optimizer], factor: float) -> None:
    """Set each group's rate to its own highest rate (`initial_lr`) times `factor`."""
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = group["initial_lr"] * factor
