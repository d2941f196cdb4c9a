"""Durations, sizes, reasons and verdicts in plain words."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale

from app.session.training_runs import RunView
from app.session.training_values import FEW_FACES, FEWEST_FACES, DataCheck
from app.widgets.language import present_language

_MINUTE_S, _HOUR_S = 60, 3600
_CAPITAL_NOUNS = frozenset({"de"})
"""Languages that write nouns with a capital letter within a sentence, too."""


def duration_text(seconds: float) -> str:
    """A length of time as people say it; no false precision."""
    translate = QCoreApplication.translate
    if seconds < 90:
        return translate("Training", "{count} seconds").format(count=max(1, round(seconds)))
    if seconds < 90 * _MINUTE_S:
        return translate("Training", "{count} minutes").format(count=round(seconds / _MINUTE_S))
    hours = seconds / _HOUR_S
    shown = QLocale().toString(hours, "f", 1 if hours < 10 else 0)
    return translate("Training", "{count} hours").format(count=shown)


def size_text(size_bytes: int) -> str:
    """A size as the user's system writes it."""
    digits = 1 if size_bytes < 10_000_000_000 else 0
    if size_bytes < 1_000_000_000:
        digits = 0
    kind = QLocale.DataSizeFormat.DataSizeSIFormat
    return QLocale().formattedDataSize(size_bytes, digits, kind)


def reason_text(reason: str) -> str:
    """Why a face is left out, as a heading."""
    translate = QCoreApplication.translate
    texts = {
        "unreadable": translate("Training", "Photo cannot be read"),
        "no face": translate("Training", "No face found"),
        "tiny": translate("Training", "Too small"),
        "blurred": translate("Training", "Not sharp"),
        "duplicate": translate("Training", "Same picture again"),
        "similar": translate("Training", "Nearly the same picture"),
        "by hand": translate("Training", "Left out by you"),
    }
    return texts.get(reason, reason)


def reason_help(reason: str) -> str:
    """What is wrong with such a face, and what can be done."""
    translate = QCoreApplication.translate
    texts = {
        "unreadable": translate(
            "Training", "The file is damaged or no photo. Nothing can be done here."
        ),
        "no face": translate("Training", "Heirloom sees no face in these photos."),
        "tiny": translate(
            "Training",
            "Faces under 160 pixels hold too little detail to teach any. A larger scan helps.",
        ),
        "blurred": translate(
            "Training",
            "From soft faces the model learns to make soft faces. Use only those that you find "
            "sharp.",
        ),
        "duplicate": translate("Training", "Copies teach nothing new; one of them is used."),
        "similar": translate(
            "Training",
            "Photos of one series give one face too much weight. A few of them do no harm.",
        ),
        "by hand": translate("Training", "Click one to use it again."),
    }
    return texts.get(reason, "")


def check_verdict(check: DataCheck) -> tuple[str, str]:
    """What the check means: ("stop", "note" or "good", the sentence)."""
    translate = QCoreApplication.translate
    faces = check.trained_on
    if not check.used:
        return "stop", translate(
            "Training",
            "There is no usable face. Use faces that were left out below, or choose other photos.",
        )
    if faces < FEWEST_FACES:
        return "stop", translate(
            "Training",
            "{faces} to train on are too few: at least {least} are needed, a hundred or more are "
            "advisable. Add photos, or use faces that were left out below.",
        ).format(faces=faces_text(faces), least=FEWEST_FACES)
    if faces < FEW_FACES:
        return "note", translate(
            "Training",
            "You can go on, but with {faces} the model mostly learns these very pictures by "
            "heart. A hundred or more faces of different people give a better one.",
        ).format(faces=faces_text(faces))
    return "good", translate("Training", "That is enough to go on.")


def faces_text(count: int) -> str:
    """A number of faces."""
    if count == 1:
        return QCoreApplication.translate("Training", "1 face")
    return QCoreApplication.translate("Training", "{count} faces").format(count=count)


def state_text(run: RunView) -> str:
    """What a training does, in two or three words."""
    translate = QCoreApplication.translate
    if run.state == "running" and run.steps:
        percent = int(100 * run.step / run.steps)
        return translate("Training", "Training, {percent} %").format(percent=percent)
    texts = {
        "draft": translate("Training", "Not started yet"),
        "starting": translate("Training", "Starting"),
        "running": translate("Training", "Training"),
        "comparing": translate("Training", "Comparing"),
        "paused": translate("Training", "Paused"),
        "interrupted": translate("Training", "Interrupted"),
        "finished": translate("Training", "Finished"),
        "failed": translate("Training", "Stopped by a problem"),
    }
    return texts[run.state]


def loss_text(name: str) -> str:
    """What one of the training losses is about; the name itself where nobody knows better."""
    translate = QCoreApplication.translate
    texts = {
        "l1": translate("Training", "Pixels"),
        "pyramid": translate("Training", "Pixels at all sizes"),
        "gradient": translate("Training", "Edges"),
        "low_pass": translate("Training", "Colour and light"),
        "perceptual": translate("Training", "Detail"),
        "style": translate("Training", "Texture"),
        "identity": translate("Training", "Likeness"),
        "adversarial": translate("Training", "Realism"),
        "projected": translate("Training", "Realism of detail"),
        "component": translate("Training", "Eyes and mouth"),
        "component_style": translate("Training", "Texture of eyes and mouth"),
        "d_image": translate("Training", "Critic of realism"),
        "d_projected": translate("Training", "Critic of detail"),
        "d_left_eye": translate("Training", "Critic of the left eye"),
        "d_right_eye": translate("Training", "Critic of the right eye"),
        "d_mouth": translate("Training", "Critic of the mouth"),
        "r1": translate("Training", "Steadiness of the critic"),
    }
    return texts.get(name, name)


def figure_text(name: str) -> str:
    """What a figure of the comparison measures."""
    translate = QCoreApplication.translate
    texts = {
        "identity": translate("Training", "Likeness"),
        "niqe": translate("Training", "Natural look"),
        "perceptual": translate("Training", "Detail"),
        "ssim": translate("Training", "Closeness to the true photo"),
        "psnr": translate("Training", "Exactness of pixels"),
        "l1": translate("Training", "Exactness of pixels"),
    }
    return texts.get(name, name)


def figure_help(name: str) -> str:
    """How a figure is read."""
    translate = QCoreApplication.translate
    texts = {
        "identity": translate(
            "Training", "Is it still the same person? Cosine of face embeddings; more is better."
        ),
        "niqe": translate("Training", "Does it look like a photo of nature? NIQE; less is better."),
        "perceptual": translate(
            "Training", "Distance in the features of a recognition network; less is better."
        ),
        "ssim": translate("Training", "Structural similarity; more is better."),
        "psnr": translate("Training", "PSNR in decibels; more is better. Reported only."),
    }
    return texts.get(name, "")


def verdict_text(comparison: dict[str, Any]) -> tuple[str, str]:
    """The comparison with the start: a heading and a few sentences."""
    heading, sentence = _verdict(comparison)
    chosen_by = _joined(comparison.get("chosen_by", []))
    if chosen_by:
        chosen = QCoreApplication.translate(
            "Training", "Its best state, of step {step}, was chosen by {figures}."
        )
        step = QLocale().toString(int(comparison["step"]))
        sentence += " " + chosen.format(step=step, figures=chosen_by)
    return heading, sentence


def _verdict(comparison: dict[str, Any]) -> tuple[str, str]:
    translate = QCoreApplication.translate
    start, faces = comparison["start"], faces_text(comparison["faces"])
    better, worse = _joined(comparison["better"]), _joined(comparison["worse"])
    verdict = comparison["verdict"]
    if verdict == "better":
        return (
            translate("Training", "Better in {figures}").format(figures=better),
            translate("Training", "Measured against {start} on {faces} that it never saw.").format(
                start=start, faces=faces
            ),
        )
    if verdict == "mixed":
        return (
            translate("Training", "Better in {better}, worse in {worse}").format(
                better=better, worse=worse
            ),
            translate(
                "Training",
                "Measured against {start} on {faces} that it never saw. Look at the previews "
                "before you decide.",
            ).format(start=start, faces=faces),
        )
    if verdict == "too few faces":
        return (
            translate("Training", "Cannot be judged"),
            translate(
                "Training",
                "Only {faces} could be held out, which says nothing about others. Look at the "
                "previews, and keep {start} if you are not sure.",
            ).format(start=start, faces=faces),
        )
    sentence = translate(
        "Training", "Measured on {faces} that it never saw, nothing became better beyond chance."
    ).format(faces=faces)
    if worse:
        sentence += " " + translate("Training", "Worse in {figures}.").format(figures=worse)
    return translate("Training", "Not better: keep {start}").format(start=start), sentence


def _joined(names: list[str]) -> str:
    words = [figure_text(name) for name in names]
    if present_language() not in _CAPITAL_NOUNS:
        words = [word.lower() for word in words]
    if len(words) < 2:
        return "".join(words)
    last = QCoreApplication.translate("Training", "{first} and {last}")
    return last.format(first=", ".join(words[:-1]), last=words[-1])
