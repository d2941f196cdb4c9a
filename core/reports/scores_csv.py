"""The scores of a report as CSV: a line a face, so that a spreadsheet can sort them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from core.reports.entries import Entry, FaceEntry, FailedEntry, PhotoEntry

COLUMNS = (
    "photo",
    "result",
    "status",
    "face",
    "restored",
    "strength",
    "model",
    "identity",
    "likeness",
    "kept_back",
    "detail_kept",
    "niqe_before",
    "niqe_after",
    "certainty",
    "left",
    "top",
    "right",
    "bottom",
    "note",
)


def scores_csv(entries: Sequence[Entry]) -> bytes:
    """UTF-8 with a header; a photo without a face has one line, one that failed says why."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for entry in entries:
        if isinstance(entry, FailedEntry):
            line = {"photo": entry.name, "status": "failed", "note": entry.summary}
            writer.writerow(line)
            continue
        if not entry.faces:
            writer.writerow(_photo_cells(entry))
        for face in entry.faces:
            writer.writerow(_photo_cells(entry) | _face_cells(face))
    # A file's name may hold bytes that are no text.
    return text.getvalue().encode(errors="replace")


def _photo_cells(entry: PhotoEntry) -> dict[str, str]:
    return {"photo": entry.name, "result": entry.result, "status": "done"}


def _face_cells(face: FaceEntry) -> dict[str, str]:
    report = face.report
    left, top, right, bottom = (f"{value:.1f}" for value in report.box)
    return {
        "face": str(report.index + 1),
        "restored": "yes" if report.restored else "no",
        "strength": f"{report.strength:g}",
        "model": report.model,
        "identity": _number(report.identity),
        "likeness": report.likeness,
        "kept_back": f"{report.kept_back:g}",
        "detail_kept": f"{report.detail_kept:g}",
        "niqe_before": _number(face.niqe_before),
        "niqe_after": _number(face.niqe_after),
        "certainty": f"{report.score:.4f}",
        "left": left,
        "top": top,
        "right": right,
        "bottom": bottom,
        "note": report.note,
    }


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
