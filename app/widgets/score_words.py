"""The words of the score panel: what each figure is called, and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication


@dataclass(frozen=True, slots=True)
class MetricWords:
    """What the user reads about one figure.

    Attributes:
        title: Its name.
        meaning: What it says, which direction is better, and which range is usual.
        digits: Places behind the point.
        unit: Behind the number, with a space before it; empty for none.
        higher_is_better: Which direction is better; None where neither is.
    """

    title: str
    meaning: str
    digits: int
    unit: str = ""
    higher_is_better: bool | None = True


def metric_words(metric: str) -> MetricWords:
    """The words for one figure of the whole photo, in the user's language.

    Args:
        metric: As `core.evaluation.photo_scores.Metric` names it.
    """
    return _WORDS[metric]()


def likeness_words() -> MetricWords:
    """The words for the likeness of a face."""
    return MetricWords(
        QCoreApplication.translate("ScoreWords", "Likeness of the faces"),
        QCoreApplication.translate(
            "ScoreWords",
            "How alike a face is to itself before. Higher is better: 1 is the same picture, over "
            "0.95 very close, and under 0.91 it may look like somebody else.",
        ),
        3,
    )


def _niqe() -> MetricWords:
    return MetricWords(
        QCoreApplication.translate("ScoreWords", "Naturalness (NIQE)"),
        QCoreApplication.translate(
            "ScoreWords",
            "How far the fine structure is from that of clean photographs. Lower is better: 3 to 5 "
            "is usual for clean photographs, 6 to 15 for damaged ones.",
        ),
        2,
        higher_is_better=False,
    )


def _blur() -> MetricWords:
    return MetricWords(
        QCoreApplication.translate("ScoreWords", "Blur of the edges"),
        QCoreApplication.translate(
            "ScoreWords",
            "How wide the sharpest edges are, in pixels. Lower is sharper: under 1 is sharp, over "
            "3 is clearly soft.",
        ),
        2,
        QCoreApplication.translate("ScoreWords", " px"),
        higher_is_better=False,
    )


def _noise() -> MetricWords:
    return MetricWords(
        QCoreApplication.translate("ScoreWords", "Noise and grain"),
        QCoreApplication.translate(
            "ScoreWords",
            "How much neighbouring pixels differ without reason, in steps of 255. Lower is "
            "calmer: 0.5 to 3 is usual, over 6 is plain to see. Neither is better in itself: "
            "grain belongs to old photos, and none at all looks like plastic.",
        ),
        1,
        higher_is_better=None,
    )


def _psnr() -> MetricWords:
    return MetricWords(
        QCoreApplication.translate("ScoreWords", "Closeness of the pixels (PSNR)"),
        QCoreApplication.translate(
            "ScoreWords",
            "How close each pixel comes to the reference. Higher is better: 20 to 30 is usual for "
            "restored photos, over 40 nobody sees a difference.",
        ),
        1,
        QCoreApplication.translate("ScoreWords", " dB"),
    )


def _ssim() -> MetricWords:
    return MetricWords(
        QCoreApplication.translate("ScoreWords", "Closeness of structure (SSIM)"),
        QCoreApplication.translate(
            "ScoreWords",
            "How close edges and textures come to the reference. Higher is better: 1 is equal, 0.6 "
            "to 0.9 is usual for restored photos.",
        ),
        3,
    )


def _lpips() -> MetricWords:
    return MetricWords(
        QCoreApplication.translate("ScoreWords", "Difference as people see it (LPIPS)"),
        QCoreApplication.translate(
            "ScoreWords",
            "How different both look to people, as a network has learned it from their answers. "
            "Lower is better: 0 is equal, 0.1 to 0.4 is usual for restored photos.",
        ),
        3,
        higher_is_better=False,
    )


def _colour() -> MetricWords:
    return MetricWords(
        QCoreApplication.translate("ScoreWords", "Difference of the colours (CIEDE2000)"),
        QCoreApplication.translate(
            "ScoreWords",
            "How far the colours are from the reference. Lower is better: under 1 nobody sees it, "
            "3 to 8 is usual for restored photos, over 10 it is another colour.",
        ),
        1,
        higher_is_better=False,
    )


_WORDS = {
    "niqe": _niqe,
    "blur": _blur,
    "noise": _noise,
    "psnr": _psnr,
    "ssim": _ssim,
    "lpips": _lpips,
    "colour": _colour,
}
