"""Where in an aligned crop the restored face is used.

Without a parsing network the face is taken for an oval that five landmarks place: full strength
over forehead, eyes, cheeks, mouth and chin, fading to nothing in proportion to the face and before
the crop ends, so that hair which the crop cuts off is never cut in the photo.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.float32]
"""S x S, [0, 1]: share of the restored face."""

CENTRE = (0.5, 0.555)
RADII = (0.40, 0.43)
"""The oval's centre and half axes (x, y), as shares of the crop; beyond it nothing is replaced."""

CORE = 0.68
"""Share of the radius within which the restored face is used fully."""


def face_mask(crop_size_px: int) -> Mask:
    """The soft face oval of an FFHQ-aligned crop, 0 along the crop's border."""
    places = (np.arange(crop_size_px, dtype=np.float32) + 0.5) / crop_size_px
    x = (places - CENTRE[0]) / RADII[0]
    y = (places - CENTRE[1]) / RADII[1]
    radius = np.hypot(x[None, :], y[:, None])
    return smooth_step((1.0 - radius) / (1.0 - CORE))


def smooth_step(ramp: npt.NDArray[np.floating]) -> Mask:
    """0 below 0, 1 above 1, in between a curve whose first two derivatives vanish at both ends."""
    t = np.clip(ramp, 0.0, 1.0)
    return np.asarray(t * t * t * (t * (t * 6.0 - 15.0) + 10.0), np.float32)
