"""Damage synthesis: clean pictures made old, for training, tests and the sample photo."""

from core.degradation.degrade import Applied, Degraded, degrade, generator_for
from core.degradation.profile import PROFILES, CameraProfile, DamageProfile, Effect

__all__ = [
    "PROFILES",
    "Applied",
    "CameraProfile",
    "DamageProfile",
    "Degraded",
    "Effect",
    "degrade",
    "generator_for",
]
