"""An enlarging model that is loaded when the first picture comes, since most photos need none."""

from __future__ import annotations

from collections.abc import Callable

from core.image import FloatImage
from core.interfaces import EngineInfo, Restored, Upscaler
from core.progress import Progress


class LazyUpscaler:
    """Implements `core.interfaces.Upscaler`.

    Args:
        load: Loads the model; called once, at first use.
    """

    def __init__(self, load: Callable[[], Upscaler]) -> None:
        self._load = load
        self._loaded: Upscaler | None = None

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        return self._upscaler.info

    @property
    def scale(self) -> int:
        """How many times wider and higher the output is."""
        return self._upscaler.scale

    @property
    def tile_px(self) -> int:
        """Side of the tiles that it should be given."""
        return self._upscaler.tile_px

    def upscale(self, tile: FloatImage, *, progress: Progress) -> Restored:
        """Enlarge one tile; see `Upscaler.upscale`."""
        return self._upscaler.upscale(tile, progress=progress)

    @property
    def _upscaler(self) -> Upscaler:
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded
