"""The figure of the ablations: a row a face, a column a variant, the truth last.

As PNG, and as one HTML file that needs nothing else and has the table, too.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import msgspec
from PIL import Image

from core.evaluation.run import Result
from core.evaluation.tables import heading
from core.evaluation.values import Case
from core.reports.page import html_page
from training.ablation import FULL, AblationPlan
from training.ablation_run import INPUT
from training.ablation_table import (
    BETTER,
    WORSE,
    AblationRow,
    AblationTable,
    cell,
    conditions_text,
    note_text,
    spread_cell,
    spread_title,
)
from training.face_sheet import SheetRow, face_sheet

ROWS = 6
SMALLEST_CELL_PX = 128

TRUTH = "truth"
HEADS = {
    INPUT: ("damaged", "input"),
    "no-prior": ("no prior", ""),
    "no-pyramid": ("no pyramid", "loss"),
    "component-none": ("component", "loss: none"),
    "component-critics": ("component", "critics only"),
    "component-matching": ("critics +", "matching"),
    FULL: ("full: critics", "+ feature style"),
    TRUTH: ("ground", "truth"),
}
"""Columns in order, with two lines of title each; variants that were not run are left out."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One face of the figure.

    Attributes:
        condition: Strength of its damage.
        name: Which face.
        pictures: Files by column.
    """

    condition: str
    name: str
    pictures: dict[str, Path]


def figure_rows(plan: AblationPlan, result: Result) -> tuple[FigureRow, ...]:
    """Faces spread evenly over those that were scored, the strengths by turns."""
    names = list(dict.fromkeys(case.name for case in result.evaluation.cases))
    count = min(ROWS, len(names))
    chosen = [names[index * len(names) // count] for index in range(count)]
    cases = {(case.condition, case.name): case for case in result.evaluation.cases}
    rows = []
    for index, name in enumerate(chosen):
        condition = plan.strengths[index % len(plan.strengths)]
        rows.append(_row(cases[condition, name], result))
    return tuple(rows)


def _row(case: Case, result: Result) -> FigureRow:
    folder = result.evaluation.folder
    made = {
        outcome.method.removesuffix(".safetensors"): folder / outcome.output
        for outcome in result.outcomes
        if (outcome.condition, outcome.name) == (case.condition, case.name) and outcome.output
    }
    assert case.truth is not None  # the faces of ablations are damaged here
    made |= {INPUT: case.input, TRUTH: case.truth}
    return FigureRow(case.condition, case.name, {key: made[key] for key in HEADS if key in made})


def as_png(rows: Sequence[FigureRow]) -> bytes:
    """The figure as one picture; small faces are enlarged to 128 px."""
    columns = list(rows[0].pictures)
    with Image.open(rows[0].pictures[TRUTH]) as first:
        side = max(SMALLEST_CELL_PX, first.width)
    table = [
        SheetRow(row.condition, tuple(_face(row.pictures[column]) for column in columns))
        for row in rows
    ]
    buffer = io.BytesIO()
    sheet = face_sheet([HEADS[column] for column in columns], table, side)
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _face(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def as_html(
    plan: AblationPlan,
    table: AblationTable,
    rows: Sequence[FigureRow],
    prior_sheet: Path | None,
) -> bytes:
    """Table, figure and what the prior draws, in one file.

    Args:
        plan: What was trained.
        table: Its figures.
        rows: Faces of the figure.
        prior_sheet: Picture of faces that the prior draws by itself, or None.
    """
    sections = [_table_section(plan, table), _figure_section(rows), _prior_section(prior_sheet)]
    return html_page("Ablations", escape(conditions_text(plan)), sections)


def _table_section(plan: AblationPlan, table: AblationTable) -> str:
    heads = "".join(f'<th scope="col">{heading(metric)}</th>' for metric in table.columns)
    lines = []
    for condition in table.spreads:
        lines.append(
            f'<tr class="condition"><th colspan="{len(table.columns) + 1}" scope="rowgroup">'
            f"{escape(condition)}</th></tr>"
        )
        lines += [_line(table, row) for row in table.rows if row.condition == condition]
        if plan.full_seeds > 1:
            cells = (spread_cell(table, condition, metric) for metric in table.columns)
            texts = "".join(f'<td class="absent">{text}</td>' for text in cells)
            lines.append(f'<tr><th scope="row">{escape(spread_title(plan))}</th>{texts}</tr>')
    return (
        f'<section><h2>Results</h2><p class="note">{escape(note_text(plan))}</p>'
        f'<div class="scroll"><table><thead><tr><th scope="col" class="text">Variant</th>{heads}'
        f"</tr></thead><tbody>{''.join(lines)}</tbody></table></div></section>"
    )


def _line(table: AblationTable, row: AblationRow) -> str:
    cells = ""
    for metric in table.columns:
        found = row.figures.get(metric)
        kind = {BETTER: ' class="better-cell"', WORSE: ' class="worse-cell"'}
        marked = kind.get(found.verdict, "") if found else ' class="absent"'
        interval = ""
        if found and found.low is not None and found.high is not None:
            interval = f"<small>{found.low:.4g} – {found.high:.4g}</small>"
        cells += f"<td{marked}>{cell(table, row, metric)}{interval}</td>"
    return f'<tr><th scope="row">{escape(row.title)}</th>{cells}</tr>'


def _figure_section(rows: Sequence[FigureRow]) -> str:
    heads = "".join(
        f'<th scope="col">{escape(" ".join(HEADS[column]).strip())}</th>'
        for column in rows[0].pictures
    )
    lines = [
        f'<tr><th scope="row">{escape(row.name)}<br>{escape(row.condition)}</th>'
        + "".join(f"<td>{_image(path, column)}</td>" for column, path in row.pictures.items())
        + "</tr>"
        for row in rows
    ]
    return (
        '<section><h2>Faces</h2><p class="note">None of them was trained on.</p>'
        '<div class="scroll"><table class="grid"><thead><tr><th scope="col">Face</th>'
        f"{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table></div></section>"
    )


def _image(path: Path, column: str) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    alt = escape(" ".join(HEADS[column]).strip())
    return f'<img alt="{alt}" src="data:image/png;base64,{data}">'


def _prior_section(sheet: Path | None) -> str:
    if sheet is None:
        return ""
    data = base64.b64encode(sheet.read_bytes()).decode()
    return (
        '<section><h2>What the prior draws by itself</h2><p class="note">Faces from random '
        "latent codes: what the variants with a prior start from. The better these are, the more "
        "“no prior” leaves out.</p>"
        f'<img style="max-width:100%" alt="Faces drawn by the prior" '
        f'src="data:image/png;base64,{data}"></section>'
    )


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """What `save` wrote."""

    table_markdown: Path
    table_csv: Path
    table_json: Path
    figure_png: Path
    figure_html: Path


def save(
    out_dir: Path, plan: AblationPlan, table: AblationTable, result: Result, prior_run: Path
) -> Files:
    """Write table and figure into the ablations' folder.

    Args:
        out_dir: The ablations' folder.
        plan: What was trained.
        table: Its figures.
        result: The evaluation with the pictures.
        prior_run: Run folder of the prior, whose last preview is shown.

    Raises:
        OutputError: A file cannot be written.
    """
    from core.imageio.atomic import write_atomic
    from training.ablation_table import as_csv, as_json, as_markdown

    rows = figure_rows(plan, result)
    sheets = sorted((prior_run / "previews").glob("step-*.png"))
    made = Files(
        table_markdown=out_dir / "ablations.md",
        table_csv=out_dir / "ablations.csv",
        table_json=out_dir / "ablations.json",
        figure_png=out_dir / "figure.png",
        figure_html=out_dir / "ablations.html",
    )
    contents = {
        made.table_markdown: as_markdown(plan, table).encode(),
        made.table_csv: as_csv(table),
        made.table_json: as_json(plan, table, result),
        made.figure_png: as_png(rows),
        made.figure_html: as_html(plan, table, rows, sheets[-1] if sheets else None),
    }
    for path, data in contents.items():
        write_atomic(path, data, overwrite=True)
    return made
