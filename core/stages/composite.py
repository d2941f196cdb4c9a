"""Lay the restored faces back onto the photo so that nobody sees where they begin.

The work goes tile by tile over the faces' part of the photo, so that its memory does not grow with
the photo, and all faces that touch a tile are blended at once, so that none cuts another and their
order does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from core.alignment import FloatPlanes, laid_over, resized, shrunk
from core.face_tiles import (
    TILE_PX,
    Cell,
    cells_of,
    changed_cells,
    is_active,
    is_comparable,
    region_of,
    shared,
    surroundings,
    tile_of,
)
from core.faces import FaceResult
from core.geometry import Matrix, Region, Size, composed, enlarging, inverted, scale_of
from core.grain import grain, missing_grain
from core.image import FloatImage, Photo, Pixels, is_grey, to_float, to_stored
from core.masks import Mask, face_mask
from core.pipeline import Earlier, Restoration
from core.progress import Progress
from core.settings import FaceChoice
from core.softness import edge_blur_px, softening_px

LEAST_WEIGHT = 1e-6
"""Weights up to this change no pixel, not even of 16 bits."""

MOST_SOFTER = 0.006
"""Most that a face's edges become softer, as a share of the crop: it was restored to be clear."""

LEAST_SOFTENING_PX = 0.3
"""A weaker blur cannot be seen."""

FOLLOW_SIGMA = 0.08
"""Colour and brightness that change over more than this share of the crop follow the photo."""

FOLLOW_SIDE_PX = 128
"""Size at which that is measured."""


@dataclass(frozen=True, slots=True)
class CompositeStage:
    """Blends the restored faces into the photo.

    Attributes:
        strength: Share of the restored face, [0, 1]; 0 leaves the photo as it is, bit for bit.
        choices: What the user chose for single faces.
        blend_in: Share of the photo's grain that restored faces get back, and how far they become
            as soft as the photo around them, [0, 1]; 0 changes nothing.
    """

    strength: float = 1.0
    choices: tuple[FaceChoice, ...] = ()
    blend_in: float = 0.0
    name = "Blending faces in"
    cost = 1.0

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Replace the faces' pixels; all other pixels stay bit for bit."""
        return self._run(state, progress, None)

    def run_again(self, state: Restoration, progress: Progress, earlier: Earlier) -> Restoration:
        """See `core.pipeline.ReusingStage`: only where a face has changed is anything blended."""
        then = earlier.stage
        same = isinstance(then, CompositeStage) and then.blend_in == self.blend_in
        is_usable = same and is_comparable(earlier.before, state)
        return self._run(state, progress, earlier if is_usable else None)

    def _run(self, state: Restoration, progress: Progress, earlier: Earlier | None) -> Restoration:
        given = state.faces
        faces = tuple(replace(face, strength=self._strength_of(face)) for face in given)
        state = replace(state, faces=faces)
        active = [face for face in faces if is_active(face)]
        if not active:
            return state
        grey = is_grey(state.photo.pixels)
        if active[0].whole:
            pixels = _whole(state.photo, active[0])
        else:
            changed = changed_cells(state, given, earlier, self.blend_in) if earlier else None
            start = state.photo if earlier is None else earlier.after.photo
            pixels = _blended(
                state, active, self.blend_in, progress, start=start.pixels, changed=changed
            )
        if grey:  # vector code may round the channels differently
            pixels[..., 1:] = pixels[..., :1]
        return replace(state, photo=state.photo.with_pixels(pixels))

    def _strength_of(self, face: FaceResult) -> float:
        """The share that the user's choices give to one face."""
        if face.restored is None:
            return 0.0
        for choice in self.choices:
            if choice.index == face.index:
                own = self.strength if choice.strength is None else choice.strength
                return own if choice.enabled else 0.0
        return self.strength


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One restored face, ready to be resampled onto the photo.

    Attributes:
        planes: The restored crop and its mask, s x s x 4.
        strength: Share of the restored face where the mask is 1.
        to_planes: Photo pixels (at the present size) to pixels of `planes`.
        region: The photo's pixels that it can change.
        method: Interpolation flag of OpenCV.
        grain: Strengths of the grain that the restored face gets, see `core.grain`.
    """

    planes: FloatPlanes
    strength: float
    to_planes: Matrix
    region: Region
    method: int
    grain: tuple[float, ...] = ()


def _whole(photo: Photo, face: FaceResult) -> Pixels:
    """The whole photo replaced by its restored crop."""
    assert face.restored is not None
    restored = resized(face.restored, photo.size)
    if face.strength < 1:
        restored = face.strength * restored + (1 - face.strength) * to_float(photo.pixels)
    return to_stored(restored, photo.pixels.dtype)


def _blended(
    state: Restoration,
    faces: list[FaceResult],
    blend_in: float,
    progress: Progress,
    *,
    start: Pixels,
    changed: set[Cell] | None,
) -> Pixels:
    """The photo's pixels with all faces blended in.

    Args:
        state: The record.
        faces: Those that are to be seen.
        blend_in: See `CompositeStage`.
        progress: Reported to and polled for cancellation.
        start: What the tiles that are left alone show.
        changed: The tiles to blend; None for all that a face reaches into.
    """
    photo = state.photo
    reached = {face.index: cells_of([region_of(face, state.scale, photo.size)]) for face in faces}
    todo = set().union(*reached.values()) if changed is None else changed
    layers = []
    for face in faces:
        progress.check()
        if todo & reached[face.index]:
            layers.append(_prepared(face, state, blend_in))
    pixels: Pixels = start.copy()
    for index, cell in enumerate(sorted(todo)):
        progress.report(index / len(todo))
        tile = tile_of(cell, photo.size)
        pixels[tile.slices] = photo.pixels[tile.slices]
        touching = [layer for layer in layers if not shared(layer.region, tile).is_empty]
        if touching:
            _blend_tile(pixels, tile, touching, state.scale)
    return pixels


def _prepared(face: FaceResult, state: Restoration, blend_in: float) -> Layer:
    """The layer of a face, as soft and as grainy as the photo around it."""
    layer = layer_of(face, state.scale, state.photo.size)
    if blend_in == 0:
        return layer
    layer = softened(layer, state.photo.pixels, blend_in)
    missing = _missing_grain(layer, state.photo.pixels, state.scale)
    return replace(layer, grain=tuple(blend_in * value for value in missing))


def _missing_grain(layer: Layer, pixels: Pixels, scale: int) -> tuple[float, ...]:
    """What the restored face lacks, measured around its middle."""
    region = layer.region
    if region.is_empty:
        return ()
    x, y = (region.left + region.right) // 2, (region.top + region.bottom) // 2
    reach = TILE_PX // 2
    window = shared(region, Region(x - reach, y - reach, x + reach, y + reach))
    laid = laid_over(layer.planes, layer.to_planes, window, layer.method)
    before = to_float(pixels[window.slices])
    return missing_grain(before, laid[..., :3], laid[..., 3], scale)


def softened(layer: Layer, pixels: Pixels, share: float) -> Layer:
    """Make a face softer where it is sharper than the photo around it.

    Both are measured in pixels of the layer, so that memory does not grow with the photo.

    Args:
        layer: The restored face, ready to be laid.
        pixels: The photo.
        share: How far it goes towards the photo's softness, [0, 1].
    """
    if layer.region.is_empty:
        return layer
    side = layer.planes.shape[0]
    face_px = edge_blur_px(layer.planes[..., :3], layer.planes[..., 3] > 0.5)
    photo_px = edge_blur_px(_around(layer, pixels))
    if face_px is None or photo_px is None:
        return layer
    most_px = face_px + MOST_SOFTER * side
    sigma_px = softening_px(face_px, min(photo_px, most_px), share)
    if sigma_px < LEAST_SOFTENING_PX:
        return layer
    planes = layer.planes.copy()
    planes[..., :3] = cv2.GaussianBlur(
        layer.planes[..., :3], (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT_101
    )
    return replace(layer, planes=planes)


def _around(layer: Layer, pixels: Pixels) -> FloatImage:
    """The photo where the face is and around it, at most as fine as the layer."""
    photo = Size(pixels.shape[1], pixels.shape[0])
    part = pixels[surroundings(layer.region, photo).slices]
    factor = scale_of(layer.to_planes)
    if factor < 1:
        size = [max(1, round(length * factor)) for length in part.shape[1::-1]]
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    return to_float(part)


def layer_of(face: FaceResult, scale: int, photo: Size) -> Layer:
    """Match a restored crop to the photo's colour and size.

    Args:
        face: A face that was restored.
        scale: How many times larger the photo is than when the face was found.
        photo: The photo's present size.
    """
    assert face.restored is not None
    crop_side, side = face.crop.shape[0], face.restored.shape[0]
    to_crop = composed(face.to_crop, inverted(enlarging(scale)))
    to_restored = composed(enlarging(side / crop_side), to_crop)
    mask = _mask_at(face, side)[..., None]
    followed = follow(face.restored, face.crop)
    planes: FloatPlanes = np.concatenate([followed, mask], axis=2)
    px_per_photo_px = scale_of(to_restored)
    planes, back = shrunk(planes, 1.0 / px_per_photo_px)
    method = cv2.INTER_LINEAR if px_per_photo_px > 1 else cv2.INTER_CUBIC
    region = region_of(face, scale, photo)
    return Layer(planes, face.strength, composed(inverted(back), to_restored), region, method)


def _mask_at(face: FaceResult, side: int) -> Mask:
    """The face's mask at the size of its restored crop."""
    if face.mask is None:
        return face_mask(side)
    if face.mask.shape[0] == side:
        return face.mask
    method = cv2.INTER_AREA if face.mask.shape[0] > side else cv2.INTER_LINEAR
    resampled = cv2.resize(face.mask, (side, side), interpolation=method)
    return np.asarray(resampled, np.float32)


def follow(restored: FloatImage, crop: FloatImage) -> FloatImage:
    """Give a restored crop the slowly changing colour and brightness of the photo's crop.

    Args:
        restored: The restored crop, at any size.
        crop: The crop that went in.
    """
    size = Size(crop.shape[1], crop.shape[0])
    small = restored if restored.shape == crop.shape else resized(restored, size)
    drift = _slow_part(crop - small)
    height, width = restored.shape[:2]
    if drift.shape != restored.shape:
        drift = cv2.resize(drift, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(restored + drift, np.float32)


def _slow_part(difference: FloatImage) -> FloatImage:
    """What changes slowly in a crop: blurred, at about `FOLLOW_SIDE_PX`.

    A blur as wide as this one leaves nothing that a smaller picture could not hold, and there it
    takes a tenth of the time.
    """
    side = difference.shape[0]
    factor = max(1, side // FOLLOW_SIDE_PX)
    if factor > 1 and side % factor == 0:
        size = (side // factor, side // factor)
        difference = cv2.resize(difference, size, interpolation=cv2.INTER_AREA)
    sigma_px = FOLLOW_SIGMA * difference.shape[0]
    blurred = cv2.GaussianBlur(difference, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(blurred, np.float32)


def _blend_tile(pixels: Pixels, tile: Region, layers: list[Layer], scale: int) -> None:
    """Blend all layers that touch a tile into it, in place.

    Where faces overlap each counts by the square of its weight, so that a face prevails at its own
    centre, and together they replace as much of the photo as the strongest of them would.
    """
    height, width = tile.size.height, tile.size.width
    colour = np.zeros((height, width, 3), np.float32)
    total = np.zeros((height, width, 1), np.float32)
    strongest = np.zeros((height, width, 1), np.float32)
    for layer in layers:
        part = shared(layer.region, tile)
        laid = laid_over(layer.planes, layer.to_planes, part, layer.method)
        inside = Region(
            part.left - tile.left,
            part.top - tile.top,
            part.right - tile.left,
            part.bottom - tile.top,
        ).slices
        weight = np.clip(laid[..., 3:], 0.0, 1.0) * np.float32(layer.strength)
        face = laid[..., :3]
        if any(layer.grain):
            face = face + grain(layer.grain, *part.slices, scale)[..., None]
        colour[inside] += weight * weight * face
        total[inside] += weight * weight
        strongest[inside] = np.maximum(strongest[inside], weight)
    touched = total[..., 0] > LEAST_WEIGHT**2
    before = to_float(pixels[tile.slices])[touched]
    share = strongest[touched]
    after = before + share * (colour[touched] / total[touched] - before)
    pixels[tile.slices][touched] = to_stored(after, pixels.dtype)
