"""Every step that was done to the photo, and the versions that were kept of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.session.history import History
from app.widgets.hinted_list import HintedList
from app.widgets.theme import current_colours

_SIZE = (600, 440)


class HistoryDialog(QDialog):
    """Shows a history; stays open beside the window.

    Signals:
        step_chosen: (number of the step)
        keep_asked: The photo as it is now shall be kept as a version.
        version_chosen: (name)
        version_renamed: (old name, new name)
        version_removed: (name)
        compare_asked: The versions shall be compared in the grid.
    """

    step_chosen = Signal(int)
    keep_asked = Signal()
    version_chosen = Signal(str)
    version_renamed = Signal(str, str)
    version_removed = Signal(str)
    compare_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("History and versions"))
        self.resize(*_SIZE)
        self.steps = HintedList(self.tr("No photo is open."))
        self.steps.setAccessibleName(self.tr("Steps"))
        self.steps.setToolTip(self.tr("What was done; click a step to go there"))
        self.versions = HintedList(
            self.tr(
                "No version is kept yet. “Keep this version” remembers the photo as it is now, "
                "so that you can try something else and come back."
            )
        )
        self.versions.setAccessibleName(self.tr("Versions"))
        self.versions.setToolTip(self.tr("Versions that you kept; double-click one to go back"))
        self.keep = self._button(
            self.tr("Keep this version…"), self.tr("Remembers the photo as it is now, by a name")
        )
        self.use = self._button(
            self.tr("Go to version"), self.tr("Gives the photo the settings of the chosen version")
        )
        self.rename = self._button(self.tr("Rename"), self.tr("Lets you type another name"))
        self.remove = self._button(
            self.tr("Remove"), self.tr("Forgets the version; Undo brings it back")
        )
        self.compare = self._button(
            self.tr("Compare all"), self.tr("Shows the photo and its versions side by side")
        )
        self._lay_out()
        self._connect()

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        return button

    def _lay_out(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, title, shown in (
            (left, self.tr("Steps"), self.steps),
            (right, self.tr("Versions"), self.versions),
        ):
            heading = QLabel(title)
            heading.setProperty("role", "heading")
            column.setSpacing(8)
            column.addWidget(heading)
            column.addWidget(shown, 1)
        first, second = QHBoxLayout(), QHBoxLayout()
        for row, buttons in (
            (first, (self.keep, self.compare)),
            (second, (self.use, self.rename, self.remove)),
        ):
            row.setSpacing(8)
            for button in buttons:
                row.addWidget(button)
        right.addLayout(second)
        right.addLayout(first)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(18)
        layout.addLayout(left, 1)
        layout.addLayout(right, 1)

    def _connect(self) -> None:
        self.steps.itemClicked.connect(self._on_step)
        self.steps.itemActivated.connect(self._on_step)
        self.versions.currentItemChanged.connect(self._on_version_current)
        self.versions.itemDoubleClicked.connect(self._on_use)
        self.versions.itemChanged.connect(self._on_version_edited)
        self.keep.clicked.connect(self.keep_asked)
        self.use.clicked.connect(self._on_use)
        self.rename.clicked.connect(self._on_rename)
        self.remove.clicked.connect(self._on_remove)
        self.compare.clicked.connect(self.compare_asked)

    def show_history(self, history: History | None) -> None:
        """Show another state; None where no photo is open."""
        for shown in (self.steps, self.versions):
            shown.blockSignals(True)
        chosen = self._current_version()
        self.steps.clear()
        self.versions.clear()
        if history is not None:
            self._fill_steps(history)
            self._fill_versions(history, chosen)
        for shown in (self.steps, self.versions):
            shown.blockSignals(False)
        self.keep.setEnabled(history is not None)
        self._on_version_current()

    def _fill_steps(self, history: History) -> None:
        for number, edit in enumerate(history.edits):
            item = QListWidgetItem(edit.title or self.tr("Opened"))
            item.setData(Qt.ItemDataRole.UserRole, number)
            if number > history.position:
                item.setForeground(QColor(current_colours().disabled))
                item.setToolTip(self.tr("Taken back; click to do it again"))
            self.steps.addItem(item)
        self.steps.setCurrentRow(history.position)
        self.steps.scrollToItem(self.steps.item(history.position))

    def _fill_versions(self, history: History, chosen: str) -> None:
        for version in history.versions:
            item = QListWidgetItem(version.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setData(Qt.ItemDataRole.UserRole, version.name)
            if version.settings == history.settings:
                font = item.font()
                font.setBold(True)
                item.setFont(font)
                item.setToolTip(self.tr("The photo is as it was in this version"))
            self.versions.addItem(item)
            if version.name == chosen:
                self.versions.setCurrentItem(item)

    def _current_version(self) -> str:
        item = self.versions.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""

    @Slot()
    def _on_version_current(self) -> None:
        has_one = bool(self._current_version())
        for button in (self.use, self.rename, self.remove):
            button.setEnabled(has_one)
        self.compare.setEnabled(self.versions.count() > 0)

    @Slot(QListWidgetItem)
    def _on_step(self, item: QListWidgetItem) -> None:
        self.step_chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    @Slot()
    def _on_use(self) -> None:
        if name := self._current_version():
            self.version_chosen.emit(name)

    @Slot()
    def _on_rename(self) -> None:
        item = self.versions.currentItem()
        if item is not None:
            self.versions.editItem(item)

    @Slot(QListWidgetItem)
    def _on_version_edited(self, item: QListWidgetItem) -> None:
        self.version_renamed.emit(item.data(Qt.ItemDataRole.UserRole), item.text())

    @Slot()
    def _on_remove(self) -> None:
        if name := self._current_version():
            self.version_removed.emit(name)
