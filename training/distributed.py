"""Several processes that train one network: started by `torchrun`, one each device.

Gradients are averaged by one all-reduce over a flat buffer instead of `DistributedDataParallel`:
that wrapper expects one forward pass a step, while here discriminators run twice, share frozen
features with other losses, and R1 differentiates gradients.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class World:
    """This process among its peers."""

    rank: int = 0
    size: int = 1
    local_rank: int = 0

    @property
    def leads(self) -> bool:
        """True in the one process that writes files."""
        return self.rank == 0


def join_world() -> World:
    """Join the processes that `torchrun` started; a world of one without it."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return World()
    if not dist.is_initialized():
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    return World(dist.get_rank(), size, int(os.environ.get("LOCAL_RANK", "0")))


def leave_world(world: World) -> None:
    """Part from the peers."""
    if world.size > 1:
        dist.destroy_process_group()


def average_gradients(networks: Iterable[nn.Module], world: World) -> None:
    """Replace each gradient by its mean over all processes."""
    if world.size == 1:
        return
    gradients = [p.grad for net in networks for p in net.parameters() if p.grad is not None]
    if not gradients:
        return
    flat = torch.cat([g.reshape(-1) for g in gradients])
    dist.all_reduce(flat)
    flat /= world.size
    pieces = torch.split(flat, [g.numel() for g in gradients])
    for gradient, piece in zip(gradients, pieces, strict=True):
        gradient.copy_(piece.view_as(gradient))


def any_process(flag: bool, world: World, device: torch.device) -> bool:
    """True in all processes where it is true in one: so that they stop together."""
    if world.size == 1:
        return flag
    shared = torch.tensor([float(flag)], device=device)
    dist.all_reduce(shared)
    return bool(shared.item() > 0)


def averaged(value: Tensor, world: World) -> Tensor:
    """The mean of a scalar over all processes."""
    if world.size > 1:
        value = value.detach().clone()
        dist.all_reduce(value)
        value /= world.size
    return value
