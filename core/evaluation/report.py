"""The report as one HTML file that needs nothing else: tables, groups, pictures, every score."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files

from core.evaluation.report_pictures import grid_section
from core.evaluation.run import Result
from core.evaluation.statistics import Row
from core.evaluation.tables import (
    best_value,
    figure,
    heading,
    megabytes,
    networks_of,
    shown_columns,
    value_of,
)
from core.evaluation.values import DIGITS, METRICS, TITLES, Outcome
from core.metrics.networks import FOLDER
from core.progress import Progress
from core.reports.page import html_page

MOST_SCORES = 5000
"""Lines of the table of all scores; the rest is in scores.csv."""

FEW_FACES = 10

_VERDICTS = {
    1: ' <span class="better" title="better than the first method">▲</span>',
    0: "",
    -1: ' <span class="worse" title="worse than the first method">▼</span>',
}


def as_html(result: Result, progress: Progress) -> bytes:
    """The report; equal results give equal bytes, but for time and memory.

    Args:
        result: A finished evaluation.
        progress: Polled while pictures are made small.

    Raises:
        Cancelled: The job was stopped.
    """
    sections = [
        _table_section(result),
        _trouble_section(result),
        grid_section(result, worst_first(result), progress),
        _group_section(result),
        _scores_section(result),
        _cost_section(result),
    ]
    script = (files("resources") / "evaluation" / "report.js").read_text(encoding="utf-8")
    return html_page("Face restoration compared", _lead(result), sections, script=script)


def _lead(result: Result) -> str:
    evaluation = result.evaluation
    settings = evaluation.settings
    faces = len({case.name for case in evaluation.cases})
    what = {
        "blind": "blind restoration at the same size",
        "sr4": "4x super-resolution",
        "real": "real photographs without ground truth",
    }[settings.protocol]
    parts = [f"{faces} face{'s' * (faces != 1)}", what, ", ".join(evaluation.conditions)]
    parts.append("aligned crops" if settings.aligned else "whole photos")
    parts.append(f"seed {settings.seed}")
    return escape(" · ".join(parts))


def _table_section(result: Result) -> str:
    columns = shown_columns(result)
    rows: list[str] = []
    for condition in result.evaluation.conditions:
        here = [row for row in result.rows if row.condition == condition]
        span = len(columns) + 2
        rows.append(
            f'<tr class="condition"><th colspan="{span}" scope="rowgroup">'
            f"{escape(condition)}</th></tr>"
        )
        rows += _metric_rows(here, columns, frozenset(result.evaluation.missing))
    note = (
        "Means over all faces; below them the 95 % bootstrap interval. The best of each condition "
        "is marked. ↑ more is better, ↓ less is. ▲ better and ▼ worse than "
        f"“{escape(result.evaluation.methods[0].name)}” on the same faces, beyond chance "
        "(95 % bootstrap interval of the paired differences)."
    )
    missing = "".join(
        f'<p class="note">{TITLES[metric]} is not installed. It needs the file '
        f"<code>{escape(need.url)}</code> in the folder “{FOLDER}” below the folder of models.</p>"
        for metric, need in result.evaluation.missing.items()
    )
    head = "".join(f'<th scope="col">{heading(metric)}</th>' for metric in columns)
    return (
        f'<section><h2>Results</h2><p class="note">{note}</p>{missing}<div class="scroll"><table>'
        f'<thead><tr><th scope="col" class="text">Method</th><th scope="col">Faces</th>{head}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div></section>"
    )


def _metric_rows(rows: Sequence[Row], columns: Sequence[str], missing: frozenset[str]) -> list[str]:
    bests = {metric: best_value(rows, metric) for metric in columns}
    lines = []
    for row in rows:
        cells = "".join(_metric_cell(row, metric, bests[metric], missing) for metric in columns)
        lines.append(
            f'<tr><th scope="row">{escape(row.method)}</th><td>{row.faces}</td>{cells}</tr>'
        )
    return lines


def _metric_cell(row: Row, metric: str, best: float | None, missing: frozenset[str]) -> str:
    text = figure(row, metric, missing)
    value = value_of(row, metric)
    if metric in missing or value is None:
        return f'<td class="absent">{text}</td>'
    found = row.estimates.get(metric)
    interval = ""
    if found is not None and found.low is not None and found.high is not None:
        digits = DIGITS[metric]
        interval = f"<small>{found.low:.{digits}f} – {found.high:.{digits}f}</small>"
    if found is not None and found.count < row.faces:
        interval += f'<small class="few">{found.count} of {row.faces} faces</small>'
    marked = ' class="best"' if value == best else ""
    return f"<td{marked}>{text}{_VERDICTS[row.verdict(metric)]}{interval}</td>"


def _trouble_section(result: Result) -> str:
    if not result.troubles:
        return ""
    items = "".join(
        f"<li><strong>{escape(trouble.kind)}</strong>: {escape(trouble.where)}, "
        f"<code>{escape(trouble.name)}</code>. {escape(trouble.text)}</li>"
        for trouble in result.troubles
    )
    return (
        f'<section class="troubles"><h2>What is missing or wrong ({len(result.troubles)})</h2>'
        f"<ul>{items}</ul></section>"
    )


def _group_section(result: Result) -> str:
    if not result.group_rows:
        return ""
    columns = [metric for metric in shown_columns(result) if metric not in ("fid", "cosine")]
    missing = frozenset(result.evaluation.missing)
    columns = [metric for metric in columns if metric not in missing]
    head = "".join(f'<th scope="col">{heading(metric)}</th>' for metric in columns)
    lines = []
    for row in sorted(result.group_rows, key=lambda row: _group_order(row, result)):
        if not row.faces:
            continue
        cells = "".join(_metric_cell(row, metric, None, missing) for metric in columns)
        few = ' <span class="few">(few)</span>' if row.faces < FEW_FACES else ""
        lines.append(
            f'<tr><td class="text">{escape(row.condition)}</td><td class="text">'
            f'{escape(row.method)}</td><td class="text">{escape(row.group)}</td>'
            f"<td>{row.faces}{few}</td>{cells}</tr>"
        )
    note = (
        "The same figures for groups of faces: a method that serves one group worse is seen here. "
        f"Below {FEW_FACES} faces, a difference says little. ▲ and ▼ as above."
    )
    return (
        f'<section><h2>By group</h2><p class="note">{note}</p><div class="scroll"><table><thead>'
        '<tr><th scope="col" class="text">Condition</th><th scope="col" class="text">Method</th>'
        f'<th scope="col" class="text">Group</th><th scope="col">Faces</th>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div></section>"
    )


def _group_order(row: Row, result: Result) -> tuple[int, str, int, str]:
    evaluation = result.evaluation
    methods = [method.name for method in evaluation.methods]
    column = row.group.partition(": ")[0]
    condition = evaluation.conditions.index(row.condition)
    return condition, column, methods.index(row.method), row.group


def worst_first(result: Result) -> list[Outcome]:
    """All outcomes: those without a figure, then by falling angle between the identities."""
    return sorted(result.outcomes, key=lambda outcome: (not outcome.problem, -_badness(outcome)))


def _badness(outcome: Outcome) -> float:
    deg, niqe = outcome.scores.deg, outcome.scores.niqe
    return deg if deg is not None else (niqe or 0.0)


def _scores_section(result: Result) -> str:
    columns = [
        metric
        for metric in shown_columns(result)
        if metric in METRICS and metric not in result.evaluation.missing
    ]
    ordered = worst_first(result)
    lines = [_score_line(outcome, columns) for outcome in ordered[:MOST_SCORES]]
    heads = "".join(
        f'<th scope="col" class="text"><button>{title}</button></th>'
        for title in ("Face", "Condition", "Method")
    ) + "".join(f'<th scope="col"><button>{heading(metric)}</button></th>' for metric in columns)
    note = "Worst first, by the angle between the identities; a column's title sorts by it."
    if len(ordered) > MOST_SCORES:
        note += f" The first {MOST_SCORES} of {len(ordered)}; all are in scores.csv."
    return (
        f'<section><h2>Every score</h2><p class="note">{note}</p><div class="scroll">'
        f'<table class="sortable"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div></section>"
    )


def _score_line(outcome: Outcome, columns: Sequence[str]) -> str:
    texts = "".join(
        f'<td class="text">{escape(text)}</td>'
        for text in (outcome.name, outcome.condition, outcome.method)
    )
    cells = ""
    for metric in columns:
        value = getattr(outcome.scores, metric)
        if value is None:
            cells += '<td class="absent" data-value="">–</td>'
        else:
            cells += f'<td data-value="{value:.6g}">{value:.{DIGITS[metric]}f}</td>'
    return f"<tr>{texts}{cells}</tr>"


def _cost_section(result: Result) -> str:
    descriptions = {method.name: method.description for method in result.evaluation.methods}
    lines = []
    for speed in result.speeds:
        seconds = "–" if speed.seconds is None else f"{speed.seconds:.3f}"
        lines.append(
            f'<tr><th scope="row">{escape(speed.method)}</th><td>{seconds}</td>'
            f"<td>{megabytes(speed.peak_bytes)}</td>"
            f'<td class="text">{escape(descriptions[speed.method])}</td></tr>'
        )
    networks = "; ".join(
        f"{_titles(metrics)}: {network}" for metrics, network in networks_of(result).items()
    )
    note = (
        "Median time a face without loading, and the most memory that the whole process held "
        "meanwhile. Both depend on this computer and on what else it was doing."
    )
    return (
        f'<section><h2>Methods and what they cost</h2><p class="note">{note}</p>'
        '<div class="scroll"><table><thead><tr><th scope="col" class="text">Method</th>'
        '<th scope="col">s a face</th><th scope="col">Peak memory</th>'
        f'<th scope="col" class="text">What it is</th></tr></thead><tbody>{"".join(lines)}</tbody>'
        f'</table></div><p class="note">{escape(networks)}.</p></section>'
    )


def _titles(metrics: str) -> str:
    return ", ".join(TITLES[metric] for metric in metrics.split(", "))
