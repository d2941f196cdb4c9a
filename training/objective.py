"""What the networks are asked for: every loss of the recipe, with its discriminators.

Only what has a weight above zero is built. The frozen features of output and target are computed
once a step and serve the perceptual loss, the style loss and the projected discriminator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.errors import SettingsError
from core.nets.imagenet_features import (
    MobileNetFeatures,
    VggFeatures,
    load_imagenet_features,
    normalised_distance,
)
from training.discriminators import (
    ComponentDiscriminator,
    ProjectedDiscriminator,
    StyleGan2Discriminator,
)
from training.losses import adversarial, components, pixel
from training.losses.identity import IdentityLoss, load_identity_loss
from training.losses.perceptual import feature_l1, feature_style
from training.options import LossWeights, TrainingOptions
from training.schedule import ramp

Parts = dict[str, Tensor]
"""Unweighted losses by name."""

_VIEW_STREAM = 3


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One step's images and what was computed from them for several losses.

    Attributes:
        output: B x 3 x S x S, with gradient to the generator.
        target: B x 3 x S x S.
        pyramid: The U-Net's to-RGB outputs, 8 px and up.
        landmarks: B x 5 x 2 pixels.
        output_features: Frozen features of the output (of each of its views), or none.
        target_features: Frozen features of the target, or none.
        output_components: Crops of eyes and mouth of the output, or none.
        target_components: The same of the target.
    """

    output: Tensor
    target: Tensor
    pyramid: Sequence[Tensor]
    landmarks: Tensor
    output_features: Sequence[Tensor]
    target_features: Sequence[Tensor]
    output_components: Mapping[str, Tensor]
    target_components: Mapping[str, Tensor]


class Objective(nn.Module):
    """Losses and discriminators of one run.

    Args:
        options: The run; weights of zero build nothing.
    """

    def __init__(self, options: TrainingOptions) -> None:
        super().__init__()
        weights = options.losses
        self.weights = weights
        self.seed = options.seed
        self.features = _features(options)
        self.identity = _identity(options)
        self.discriminators = nn.ModuleDict(_discriminators(options, self.features))

    @property
    def needs_pyramid(self) -> bool:
        """True where the U-Net's to-RGB heads are to be run."""
        return self.weights.pyramid > 0

    def see(
        self,
        output: Tensor,
        pyramid: Sequence[Tensor],
        target: Tensor,
        landmarks: Tensor,
        step: int,
    ) -> Seen:
        """Compute what several losses share."""
        output_features: Sequence[Tensor] = ()
        target_features: Sequence[Tensor] = ()
        if self.features is not None:
            draw = np.random.default_rng((self.seed, _VIEW_STREAM, step)).random(2)
            output_features = self.features(views(output, self.weights.view_px, draw))
            with torch.no_grad():
                target_features = self.features(views(target, self.weights.view_px, draw))
        cut: Mapping[str, Tensor] = {}
        true_cut: Mapping[str, Tensor] = {}
        if "left_eye" in self.discriminators:
            cut = components.cut_components(output, landmarks)
            true_cut = components.cut_components(target, landmarks)
        return Seen(
            output, target, pyramid, landmarks, output_features, target_features, cut, true_cut
        )

    def generator_loss(self, seen: Seen, step: int) -> tuple[Tensor, Parts]:
        """The weighted sum for the generator, and its unweighted parts."""
        self.discriminators.requires_grad_(requires_grad=False)
        w = self.weights
        parts = self._pixel_parts(seen, step)
        parts |= self._feature_parts(seen)
        if self.identity is not None:
            some = slice(None, None, w.identity_every)
            parts["identity"] = self.identity(seen.output[some], seen.target[some])
        critics = self._adversarial_parts(seen)
        rise = ramp(step, w.ramp_steps)
        terms = [getattr(w, name) * value for name, value in parts.items()]
        terms += [rise * getattr(w, name) * value for name, value in critics.items()]
        parts |= critics
        return torch.stack(terms).sum(), parts

    def _pixel_parts(self, seen: Seen, step: int) -> Parts:
        w, parts = self.weights, Parts()
        if w.l1:
            parts["l1"] = pixel.l1(seen.output, seen.target)
        if w.pyramid and not (w.pyramid_until_step and step >= w.pyramid_until_step):
            parts["pyramid"] = pixel.pyramid_restoration(seen.pyramid, seen.target)
        if w.gradient:
            parts["gradient"] = pixel.gradient_l1(seen.output, seen.target)
        if w.low_pass:
            parts["low_pass"] = pixel.low_pass_l1(seen.output, seen.target)
        return parts

    def _feature_parts(self, seen: Seen) -> Parts:
        w, parts = self.weights, Parts()
        if self.features is None:
            return parts
        if w.perceptual:
            parts["perceptual"] = self._distance(seen.output_features, seen.target_features)
        if w.perceptual_half:
            parts["perceptual_half"] = self._distance(*self._half_size_features(seen))
        if w.style:
            parts["style"] = feature_style(
                seen.output_features, seen.target_features, self._layer_weights(seen)
            )
        return parts

    def _half_size_features(self, seen: Seen) -> tuple[Sequence[Tensor], Sequence[Tensor]]:
        """Frozen features of output and target at half their size, computed once a step."""
        count, side = len(seen.output), seen.output.shape[-1]
        if self.weights.view_px * 2 == side:  # the second half of the views is just that
            of_output = [layer[count:] for layer in seen.output_features]
            return of_output, [layer[count:] for layer in seen.target_features]
        assert self.features is not None
        output = self.features(F.avg_pool2d(seen.output, 2))
        with torch.no_grad():
            target = self.features(F.avg_pool2d(seen.target, 2))
        return output, target

    def _distance(self, output: Sequence[Tensor], target: Sequence[Tensor]) -> Tensor:
        """The perceptual distance of frozen features, in the features' own measure."""
        if isinstance(self.features, VggFeatures):
            return feature_l1(output, target, VggFeatures.layer_weights)
        return normalised_distance(output, target).mean()

    def _layer_weights(self, seen: Seen) -> tuple[float, ...]:
        vgg = isinstance(self.features, VggFeatures)
        return VggFeatures.layer_weights if vgg else (1.0,) * len(seen.output_features)

    def _adversarial_parts(self, seen: Seen) -> Parts:
        parts = Parts()
        if "image" in self.discriminators:
            logits = self.discriminators["image"](seen.output)
            parts["adversarial"] = adversarial.non_saturating_generator(logits)
        if "projected" in self.discriminators:
            heads = self.discriminators["projected"](seen.output_features)
            parts["projected"] = adversarial.hinge_generator(heads)
        if seen.output_components:
            parts |= self._component_parts(seen)
        return parts

    def _component_parts(self, seen: Seen) -> Parts:
        w = self.weights
        found: dict[str, dict[str, Tensor]] = {}
        for name in components.COMPONENTS:
            critic = self.discriminators[name]
            logits, features = critic(seen.output_components[name])
            if w.component:
                fooled = adversarial.non_saturating_generator(logits)
                found.setdefault("component", {})[name] = fooled
            if not (w.component_style or w.component_matching):
                continue
            with torch.no_grad():
                _, true_features = critic(seen.target_components[name])
            if w.component_style:
                value = components.component_style(features, true_features)
                found.setdefault("component_style", {})[name] = value
            if w.component_matching:
                value = components.component_matching(features, true_features)
                found.setdefault("component_matching", {})[name] = value
        return {kind: components.total(values) for kind, values in found.items()}

    def discriminator_loss(self, seen: Seen, step: int) -> tuple[Tensor, Parts]:
        """The sum for all discriminators, and its parts; the generator gets no gradient."""
        self.discriminators.requires_grad_(requires_grad=True)
        parts, terms = Parts(), []
        if "image" in self.discriminators:
            critic = self.discriminators["image"]
            parts["d_image"] = adversarial.non_saturating_discriminator(
                critic(seen.target), critic(seen.output.detach())
            )
            terms.append(parts["d_image"])
            if self.weights.r1 and step % self.weights.r1_every == 0:
                parts["r1"] = adversarial.r1_penalty(critic, seen.target)
                terms.append(self.weights.r1 * self.weights.r1_every * parts["r1"])
        if "projected" in self.discriminators:
            critic = self.discriminators["projected"]
            parts["d_projected"] = adversarial.hinge_discriminator(
                critic(seen.target_features), critic([f.detach() for f in seen.output_features])
            )
            terms.append(parts["d_projected"])
        for name, crops in seen.output_components.items():
            critic = self.discriminators[name]
            true_logits, _ = critic(seen.target_components[name])
            fake_logits, _ = critic(crops.detach())
            parts[f"d_{name}"] = adversarial.non_saturating_discriminator(true_logits, fake_logits)
            terms.append(parts[f"d_{name}"])
        return torch.stack(terms).sum(), parts


def views(images: Tensor, view_px: int, place: npt.NDArray[np.float64]) -> Tensor:
    """What the frozen features see of large images: a window, and all of it at half the size.

    Args:
        images: B x 3 x S x S.
        view_px: Side of the window; S or 0 gives the images as they are.
        place: Where the window lies, two shares in [0, 1).

    Returns:
        2B x 3 x view_px x view_px where S is twice the view.
    """
    side = images.shape[-1]
    if not view_px or side <= view_px:
        return images
    top, left = (int(share * (side - view_px + 1)) for share in place)
    window = images[..., top : top + view_px, left : left + view_px]
    small = F.interpolate(images, size=(view_px, view_px), mode="area")
    return torch.cat([window, small.to(window.dtype)])


def _features(options: TrainingOptions) -> MobileNetFeatures | VggFeatures | None:
    weights = options.losses
    if not (weights.perceptual or weights.perceptual_half or weights.style or weights.projected):
        return None
    if not options.perceptual_weights:
        raise SettingsError(
            "The perceptual, style and projected losses need ImageNet weights.",
            "Name a MobileNetV2 or VGG19 file, or set these losses to zero.",
        )
    return load_imagenet_features(Path(options.perceptual_weights))


def _identity(options: TrainingOptions) -> IdentityLoss | None:
    if not options.losses.identity:
        return None
    if not options.identity_weights:
        raise SettingsError(
            "The identity loss needs the weights of a face recognition network.",
            "Name the file, or set the identity loss to zero.",
        )
    return load_identity_loss(Path(options.identity_weights))


def _discriminators(
    options: TrainingOptions, features: MobileNetFeatures | VggFeatures | None
) -> dict[str, nn.Module]:
    """Fresh discriminators; their start depends on the run's seed alone."""
    weights, built = options.losses, dict[str, nn.Module]()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(options.seed + 1)
        if weights.adversarial:
            built["image"] = StyleGan2Discriminator(
                options.network.out_size_px,
                options.network.channel_multiplier,
                options.network.narrow,
            )
        if weights.projected and features is not None:
            built["projected"] = ProjectedDiscriminator(list(features.channels))
        if _uses_components(weights):
            for name in components.COMPONENTS:
                built[name] = ComponentDiscriminator(weights.component_width)
    return built


def _uses_components(weights: LossWeights) -> bool:
    return bool(weights.component or weights.component_style or weights.component_matching)
