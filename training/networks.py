"""Building generators: random, from a checkpoint, or grown from a smaller one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from core.errors import ModelFileError
from core.models.checkpoint import read_state_dict
from core.nets.gfpgan import Gfpgan
from core.nets.gfpgan_bilinear import GfpganBilinear
from core.nets.gfpgan_clean import GfpganClean
from core.nets.gfpgan_config import GfpganConfig, UnknownLayoutError, deduce_config
from core.nets.gfpgan_original import GfpganOriginal
from training.checkpoint import CHECKPOINT_SUFFIX, read_average
from training.options import NetworkOptions

_LAYOUTS: dict[str, type[Gfpgan]] = {
    "clean": GfpganClean,
    "bilinear": GfpganBilinear,
    "original": GfpganOriginal,
}


def network_config(options: NetworkOptions) -> GfpganConfig:
    """The shape that the options name."""
    return GfpganConfig(
        layout=options.layout,
        out_size=options.out_size_px,
        num_style_feat=options.num_style_feat,
        channel_multiplier=options.channel_multiplier,
        narrow=options.narrow,
    )


def network_of(path: Path) -> NetworkOptions:
    """The shape of the network in a checkpoint, so that a run can go on from it.

    Raises:
        ModelFileError: The file cannot be read or holds no GFP-GAN network.
    """
    try:
        shapes = {name: tuple(value.shape) for name, value in read_weights(path).items()}
        config = deduce_config(shapes)
    except UnknownLayoutError as error:
        raise ModelFileError(
            f"“{path.name}” holds no GFP-GAN network, so it cannot be trained on.",
            "Choose GFPGAN v1.2, v1.3, v1.4 or a model that Heirloom trained.",
        ) from error
    return NetworkOptions(
        layout=config.layout,
        out_size_px=config.out_size,
        num_style_feat=config.num_style_feat,
        channel_multiplier=config.channel_multiplier,
        narrow=config.narrow,
    )


def build_generator(options: NetworkOptions, seed: int) -> Gfpgan:
    """A generator with random weights that depend on the seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _LAYOUTS[options.layout](network_config(options))


def read_weights(path: Path) -> dict[str, Tensor]:
    """Tensors of a checkpoint as fp32, whatever wraps them.

    That is `params_ema`, `params`, nothing, or `average` in the checkpoints of a run of ours.

    Raises:
        ModelFileError: The file is missing, unsafe or damaged.
    """
    tensors: Mapping[str, Tensor]
    try:
        tensors = read_state_dict(path).tensors
    except ModelFileError as error:
        if path.suffix != CHECKPOINT_SUFFIX:
            raise
        try:
            tensors = read_average(path)[0]
        except ModelFileError:
            raise error from None  # it knows more of files that are none of ours
    return {key: value.float() for key, value in tensors.items()}


def load_generator(network: Gfpgan, path: Path) -> None:
    """Take over all weights of a checkpoint of the same shape.

    Raises:
        ModelFileError: The file does not fit the network.
    """
    try:
        network.load_state_dict(read_weights(path))
    except RuntimeError as error:
        raise ModelFileError(
            f"The weights “{path.name}” do not fit the network of this run.",
            "Choose the layout and size that the file was made for.",
        ) from error


def load_prior(network: Gfpgan, path: Path) -> None:
    """Take over StyleGAN2 weights for the decoder; the rest of the network stays.

    The file holds the decoder's own keys, or is a checkpoint of a run that trained a prior.

    Raises:
        ModelFileError: The file does not fit the decoder.
    """
    try:
        network.stylegan_decoder.load_state_dict(decoder_of(read_weights(path)))
    except RuntimeError as error:
        raise ModelFileError(
            f"The prior “{path.name}” does not fit the generator of this run.",
            "Train a prior with the same preset.",
        ) from error


def decoder_of(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The decoder's weights out of those of a trained prior; decoder's weights as they are."""
    prefix = "decoder."
    found = {k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)}
    return found or weights
