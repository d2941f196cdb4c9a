"""Everything that decides a training run, as frozen values that read and write JSON.

`options.json` in a run folder is exactly one `TrainingOptions`. A weight of zero switches a loss
off: its module is not even built.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from core.settings_base import Settings

Weight = Annotated[float, Meta(ge=0.0)]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Strength = Annotated[float, Meta(ge=0.0, le=2.0)]
Layout = Literal["clean", "bilinear", "original"]


class NetworkOptions(Settings, frozen=True, kw_only=True):
    """The shape of one GFP-GAN generator."""

    layout: Layout = "clean"
    out_size_px: Annotated[int, Meta(ge=16, le=2048)] = 256
    num_style_feat: Annotated[int, Meta(ge=4)] = 256
    channel_multiplier: Annotated[float, Meta(ge=0.0)] = 0.5
    narrow: Annotated[float, Meta(ge=0.0)] = 0.5


class DataOptions(Settings, frozen=True, kw_only=True):
    """Where faces come from and how they are damaged before the network sees them.

    Attributes:
        folder: A prepared folder, a folder with `manifest.csv`, a `color/`+`gray/` pair, or any
            folder of aligned crops.
        min_side_px: Crops that are smaller are left out: enlarged ones teach softness.
        licence: What the photographs may be used for; goes into the model's card.
        commercial_use: True only where that includes commercial use.
        mild_share: Share of the inputs with the mildest degradation.
        clean_share: Share of the inputs that are not degraded at all.
        grey_share: Share of the faces that are grey in and grey out.
        colourise_share: Share of the faces that are grey in and coloured out.
        damage_share: Share of the inputs with scratches, dust, fading and their like.
        jitter_share: Share of the inputs whose colours are shifted while the target stays.
        flip_share: Share mirrored left to right.
        degradation: How strong blur, shrinking, noise and JPEG are: 1 is the recipe, 0 none.
        damage: The same for scratches, dust, fading and their like.
        workers: Data loading processes; 0 loads in the training process itself.
    """

    folder: str = ""
    licence: str = ""
    commercial_use: bool = False
    min_side_px: Annotated[int, Meta(ge=0)] = 0
    mild_share: Share = 0.15
    clean_share: Share = 0.07
    grey_share: Share = 0.12
    colourise_share: Share = 0.0
    damage_share: Share = 0.25
    jitter_share: Share = 0.3
    flip_share: Share = 0.5
    degradation: Strength = 1.0
    damage: Strength = 1.0
    workers: Annotated[int, Meta(ge=0, le=64)] = 1


class LossWeights(Settings, frozen=True, kw_only=True):
    """The weight of each loss; 0 switches it off at no cost.

    Attributes:
        l1: Mean absolute error of the output.
        pyramid: The same for each to-RGB head of the U-Net (paper, eq. 5, restoration part).
        pyramid_until_step: Step at which the pyramid loss ends; 0: never.
        gradient: L1 of the horizontal and vertical differences.
        low_pass: L1 after averaging over 8 x 8 px: holds colour and lighting.
        perceptual: Distance in the features of a frozen classifier.
        perceptual_half: The same of output and target at half their size. No critic sees that
            size: it keeps coarse shapes true while critics ask for fine texture.
        style: L1 of the Gram matrices of those features.
        adversarial: StyleGAN2 discriminator, non-saturating.
        r1: Gradient penalty of that discriminator.
        r1_every: Steps between two penalties.
        projected: Projected discriminator on frozen features, hinge loss.
        component: Discriminators for left eye, right eye and mouth.
        component_style: L1 of the Gram matrices of the component discriminators' features.
        component_matching: L1 of those features themselves (the ablation).
        component_width: Channels of the component discriminators' first layer.
        identity: Distance of face embeddings.
        identity_every: Compare every so-many-th face of the batch: the recognition network costs
            as much as a small generator.
        view_px: Where the image is larger, frozen features see a random window of this size and
            the whole image shrunk to half; 0: the whole image as it is.
        ramp_steps: Fresh discriminators' weights rise from 0 over so many steps.
    """

    l1: Weight = 0.1
    pyramid: Weight = 1.0
    pyramid_until_step: Annotated[int, Meta(ge=0)] = 50_000
    gradient: Weight = 0.0
    low_pass: Weight = 0.0
    perceptual: Weight = 1.0
    perceptual_half: Weight = 0.0
    style: Weight = 50.0
    adversarial: Weight = 0.1
    r1: Weight = 10.0
    r1_every: Annotated[int, Meta(ge=1)] = 16
    projected: Weight = 0.0
    component: Weight = 1.0
    component_style: Weight = 200.0
    component_matching: Weight = 0.0
    component_width: Annotated[int, Meta(ge=1)] = 64
    identity: Weight = 10.0
    identity_every: Annotated[int, Meta(ge=1)] = 1
    view_px: Annotated[int, Meta(ge=0)] = 0
    ramp_steps: Annotated[int, Meta(ge=0)] = 0


class OptimiserOptions(Settings, frozen=True, kw_only=True):
    """Adam, its schedule and what keeps it steady.

    Attributes:
        generator_rate: Learning rate of the generator.
        discriminator_rate: Learning rate of every discriminator.
        generator_beta1: Adam's first moment decay for the generator.
        discriminator_beta1: The same for the discriminators.
        schedule: `steps` halves the rate at each of `halve_at`; `cosine` falls to
            `final_share` of it at the last step.
        warmup_steps: The rate rises linearly over so many steps.
        clip: Largest norm of the generator's gradient; 0: not clipped.
        ema_decay: Largest decay of the averaged weights, which rises as (1 + n) / (10 + n).
    """

    generator_rate: Annotated[float, Meta(ge=0.0)] = 2e-3
    discriminator_rate: Annotated[float, Meta(ge=0.0)] = 2e-3
    generator_beta1: Share = 0.0
    discriminator_beta1: Share = 0.0
    beta2: Share = 0.99
    schedule: Literal["steps", "cosine", "constant"] = "steps"
    halve_at: tuple[int, ...] = (600_000, 700_000)
    final_share: Share = 0.05
    warmup_steps: Annotated[int, Meta(ge=0)] = 0
    clip: Annotated[float, Meta(ge=0.0)] = 1.0
    ema_decay: Share = 0.999


class TrainingOptions(Settings, frozen=True, kw_only=True):
    """One training run.

    Attributes:
        task: `restore` trains GFP-GAN, `prior` the StyleGAN2 generator alone.
        start_from: Weights to go on from; empty: random ones.
        start_model: Their id in the model list, where that is known.
        start_name: What people call them; empty where only the file's name is known.
        start_licence: Their licence, SPDX.
        start_commercial_use: True only where that allows commercial use.
        prior_from: StyleGAN2 weights for the decoder; empty: none.
        train_prior: False freezes the decoder's StyleGAN2 part.
        trained_levels: Train only so many of the finest levels, on windows (`training.tail`); 0:
            all of the network, on whole faces.
        window_px: Side of those windows.
        perceptual_weights: ImageNet weights (MobileNetV2 or VGG19); empty: no perceptual loss can
            be used.
        identity_weights: Face recognition weights (safetensors or dlib's own file).
        batch: Faces a step and process.
        precision: `bf16` runs the networks under autocast where the processor or card has
            instructions for it, and as `fp32` elsewhere; losses and weights stay fp32 in any case.
        preview_every_s: Seconds between two preview pictures and checkpoints.
        patience: Validations without a better score before the run stops; 0: never stops early.
        compared_faces: How many held-out faces decide at the end whether the result is better than
            what it started from.
        disk_budget_bytes: The run folder may not grow beyond it; 0: no limit.
    """

    preset: str = ""
    task: Literal["restore", "prior"] = "restore"
    network: NetworkOptions = NetworkOptions()
    data: DataOptions = DataOptions()
    losses: LossWeights = LossWeights()
    optimiser: OptimiserOptions = OptimiserOptions()
    start_from: str = ""
    start_model: str = ""
    start_name: str = ""
    start_licence: str = ""
    start_commercial_use: bool = False
    prior_from: str = ""
    train_prior: bool = True
    trained_levels: Annotated[int, Meta(ge=0)] = 0
    window_px: Annotated[int, Meta(ge=16)] = 256
    perceptual_weights: str = ""
    identity_weights: str = ""
    steps: Annotated[int, Meta(ge=1)] = 800_000
    batch: Annotated[int, Meta(ge=1, le=1024)] = 3
    seed: Annotated[int, Meta(ge=0)] = 0
    precision: Literal["bf16", "fp32"] = "bf16"
    channels_last: bool = True
    random_noise: bool = False
    log_every: Annotated[int, Meta(ge=1)] = 20
    checkpoint_every_s: Annotated[float, Meta(ge=0.0)] = 600.0
    checkpoint_every_steps: Annotated[int, Meta(ge=0)] = 0
    validate_every_s: Annotated[float, Meta(ge=0.0)] = 900.0
    validation_faces: Annotated[int, Meta(ge=0)] = 12
    preview_faces: Annotated[int, Meta(ge=0, le=64)] = 6
    patience: Annotated[int, Meta(ge=0)] = 0
    compared_faces: Annotated[int, Meta(ge=0)] = 24
    disk_budget_bytes: Annotated[int, Meta(ge=0)] = 0

    @property
    def start_shown(self) -> str:
        """What the start is called in texts; empty for random weights."""
        return self.start_name or self.start_model or Path(self.start_from).stem

    def __post_init__(self) -> None:
        super().__post_init__()
        w = self.losses
        whole = (w.pyramid, w.identity, w.component, w.component_style, w.component_matching)
        if self.trained_levels and (any(whole) or w.adversarial):
            raise ValueError(
                "trained_levels sees windows only: the pyramid, identity, component and "
                "adversarial losses, which need whole faces, must be 0"
            )
