"""Bring a face into sight: large enough to work on, or just not outside of the view."""

from __future__ import annotations

from dataclasses import replace

from app.session.viewport import MAX_SCALE, Viewport
from core.geometry import Box

_SHARE = 0.7
"""How much of the view a face fills that is worked on."""

_MARGIN_PX = 24


def framed(view: Viewport, box: Box) -> Viewport:
    """The view onto a face, large and in the middle."""
    if box.width <= 0 or box.height <= 0:
        return view
    fitting = min(view.screen.width / box.width, view.screen.height / box.height)
    scale = min(MAX_SCALE, max(view.fit_scale, _SHARE * fitting))
    return _centred(replace(view, scale=scale, is_fitted=False), box)


def in_sight(view: Viewport, box: Box) -> Viewport:
    """The same view, moved only where a part of the face would be outside of it."""
    left, top = view.x + box.left * view.scale, view.y + box.top * view.scale
    right, bottom = view.x + box.right * view.scale, view.y + box.bottom * view.scale
    is_inside = (
        left >= -_MARGIN_PX
        and top >= -_MARGIN_PX
        and right <= view.screen.width + _MARGIN_PX
        and bottom <= view.screen.height + _MARGIN_PX
    )
    return view if is_inside or not view.can_pan else _centred(view, box)


def _centred(view: Viewport, box: Box) -> Viewport:
    x, y = box.centre
    return replace(
        view,
        x=view.screen.width / 2 - x * view.scale,
        y=view.screen.height / 2 - y * view.scale,
    ).settled()
