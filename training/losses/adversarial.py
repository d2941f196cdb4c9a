"""Adversarial losses on discriminator logits of any shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F


def non_saturating_generator(fake: Tensor) -> Tensor:
    """-log sigmoid(D(G)) = softplus(-D(G)) (Goodfellow et al. 2014; StyleGAN2)."""
    return F.softplus(-fake.float()).mean()


def non_saturating_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """softplus(-D(x)) + softplus(D(G))."""
    return F.softplus(-real.float()).mean() + F.softplus(fake.float()).mean()


def hinge_generator(fake: Sequence[Tensor]) -> Tensor:
    """-D(G), mean over the heads."""
    return torch.stack([-head.float().mean() for head in fake]).mean()


def hinge_discriminator(real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
    """max(0, 1 - D(x)) + max(0, 1 + D(G)), mean over the heads."""
    terms = [
        F.relu(1 - r.float()).mean() + F.relu(1 + f.float()).mean()
        for r, f in zip(real, fake, strict=True)
    ]
    return torch.stack(terms).mean()


def r1_penalty(discriminator: Callable[[Tensor], Tensor], real: Tensor) -> Tensor:
    """Half the mean over the batch of |grad_x D(x)|^2 (Mescheder et al. 2018, eq. 9).

    Runs in fp32, because squared gradients of bf16 logits are mostly rounding.
    """
    image = real.detach().float().requires_grad_(True)
    with torch.autocast(image.device.type, enabled=False):
        logits = discriminator(image)
    (gradient,) = torch.autograd.grad(logits.sum(), image, create_graph=True)
    return 0.5 * gradient.square().flatten(1).sum(1).mean()
