"""The cascade of MTCNN on one picture in one orientation: propose, refine, decide.

Zhang et al. (2016), section II.A. Boxes here are N x 4 (left, top, right, bottom) of outer edges:
a picture of W x H pixels is the box (0, 0, W, H).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.engines.suppression import Boxes, kept_indices
from core.interfaces import Uint8Image
from core.memo import Memo
from core.nets.mtcnn import Mtcnn, ProposalNet
from core.progress import Progress

Scores = npt.NDArray[np.float64]

PYRAMID_STEP = math.sqrt(0.5)
"""Size of a pyramid level relative to the one before."""

PROPOSAL_LOGIT = math.log(0.6 / 0.4)
REFINED_LOGIT = math.log(0.7 / 0.3)
MAX_PROPOSALS = 2000
"""The surest proposals that go on to the second network: bounds time on busy pictures."""

BATCH = 256

TILE = 128
"""Window positions along one side of what P-Net looks at together; 2 px apart."""

GROUPS_A_SIDE = 8
"""Boxes that are judged together come from one of this many columns and rows of the picture."""

MOST_ANSWERS = 4096
"""Answers of the networks that are kept: those to about four large photos."""

Answers = tuple[npt.NDArray[np.float64], ...]


def new_memo() -> Memo[Answers]:
    """What a cascade remembers, empty."""
    return Memo(MOST_ANSWERS)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What the cascade found in one picture.

    Attributes:
        boxes: N x 4, outer edges.
        logits: N, log odds of being a face.
        points: N x 5 x 2, landmarks on the same scale as the boxes.
    """

    boxes: Boxes
    logits: Scores
    points: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cascade:
    """MTCNN's three networks with the geometry between them.

    The networks look at tiles of the picture, and at groups of boxes that are near each other. What
    they say of each is remembered, so that after a change in one place only that place is looked at
    again, and the outcome is the same to the last bit.

    Attributes:
        nets: The networks, in evaluation mode.
        device: Where they are.
        memo: What they have said.
    """

    nets: Mtcnn
    device: torch.device
    memo: Memo[Answers] = field(default_factory=new_memo, compare=False)

    def find(
        self, picture: Uint8Image, *, min_face_px: float, min_logit: float, progress: Progress
    ) -> Candidates:
        """Find upright faces.

        Args:
            picture: H x W x 3, RGB.
            min_face_px: Width of the smallest face that is looked for.
            min_logit: Log odds that the last network must give.
            progress: Polled between batches.
        """
        boxes = self._proposed(picture, min_face_px, progress)
        boxes = self._refined(picture, boxes, progress)
        found = self.judged(picture, boxes, progress)
        sure = np.flatnonzero(found.logits >= min_logit)
        boxes, logits = found.boxes[sure], found.logits[sure]
        kept = sure[kept_indices(boxes, logits, 0.7, "smaller")]
        return Candidates(found.boxes[kept], found.logits[kept], found.points[kept])

    def judged(self, picture: Uint8Image, boxes: Boxes, progress: Progress) -> Candidates:
        """Ask the last network about boxes, whatever its verdict: one candidate a box."""
        boxes = squared(boxes)
        logits, shifts, points = self._asked("onet", picture, boxes, progress)
        size = (boxes[:, 2:] - boxes[:, :2])[:, None]
        share = points.transpose(0, 2, 1)  # N x 5 x 2
        return Candidates(corrected(boxes, shifts), logits, boxes[:, None, :2] + share * size)

    def _proposed(self, picture: Uint8Image, min_face_px: float, progress: Progress) -> Boxes:
        """Boxes that P-Net proposes on all levels of the pyramid."""
        boxes, logits = [np.zeros((0, 4))], [np.zeros(0)]
        for level, scale in pyramid(picture, min_face_px):
            found, sure = self._proposed_at(level, scale, progress)
            boxes.append(found)
            logits.append(sure)
        every, surest = np.concatenate(boxes), np.concatenate(logits)
        return every[kept_indices(every, surest, 0.7, limit=MAX_PROPOSALS)]

    def _proposed_at(
        self, level: Uint8Image, scale: tuple[float, float], progress: Progress
    ) -> tuple[Boxes, Scores]:
        """Corrected boxes and logits of one pyramid level, in pixels of the full picture."""
        found = []
        for top, left, tile in tiles(level):
            progress.check()
            places, sure, shifts = self.memo.answer("pnet", tile, partial(self._proposed_in, tile))
            found.append((places + np.array([left, top]), sure, shifts))
        places, sure, shifts = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.lexsort((places[:, 0], places[:, 1]))  # row after row, whatever the tiles
        corner, sure, shifts = places[order] * ProposalNet.stride_px, sure[order], shifts[order]
        boxes = np.concatenate([corner, corner + ProposalNet.window_px], axis=1)
        boxes = boxes * np.asarray(scale * 2)
        kept = kept_indices(boxes, sure, 0.5, limit=MAX_PROPOSALS)
        moved = corrected(boxes, shifts)
        return moved[kept], sure[kept]

    def _proposed_in(self, tile: Uint8Image) -> Answers:
        """Window positions of a tile (N x 2: x, y) that may be faces, their logits and shifts."""
        logit, shift = self.nets.pnet(as_tensor(tile[None], self.device))
        logit, shift = logit[0].cpu(), shift[0].cpu()
        rows, columns = torch.nonzero(logit > PROPOSAL_LOGIT, as_tuple=True)
        places = torch.stack([columns, rows], dim=1)
        found = places, logit[rows, columns], shift[:, rows, columns].T
        return tuple(part.double().numpy() for part in found)

    def _refined(self, picture: Uint8Image, boxes: Boxes, progress: Progress) -> Boxes:
        """Proposals that R-Net believes in, corrected."""
        boxes = squared(boxes)
        sure, shifts = self._asked("rnet", picture, boxes, progress)
        moved = corrected(boxes, shifts)
        picked = np.flatnonzero(sure > REFINED_LOGIT)
        return moved[picked[kept_indices(boxes[picked], sure[picked], 0.7)]]

    def _asked(
        self, name: Literal["rnet", "onet"], picture: Uint8Image, boxes: Boxes, progress: Progress
    ) -> Answers:
        """What a network says of the boxes' crops, in the boxes' order."""
        net = self.nets.rnet if name == "rnet" else self.nets.onet

        def work_out(crops: npt.NDArray[np.uint8]) -> Answers:
            return tuple(part.cpu().double().numpy() for part in net(as_tensor(crops, self.device)))

        groups = neighbours(boxes, picture.shape[1], picture.shape[0])
        said: list[Answers] = []
        for group in groups:
            progress.check()
            crops = np.stack([crop(picture, box, net.crop_px) for box in boxes[group]])
            said.append(self.memo.answer(name, crops, partial(work_out, crops)))
        if not said:
            shapes = ((0,), (0, 4)) if name == "rnet" else ((0,), (0, 4), (0, 2, 5))
            return tuple(np.zeros(shape) for shape in shapes)
        back = np.argsort(np.concatenate(groups))
        return tuple(np.concatenate(parts)[back] for parts in zip(*said, strict=True))


def tiles(level: Uint8Image) -> Iterator[tuple[int, int, Uint8Image]]:
    """Parts of a pyramid level that P-Net sees one by one, and says what it says of the whole.

    Yields:
        Row and column of the first window position, and the pixels that its windows cover.
    """
    step, window = ProposalNet.stride_px, ProposalNet.window_px
    rows, columns = (-(-(length - 2) // 2) - 4 for length in level.shape[:2])
    for top in range(0, rows, TILE):
        bottom = level.shape[0] if top + TILE >= rows else step * (top + TILE - 1) + window
        for left in range(0, columns, TILE):
            right = step * (left + TILE - 1) + window
            right = level.shape[1] if left + TILE >= columns else right
            part = level[step * top : bottom, step * left : right]
            yield top, left, np.ascontiguousarray(part)


def neighbours(boxes: Boxes, width: int, height: int) -> list[npt.NDArray[np.intp]]:
    """Indices of boxes (N x 4) of a picture in groups of at most `BATCH` that lie together.

    How the boxes of one place are grouped does not depend on those of others.
    """
    middle = (boxes[:, :2] + boxes[:, 2:]) * (GROUPS_A_SIDE / 2) / (width, height)
    place = np.clip(middle.astype(np.intp), 0, GROUPS_A_SIDE - 1)
    cells = place[:, 1] * GROUPS_A_SIDE + place[:, 0]
    groups = []
    for cell in np.unique(cells):
        members = np.flatnonzero(cells == cell)
        groups += [members[start : start + BATCH] for start in range(0, len(members), BATCH)]
    return groups


def pyramid(
    picture: Uint8Image, min_face_px: float
) -> Iterator[tuple[Uint8Image, tuple[float, float]]]:
    """Ever smaller copies, each with its pixel size (x, y) in pixels of `picture`."""
    height, width = picture.shape[:2]
    scale = ProposalNet.window_px / max(min_face_px, ProposalNet.window_px)
    finer = [picture, picture]  # averaging the level two steps before costs a fraction, looks alike
    while round(min(height, width) * scale) >= ProposalNet.window_px:
        size = round(width * scale), round(height * scale)
        level = cv2.resize(finer[-2], size, interpolation=cv2.INTER_AREA)
        finer.append(level)
        yield level, (width / size[0], height / size[1])
        scale *= PYRAMID_STEP


def as_tensor(pictures: npt.NDArray[np.uint8], device: torch.device) -> Tensor:
    """N x H x W x 3 bytes as N x 3 x H x W floats in [-1, 1)."""
    batch = torch.from_numpy(np.ascontiguousarray(pictures)).to(device)
    return batch.permute(0, 3, 1, 2).float().sub_(127.5).mul_(1 / 128)


def corrected(boxes: Boxes, shifts: Boxes) -> Boxes:
    """Move each edge by its share of the box's width or height."""
    size = boxes[:, 2:] - boxes[:, :2]
    moved: Boxes = boxes + shifts * np.concatenate([size, size], axis=1)
    return moved


def squared(boxes: Boxes) -> Boxes:
    """Whole-pixel squares around the boxes' centres, as large as their longer sides."""
    side = np.maximum(1.0, np.rint((boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True)))
    corner = np.rint((boxes[:, :2] + boxes[:, 2:] - side) / 2)
    return np.concatenate([corner, corner + side], axis=1)


def crop(picture: Uint8Image, box: npt.NDArray[np.float64], side_px: int) -> Uint8Image:
    """A whole-pixel square, scaled to `side_px`; black where it leaves the picture."""
    left, top, right, bottom = (int(edge) for edge in box)
    height, width = picture.shape[:2]
    x, y = max(0, left), max(0, top)
    inside = picture[y : max(y, min(height, bottom)), x : max(x, min(width, right))]
    if inside.shape[:2] != (bottom - top, right - left):
        padded = np.zeros((bottom - top, right - left, 3), np.uint8)
        rows, columns = inside.shape[:2]
        if rows and columns:
            padded[y - top : y - top + rows, x - left : x - left + columns] = inside
        inside = padded
    shrinking = right - left > side_px
    method = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    resized: Uint8Image = cv2.resize(inside, (side_px, side_px), interpolation=method)
    return resized
