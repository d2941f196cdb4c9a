"""The table of the ablations, and which of its differences are more than chance.

Chance comes from two sides: from the faces that happen to be scored, and from the seed that a run
happens to have. A difference counts only where both say so: the bootstrap interval of the paired
differences to the full recipe leaves out zero, and the figure lies outside of what one more run of
the full recipe would give (95 % prediction interval over the seeds that were run).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import msgspec
import numpy as np

from core import __version__
from core.evaluation.run import Result
from core.evaluation.statistics import Estimate, Row
from core.evaluation.tables import NOT_INSTALLED, heading, networks_of, shown_columns
from core.evaluation.values import DIGITS, HIGHER_IS_BETTER
from training.ablation import FULL, AblationPlan
from training.ablation_run import INPUT

COLUMNS = ("psnr", "ssim", "lpips", "fid", "niqe", "deg", "lmd")
CONFIDENCE = 0.95
BETTER, WORSE, ALIKE = "better", "worse", "within noise"
MARKS = {BETTER: "▲", WORSE: "▼", ALIKE: "", "": ""}
INPUT_TITLE = "the damaged input itself"


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of one variant under one condition.

    Attributes:
        mean: Over faces; of the first seed.
        low: Lower end of its bootstrap interval, or None.
        high: Upper end.
        faces: Faces that have the figure.
        difference: To the full recipe, mean over the same faces, or None.
        verdict: "better" or "worse" than the full recipe beyond faces and seeds, "within noise",
            or nothing where it cannot be said: for the full recipe, the input, and one seed only.
    """

    mean: float
    low: float | None = None
    high: float | None = None
    faces: int = 0
    difference: float | None = None
    verdict: str = ""


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """What the seed alone does to the full recipe, in one metric under one condition.

    Attributes:
        mean: Over the seeds.
        low: Smallest of them.
        high: Largest.
        likely_low: Lower end of the 95 % prediction interval of one more run (Student's t).
        likely_high: Upper end.
        seeds: How many were run.
    """

    mean: float
    low: float
    high: float
    likely_low: float | None
    likely_high: float | None
    seeds: int


class AblationRow(msgspec.Struct, frozen=True, kw_only=True):
    """One variant under one condition.

    Attributes:
        name: The run's name, or "input".
        title: As tables show it.
        condition: Strength of the damage.
        figures: By metric.
    """

    name: str
    title: str
    condition: str
    figures: dict[str, Figure]


class AblationTable(msgspec.Struct, frozen=True, kw_only=True):
    """All rows, and the spread of the full recipe by condition and metric.

    Attributes:
        columns: The metrics, in order.
        rows: Conditions in order, within each the variants in order, the input last.
        spreads: By condition, then metric.
        not_installed: Metrics whose network is not there.
    """

    columns: tuple[str, ...]
    rows: tuple[AblationRow, ...]
    spreads: dict[str, dict[str, Spread]]
    not_installed: tuple[str, ...] = ()


def table_of(plan: AblationPlan, result: Result) -> AblationTable:
    """Read the table off a finished evaluation of `training.ablation_run.evaluate`."""
    columns = tuple(metric for metric in COLUMNS if metric in shown_columns(result))
    by_place = {(row.condition, _name_of(row.method)): row for row in result.rows}
    conditions = result.evaluation.conditions
    spreads = {each: _spreads(plan, by_place, each, columns) for each in conditions}
    rows = [
        AblationRow(
            name=name,
            title=title,
            condition=condition,
            figures=_figures(by_place[condition, name], columns, spreads[condition]),
        )
        for condition in conditions
        for name, title in titles_of(plan)
    ]
    missing = tuple(metric for metric in columns if metric in result.evaluation.missing)
    return AblationTable(columns=columns, rows=tuple(rows), spreads=spreads, not_installed=missing)


def titles_of(plan: AblationPlan) -> tuple[tuple[str, str], ...]:
    """Name and title of each row, in order."""
    named = [
        (run.name, f"full recipe, seed {run.seed}" if run.is_repeat else run.variant.title)
        for run in plan.runs
    ]
    return (*named, (INPUT, INPUT_TITLE))


def _name_of(method: str) -> str:
    return method.removesuffix(".safetensors")


def _value(row: Row, metric: str) -> float | None:
    if metric == "fid":
        return row.fid
    found = row.estimates.get(metric)
    return None if found is None else found.mean


def _spreads(
    plan: AblationPlan,
    by_place: dict[tuple[str, str], Row],
    condition: str,
    columns: Sequence[str],
) -> dict[str, Spread]:
    names = [run.name for run in plan.runs if run.variant.name == FULL]
    found = {}
    for metric in columns:
        values = [_value(by_place[condition, name], metric) for name in names]
        given = [value for value in values if value is not None]
        if given:
            found[metric] = spread_of(given)
    return found


def spread_of(values: Sequence[float]) -> Spread:
    """Mean, range and prediction interval of one more value: m ± t s sqrt(1 + 1/n)."""
    count, mean = len(values), float(np.mean(values))
    low = high = None
    if count > 1:
        from scipy.special import stdtrit  # Student's t; scipy.stats takes a second to import

        deviation = float(np.std(values, ddof=1))
        reach = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * deviation * (1 + 1 / count) ** 0.5
        low, high = mean - reach, mean + reach
    return Spread(
        mean=mean,
        low=min(values),
        high=max(values),
        likely_low=low,
        likely_high=high,
        seeds=count,
    )


def _figures(row: Row, columns: Sequence[str], spreads: dict[str, Spread]) -> dict[str, Figure]:
    name = _name_of(row.method)
    compared = name != INPUT and not name.startswith(FULL)
    found = {}
    for metric in columns:
        value, estimate = _value(row, metric), row.estimates.get(metric)
        if value is None:
            continue
        difference = row.differences.get(metric)
        found[metric] = Figure(
            mean=value,
            low=estimate.low if estimate else None,
            high=estimate.high if estimate else None,
            faces=estimate.count if estimate else row.faces,
            difference=difference.mean if difference else None,
            verdict=_verdict(value, metric, difference, spreads[metric]) if compared else "",
        )
    return found


def _verdict(value: float, metric: str, difference: Estimate | None, spread: Spread) -> str:
    """Better or worse than the full recipe only where neither faces nor seed explain it."""
    if spread.likely_low is None or spread.likely_high is None:
        return ""
    if spread.likely_low <= value <= spread.likely_high:
        return ALIKE
    if difference is None or difference.low is None or difference.high is None:
        return ""  # FID has no paired differences
    if difference.low * difference.high <= 0:
        return ALIKE
    return BETTER if (difference.mean > 0) == (metric in HIGHER_IS_BETTER) else WORSE


def cell(table: AblationTable, row: AblationRow, metric: str) -> str:
    """A figure as text, "not installed", or a dash."""
    if metric in table.not_installed:
        return NOT_INSTALLED
    found = row.figures.get(metric)
    if found is None:
        return "–"
    return f"{found.mean:.{DIGITS[metric]}f}{MARKS[found.verdict]}"


def spread_cell(table: AblationTable, condition: str, metric: str) -> str:
    """The range of the full recipe over its seeds."""
    if metric in table.not_installed:
        return NOT_INSTALLED
    found = table.spreads[condition].get(metric)
    if found is None or found.seeds < 2:
        return "–"
    digits = DIGITS[metric]
    return f"{found.low:.{digits}f} … {found.high:.{digits}f}"


def spread_title(plan: AblationPlan) -> str:
    """Name of the row with the spread."""
    return f"full recipe over {plan.full_seeds} seeds"


def _cells(plan: AblationPlan, table: AblationTable) -> list[list[str]]:
    """Heading and all rows as text; behind each condition's rows the spread of the seeds."""
    cells = [["damage", "variant", *(heading(metric) for metric in table.columns)]]
    for condition in table.spreads:
        for row in table.rows:
            if row.condition == condition:
                figures = [cell(table, row, metric) for metric in table.columns]
                cells.append([condition, row.title, *figures])
        if plan.full_seeds > 1:
            spreads = [spread_cell(table, condition, metric) for metric in table.columns]
            cells.append([condition, spread_title(plan), *spreads])
    return cells


def as_text(plan: AblationPlan, table: AblationTable) -> str:
    """For a terminal."""
    cells = _cells(plan, table)
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = []
    for row in cells:
        parts = [
            text.ljust(width) if column < 2 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines) + "\n"


def as_markdown(plan: AblationPlan, table: AblationTable) -> str:
    """A page of its own: how it was made, the table, and how it is to be read."""
    header, *rows = _cells(plan, table)
    lines = [
        "# Ablations",
        "",
        conditions_text(plan),
        "",
        "| " + " | ".join(header) + " |",
        "|" + "---|" * 2 + "---:|" * len(table.columns),
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
        note_text(plan),
    ]
    return "\n".join(lines) + "\n"


def conditions_text(plan: AblationPlan) -> str:
    """How the variants were trained, in two sentences."""
    recipe, network = plan.recipe, plan.recipe.network
    return (
        f"Scale “{plan.scale}”: {network.out_size_px} px, {plan.steps} steps of {recipe.batch} "
        f"faces each, after {plan.prior_steps} steps for the prior; seed {plan.seed}. All variants "
        "saw the same faces with the same damage in the same order."
    )


def note_text(plan: AblationPlan) -> str:
    """How to read the marks."""
    if plan.full_seeds < 2:
        return (
            "The full recipe was trained with one seed only, so nobody can tell a difference from "
            "chance: no figure is marked."
        )
    return (
        "▲ better and ▼ worse than the full recipe beyond chance: on the same faces (95 % "
        "bootstrap interval of the paired differences), and outside of what one more run of the "
        f"full recipe would give (95 % prediction interval over {plan.full_seeds} seeds). "
        "Unmarked: within the noise of this scale."
    )


def as_csv(table: AblationTable) -> bytes:
    """One line a variant and condition; every metric with interval, difference and verdict."""
    header = ["condition", "variant", "title"]
    parts = ("", "_low", "_high", "_faces", "_minus_full", "_verdict")
    header += [f"{metric}{part}" for metric in table.columns for part in parts]
    lines: list[list[object]] = [list(header)]
    for row in table.rows:
        line: list[object] = [row.condition, row.name, row.title]
        for metric in table.columns:
            line += _csv_cells(table, row, metric)
        lines.append(line)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()


def _csv_cells(table: AblationTable, row: AblationRow, metric: str) -> list[object]:
    if metric in table.not_installed:
        return [NOT_INSTALLED, "", "", "", "", ""]
    found = row.figures.get(metric)
    if found is None:
        return ["", "", "", 0, "", ""]
    numbers = (found.mean, found.low, found.high)
    mean, low, high = ("" if value is None else f"{value:.6g}" for value in numbers)
    difference = "" if found.difference is None else f"{found.difference:.6g}"
    return [mean, low, high, found.faces, difference, found.verdict]


def as_json(plan: AblationPlan, table: AblationTable, result: Result) -> bytes:
    """Everything, for scripts."""
    document = {
        "heirloom": __version__,
        "plan": plan.to_builtins(),
        "networks": networks_of(result),
        "table": table.rows,
        "spread_of_seeds": table.spreads,
        "not_installed": table.not_installed,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
