"""The preferences: a form built from the metadata of `Preferences`. Each change counts at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QLocale, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.button_row import button_row
from app.session.languages import SYSTEM, installed_languages
from app.session.preferences import Preferences
from app.session.services import ModelOption
from app.widgets.language import can_show, native_name
from app.widgets.rows import model_rows
from app.widgets.settings_form import ListOptions, SettingsForm
from core.settings_base import field_meta

_SIZE = (540, 730)


class PreferencesDialog(QDialog):
    """All choices that concern the program and not one photo.

    Args:
        preferences: What is chosen now.
        face_models: The installed face models.
        devices: What this computer can calculate on, of "cpu", "cuda" and "mps".
        parent: Owner.

    Signals:
        edited: (name of the field, new value) by the user.
    """

    edited = Signal(str, object)

    def __init__(
        self,
        preferences: Preferences,
        face_models: tuple[ModelOption, ...],
        devices: tuple[str, ...],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Preferences"))
        self.resize(*_SIZE)
        options = self._options(face_models)
        options["device"] = self._devices(devices, preferences.device)
        page = QWidget()
        rows = QVBoxLayout(page)
        rows.setContentsMargins(22, 20, 22, 12)
        rows.setSpacing(12)
        self.forms: list[SettingsForm] = []
        for group, title in self._groups():
            heading = QLabel(title)
            heading.setProperty("role", "heading")
            rows.addWidget(heading)
            form = SettingsForm(Preferences, preferences, _fields_of(group), options)
            form.setContentsMargins(0, 0, 0, 14)
            form.edited.connect(self._on_edited)
            self.forms.append(form)
            rows.addWidget(form)
        rows.addStretch()
        scroll = QScrollArea()
        scroll.setObjectName("plainScroll")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        buttons = button_row(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        buttons.setContentsMargins(22, 0, 22, 14)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll, 1)
        layout.addWidget(buttons)

    def _groups(self) -> tuple[tuple[str, str], ...]:
        return (
            ("window", self.tr("Window")),
            ("photos", self.tr("Photos")),
            ("computer", self.tr("Computer")),
        )

    def _options(self, face_models: tuple[ModelOption, ...]) -> dict[str, ListOptions]:
        usual = ("", self.tr("Automatic"), self.tr("The best one that comes with Heirloom"))
        return {
            "language": self._languages(),
            "theme": (
                ("system", self.tr("As the system"), self.tr("Follows the desktop")),
                ("light", self.tr("Light"), self.tr("Dark text on light")),
                ("dark", self.tr("Dark"), self.tr("Light text on dark")),
            ),
            "face_model": (usual, *model_rows(face_models)),
        }

    def _devices(self, usable: tuple[str, ...], chosen: str) -> ListOptions:
        """What can be used here, and what was chosen even where it cannot."""
        rows = [
            ("auto", self.tr("Automatic"), self.tr("Takes the quickest")),
            ("cpu", self.tr("Processor"), self.tr("Works on every computer")),
            ("cuda", self.tr("NVIDIA graphics card"), self.tr("Needs a driver that is new")),
            ("mps", self.tr("Apple graphics"), self.tr("On a Mac with an Apple processor")),
        ]
        offered = [row for row in rows if row[0] in ("auto", *usable)]
        missing = [row for row in rows if row[0] == chosen and row not in offered]
        name = self.tr("{device} (not available on this computer)")
        why = self.tr("It was chosen before, perhaps on another computer. Choose “Automatic”.")
        return offered + [(value, name.format(device=title), why) for value, title, _ in missing]

    def _languages(self) -> ListOptions:
        rows = [(SYSTEM, self.tr("As the system"), self.tr("The language of the desktop"))]
        for code in installed_languages():
            if can_show(code):
                rows.append((code, native_name(code), ""))
                continue
            name = QLocale.languageToString(QLocale(code).language())
            rows.append(
                (
                    code,
                    self.tr("{language} (no font for it)").format(language=name),
                    self.tr("Install a font with its letters, for example one of “Noto Sans”."),
                )
            )
        return rows

    @Slot(str, object, str)
    def _on_edited(self, name: str, value: Any, title: str) -> None:
        del title
        self.edited.emit(name, value)


def _fields_of(group: str) -> list[str]:
    """The fields of a group, in their order in the class."""
    return [
        name
        for name, meta in field_meta(Preferences).items()
        if (meta.extra or {}).get("group") == group
    ]
