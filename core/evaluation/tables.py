"""The table as text, CSV and JSON. Quality and cost are kept apart: the first repeats exactly."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import msgspec

from core import __version__
from core.evaluation.run import Result
from core.evaluation.statistics import Row
from core.evaluation.values import DIGITS, HIGHER_IS_BETTER, METRICS, TITLES

NOT_INSTALLED = "not installed"
COLUMNS = ("psnr", "ssim", "lpips", "fid", "niqe", "deg", "cosine", "lmd")
"""Order of the metrics in all tables."""


def shown_columns(result: Result) -> tuple[str, ...]:
    """Metrics that this protocol has: without ground truth there is no PSNR."""
    if any(case.truth is not None for case in result.evaluation.cases):
        return COLUMNS
    return ("fid", "niqe", "deg", "cosine")


def figure(row: Row, metric: str, missing: frozenset[str], *, interval: bool = False) -> str:
    """One cell: the mean, "not installed", or a dash where there is nothing to compute it from."""
    if metric in missing:
        return NOT_INSTALLED
    digits = DIGITS[metric]
    if metric == "fid":
        return "–" if row.fid is None else f"{row.fid:.{digits}f}"
    found = row.estimates.get(metric)
    if found is None:
        return "–"
    text = f"{found.mean:.{digits}f}"
    if interval and found.low is not None and found.high is not None:
        text += f" [{found.low:.{digits}f}, {found.high:.{digits}f}]"
    return text


def value_of(row: Row, metric: str) -> float | None:
    """The figure itself."""
    if metric == "fid":
        return row.fid
    found = row.estimates.get(metric)
    return None if found is None else found.mean


def best_value(rows: Sequence[Row], metric: str) -> float | None:
    """The best mean among some rows."""
    values = [value for row in rows if (value := value_of(row, metric)) is not None]
    if not values:
        return None
    return max(values) if metric in HIGHER_IS_BETTER else min(values)


def heading(metric: str) -> str:
    """Title with an arrow towards the better."""
    return f"{TITLES[metric]} {'↑' if metric in HIGHER_IS_BETTER else '↓'}"


def as_text(result: Result) -> str:
    """The table for a terminal, and what each method costs."""
    columns = shown_columns(result)
    missing = frozenset(result.evaluation.missing)
    cells = [["condition", "method", "faces", *(heading(metric) for metric in columns)]]
    for row in result.rows:
        figures = [figure(row, metric, missing) for metric in columns]
        cells.append([row.condition, row.method, str(row.faces), *figures])
    costs = [["method", "s a face", "peak memory"]]
    for speed in result.speeds:
        seconds = "–" if speed.seconds is None else f"{speed.seconds:.3f}"
        costs.append([speed.method, seconds, megabytes(speed.peak_bytes)])
    return f"{_columns(cells, 2)}\n\n{_columns(costs, 1)}\n"


def megabytes(count: int | None) -> str:
    """Bytes as megabytes."""
    return "–" if count is None else f"{count / 1e6:.0f} MB"


def _columns(cells: list[list[str]], texts: int) -> str:
    """Cells in columns, the first `texts` ones aligned to the left."""
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = []
    for row in cells:
        parts = [
            cell.ljust(width) if column < texts else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)


def table_csv(rows: Sequence[Row], columns: Sequence[str], missing: frozenset[str]) -> bytes:
    """Means with intervals, one line a method and condition (and group)."""
    header = ["condition", "method", "group", "faces"]
    for metric in columns:
        header.append(metric)
        if metric != "fid":
            header += [f"{metric}_low", f"{metric}_high", f"{metric}_faces"]
    lines: list[list[Any]] = [header]
    for row in rows:
        line: list[Any] = [row.condition, row.method, row.group, row.faces]
        for metric in columns:
            line += _csv_cells(row, metric, missing)
        lines.append(line)
    return _csv(lines)


def _csv_cells(row: Row, metric: str, missing: frozenset[str]) -> list[Any]:
    if metric in missing:
        return [NOT_INSTALLED] if metric == "fid" else [NOT_INSTALLED, "", "", ""]
    if metric == "fid":
        return [_number(row.fid)]
    found = row.estimates.get(metric)
    if found is None:
        return ["", "", "", 0]
    return [_number(found.mean), _number(found.low), _number(found.high), found.count]


def scores_csv(result: Result) -> bytes:
    """One line an outcome; without time and memory, so that equal runs give equal files."""
    columns = [metric for metric in shown_columns(result) if metric in METRICS]
    missing = result.evaluation.missing
    lines: list[list[Any]] = [["name", "condition", "method", *columns, "problem"]]
    for outcome in result.outcomes:
        figures = [
            NOT_INSTALLED
            if metric in missing and not outcome.problem
            else _number(getattr(outcome.scores, metric))
            for metric in columns
        ]
        lines.append([outcome.name, outcome.condition, outcome.method, *figures, outcome.problem])
    return _csv(lines)


def speed_csv(result: Result) -> bytes:
    """What each method costs; differs from run to run."""
    lines: list[list[Any]] = [["method", "median_seconds_a_face", "peak_bytes", "faces"]]
    lines += [
        [speed.method, _number(speed.seconds), speed.peak_bytes, speed.faces]
        for speed in result.speeds
    ]
    return _csv(lines)


def _csv(lines: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def as_json(result: Result) -> bytes:
    """Everything, for scripts."""
    evaluation = result.evaluation
    document = {
        "heirloom": __version__,
        "settings": evaluation.settings.to_builtins(),
        "networks": networks_of(result),
        "methods": {method.name: method.description for method in evaluation.methods},
        "not_installed": {name: need.url for name, need in evaluation.missing.items()},
        "table": result.rows,
        "groups": result.group_rows,
        "speed": result.speeds,
        "troubles": result.troubles,
        "scores": result.outcomes,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def networks_of(result: Result) -> dict[str, str]:
    """Which network stands behind each metric that needs one."""
    scorer, fid = result.evaluation.scorer, result.evaluation.fid
    found = {
        "deg, cosine": f"{scorer.embedder.info.model} (papers use ArcFace, whose angles are wider)",
        "lmd": f"{scorer.detector.info.model}, five points",
        "niqe": "published pristine model of BasicSR 1.4.2, shorter side brought to 512 px",
    }
    if scorer.lpips is not None:
        found["lpips"] = scorer.lpips.name
    if fid is not None:
        found["fid"] = fid.name
    return found
