"""GAN inversion: search the latent code whose face, damaged likewise, looks like the input.

The idea of PULSE (Menon et al., CVPR 2020: compare after shrinking, so that the damage does not
count) and mGANprior (Gu et al., CVPR 2020: one code a layer), on the generator inside a GFP-GAN
network, with its spatial features switched off. The search begins at the code that the network
reads from the input, because GFP-GAN's generator is trained without a mapping network of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.alignment import resized
from core.evaluation.pictures import size_of
from core.geometry import Size
from core.image import FloatImage
from core.progress import Progress

if TYPE_CHECKING:
    from torch import Tensor

    from core.nets.gfpgan import Gfpgan

STEPS = 80
LEARNING_RATE = 0.03
COMPARED_PX = 64
"""Side at which face and input are compared: about what the damage leaves."""

STAY_WEIGHT = 0.02
"""Weight of the distance from the starting code, so that the face stays among faces."""


@dataclass(frozen=True, slots=True, eq=False)
class Inversion:
    """Latent code optimisation on one generator.

    Attributes:
        net: The GFP-GAN network whose generator is the prior; fp32, on the processor.
        steps: Steps of Adam.
    """

    net: Gfpgan
    steps: int = STEPS

    def restore(self, picture: FloatImage, target: Size, progress: Progress) -> FloatImage:
        """The nearest face of the prior, at `target` size.

        Args:
            picture: An aligned crop, H x W x 3, [0, 1].
            target: Size of the result.
            progress: Reported to and polled at each step.

        Raises:
            Cancelled: The job was stopped.
        """
        import torch

        side = self.net.config.out_size
        crop = resized(picture, Size(side, side)) if size_of(picture).width != side else picture
        x = torch.from_numpy(np.ascontiguousarray(crop.transpose(2, 0, 1)[None])) * 2 - 1
        face = self._searched(x, progress)
        image = (face[0].permute(1, 2, 0) / 2 + 0.5).clamp(0, 1).numpy()
        return resized(np.ascontiguousarray(image, np.float32), target)

    def _searched(self, x: Tensor, progress: Progress) -> Tensor:
        import torch
        from torch.nn import functional as F

        with torch.inference_mode():
            start = self.net.encode(x).latent
        start = start.clone()
        code = start.clone().requires_grad_(True)
        optimiser = torch.optim.Adam([code], lr=LEARNING_RATE)
        noises = self.net.stored_noises()
        wanted = F.interpolate(x, size=(COMPARED_PX, COMPARED_PX), mode="area")
        with torch.enable_grad():
            for step in range(self.steps):
                progress.report(step / self.steps, "Searching the latent code")
                face = self.net.stylegan_decoder(code, (), noises)
                seen = F.interpolate(face, size=(COMPARED_PX, COMPARED_PX), mode="area")
                loss = F.mse_loss(seen, wanted) + STAY_WEIGHT * F.mse_loss(code, start)
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
        with torch.inference_mode():
            found: Tensor = self.net.stylegan_decoder(code, (), noises)
        return found
