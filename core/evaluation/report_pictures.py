"""The report's grid of pictures: a row a face, a column a method, the truth last."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import msgspec

from core.errors import RestorationError
from core.evaluation.baselines import BASELINES
from core.evaluation.pictures import read_picture
from core.evaluation.run import Result
from core.evaluation.tables import shown_columns
from core.evaluation.values import (
    DIGITS,
    HIGHER_IS_BETTER,
    METRICS,
    TITLES,
    Case,
    Outcome,
)
from core.progress import Progress
from core.reports.pictures import data_url, thumbnail_jpeg

MOST_ROWS = 60
SIDE_PX = 192
QUALITY = 82
"""A thumbnail takes about 8 kB, so that a page of 60 faces and 8 methods stays below 6 MB."""

UNDER_PICTURES = ("deg", "psnr", "niqe")


def grid_section(result: Result, ordered: Sequence[Outcome], progress: Progress) -> str:
    """The section with the grid.

    Args:
        result: A finished evaluation.
        ordered: All outcomes, worst first.
        progress: Polled for each row.

    Raises:
        Cancelled: The job was stopped.
    """
    focus = focus_of(result)
    cases = _worst_cases(result, [outcome for outcome in ordered if outcome.method == focus])
    found = {(each.name, each.condition, each.method): each for each in result.outcomes}
    methods = [method.name for method in result.evaluation.methods]
    has_truth = any(case.truth is not None for case in cases)
    lines, scores = [], {}
    for case in cases:
        progress.check()
        outcomes = [found[case.name, case.condition, method] for method in methods]
        lines.append(_row(case, outcomes, result, has_truth=has_truth))
        scores[_case_id(case)] = {
            outcome.method: msgspec.to_builtins(outcome.scores) for outcome in outcomes
        }
    titles = [*(["Input"] if "input" not in methods else []), *methods]
    titles += ["Ground truth"] if has_truth else []
    heads = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    data = msgspec.json.encode(scores).decode().replace("<", "\\u003c")
    note = f"Worst first by the angle between the identities of “{escape(focus)}”."
    if len(result.evaluation.cases) > len(cases):
        note += f" The worst {len(cases)} of {len(result.evaluation.cases)} pictures."
    return (
        f'<section><h2>Pictures</h2><p class="note">{note}</p>{_choices(result, focus)}'
        f'<div class="scroll"><table class="grid" id="grid"><thead><tr><th scope="col">Face</th>'
        f"{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
        f'<script type="application/json" id="grid-scores">{data}</script></section>'
    )


def focus_of(result: Result) -> str:
    """The method whose worst cases come first: a model of ours, else another program, else any."""
    methods = result.evaluation.methods
    learned = [method for method in methods if method.name not in BASELINES]
    here = [method for method in learned if method.runs_here]
    return (here or learned or list(methods))[0].name


def _worst_cases(result: Result, ordered: Sequence[Outcome]) -> list[Case]:
    by_id = {(case.name, case.condition): case for case in result.evaluation.cases}
    return [by_id[outcome.name, outcome.condition] for outcome in ordered[:MOST_ROWS]]


def _case_id(case: Case) -> str:
    return f"{case.condition}/{case.name}"


def _choices(result: Result, focus: str) -> str:
    metrics = [
        metric
        for metric in shown_columns(result)
        if metric in METRICS and metric not in result.evaluation.missing
    ]
    options = "".join(
        f'<option value="{metric}" data-higher="{"yes" if metric in HIGHER_IS_BETTER else "no"}"'
        f"{' selected' * (metric == 'deg')}>{TITLES[metric]}</option>"
        for metric in metrics
    )
    methods = "".join(
        f'<option value="{escape(method.name)}"{" selected" * (method.name == focus)}>'
        f"{escape(method.name)}</option>"
        for method in result.evaluation.methods
    )
    return (
        '<div class="choice"><label for="grid-metric">Worst first by</label>'
        f'<select id="grid-metric">{options}</select><label for="grid-method">of</label>'
        f'<select id="grid-method">{methods}</select></div>'
    )


def _row(case: Case, outcomes: Sequence[Outcome], result: Result, *, has_truth: bool) -> str:
    folder = result.evaluation.folder
    cells = []
    if all(outcome.method != "input" for outcome in outcomes):
        cells.append(_cell(case.input, f"input of {case.name}", ""))
    for outcome in outcomes:
        if outcome.problem:
            cells.append(f'<td><p class="none trouble">{escape(outcome.problem)}</p></td>')
            continue
        alt = f"{case.name}, {case.condition}, {outcome.method}"
        cells.append(_cell(folder / outcome.output, alt, _caption(outcome)))
    if has_truth:
        cells.append(
            _cell(case.truth, f"ground truth of {case.name}", "") if case.truth else "<td></td>"
        )
    return (
        f'<tr data-case="{escape(_case_id(case))}"><th scope="row">{escape(case.name)}'
        f"<br><small>{escape(case.condition)}</small></th>{''.join(cells)}</tr>"
    )


def _caption(outcome: Outcome) -> str:
    parts = []
    for metric in UNDER_PICTURES:
        value = getattr(outcome.scores, metric)
        if value is not None:
            parts.append(f"{TITLES[metric]} {value:.{min(2, DIGITS[metric])}f}")
    notes = "".join(f'<small class="note">{escape(note)}</small>' for note in outcome.notes)
    return f"<small>{' · '.join(parts)}</small>{notes}"


def _cell(path: Path, alt: str, caption: str) -> str:
    try:
        data = thumbnail_jpeg(read_picture(path), SIDE_PX, QUALITY)
    except RestorationError as error:
        return f'<td><p class="none trouble">{escape(error.summary)}</p></td>'
    return f'<td><img src="{data_url(data)}" alt="{escape(alt)}">{caption}</td>'
