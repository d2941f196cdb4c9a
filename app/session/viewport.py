"""Where the photo lies on the screen: zoom, pan and fit, as plain arithmetic.

The *scene* is measured in pixels of the original photo; the *screen* in the pixels of the view.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.geometry import Box, Size

MAX_SCALE = 32.0
FIT_MARGIN_PX = 18
MAX_FIT_SCALE = 4.0


@dataclass(frozen=True, slots=True)
class Viewport:
    """An immutable view onto a photo.

    Attributes:
        scene: Size of the photo.
        screen: Size of the view.
        scale: Screen pixels a photo pixel.
        x: Where the photo's left edge lies on the screen.
        y: Where the photo's top edge lies on the screen.
        is_fitted: The whole photo follows the size of the view.
    """

    scene: Size
    screen: Size
    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0
    is_fitted: bool = True

    @property
    def fit_scale(self) -> float:
        """The scale at which the whole photo is seen with a margin around it."""
        width = max(1, self.screen.width - 2 * FIT_MARGIN_PX)
        height = max(1, self.screen.height - 2 * FIT_MARGIN_PX)
        return min(width / self.scene.width, height / self.scene.height, MAX_FIT_SCALE)

    @property
    def min_scale(self) -> float:
        """The smallest scale that zooming out reaches."""
        return min(self.fit_scale, 1.0)

    @property
    def box(self) -> Box:
        """The photo's rectangle on the screen; may reach far beyond it."""
        return Box(
            self.x,
            self.y,
            self.x + self.scene.width * self.scale,
            self.y + self.scene.height * self.scale,
        )

    @property
    def visible(self) -> Box:
        """The part of `box` that is on the screen."""
        box = self.box
        return Box(
            max(0.0, box.left),
            max(0.0, box.top),
            min(float(self.screen.width), box.right),
            min(float(self.screen.height), box.bottom),
        )

    @property
    def can_pan(self) -> bool:
        """True where a part of the photo is outside the screen."""
        box = self.box
        return box.width > self.screen.width + 1 or box.height > self.screen.height + 1

    def to_scene(self, x: float, y: float) -> tuple[float, float]:
        """Screen to photo coordinates (edges, not pixel centres)."""
        return (x - self.x) / self.scale, (y - self.y) / self.scale

    def fitted(self) -> Viewport:
        """The whole photo, centred."""
        return replace(self, scale=self.fit_scale, is_fitted=True).settled()

    def resized(self, screen: Size) -> Viewport:
        """The same view in a window of another size; keeps what is in the centre there."""
        if self.is_fitted:
            return replace(self, screen=screen).fitted()
        shift_x = (screen.width - self.screen.width) / 2
        shift_y = (screen.height - self.screen.height) / 2
        moved = replace(self, screen=screen, x=self.x + shift_x, y=self.y + shift_y)
        return moved.settled()

    def zoomed(self, scale: float, x: float, y: float) -> Viewport:
        """Another scale, with what lies under the screen point (x, y) staying there."""
        bounded = min(MAX_SCALE, max(self.min_scale, scale))
        ratio = bounded / self.scale
        moved = replace(
            self,
            scale=bounded,
            x=x - (x - self.x) * ratio,
            y=y - (y - self.y) * ratio,
            is_fitted=False,
        )
        return moved.settled()

    def panned(self, dx: float, dy: float) -> Viewport:
        """The photo moved by (dx, dy) on the screen, as far as its edges allow."""
        return replace(self, x=self.x + dx, y=self.y + dy).settled()

    def settled(self) -> Viewport:
        """Centre what is smaller than the screen, leave no gap beside what is larger."""
        return replace(
            self,
            x=_settle(self.x, self.scene.width * self.scale, self.screen.width),
            y=_settle(self.y, self.scene.height * self.scale, self.screen.height),
        )


def _settle(start: float, length: float, space: float) -> float:
    if length <= space:
        return (space - length) / 2
    return min(0.0, max(space - length, start))
