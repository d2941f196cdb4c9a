"""The controls beside the photo: two sliders in the simple view, everything in the studio view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.session.preferences import ViewMode
from app.session.services import Choices
from app.session.simple import AUTO_AMOUNT, amount_of_colour, colour_for_amount, is_on_path
from app.widgets.line_break import show_breakable
from app.widgets.rows import CheckRow, SliderRow, model_rows
from app.widgets.settings_form import SettingsForm
from core.settings import (
    BackgroundSettings,
    ColourSettings,
    DenoiseSettings,
    FaceSettings,
    RepairSettings,
    RestorationSettings,
)

PANEL_WIDTH_PX = 304
_STUDIO_FACE_FIELDS = (
    "enabled",
    "strength",
    "blend_in",
    "keep_detail",
    "model",
    "mask",
    "finish",
    "keep_identity",
    "identity_floor",
    "detector",
    "min_score",
    "min_size_px",
)


class ControlPanel(QFrame):
    """Edits the settings of the open photo.

    Signals:
        edited: (new settings, what was done, merge key) by the user.
        finished: The user let go of a control.
        save_asked: The user wants the result saved.
        restore_asked: The user wants a stopped restoration to run again.
    """

    edited = Signal(object, str, str)
    finished = Signal()
    save_asked = Signal()
    restore_asked = Signal()

    def __init__(self, defaults: RestorationSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("controlPanel")
        self.setFixedWidth(PANEL_WIDTH_PX)
        self._settings = defaults
        self._repair_parts: list[QWidget] = []
        self._has_divider = True
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_simple(defaults))
        self._pages.addWidget(self._make_studio(defaults))
        for widget in self._repair_parts:
            widget.hide()
        self._status = QLabel()
        self._status.setProperty("role", "muted")
        self._status.setWordWrap(True)
        self._status.hide()
        self._save = QPushButton(self.tr("Save a copy"))
        self._save.setProperty("primary", "true")
        self._save.setToolTip(
            self.tr("Saves the result beside the photo under a new name. The original stays.")
        )
        self._save.clicked.connect(self.save_asked)
        self._restore = QPushButton(self.tr("Restore"))
        self._restore.setToolTip(self.tr("Starts the restoration that was stopped"))
        self._restore.clicked.connect(self.restore_asked)
        self._restore.hide()
        holder = QFrame()
        holder.setObjectName("panelFoot")
        foot = QVBoxLayout(holder)
        foot.setContentsMargins(20, 12, 20, 18)
        foot.setSpacing(8)
        foot.addWidget(self._status)
        foot.addWidget(self._restore)
        foot.addWidget(self._save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._pages, 1)
        layout.addWidget(holder)

    # Pages

    def _make_simple(self, defaults: RestorationSettings) -> QWidget:
        self._simple_faces = SliderRow(
            self.tr("Faces"),
            self.tr("How strongly faces are restored. Further left stays closer to the photo."),
            default=defaults.faces.strength,
        )
        self._simple_colour = SliderRow(
            self.tr("Colours"),
            self.tr("How strongly faded colours are brought back. Further left changes less."),
            default=AUTO_AMOUNT,
        )
        self._simple_repair = CheckRow(
            self.tr("Repair scratches"),
            self.tr("Finds scratches, cracks and dust, and fills them from around."),
        )
        self._simple_hint = QLabel(self.tr("The colours were set one by one in Studio."))
        self._simple_hint.setProperty("role", "muted")
        self._simple_hint.setWordWrap(True)
        self._simple_hint.hide()
        self._divider_help = QLabel(
            self.tr("Drag the line on the photo to compare before and after.")
        )
        self._divider_help.setProperty("role", "muted")
        self._divider_help.setWordWrap(True)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(20, 20, 20, 8)
        layout.setSpacing(18)
        layout.addWidget(_heading(self.tr("How much to restore")))
        layout.addWidget(self._simple_faces)
        layout.addWidget(self._simple_colour)
        layout.addWidget(self._simple_hint)
        layout.addWidget(self._simple_repair)
        self._repair_parts.append(self._simple_repair)
        layout.addWidget(self._divider_help)
        layout.addStretch()
        self._simple_faces.edited.connect(self._on_simple_faces_edited)
        self._simple_colour.edited.connect(self._on_simple_colour_edited)
        self._simple_repair.edited.connect(self._on_simple_repair_edited)
        self._simple_faces.finished.connect(self.finished)
        self._simple_colour.finished.connect(self.finished)
        return page

    def _make_studio(self, defaults: RestorationSettings) -> QWidget:
        sizes = [
            (1, self.tr("Keep the size"), self.tr("As wide and high as the photo")),
            (2, self.tr("Twice as large"), self.tr("Twice as wide and twice as high")),
            (4, self.tr("Four times as large"), self.tr("Four times as wide and as high")),
        ]
        self._forms: dict[str, SettingsForm] = {
            "repair": SettingsForm(RepairSettings, defaults.repair),
            "denoise": SettingsForm(DenoiseSettings, defaults.denoise),
            "faces": SettingsForm(
                FaceSettings,
                defaults.faces,
                _STUDIO_FACE_FIELDS,
                {"identity_floor": self._floors(), "finish": self._finishes()},
            ),
            "colour": SettingsForm(ColourSettings, defaults.colour),
            "background": SettingsForm(
                BackgroundSettings, defaults.background, options={"scale": sizes}
            ),
        }
        titles = (
            self.tr("Damage"),
            self.tr("Noise"),
            self.tr("Faces"),
            self.tr("Colour"),
            self.tr("Size"),
        )
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        for title, (part, form) in zip(titles, self._forms.items(), strict=True):
            heading = _heading(title)
            layout.addWidget(heading)
            layout.addWidget(form)
            form.setContentsMargins(0, 0, 0, 12)
            if part == "repair":
                self._repair_parts += [heading, form]
            form.setProperty("part", part)
            form.edited.connect(self._on_form_edited)
            form.finished.connect(self.finished)
        layout.addStretch()
        scroll = QScrollArea()
        scroll.setObjectName("panelScroll")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        return scroll

    def _finishes(self) -> list[tuple[str, str, str]]:
        return [
            ("auto", self.tr("Where it is quick"), self.tr("Where it hardly takes more time")),
            ("sharp", self.tr("Always"), self.tr("Takes some seconds for each large face")),
            ("off", self.tr("Never"), self.tr("Large faces stay a little softer")),
        ]

    def _floors(self) -> list[tuple[str, str, str]]:
        return [
            ("off", self.tr("Do not check"), self.tr("Restored faces are not compared")),
            ("gentle", self.tr("Gentle"), self.tr("Only faces that clearly became somebody else")),
            ("normal", self.tr("Normal"), self.tr("Faces that became rather different")),
            ("strict", self.tr("Strict"), self.tr("Even faces that changed a little")),
        ]

    def show_divider_help(self, *, shown: bool) -> None:
        """Say what the line on the photo is for; not where there is none, as without a result."""
        self._has_divider = shown
        self._divider_help.setVisible(shown and self._save.isEnabled())

    def add_below(self, part: str, widget: QWidget) -> None:
        """Lay a feature's own widget below the Studio form of one part of the settings."""
        layout = self._forms[part].layout()
        assert layout is not None
        layout.addWidget(widget)

    def add_below_simple_repair(self, widget: QWidget) -> None:
        """Lay a widget below the choice of repair in the simple view."""
        simple = self._pages.widget(0)
        page = simple.layout() if simple is not None else None
        assert isinstance(page, QVBoxLayout)
        page.insertWidget(page.indexOf(self._simple_repair) + 1, widget)

    # What is shown

    def set_mode(self, mode: ViewMode) -> None:
        """Show a few controls or all."""
        self._pages.setCurrentIndex(0 if mode == "simple" else 1)

    def set_choices(self, choices: Choices) -> None:
        """Offer the installed models, and repair where the engine knows it."""
        self._forms["faces"].set_options("model", model_rows(choices.face_models))
        self._forms["faces"].set_options("detector", model_rows(choices.detectors))
        self._forms["faces"].set_options("mask", model_rows(choices.face_masks))
        self._forms["background"].set_options("upscaler", model_rows(choices.upscalers))
        self._forms["repair"].set_options("filler", model_rows(choices.fillers))
        self._forms["denoise"].set_options("method", model_rows(choices.denoisers))
        for widget in self._repair_parts:
            widget.setVisible(choices.can_repair)

    def show_settings(self, settings: RestorationSettings) -> None:
        """Show values without emitting anything."""
        self._settings = settings
        self._simple_faces.show_value(settings.faces.strength)
        self._simple_colour.show_value(amount_of_colour(settings.colour))
        self._simple_hint.setVisible(not is_on_path(settings.colour))
        self._simple_repair.show_value(settings.repair.enabled)
        for part, form in self._forms.items():
            form.show_settings(getattr(settings, part))

    def set_can_save(self, *, possible: bool) -> None:
        """Allow saving or not: there is a result or not."""
        self._save.setEnabled(possible)
        self.show_divider_help(shown=self._has_divider)

    def set_can_restore(self, *, possible: bool) -> None:
        """Offer to run a stopped restoration again."""
        self._restore.setVisible(possible)

    def show_saved(self, path: Path | None) -> None:
        """Say where the result was saved; None while it is not."""
        text = self.tr("Saved as {name}").format(name=path.name) if path else ""
        show_breakable(self._status, text)
        self._status.setToolTip(str(path) if path else "")
        self._status.setVisible(bool(text))

    # Edits

    @Slot(object)
    def _on_simple_faces_edited(self, value: float) -> None:
        faces = self._settings.faces.replace(strength=value)
        self._edit(self._settings.replace(faces=faces), self.tr("Faces"), "faces.strength")

    @Slot(object)
    def _on_simple_colour_edited(self, value: float) -> None:
        colour = colour_for_amount(value)
        self._edit(self._settings.replace(colour=colour), self.tr("Colours"), "colour")

    @Slot(object)
    def _on_simple_repair_edited(self, enabled: bool) -> None:
        repair = self._settings.repair.replace(enabled=enabled)
        self._edit(self._settings.replace(repair=repair), self.tr("Scratches"), "")

    @Slot(str, object, str)
    def _on_form_edited(self, name: str, value: Any, title: str) -> None:
        sender = self.sender()
        part = str(sender.property("part")) if sender else ""
        changed = getattr(self._settings, part).replace(**{name: value})
        self._edit(self._settings.replace(**{part: changed}), title, f"{part}.{name}")

    def _edit(self, settings: RestorationSettings, title: str, merge_key: str) -> None:
        self.show_settings(settings)
        self.edited.emit(settings, title, merge_key)


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label
