"""The report on restored photos as one HTML file: a divider in each picture, scores, settings."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from core import __version__
from core.report import EngineReport
from core.reports.entries import Entry, FaceEntry, FailedEntry, PhotoEntry
from core.reports.page import html_page, resource
from core.reports.pictures import data_url
from core.reports.words import (
    SHORT_HASH,
    Say,
    changed_settings,
    likeness_text,
    niqe_text,
    plain,
)


def photos_html(entries: Sequence[Entry], say: Say = plain, language: str = "en") -> bytes:
    """The whole page; equal entries give equal bytes.

    Args:
        entries: The photos in order.
        say: Gives each sentence in the reader's language.
        language: Its code.
    """
    sections = [_overview(entries, say)] if len(entries) > 1 else []
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, FailedEntry):
            sections.append(_failed_section(number, entry, say))
        else:
            sections.append(_photo_section(number, entry, say))
    made_by = say("Made by Heirloom {0}.").format(__version__)
    disclaimer = say("A restored face shows what is likely, not what was there.")
    return html_page(
        say("What was restored"),
        _lead(entries, say),
        sections,
        style=resource("photos.css"),
        script=resource("photos.js"),
        made_by=made_by,
        disclaimer=disclaimer,
        language=language,
    )


def _lead(entries: Sequence[Entry], say: Say) -> str:
    done = [entry for entry in entries if isinstance(entry, PhotoEntry)]
    faces = sum(face.report.restored for entry in done for face in entry.faces)
    parts = [
        say("Photos: {0}").format(len(entries)),
        say("Faces restored: {0}").format(faces),
    ]
    if len(done) < len(entries):
        parts.append(say("Not restored: {0}").format(len(entries) - len(done)))
    return escape(" · ".join(parts))


def _overview(entries: Sequence[Entry], say: Say) -> str:
    lines = []
    for number, entry in enumerate(entries, 1):
        link = f'<a href="#photo-{number}">{escape(entry.name)}</a>'
        if isinstance(entry, FailedEntry):
            lines.append(
                f'<tr><th scope="row">{link}</th><td></td><td></td><td></td>'
                f'<td class="text trouble">{escape(say(entry.summary))}</td></tr>'
            )
            continue
        restored = [face for face in entry.faces if face.report.restored]
        known = [face.report.identity for face in restored if face.report.identity is not None]
        lowest = f"{max(0.0, min(known)):.0%}".replace("%", " %") if known else "–"
        lines.append(
            f'<tr><th scope="row">{link}</th><td>{len(entry.faces)}</td><td>{len(restored)}</td>'
            f'<td>{lowest}</td><td class="text">{escape(entry.result)}</td></tr>'
        )
    heads = (
        ("text", say("Photo")),
        ("", say("Faces")),
        ("", say("Restored")),
        ("", say("Least alike")),
        ("text", say("Result")),
    )
    return _section(say("Overview"), _table(heads, lines), "overview")


def _failed_section(number: int, entry: FailedEntry, say: Say) -> str:
    words = f"{say(entry.summary)} {say(entry.remedy)}"
    body = f'<p class="trouble">{escape(words)}</p>'
    return _section(entry.name, body, f"photo-{number}")


def _photo_section(number: int, entry: PhotoEntry, say: Say) -> str:
    parts = [
        _compare(entry, say),
        _facts(entry, say),
        _warnings(entry, say),
        _faces(entry, say),
        _models(entry, say),
        _settings(entry, say),
    ]
    return _section(entry.name, "".join(parts), f"photo-{number}")


def _section(title: str, body: str, name: str) -> str:
    return f'<section id="{name}"><h2>{escape(title)}</h2>{body}</section>'


def _compare(entry: PhotoEntry, say: Say) -> str:
    """Both pictures over each other, and a slider that moves the line between them."""
    name = escape(entry.name)
    before, after = escape(say("Before")), escape(say("After"))
    width, height = entry.size
    return (
        f'<div class="compare" style="--at:50%;--ratio:{width / height:.5f}">'
        f'<img class="new" src="{data_url(entry.after)}" alt="{name}: {after}">'
        f'<img class="old" src="{data_url(entry.before)}" alt="{name}: {before}">'
        f'<span class="tag left" aria-hidden="true">{before}</span>'
        f'<span class="tag right" aria-hidden="true">{after}</span>'
        '<span class="line" aria-hidden="true"></span>'
        '<input type="range" min="0" max="100" value="50" step="1" '
        f'aria-label="{escape(say("Move the line between before and after"))}"></div>'
        f'<p class="note">{escape(say("Drag the line, or use the arrow keys."))}</p>'
    )


def _facts(entry: PhotoEntry, say: Say) -> str:
    size = f"{entry.size[0]} × {entry.size[1]}"
    if entry.result_size != entry.size:
        size += f" → {entry.result_size[0]} × {entry.result_size[1]}"
    rows = [
        (say("Size"), f"{size} px"),
        (say("Result"), entry.result or say("not saved yet")),
        (say("Hash of the photo"), entry.recipe.photo_sha256 or "–"),
    ]
    return _list(rows)


def _warnings(entry: PhotoEntry, say: Say) -> str:
    items = "".join(f"<li>{escape(say(text))}</li>" for text in entry.recipe.warnings)
    return f'<ul class="warnings">{items}</ul>' if items else ""


def _faces(entry: PhotoEntry, say: Say) -> str:
    if not entry.faces:
        return f'<p class="note">{escape(say("No face was found."))}</p>'
    figures = (
        ("text", say("Likeness")),
        ("", say("Quality (NIQE)")),
        ("", say("Strength")),
        ("text wide", say("What was done")),
    )
    heads = (("text", say("Face")), ("text", say("Before")), ("text", say("After")), *figures)
    lines = [_face_line(face, figures, say) for face in entry.faces]
    note = say(
        "Likeness compares the person before and after: 100 % is the same picture. NIQE says how "
        "natural a picture looks to a computer: smaller is better."
    )
    table = _table(heads, lines, "faces")
    return f'<h3>{escape(say("Faces"))}</h3><p class="note">{escape(note)}</p>{table}'


def _face_line(face: FaceEntry, heads: Sequence[tuple[str, str]], say: Say) -> str:
    """A row of the table; on a narrow page, where it is a list, its figures name themselves."""
    report = face.report
    number = str(report.index + 1)
    alts = [say("Face {0}, before").format(number), say("Face {0}, after").format(number)]
    pictures = "".join(
        f'<td class="text"><img src="{data_url(jpeg)}" alt="{escape(alt)}"></td>'
        for jpeg, alt in zip((face.before, face.after), alts, strict=True)
    )
    done = say("restored") if report.restored else say("left as it was")
    words = [f"{done} ({report.model})" if report.restored and report.model else done]
    if report.kept_back:
        share = f"{report.kept_back:.0%}".replace("%", " %")
        words.append(say("{0} of the change taken back").format(share))
    if report.added:
        words.append(say("added by hand"))
    if report.note:
        words.append(say(report.note))
    strength = f"{report.strength:.0%}".replace("%", " %") if report.restored else "–"
    niqe = f"{niqe_text(face.niqe_before)} → {niqe_text(face.niqe_after)}"
    figures = (likeness_text(report, say), niqe, strength, "; ".join(words))
    cells = "".join(
        f'<td class="{kind or "figure"}" data-head="{escape(title)}">{escape(figure)}</td>'
        for (kind, title), figure in zip(heads, figures, strict=True)
    )
    return f'<tr><th scope="row">{number}</th>{pictures}{cells}</tr>'


def _models(entry: PhotoEntry, say: Say) -> str:
    engines = [engine for engine in entry.recipe.engines if engine.sha256 or engine.licence]
    if not engines:
        return ""
    heads = (
        ("text", say("Task")),
        ("text", say("Model")),
        ("text", say("Licence")),
        ("text", say("Hash")),
        ("text", say("Calculated on")),
    )
    lines = dict.fromkeys(_model_line(engine, say) for engine in engines)
    return f"<h3>{escape(say('Models'))}</h3>{_table(heads, list(lines))}"


def _model_line(engine: EngineReport, say: Say) -> str:
    short = f"{engine.sha256[:SHORT_HASH]}…" if engine.sha256 else "–"
    where = ", ".join(filter(None, (engine.device, engine.runtime, engine.precision)))
    return (
        f'<tr><td class="text">{escape(_task(engine.task, say))}</td>'
        f'<th scope="row">{escape(engine.model)}</th>'
        f'<td class="text">{escape(engine.licence) or "–"}</td>'
        f'<td class="text"><code title="{escape(engine.sha256)}">{escape(short)}</code></td>'
        f'<td class="text">{escape(where)}</td></tr>'
    )


def _task(task: str, say: Say) -> str:
    words = {
        "detection": say("finding faces"),
        "restoration": say("restoring faces"),
        "upscaling": say("enlarging"),
        "identity": say("comparing faces"),
        "parsing": say("outlining faces"),
        "damage": say("finding scratches"),
        "inpainting": say("filling scratches"),
        "denoising": say("taking noise away"),
    }
    return words.get(task, task)


def _settings(entry: PhotoEntry, say: Say) -> str:
    settings = entry.recipe.settings
    changed = changed_settings(settings, say)
    usual = say("Everything as it comes with Heirloom.")
    shown = _list(changed) if changed else f'<p class="note">{escape(usual)}</p>'
    everything = escape(settings.to_json().decode())
    return (
        f"<h3>{escape(say('Settings'))}</h3>{shown}"
        f"<details><summary>{escape(say('All settings'))}</summary>"
        f"<pre>{everything}</pre></details>"
    )


def _list(rows: Sequence[tuple[str, str]]) -> str:
    items = "".join(f"<dt>{escape(title)}</dt><dd>{escape(value)}</dd>" for title, value in rows)
    return f'<dl class="facts">{items}</dl>'


def _table(heads: Sequence[tuple[str, str]], lines: Sequence[str], name: str = "") -> str:
    titles = "".join(
        f'<th scope="col" class="{kind}">{escape(title)}</th>'
        if kind
        else f'<th scope="col">{escape(title)}</th>'
        for kind, title in heads
    )
    kind = f' class="{name}"' if name else ""
    return (
        f'<div class="scroll"><table{kind}><thead><tr>{titles}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )
