"""Training of the prior: the StyleGAN2 generator alone, on faces that nobody damaged.

Non-saturating loss, R1, style mixing and path length regularisation as in Karras et al. 2020. The
result can be loaded as `prior_from` of a GFP-GAN run with the same network options.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from core.nets.stylegan2 import StyleGan2Decoder
from training import validation
from training.data import Batch, to_network
from training.discriminators import StyleGan2Discriminator
from training.distributed import World
from training.losses import adversarial
from training.networks import build_generator, load_prior
from training.options import TrainingOptions
from training.runfolder import RunFolder
from training.trainer import Trainer, step_generator

MIXING_SHARE = 0.9
PATH_WEIGHT = 2.0
PATH_EVERY = 4
PATH_DECAY = 0.01
_PREVIEW_SEED = 0


class Prior(nn.Module):
    """The decoder with its mapping network: z to w to face.

    Args:
        decoder: The StyleGAN2 part of a GFP-GAN network.
    """

    path_mean: Tensor

    def __init__(self, decoder: StyleGan2Decoder) -> None:
        super().__init__()
        self.decoder = decoder
        self.register_buffer("path_mean", torch.zeros(()))

    @property
    def latent_size(self) -> int:
        """Length of z and w."""
        return self.decoder.config.num_style_feat

    def styles(self, first: Tensor, second: Tensor, crossover: int) -> Tensor:
        """N x L x F: w of `first` for the layers before `crossover`, of `second` behind it."""
        count = self.decoder.config.num_latent
        w_first, w_second = self.decoder.style_mlp(first), self.decoder.style_mlp(second)
        coarse = w_first[:, None].expand(-1, crossover, -1)
        fine = w_second[:, None].expand(-1, count - crossover, -1)
        return torch.cat([coarse, fine], 1)

    def forward(self, styles: Tensor, noises: tuple[Tensor, ...] | None = None) -> Tensor:
        """N x L x F to N x 3 x S x S."""
        planes = self.decoder.noises.planes() if noises is None else noises
        image: Tensor = self.decoder(styles, (), planes)
        return image


def path_lengths(images: Tensor, styles: Tensor, noise: Tensor) -> Tensor:
    """|J^T y| for each sample, y white noise over the image (StyleGAN2, eq. 4).

    Args:
        images: N x 3 x S x S, computed from `styles`.
        styles: N x L x F, requiring gradient.
        noise: Standard normal, shaped as `images`.

    Returns:
        N.
    """
    scaled = noise / math.sqrt(images.shape[2] * images.shape[3])
    (gradient,) = torch.autograd.grad((images * scaled).sum(), styles, create_graph=True)
    return gradient.square().sum(2).mean(1).sqrt()


class PriorTrainer(Trainer):
    """Trains a StyleGAN2 generator on the targets of the samples."""

    generator: Prior
    average: Prior

    def __init__(self, options: TrainingOptions, folder: RunFolder, world: World) -> None:
        network = build_generator(options.network, options.seed)
        if options.prior_from:
            load_prior(network, Path(options.prior_from))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(options.seed + 1)
            critic = StyleGan2Discriminator(
                options.network.out_size_px,
                options.network.channel_multiplier,
                options.network.narrow,
            )
        super().__init__(
            options,
            folder,
            world,
            Prior(network.stylegan_decoder),
            nn.ModuleDict({"image": critic}),
        )

    def _losses(self, batch: Batch) -> Mapping[str, Tensor]:
        real = to_network(batch["target"], self.device, channels_last=self.options.channels_last)
        source, critic, weights = self._source(), self.discriminators["image"], self.options.losses
        critic.requires_grad_(requires_grad=False)
        with self._autocast():
            fake = self.generator(self._styles(len(real), source), self._noises(len(real), source))
            parts = {"adversarial": adversarial.non_saturating_generator(critic(fake))}
        loss = parts["adversarial"]
        if self.standing.step % PATH_EVERY == 0:
            parts["path"] = self._path_loss(max(1, len(real) // 2), source)
            loss = loss + PATH_WEIGHT * PATH_EVERY * parts["path"]
        self._update_generator(loss)
        critic.requires_grad_(requires_grad=True)
        with self._autocast():
            wrong = adversarial.non_saturating_discriminator(critic(real), critic(fake.detach()))
        parts["d_image"] = wrong
        if weights.r1 and self.standing.step % weights.r1_every == 0:
            parts["r1"] = adversarial.r1_penalty(critic, real)
            wrong = wrong + weights.r1 * weights.r1_every * parts["r1"]
        self._update_discriminators(wrong)
        return parts

    def _source(self) -> torch.Generator:
        """The step's noise; each process has its own."""
        return step_generator(
            self.options.seed, self.standing.step * self.world.size + self.world.rank
        )

    def _styles(self, count: int, source: torch.Generator) -> Tensor:
        first, second = torch.randn((2, count, self.generator.latent_size), generator=source).to(
            self.device
        )
        layers = self.generator.decoder.config.num_latent
        dice, place = torch.rand(2, generator=source).tolist()
        crossover = 1 + int(place * (layers - 1)) if dice < MIXING_SHARE else layers
        return self.generator.styles(first, second, crossover)

    def _noises(self, count: int, source: torch.Generator) -> tuple[Tensor, ...]:
        return tuple(
            torch.randn((count, *plane.shape[1:]), generator=source).to(plane)
            for plane in self.generator.decoder.noises.planes()
        )

    def _path_loss(self, count: int, source: torch.Generator) -> Tensor:
        """(|J^T y| - a)^2 with a the running mean (StyleGAN2, eq. 4); fp32."""
        styles = self._styles(count, source).float().detach().requires_grad_(True)
        images = self.generator(styles, self._noises(count, source))
        noise = torch.randn(images.shape, generator=source).to(images)
        lengths = path_lengths(images, styles, noise)
        mean = self.generator.path_mean.lerp(lengths.detach().mean(), PATH_DECAY)
        self.generator.path_mean.copy_(mean)
        return (lengths - mean).square().mean()

    @torch.no_grad()
    def validate(self, faces: validation.ValidationSet) -> None:
        """Draw faces from fixed latent codes; a prior has no score of its own."""
        count = max(1, self.options.preview_faces or len(faces))
        source = torch.Generator().manual_seed(_PREVIEW_SEED)
        z = torch.randn((count, self.average.latent_size), generator=source).to(self.device)
        layers = self.average.decoder.config.num_latent
        drawn = self.average(self.average.styles(z, z, layers)).float().clamp(-1, 1).cpu()
        sheet = validation.contact_sheet(faces.targets[:0], drawn, faces.targets[:0])
        self.folder.save_preview(f"step-{self.standing.step:08d}", sheet)
        self.folder.log(f"step {self.standing.step}: preview drawn")
