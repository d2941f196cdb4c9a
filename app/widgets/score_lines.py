"""From figures to what the score panel shows and copies."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from app.widgets.face_words import face_title
from app.widgets.score_words import MetricWords, likeness_words, metric_words

if TYPE_CHECKING:
    from core.evaluation.photo_scores import FaceFigure, PhotoScores

OWN = ("niqe", "blur", "noise")
"""Figures that need no reference."""


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One figure as it is shown.

    Attributes:
        key: Its name for scripts.
        title: Its name for people.
        before: Of the photo as it was; empty where there is none.
        after: Of the result.
        verdict: "better", "worse", "same" or nothing.
        note: Why there is no figure.
        before_value: The number itself, or None.
        after_value: The number itself, or None.
    """

    key: str
    title: str
    before: str
    after: str
    verdict: str = ""
    note: str = ""
    before_value: float | None = None
    after_value: float | None = None


@dataclass(frozen=True, slots=True)
class ScoreBlock:
    """Lines that share one explanation.

    Attributes:
        title: What they measure.
        meaning: Which direction is better, and what is usual.
        lines: The figures; those of faces are named after them.
        needs_reference: They compare with the reference picture.
    """

    title: str
    meaning: str
    lines: tuple[ScoreLine, ...]
    needs_reference: bool = False


def score_blocks(scores: PhotoScores) -> tuple[ScoreBlock, ...]:
    """All figures in the order in which they are shown."""
    missing = dict(scores.missing)
    blocks = []
    for figure in scores.figures:
        words = metric_words(figure.metric)
        note = missing.get(figure.metric, "")
        line = _line(figure.metric, words, figure.before, figure.after, note)
        blocks.append(
            ScoreBlock(
                words.title, words.meaning, (line,), needs_reference=figure.metric not in OWN
            )
        )
    faces = _face_blocks(scores.faces)
    own = [block for block in blocks if not block.needs_reference]
    return (*own, *faces[:1], *(block for block in blocks if block.needs_reference), *faces[1:])


def _face_blocks(faces: Sequence[FaceFigure]) -> tuple[ScoreBlock, ...]:
    """How alike faces are to themselves, and, with a reference, to it."""
    if not faces:
        return ()
    words = likeness_words()
    kept = tuple(
        ScoreLine(
            f"likeness-{face.index + 1}",
            face_title(face.index),
            "",
            _number(face.kept, words),
            after_value=face.kept,
        )
        for face in faces
    )
    blocks = [ScoreBlock(words.title, words.meaning, kept)]
    if faces[0].before is not None:
        compared = tuple(_compared(face, words) for face in faces)
        title = QCoreApplication.translate("ScoreWords", "Likeness to the reference")
        meaning = QCoreApplication.translate(
            "ScoreWords", "The same, compared with the face in the reference. Higher is better."
        )
        blocks.append(ScoreBlock(title, meaning, compared, needs_reference=True))
    return tuple(blocks)


def _compared(face: FaceFigure, words: MetricWords) -> ScoreLine:
    line = _line(f"reference-likeness-{face.index + 1}", words, face.before, face.after, "")
    return ScoreLine(
        line.key,
        face_title(face.index),
        line.before,
        line.after,
        line.verdict,
        before_value=face.before,
        after_value=face.after,
    )


def _line(
    key: str, words: MetricWords, before: float | None, after: float | None, note: str
) -> ScoreLine:
    texts = _number(before, words), _number(after, words)
    if note:
        texts = "", QCoreApplication.translate("ScoreWords", "not installed")
    verdict = _verdict(before, after, texts, words)
    return ScoreLine(key, words.title, *texts, verdict, note, before, after)


def _number(value: float | None, words: MetricWords) -> str:
    if value is None:
        return "–"
    return QLocale().toString(value, "f", words.digits) + words.unit


def _verdict(
    before: float | None, after: float | None, texts: tuple[str, str], words: MetricWords
) -> str:
    if before is None or after is None or words.higher_is_better is None:
        return ""
    if texts[0] == texts[1]:
        return "same"
    return "better" if (after > before) == words.higher_is_better else "worse"


def verdict_text(verdict: str) -> str:
    """A verdict in the user's language."""
    translate = QCoreApplication.translate
    return {
        "better": translate("ScoreWords", "better"),
        "worse": translate("ScoreWords", "worse"),
        "same": translate("ScoreWords", "no change"),
        "": "",
    }[verdict]


def line_text(line: ScoreLine) -> str:
    """One figure as a sentence."""
    translate = QCoreApplication.translate
    if not line.before:
        text = f"{line.title}: {line.after}"
    else:
        text = translate("ScoreWords", "{title}: before {before}, after {after}").format(
            title=line.title, before=line.before, after=line.after
        )
    verdict = verdict_text(line.verdict)
    if verdict:
        text += f" ({verdict})"
    return f"{text}. {line.note}" if line.note else text


def blocks_as_text(name: str, blocks: Sequence[ScoreBlock]) -> str:
    """All figures with their explanations, for a letter or a note."""
    parts = [name] if name else []
    for block in blocks:
        if len(block.lines) == 1 and block.lines[0].title == block.title:
            head = line_text(block.lines[0])
        else:
            head = "\n".join([block.title, *(line_text(line) for line in block.lines)])
        parts.append(f"{head}\n{block.meaning}")
    return "\n\n".join(parts) + "\n"


def blocks_as_csv(blocks: Sequence[ScoreBlock]) -> str:
    """All figures for a spreadsheet, numbers with a point, whatever the language."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["figure", "before", "after", "verdict", "note"])
    for block in blocks:
        for line in block.lines:
            numbers = [_plain(line.before_value), _plain(line.after_value)]
            writer.writerow([line.key, *numbers, line.verdict, line.note])
    return text.getvalue()


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
