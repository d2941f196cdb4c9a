"""The presets, as one table.

Figures of `paper-512` and `clean-512`: GFP-GAN, section 4.2, and the published training options; of
the others: measured on small machines (see DECISIONS.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from importlib.resources import files
from pathlib import Path

from core.errors import SettingsError
from core.models.spec import ModelSpec
from training.networks import network_of
from training.options import (
    DataOptions,
    LossWeights,
    NetworkOptions,
    OptimiserOptions,
    TrainingOptions,
)

_COMPACT_LOSSES = LossWeights(
    l1=1.0,
    pyramid=0.1,
    pyramid_until_step=0,
    gradient=0.5,
    low_pass=0.3,
    perceptual=0.15,
    style=0.0,
    adversarial=0.0,
    projected=0.05,
    component=0.02,
    component_style=100.0,
    component_width=24,
    identity=1.0,
    identity_every=2,
    ramp_steps=200,
)
"""Weights for networks that are trained in hours, without a pre-trained prior."""

_COMPACT_OPTIMISER = OptimiserOptions(
    generator_rate=3e-4,
    discriminator_rate=4e-4,
    generator_beta1=0.5,
    discriminator_beta1=0.0,
    beta2=0.99,
    schedule="cosine",
    warmup_steps=50,
    clip=1.0,
    ema_decay=0.998,
)

_COMPACT = TrainingOptions(
    preset="compact-256",
    network=NetworkOptions(out_size_px=256, num_style_feat=256, channel_multiplier=0.5, narrow=0.5),
    losses=_COMPACT_LOSSES,
    optimiser=_COMPACT_OPTIMISER,
    steps=20_000,
    batch=4,
    random_noise=True,
)

_COMPACT_512 = _COMPACT.replace(
    preset="compact-512",
    network=_COMPACT.network.replace(out_size_px=512),
    data=DataOptions(min_side_px=448),
    losses=_COMPACT_LOSSES.replace(view_px=256, component_width=16),
)
"""The compact network grown by one level (`training.grow`)."""

_COMPACT_512_TAIL = _COMPACT_512.replace(
    preset="compact-512-tail",
    losses=LossWeights(
        l1=1.0,
        pyramid=0.0,
        gradient=0.5,
        low_pass=0.3,
        perceptual=0.15,
        style=0.0,
        adversarial=0.0,
        projected=0.1,
        component=0.0,
        component_style=0.0,
        identity=0.0,
        ramp_steps=100,
    ),
    trained_levels=2,
)
"""Only the two finest levels of the grown network, on windows: a third of the cost."""

_PAPER_DATA = DataOptions(
    mild_share=0.0,
    clean_share=0.0,
    grey_share=0.01,
    damage_share=0.0,
    jitter_share=0.3,
    workers=6,
)

_FINETUNE = _COMPACT.replace(
    preset="finetune-normal",
    optimiser=_COMPACT_OPTIMISER.replace(
        generator_rate=1e-4, discriminator_rate=2e-4, warmup_steps=100
    ),
    steps=2_000,
    batch=4,
    patience=6,
    validate_every_s=300.0,
    disk_budget_bytes=4 << 30,
)

PRESETS: dict[str, TrainingOptions] = {
    "paper-512": TrainingOptions(
        preset="paper-512",
        network=NetworkOptions(
            layout="original",
            out_size_px=512,
            num_style_feat=512,
            channel_multiplier=1.0,
            narrow=1.0,
        ),
        data=_PAPER_DATA,
        steps=800_000,
        batch=3,
        random_noise=True,
    ),
    "clean-512": TrainingOptions(
        preset="clean-512",
        network=NetworkOptions(
            out_size_px=512, num_style_feat=512, channel_multiplier=2.0, narrow=1.0
        ),
        data=_PAPER_DATA.replace(mild_share=0.1, clean_share=0.02, damage_share=0.2),
        steps=800_000,
        batch=3,
        random_noise=True,
    ),
    "compact-256": _COMPACT,
    "compact-512": _COMPACT_512,
    "compact-512-tail": _COMPACT_512_TAIL,
    "finetune-quick": _FINETUNE.replace(preset="finetune-quick", steps=300, patience=0),
    "finetune-normal": _FINETUNE,
    "finetune-thorough": _FINETUNE.replace(
        preset="finetune-thorough", steps=10_000, batch=8, patience=12, validate_every_s=900.0
    ),
}
"""Presets by name. `batch` is per process: the published 12 are 4 processes of 3."""


def preset(name: str) -> TrainingOptions:
    """The options of a preset.

    Raises:
        SettingsError: There is none of that name.
    """
    try:
        return PRESETS[name]
    except KeyError:
        raise SettingsError(
            f"There is no training preset “{name}”.",
            f"Choose one of {', '.join(PRESETS)}.",
        ) from None


_WITHOUT_FEATURES = 0.02
"""Weight of StyleGAN2's critic in a compact run that has no ImageNet features."""

_COARSE_WEIGHT, _COARSE_RATE = 1.0, 1e-5
"""Of pixels, and the learning rate, in a fine-tuning that has no ImageNet features."""

_FEATURES_SEE_PX = 256

BUNDLED_FACES = "compact-512.safetensors"
BUNDLED_IDENTITY = "dlib-resnet29.safetensors"


def without(
    options: TrainingOptions, parts: Collection[str], *, matching: bool = False
) -> TrainingOptions:
    """The ablations of the paper: the recipe without some of its parts.

    Args:
        options: The recipe.
        parts: Of "prior", "pyramid", "component" (critics and their features), "component-style"
            (the features alone), "identity", "adversarial".
        matching: Match the component critics' features instead of their style.
    """
    changes: dict[str, float] = {}
    if "pyramid" in parts:
        changes["pyramid"] = 0.0
    if "identity" in parts:
        changes["identity"] = 0.0
    if "adversarial" in parts:
        changes |= {"adversarial": 0.0, "projected": 0.0}
    if "component" in parts:
        changes |= {"component": 0.0, "component_style": 0.0, "component_matching": 0.0}
    if "component-style" in parts:
        changes["component_style"] = 0.0
    if matching:
        changes |= {"component_matching": 1.0, "component_style": 0.0}
    prior_from = "" if "prior" in parts else options.prior_from
    return options.replace(losses=options.losses.replace(**changes), prior_from=prior_from)


def starting_from(options: TrainingOptions, path: Path | None) -> TrainingOptions:
    """The run on the weights of a file, whose shape it takes over.

    Fine-tuning without a file goes on from the bundled model; other presets start from nothing.

    Raises:
        ModelFileError: The file holds no GFP-GAN network.
    """
    if path is None:
        if not options.preset.startswith("finetune"):
            return options
        path = Path(str(files("resources") / "models" / BUNDLED_FACES))
    network = network_of(path)
    if network.out_size_px > _FEATURES_SEE_PX:
        # The frozen features were made for small pictures: see DECISIONS.
        options = options.replace(losses=options.losses.replace(view_px=_FEATURES_SEE_PX))
    return options.replace(start_from=str(path.resolve()), network=network)


def with_known_start(options: TrainingOptions, known: Iterable[ModelSpec]) -> TrainingOptions:
    """The run with name and licence of its start, where a known model has the same file.

    The licence of anything else is unknown, and so is whether it allows commercial use.
    """
    if not options.start_from:
        return options
    size_bytes = Path(options.start_from).stat().st_size
    candidates = [spec for spec in known if spec.size_bytes == size_bytes]
    digest = _sha256(Path(options.start_from)) if candidates else ""
    for spec in candidates:
        if spec.sha256 == digest:
            return options.replace(
                start_model=spec.id,
                start_name=spec.name,
                start_licence=spec.licence,
                start_commercial_use=spec.commercial_use,
            )
    return options


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def with_installed_weights(options: TrainingOptions) -> TrainingOptions:
    """Switch off what needs ImageNet weights where there are none; identity has bundled ones.

    Where that leaves a run without a critic of the whole face, StyleGAN2's takes the place of the
    projected one.
    """
    losses = options.losses
    if losses.identity and not options.identity_weights:
        weights = files("resources") / "models" / BUNDLED_IDENTITY
        options = options.replace(identity_weights=str(weights))
    if options.perceptual_weights:
        return options
    adversarial = losses.adversarial
    if losses.projected and not options.trained_levels:
        adversarial = max(adversarial, _WITHOUT_FEATURES)
    changed = losses.replace(
        perceptual=0.0, perceptual_half=0.0, style=0.0, projected=0.0, adversarial=adversarial
    )
    options = options.replace(losses=changed)
    return _keeping_detail(options) if options.preset.startswith("finetune") else options


def _keeping_detail(options: TrainingOptions) -> TrainingOptions:
    """Fine-tuning where no loss rewards fine detail: pixel losses would wash out what there is.

    So they see the picture at an eighth of its size, and the network moves little.
    """
    losses = options.losses.replace(
        l1=0.0, gradient=0.0, low_pass=max(options.losses.low_pass, _COARSE_WEIGHT)
    )
    optimiser = options.optimiser
    rate = min(optimiser.generator_rate, _COARSE_RATE)
    return options.replace(losses=losses, optimiser=optimiser.replace(generator_rate=rate))


def prior_options(name: str) -> TrainingOptions:
    """A run that trains the StyleGAN2 generator of a preset alone (paper, sec. 4.2).

    Raises:
        SettingsError: There is no such preset.
    """
    losses = LossWeights(
        l1=0.0,
        pyramid=0.0,
        perceptual=0.0,
        style=0.0,
        adversarial=1.0,
        component=0.0,
        component_style=0.0,
        identity=0.0,
    )
    optimiser = OptimiserOptions(halve_at=(), clip=0.0)
    return preset(name).replace(
        task="prior", losses=losses, optimiser=optimiser, trained_levels=0, start_from=""
    )
