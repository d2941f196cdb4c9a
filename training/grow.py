"""Growing a trained network of the clean layout by one level: 256 px to 512 px.

The grown network starts as the old one with a bilinear enlargement behind it: the new input level
hands RGB through, averaged over 2 x 2 pixels, and the new output level adds almost nothing. What
it adds is then trained.

How RGB passes the new input level unchanged: three channels of the first 1 x 1 convolution carry
RGB + 2, which is positive, so that the leaky ReLU leaves it alone; the residual block's first
convolution copies them; its second one is the old first 1 x 1 convolution with the 2 taken off
again; its skip is zero.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from core.nets.gfpgan_clean import GfpganClean
from core.nets.gfpgan_config import GfpganConfig
from training.tail import finest_levels

_OFFSET = 2.0
_QUIET = 0.05


def grown_config(config: GfpganConfig) -> GfpganConfig:
    """The same network with twice the side."""
    return replace(config, out_size=config.out_size * 2)


def grow(small: GfpganClean, seed: int = 0) -> GfpganClean:
    """A network of twice the size that gives nearly the enlarged output of `small`.

    Args:
        small: A trained network of the clean layout.
        seed: Fixes the new level's random start.

    Returns:
        The grown network; `small` is left as it is.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        large = GfpganClean(grown_config(small.config))
    state = large.state_dict()
    for key, value in small.state_dict().items():
        if not key.startswith("conv_body_first."):
            state[_moved(key)] = value.clone()
    _pass_rgb_through(state, small)
    _lengthen_latent(state, small)
    last = small.config.levels
    state[f"stylegan_decoder.to_rgbs.{last}.modulated_conv.weight"] *= _QUIET
    large.load_state_dict(state)
    return large


def regrow(small: GfpganClean, large: GfpganClean, kept_levels: int = 1) -> GfpganClean:
    """Give a grown network the body of a small one that was trained further.

    Args:
        small: What `large` was once grown from, after more training.
        large: A grown network; left as it is.
        kept_levels: How many of the finest levels come from `large`; the rest from `small`.

    Returns:
        A network of the size of `large`. Its finest levels were trained on other features, so they
        want some training more (`training.tail`).
    """
    made = grow(small)
    pairs = zip(finest_levels(made, kept_levels), finest_levels(large, kept_levels), strict=True)
    for new, kept in pairs:
        new.load_state_dict(kept.state_dict())
    return made


def mixed(first: GfpganClean, second: GfpganClean, share: float) -> GfpganClean:
    """A network whose weights lie between those of two, one of which was trained from the other.

    Args:
        first: A network; left as it is.
        second: One of the same shape; left as it is.
        share: How far towards `second`, [0, 1].
    """
    made = GfpganClean(first.config)
    theirs = second.state_dict()
    made.load_state_dict(
        {key: value.lerp(theirs[key], share) for key, value in first.state_dict().items()}
    )
    return made


def _moved(key: str) -> str:
    """Down blocks move by one: the new one comes first. All else keeps its name."""
    head, _, rest = key.partition(".")
    if head != "conv_body_down":
        return key
    index, _, tail = rest.partition(".")
    return f"{head}.{int(index) + 1}.{tail}"


def _pass_rgb_through(state: dict[str, Tensor], small: GfpganClean) -> None:
    old = small.state_dict()
    first, copy, second = (torch.zeros_like(state[key]) for key in (
        "conv_body_first.weight",
        "conv_body_down.0.conv1.weight",
        "conv_body_down.0.conv2.weight",
    ))  # fmt: skip
    fourth = state["conv_body_first.weight"][3:].clone()  # channels that may learn anything
    first[3:] = fourth
    for channel in range(3):
        first[channel, channel] = 1.0
        copy[channel, channel, 1, 1] = 1.0
    copy[3:] = state["conv_body_down.0.conv1.weight"][3:]
    old_weight = old["conv_body_first.weight"]  # C x 3 x 1 x 1
    second[:, :3, 1, 1] = old_weight[:, :, 0, 0]
    bias = torch.zeros_like(state["conv_body_first.bias"])
    bias[:3] = _OFFSET
    state["conv_body_first.weight"], state["conv_body_first.bias"] = first, bias
    state["conv_body_down.0.conv1.weight"] = copy
    state["conv_body_down.0.conv1.bias"] = torch.zeros_like(state["conv_body_down.0.conv1.bias"])
    state["conv_body_down.0.conv2.weight"] = second
    state["conv_body_down.0.conv2.bias"] = old["conv_body_first.bias"] - _OFFSET * old_weight.sum(
        dim=(1, 2, 3)
    )
    state["conv_body_down.0.skip.weight"] = torch.zeros_like(state["conv_body_down.0.skip.weight"])


def _lengthen_latent(state: dict[str, Tensor], small: GfpganClean) -> None:
    """The new layers start with the old last layer's latent code."""
    length = small.config.num_style_feat
    for name in ("final_linear.weight", "final_linear.bias"):
        old = small.state_dict()[name]
        state[name] = torch.cat([old, old[-length:], old[-length:]])
