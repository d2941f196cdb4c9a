"""The ablations of the paper (section 4.3): which variants there are, and how each is trained.

All variants start from the same seed, see the same faces with the same damage in the same order,
and take the same number of steps. The full recipe is also trained with further seeds, because a
difference that another seed makes, too, says nothing about a part that was left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from core.errors import SettingsError
from core.settings_base import Settings
from training.options import (
    DataOptions,
    LossWeights,
    NetworkOptions,
    OptimiserOptions,
    TrainingOptions,
)
from training.presets import prior_options, with_installed_weights, without

ComponentLoss = Literal["none", "critics", "matching", "style"]

FULL = "full"


@dataclass(frozen=True, slots=True)
class Variant:
    """The recipe, or the recipe without one of its parts.

    Attributes:
        name: Its name in files and commands.
        title: Its name in tables.
        without: What is left out, as `training.presets.without` takes it.
        component: What is asked of eyes and mouth: nothing; that critics of their own are fooled;
            also that the critics' features match; or also that their Gram matrices do (the full
            recipe: "facial component loss with feature style").
    """

    name: str
    title: str
    without: tuple[str, ...] = ()
    component: ComponentLoss = "style"


VARIANTS = (
    Variant(FULL, "full recipe (component critics + feature style)"),
    Variant("no-prior", "no prior", without=("prior",)),
    Variant("no-pyramid", "no pyramid loss", without=("pyramid",)),
    Variant("component-none", "component loss: none", ("component",), "none"),
    Variant("component-critics", "component loss: critics only", ("component-style",), "critics"),
    Variant("component-matching", "component loss: critics + matching", component="matching"),
)
"""The full recipe first: the others are compared with it."""


class AblationPlan(Settings, frozen=True, kw_only=True):
    """Everything that decides the ablations; one options file.

    Attributes:
        scale: Name of the scale, for the reader.
        recipe: The full recipe. Folder, seed, steps and prior are filled in for each run.
        matching_weight: Weight of feature matching where it takes the place of feature style.
        variants: Which variants, by name; "full" is always among them.
        steps: Of each variant.
        prior_steps: Of the StyleGAN2 prior that all but "no-prior" start from.
        seed: Of the prior, of the variants, of the test faces' damage and of the bootstrap.
        full_seeds: How often the full recipe is trained, each time with the next seed.
        test_faces: Held-out faces that are scored.
        strengths: Degradation profiles of the test faces.
    """

    scale: str = "own"
    recipe: TrainingOptions = TrainingOptions()
    matching_weight: Annotated[float, Meta(ge=0.0)] = 0.5
    variants: tuple[str, ...] = tuple(variant.name for variant in VARIANTS)
    steps: Annotated[int, Meta(ge=1)] = 500
    prior_steps: Annotated[int, Meta(ge=1)] = 500
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    full_seeds: Annotated[int, Meta(ge=1, le=20)] = 3
    test_faces: Annotated[int, Meta(ge=2)] = 32
    strengths: tuple[str, ...] = ("medium", "severe")

    def __post_init__(self) -> None:
        super().__post_init__()
        known = [variant.name for variant in VARIANTS]
        unknown = [name for name in self.variants if name not in known]
        if unknown:
            raise ValueError(f"there is no variant “{unknown[0]}”; there are {', '.join(known)}")
        if FULL not in self.variants:
            raise ValueError(f"“{FULL}” must be among the variants: the others are compared to it")

    @property
    def runs(self) -> tuple[Run, ...]:
        """All trainings but that of the prior, the further seeds of the full recipe last."""
        chosen = [variant for variant in VARIANTS if variant.name in self.variants]
        first = [Run(variant, self.seed) for variant in chosen]
        again = range(self.seed + 1, self.seed + self.full_seeds)
        return (*first, *(Run(VARIANTS[0], seed, is_repeat=True) for seed in again))


@dataclass(frozen=True, slots=True)
class Run:
    """One training.

    Attributes:
        variant: What is trained.
        seed: With which seed.
        is_repeat: It only shows what another seed does to the full recipe.
    """

    variant: Variant
    seed: int
    is_repeat: bool = False

    @property
    def name(self) -> str:
        """Name of its folder and model."""
        return f"{self.variant.name}-seed-{self.seed}" if self.is_repeat else self.variant.name


_LOSSES = LossWeights(
    l1=1.0,
    pyramid=1.0,
    pyramid_until_step=0,
    gradient=0.5,
    low_pass=0.3,
    perceptual=0.15,
    style=0.0,
    adversarial=0.02,
    projected=0.0,
    component=0.05,
    component_style=100.0,
    component_width=12,
    identity=0.5,
    identity_every=4,
    ramp_steps=50,
)
"""The paper's terms with weights for some hundred steps, in which critics learn little."""

_OPTIMISER = OptimiserOptions(
    generator_rate=2e-3,
    discriminator_rate=1e-3,
    generator_beta1=0.5,
    discriminator_beta1=0.0,
    schedule="cosine",
    warmup_steps=20,
    ema_decay=0.99,
)

_TINY = TrainingOptions(
    network=NetworkOptions(
        out_size_px=64, num_style_feat=64, channel_multiplier=1.0, narrow=0.0625
    ),
    data=DataOptions(damage_share=0.0),
    losses=_LOSSES,
    optimiser=_OPTIMISER,
    batch=8,
    random_noise=True,
    checkpoint_every_s=60.0,
    validate_every_s=1e9,
    validation_faces=6,
)

SCALES: dict[str, AblationPlan] = {
    "tiny": AblationPlan(scale="tiny", recipe=_TINY, steps=300, prior_steps=600),
    "small": AblationPlan(
        scale="small",
        recipe=_TINY.replace(
            network=NetworkOptions(
                out_size_px=128, num_style_feat=128, channel_multiplier=0.5, narrow=0.125
            ),
            losses=_LOSSES.replace(component_width=16),
            optimiser=_OPTIMISER.replace(ema_decay=0.998),
        ),
        steps=2_000,
        prior_steps=4_000,
        test_faces=60,
    ),
    "medium": AblationPlan(
        scale="medium",
        recipe=_TINY.replace(
            network=NetworkOptions(
                out_size_px=256, num_style_feat=256, channel_multiplier=0.5, narrow=0.5
            ),
            losses=_LOSSES.replace(component_width=24, ramp_steps=500),
            optimiser=_OPTIMISER.replace(generator_rate=5e-4, ema_decay=0.998),
            checkpoint_every_s=600.0,
        ),
        steps=10_000,
        prior_steps=30_000,
        test_faces=120,
    ),
}
"""Tiny fits into twenty minutes on two processor cores; medium is for a graphics card."""


def scale(name: str) -> AblationPlan:
    """The plan of a scale.

    Raises:
        SettingsError: There is none of that name.
    """
    try:
        return SCALES[name]
    except KeyError:
        raise SettingsError(
            f"There is no scale “{name}”.", f"Choose one of {', '.join(SCALES)}."
        ) from None


def prior_run(plan: AblationPlan, faces: Path) -> TrainingOptions:
    """How the prior is trained: StyleGAN2 alone, on undamaged faces (paper, section 4.2)."""
    recipe, common = plan.recipe, prior_options("compact-256")
    return common.replace(
        preset=f"ablation-{plan.scale}-prior",
        network=recipe.network,
        data=recipe.data.replace(folder=str(faces)),
        batch=recipe.batch,
        steps=plan.prior_steps,
        seed=plan.seed,
        precision=recipe.precision,
        checkpoint_every_s=recipe.checkpoint_every_s,
        validate_every_s=recipe.validate_every_s,
        validation_faces=recipe.validation_faces,
        preview_faces=8,
        optimiser=common.optimiser.replace(ema_decay=recipe.optimiser.ema_decay),
    )


def variant_run(plan: AblationPlan, run: Run, faces: Path, prior: Path) -> TrainingOptions:
    """How a variant is trained.

    Args:
        plan: The plan.
        run: Variant and seed.
        faces: Folder of the prepared faces.
        prior: The decoder's weights as the prior's training left them.
    """
    options = plan.recipe.replace(
        preset=f"ablation-{plan.scale}-{run.variant.name}",
        data=plan.recipe.data.replace(folder=str(faces)),
        prior_from=str(prior),
        steps=plan.steps,
        seed=run.seed,
    )
    options = without(options, run.variant.without, matching=run.variant.component == "matching")
    if run.variant.component == "matching":
        losses = options.losses.replace(component_matching=plan.matching_weight)
        options = options.replace(losses=losses)
    return with_installed_weights(options)
