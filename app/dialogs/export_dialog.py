"""Where results go, what they are called, and what is written into them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.button_row import button_row
from app.dialogs.export_choices import conflicts, depths, formats, metadatas, placeholders
from app.widgets.calm_slider import CalmSlider
from app.widgets.core_text import core_text
from app.widgets.list_box import ListBox
from app.widgets.mode_switch import ModeSwitch
from core.errors import SettingsError
from core.export import WITH_DEPTH, WITH_QUALITY, ExportSettings
from core.naming import NameFacts, result_stem

_ENDINGS = {
    "JPEG": ".jpg",
    "PNG": ".png",
    "TIFF": ".tif",
    "WEBP": ".webp",
    "AVIF": ".avif",
    "BMP": ".bmp",
}
_WIDTH_PX = 580
_SPIN_WIDTH_PX = 112
_FOLDER_CHARS = 40
_FIRST_SIDE_PX = 2048


class ExportDialog(QDialog):
    """Edits export settings; they count when it is accepted.

    Args:
        settings: What is chosen now.
        facts: What the placeholders stand for in the example; better ones may come later.
        source_ending: The ending of the photo of the example.
        accept_text: What the main button does.
        parent: Owner.

    Signals:
        chosen: (ExportSettings) the user agreed.
    """

    chosen = Signal(object)

    def __init__(
        self,
        settings: ExportSettings,
        facts: NameFacts,
        source_ending: str,
        accept_text: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Where and how to save"))
        self.setMinimumWidth(_WIDTH_PX)
        self._settings = settings
        self._facts = facts
        self._source_ending = source_ending
        self._make_folder()
        self._make_name()
        self._make_lists()
        self._make_numbers()
        self._lay_out(accept_text)
        self._show()
        self.name.setFocus()

    @property
    def settings(self) -> ExportSettings:
        """What is chosen; unchanged where the name makes no sense."""
        return self._settings

    def show_facts(self, facts: NameFacts) -> None:
        """Show the example with what the placeholders really stand for."""
        self._facts = facts
        self._show_example()

    # Widgets

    def _make_name(self) -> None:
        self.name = QLineEdit(self._settings.name)
        self.name.setAccessibleName(self.tr("Name of the results"))
        self.name.setToolTip(
            self.tr("Text with placeholders in braces. The example below shows what becomes of it.")
        )
        self.name.textEdited.connect(self._on_name_edited)
        self.placeholders = [self._placeholder(*words) for words in placeholders()]
        self.example = QLabel()
        self.example.setWordWrap(True)
        self.example.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.example.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.example.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)

    def _make_folder(self) -> None:
        self.place = ModeSwitch(
            (
                ("beside", self.tr("Beside each photo"), self.tr("In the photo's own folder")),
                ("folder", self.tr("In one folder"), self.tr("All results in a folder of yours")),
            )
        )
        self.place.chosen.connect(self._on_place_chosen)
        self.folder = QPushButton()
        self.folder.setAutoDefault(False)
        self.folder.setAccessibleName(self.tr("Folder of the results"))
        self.folder.clicked.connect(self._ask_folder)

    def _placeholder(self, name: str, title: str, tip: str) -> QPushButton:
        button = QPushButton(title)
        button.setProperty("flat", "true")
        button.setAutoDefault(False)
        button.setToolTip(tip)
        button.setAccessibleName(self.tr("Put in: {title}").format(title=title))
        button.clicked.connect(lambda: self._put_in(name))
        return button

    def _make_lists(self) -> None:
        self.format = self._list("format", self.tr("Format"), formats())
        self.bits = self._list("depth", self.tr("Bits a channel"), depths())
        self.metadata = self._list("metadata", self.tr("Photo data"), metadatas())
        self.conflict = self._list("conflict", self.tr("If the name is taken"), conflicts())

    def _list(self, field: str, title: str, options: Sequence[tuple[Any, str, str]]) -> QComboBox:
        box = ListBox()
        box.setAccessibleName(title)
        box.setToolTip("\n".join(f"{text}: {tip}" for _, text, tip in options))
        for value, text, tip in options:
            box.addItem(text, value)
            box.setItemData(box.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        box.setCurrentIndex(max(0, box.findData(getattr(self._settings, field))))
        box.activated.connect(lambda index: self._edit(**{field: box.itemData(index)}))
        return box

    def _make_numbers(self) -> None:
        self.quality = CalmSlider(1, ExportSettings().quality)
        self.quality.setRange(1, 100)
        self.quality.setValue(self._settings.quality)
        self.quality.setAccessibleName(self.tr("Quality"))
        self.quality.setToolTip(
            self.tr("Higher looks better and takes more room. 95 cannot be told from the result.")
        )
        self.quality.valueChanged.connect(lambda value: self._edit(quality=value))
        self.quality_text = QLabel()
        self.quality_text.setMinimumWidth(self.fontMetrics().horizontalAdvance("0000"))
        self.quality_text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.size_switch = ModeSwitch(
            (
                ("full", self.tr("Full size"), self.tr("As large as the restored photo")),
                ("limit", self.tr("Smaller"), self.tr("Makes larger photos smaller, for sending")),
            )
        )
        self.size_switch.show_state("limit" if self._settings.max_side_px else "full")
        self.size_switch.chosen.connect(self._on_size_chosen)
        self.side = QSpinBox()
        self.side.setRange(16, 100_000)
        self.side.setSingleStep(256)
        self.side.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.side.setFixedWidth(_SPIN_WIDTH_PX)
        self.side.setSuffix(self.tr(" px"))
        self.side.setValue(self._settings.max_side_px or _FIRST_SIDE_PX)
        self.side.setAccessibleName(self.tr("Longest side in pixels"))
        self.side.setToolTip(self.tr("Longest side of the result. Smaller photos keep their size."))
        self.side.valueChanged.connect(self._on_side_changed)

    # Layout

    def _lay_out(self, accept_text: str) -> None:
        promise = QLabel(self.tr("Your original photos are never changed or replaced."))
        promise.setProperty("role", "muted")
        self.buttons = button_row(QDialogButtonBox.StandardButton.Cancel)
        self.accept_button = self.buttons.addButton(
            accept_text, QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.accept_button.setProperty("primary", "true")
        self.accept_button.setDefault(True)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 22, 24, 18)
        layout.setSpacing(16)
        layout.addLayout(self._make_grid())
        layout.addWidget(promise)
        layout.addWidget(self.buttons)

    def _make_name_rows(self) -> QVBoxLayout:
        puts = QHBoxLayout()
        puts.setSpacing(2)
        for button in self.placeholders:
            puts.addWidget(button)
        puts.addStretch()
        name = QVBoxLayout()
        name.setSpacing(4)
        name.addWidget(self.name)
        name.addLayout(puts)
        name.addWidget(self.example)
        return name

    def _make_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(1, 1)
        name = self._make_name_rows()
        quality = _beside(self.quality, self.quality_text)
        size = _beside(self.size_switch, self.side)
        size.addStretch()
        place = QVBoxLayout()
        place.setSpacing(8)
        place.addWidget(self.place, 0, Qt.AlignmentFlag.AlignLeft)
        place.addWidget(self.folder)
        rows: Sequence[tuple[str, QWidget, Any]] = (
            (self.tr("F&older"), self.folder, place),
            (self.tr("&Name"), self.name, name),
            (self.tr("&Format"), self.format, self.format),
            (self.tr("&Quality"), self.quality, quality),
            (self.tr("&Size"), self.side, size),
            (self.tr("&Bits a channel"), self.bits, self.bits),
            (self.tr("&Photo data"), self.metadata, self.metadata),
            (self.tr("&If the name is taken"), self.conflict, self.conflict),
        )
        for row, (title, buddy, content) in enumerate(rows):
            label = QLabel(title)
            label.setBuddy(buddy)
            is_tall = content is name or content is place
            top = Qt.AlignmentFlag.AlignTop if is_tall else Qt.AlignmentFlag.AlignVCenter
            label.setContentsMargins(0, 8 if is_tall else 0, 0, 0)
            grid.addWidget(label, row, 0, top)
            if isinstance(content, QWidget):
                grid.addWidget(content, row, 1)
            else:
                grid.addLayout(content, row, 1)
        return grid

    # Edits

    def _edit(self, **changes: Any) -> None:
        self._settings = self._settings.replace(**changes)
        self._show()

    @Slot(str)
    def _on_place_chosen(self, place: str) -> None:
        if place == "beside":
            self.take_folder("")
        else:
            self._ask_folder()

    @Slot()
    def _ask_folder(self) -> None:
        start = self._settings.folder or str(Path.home())
        title = self.tr("Folder of the results")
        self.take_folder(
            QFileDialog.getExistingDirectory(self, title, start) or self._settings.folder
        )

    def take_folder(self, folder: str) -> None:
        """Use a folder, as if the user had chosen it; an empty one is beside each photo."""
        self._edit(folder=folder)

    @Slot(str)
    def _on_name_edited(self, text: str) -> None:
        try:
            self._settings = self._settings.replace(name=text)
        except SettingsError as error:
            self._show_error(error)
            return
        self._show_example()

    def _put_in(self, name: str) -> None:
        self.name.insert(f"{{{name}}}")
        self.name.setFocus()
        self._on_name_edited(self.name.text())

    @Slot(str)
    def _on_size_chosen(self, state: str) -> None:
        self._edit(max_side_px=self.side.value() if state == "limit" else 0)

    @Slot(int)
    def _on_side_changed(self, side_px: int) -> None:
        if self._settings.max_side_px:
            self._edit(max_side_px=side_px)

    @Slot()
    def _on_accepted(self) -> None:
        self.chosen.emit(self._settings)
        self.accept()

    # What is shown

    def _show(self) -> None:
        chosen = self._settings
        self.place.show_state("folder" if chosen.folder else "beside")
        self.folder.setVisible(bool(chosen.folder))
        name = Path(chosen.folder).name or chosen.folder
        cut = name if len(name) <= _FOLDER_CHARS else name[: _FOLDER_CHARS - 1] + "…"
        self.folder.setText(cut.replace("&", "&&"))
        self.folder.setToolTip(chosen.folder or self.tr("All results in a folder of yours"))
        self.quality_text.setText(self.locale().toString(chosen.quality))
        has_quality = chosen.format in WITH_QUALITY or not chosen.format
        self.quality.setEnabled(has_quality)
        self.quality_text.setEnabled(has_quality)
        self.bits.setEnabled(chosen.format in WITH_DEPTH or not chosen.format)
        self.side.setEnabled(bool(chosen.max_side_px))
        self._show_example()

    def _show_example(self) -> None:
        try:
            stem = result_stem(self.name.text(), self._facts)
        except SettingsError as error:
            self._show_error(error)
            return
        ending = _ENDINGS.get(self._settings.format, self._source_ending)
        folder = Path(self._settings.folder).name if self._settings.folder else ""
        shown = str(Path(folder) / f"{stem}{ending}")
        self._show_line(self.tr("For example: {name}").format(name=shown), is_error=False)

    def _show_error(self, error: SettingsError) -> None:
        self._show_line(f"{core_text(error.summary)} {core_text(error.remedy)}", is_error=True)

    def _show_line(self, text: str, *, is_error: bool) -> None:
        self.example.setText(text)
        self.example.setProperty("role", "error" if is_error else "muted")
        self.example.style().unpolish(self.example)
        self.example.style().polish(self.example)
        self.accept_button.setEnabled(not is_error)


def _beside(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(10)
    for number, widget in enumerate(widgets):
        row.addWidget(widget, 1 if number == 0 and isinstance(widget, QSlider) else 0)
    return row
