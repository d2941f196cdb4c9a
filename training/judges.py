"""By which figures the best state of a run is chosen."""

from __future__ import annotations

from collections.abc import Iterable


def judges_of(validation: Iterable[str]) -> list[str]:
    """The figures that decided which state of a run is its best one.

    Args:
        validation: Names in one line of its validations.

    Returns:
        Of "perceptual", "identity" and "niqe", or "l1" alone.
    """
    names = set(validation)
    if not names & {"perceptual", "identity"}:
        return ["l1"] if "l1" in names else []
    return [name for name in ("perceptual", "identity", "niqe") if name in names]
