"""The small network that tells from a photo's statistics how far its colours have faded.

Three layers on `core.colour.features`, trained by `training.fade_estimator` on pictures aged by
`core.degradation`; its weights ship with the application.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

_LAYERS = 3
_OUTPUT_STEP = 0.2
_OUTPUT_RANGE = (-5.0, 0.25)


@cache
def _layers() -> tuple[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]], ...]:
    resource = files("resources").joinpath("colour", "fading.npz")
    with as_file(resource) as path, np.load(path, allow_pickle=False) as stored:
        return tuple(
            (stored[f"weight_{i}"].astype(np.float64), stored[f"bias_{i}"].astype(np.float64))
            for i in range(_LAYERS)
        )


def predicted_logs(measured: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Six numbers from a photo's features.

    Args:
        measured: See `core.colour.features.features`.

    Returns:
        Logarithms of what is left of the paper's white in red, green and blue, then of the
        density of the dyes that hold back red, green and blue; 0 where nothing faded.
    """
    values = measured
    for index, (weight, bias) in enumerate(_layers()):
        # Sums instead of matrix products: the same bits with any number of threads.
        values = (weight * values).sum(axis=1) + bias
        if index < _LAYERS - 1:
            values = np.tanh(values)
    return np.round(_OUTPUT_STEP * np.clip(values, *_OUTPUT_RANGE), 4)
