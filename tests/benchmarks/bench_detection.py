"""Recall, false faces and processor time of the face finder on a folder of photos.

Usage: python tests/benchmarks/bench_detection.py PHOTOS_DIR

The folder holds photos and `faces.csv` with the columns file, x, y, w, h, score: one row a face.
Faces with a score of .9 or more and at least 24 px wide count for the recall. A found face that no
row matches counts as false; with `--crops FILE` they are written to a picture, to be judged by eye,
since the list may lack faces.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections import defaultdict
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np

from core.engines.mtcnn import MtcnnDetector
from core.geometry import Box
from core.progress import no_progress


def listed_faces(table: Path) -> dict[str, list[tuple[Box, float]]]:
    """Boxes and scores by file name."""
    faces = defaultdict(list)
    with table.open(newline="") as lines:
        for row in csv.DictReader(lines):
            x, y, w, h = (float(row[key]) for key in "xywh")
            faces[row["file"]].append((Box(x, y, x + w, y + h), float(row["score"])))
    return faces


def agrees(one: Box, other: Box) -> bool:
    """True where two boxes mean the same face, though detectors frame faces differently."""
    gap = math.dist(one.centre, other.centre)
    alike = 0.5 < one.width / max(other.width, 1e-6) < 2
    return one.iou(other) > 0.35 or (alike and gap < 0.15 * (one.width + other.width))


def tile(pixels: np.ndarray, box: Box, side_px: int = 160) -> np.ndarray:
    """The face with its surroundings."""
    scale = side_px / (2.2 * box.width)
    x, y = box.centre
    matrix = np.array([[scale, 0, side_px / 2 - scale * x], [0, scale, side_px / 2 - scale * y]])
    return cv2.warpAffine(pixels, matrix, (side_px, side_px))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--crops", type=Path)
    parser.add_argument("--quarters", type=int, default=0, help="turn every photo first")
    options = parser.parse_args()
    detector = MtcnnDetector(Path(str(files("resources") / "models" / "mtcnn.safetensors")))
    listed, hits, wanted, found, unlisted, tiles = (
        listed_faces(options.folder / "faces.csv"),
        0,
        0,
        0,
        0,
        [],
    )
    print(
        f"{'photo':36}{'MP':>6}{'listed':>8}{'wanted':>8}{'hit':>5}{'found':>7}"
        f"{'unlisted':>10}{'CPU s':>7}"
    )
    total_s = 0.0
    for name, rows in sorted(listed.items()):
        pixels = cv2.cvtColor(cv2.imread(str(options.folder / name)), cv2.COLOR_BGR2RGB)
        turned = np.ascontiguousarray(np.rot90(pixels, options.quarters))
        start = time.process_time()
        faces = detector.detect(turned, min_size_px=20, min_score=0.9, progress=no_progress())
        seconds = time.process_time() - start
        boxes = [turned_back(face.box, pixels.shape, options.quarters) for face in faces]
        counted = [box for box, score in rows if score >= 0.9 and box.width >= 24]
        hit = sum(any(agrees(box, other) for other in boxes) for box in counted)
        extra = [box for box in boxes if not any(agrees(box, row[0]) for row in rows)]
        tiles += [tile(pixels, box) for box in extra]
        million = pixels.shape[0] * pixels.shape[1] / 1e6
        print(
            f"{name[:35]:36}{million:6.2f}{len(rows):8}{len(counted):8}{hit:5}{len(boxes):7}"
            f"{len(extra):10}{seconds:7.2f}"
        )
        hits, wanted, total_s = hits + hit, wanted + len(counted), total_s + seconds
        found, unlisted = found + len(boxes), unlisted + len(extra)
    print(
        f"recall {hits}/{wanted} = {hits / wanted:.1%}; not in the list {unlisted}/{found} = "
        f"{unlisted / found:.1%}; {total_s:.1f} s of processor time"
    )
    if options.crops and tiles:
        while len(tiles) % 8:
            tiles.append(np.zeros_like(tiles[0]))
        sheet = np.vstack([np.hstack(tiles[i : i + 8]) for i in range(0, len(tiles), 8)])
        cv2.imwrite(str(options.crops), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))


def turned_back(box: Box, shape: tuple[int, ...], quarters: int) -> Box:
    """A box of the turned picture in the picture as it was."""
    height, width = shape[:2]
    for _ in range(-quarters % 4):
        # One quarter to the left moves (x, y) to (y, width - x) in a picture `width` wide.
        span = width if quarters % 2 == 0 else height
        box = Box(box.top, span - 1 - box.right, box.bottom, span - 1 - box.left)
        quarters += 1
    return box


if __name__ == "__main__":
    main()
