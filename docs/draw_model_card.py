"""Draws the pictures of docs/models.md: training curves, and the faces that a model mends worst.

    .venv/bin/python docs/draw_model_card.py curves RUN [RUN ...] --to FILE.png
    .venv/bin/python docs/draw_model_card.py failures FACES --scores SCORES.json --model FIRST
        --model NEW --to FILE.png

RUN is a run folder of `heirloom train`; SCORES.json comes from `python -m training.score --json`.
A failure is judged by the last model: the faces with the lowest identity, two a strength.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from app.dialogs.training.loss_chart import Curve, LossChart
from app.widgets.theme import apply_theme
from core.degradation import PROFILES, DamageProfile, degrade, generator_for
from core.image import FloatImage, to_float
from training.data import read_face
from training.degrade import as_uint8
from training.face_sheet import SheetRow, face_sheet
from training.records import FaceRecord, read_records
from training.runfolder import RunFolder
from training.score import SCORED_PX, STRENGTHS, load_mender
from training.validation import spread

CHART = QSize(400, 190)
TITLE_PX = 26
SHOWN = {
    "perceptual": "Perceptual distance (training)",
    "perceptual_half": "The same at half size (training)",
    "identity": "Identity loss (training)",
    "projected": "Critic of the picture (training)",
}
VALIDATED = {
    "perceptual": "Perceptual distance (held-out faces)",
    "identity": "Cosine of embeddings (held-out faces)",
}
FAILURES_A_STRENGTH = 2
CELL_PX = 192


def draw_curves(folders: list[Path], target: Path) -> None:
    """A row of charts a run: noisy losses of the training, and figures of the held-out faces."""
    application = QApplication.instance() or QApplication(["draw_model_card"])
    assert isinstance(application, QApplication)
    apply_theme(application, dark=False)
    rows = [_charts(RunFolder(folder)) for folder in folders]
    columns = max(len(row) for row in rows)
    height = CHART.height() + TITLE_PX
    page = QPixmap(columns * CHART.width(), len(rows) * height)
    page.fill(Qt.GlobalColor.white)
    painter = QPainter(page)
    for top, row in enumerate(rows):
        for left, (curve, steps) in enumerate(row):
            chart = LossChart("")
            chart.resize(CHART)
            chart.show_curve(curve, steps)
            x, y = left * CHART.width(), top * height
            painter.drawText(x + 12, y + 18, curve.title)
            painter.drawPixmap(x, y + TITLE_PX, chart.grab())
    painter.end()
    page.save(str(target))


def _charts(folder: RunFolder) -> list[tuple[Curve, int]]:
    stats = folder.read_stats()
    steps = max(int(line["step"]) for line in stats)
    charts = []
    for kind, titles in (("losses", SHOWN), ("validation", VALIDATED)):
        for name, title in titles.items():
            points = tuple(
                (float(line["step"]), float(line[name]))
                for line in stats
                if line["kind"] == kind and name in line
            )
            if len(points) > 1:
                charts.append((Curve(title, points, is_smoothed=kind == "losses"), steps))
    return charts


def draw_failures(faces: Path, scores: Path, models: list[Path], count: int, target: Path) -> None:
    """Input, what each model makes of it, and the truth, for the worst faces."""
    held_out = [record for record in read_records(faces) if record.split == "val"]
    records = spread(held_out, count)
    menders = [load_mender(path) for path in models]
    rows = []
    for strength in STRENGTHS:
        for index in _worst(json.loads(scores.read_text()), models[-1].stem, strength):
            true, damaged = _pair(records[index], strength, index)
            pictures = [damaged, *(mend(damaged) for mend in menders), true]
            rows.append(SheetRow(strength, tuple(_picture(image) for image in pictures)))
    heads = [("damaged", "input"), *((path.stem, "") for path in models), ("ground", "truth")]
    sheet = face_sheet(heads, rows, CELL_PX)
    sheet.convert("P", palette=Image.Palette.ADAPTIVE, colors=256).save(target, optimize=True)


def _worst(scores: list[dict[str, Any]], method: str, strength: str) -> list[int]:
    """Numbers of the faces that the method leaves least alike."""
    found = [s for s in scores if s["method"] == method and s["strength"] == strength]
    order = sorted(range(len(found)), key=lambda index: found[index]["identity"])
    return order[:FAILURES_A_STRENGTH]


def _pair(record: FaceRecord, strength: str, index: int) -> tuple[FloatImage, FloatImage]:
    """The true face and the damaged one, as `training.score` makes it."""
    true = to_float(read_face(record, SCORED_PX))
    profile = DamageProfile(camera=PROFILES[strength].camera)
    damaged = degrade(true, profile, generator_for(0, index)).image
    return true, to_float(as_uint8(damaged))


def _picture(image: FloatImage) -> Image.Image:
    return Image.fromarray(as_uint8(np.clip(image, 0, 1)))


def main() -> None:
    """Draw from the command line."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    parser = argparse.ArgumentParser(description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    curves = kinds.add_parser("curves")
    curves.add_argument("runs", type=Path, nargs="+")
    failures = kinds.add_parser("failures")
    failures.add_argument("faces", type=Path)
    failures.add_argument("--scores", type=Path, required=True)
    failures.add_argument("--model", type=Path, action="append", required=True)
    failures.add_argument("--count", type=int, default=120, help="as given to training.score")
    for kind in (curves, failures):
        kind.add_argument("--to", type=Path, required=True)
    parsed = parser.parse_args()
    if parsed.kind == "curves":
        draw_curves(parsed.runs, parsed.to)
    else:
        draw_failures(parsed.faces, parsed.scores, parsed.model, parsed.count, parsed.to)


if __name__ == "__main__":
    main()
