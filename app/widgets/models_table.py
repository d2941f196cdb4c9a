"""The list of models: name, what for, size, terms, state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from app.widgets.core_text import core_text
from core.models.shelf import ModelState

if TYPE_CHECKING:
    from app.jobs.model_work import Kind, ModelWork, Run
    from core.models.spec import ModelSpec, Task
    from core.models.store import ModelStatus, ModelStore

NAME, TASK, SIZE, USE, STATE = range(5)
_ROOT = QModelIndex()
translate = QCoreApplication.translate
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

Index = QModelIndex | QPersistentModelIndex


class ModelsTable(QAbstractTableModel):
    """All models of a store with what is being done to them.

    Args:
        store: The models.
        work: What is being done to them.
        parent: Owner.
    """

    def __init__(self, store: ModelStore, work: ModelWork, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._work = work
        self._statuses = store.statuses()

    def refresh(self) -> None:
        """Look at the store again."""
        statuses = self._store.statuses()
        if [item.spec for item in statuses] == [item.spec for item in self._statuses]:
            self._statuses = statuses
            last = self.index(self.rowCount() - 1, STATE)
            self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self._statuses = statuses
        self.endResetModel()

    def show_progress(self) -> None:
        """Show how far the jobs are; the store itself is left alone."""
        last = self.rowCount() - 1
        self.dataChanged.emit(self.index(0, STATE), self.index(last, STATE))

    def status(self, row: int) -> ModelStatus | None:
        """What is in a row, or None outside the table."""
        return self._statuses[row] if 0 <= row < len(self._statuses) else None

    def row_of(self, model_id: str) -> int:
        """The row of a model; -1 where it is not in the table."""
        ids = [status.spec.id for status in self._statuses]
        return ids.index(model_id) if model_id in ids else -1

    @property
    def statuses(self) -> tuple[ModelStatus, ...]:
        """All rows."""
        return self._statuses

    def rowCount(self, parent: Index = _ROOT) -> int:  # noqa: N802
        """How many models there are."""
        return 0 if parent.isValid() else len(self._statuses)

    def columnCount(self, parent: Index = _ROOT) -> int:  # noqa: N802
        """How many columns there are."""
        return 0 if parent.isValid() else STATE + 1

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The title of a column."""
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                titles = self.tr("Model"), self.tr("For"), self.tr("Size"), self.tr("Use")
                return (*titles, self.tr("State"))[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                vertical = Qt.AlignmentFlag.AlignVCenter
                return _RIGHT if section == SIZE else Qt.AlignmentFlag.AlignLeading | vertical
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows."""
        status = self._statuses[index.row()]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self._text(status, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return core_text(status.spec.good_at)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == SIZE:
            return _RIGHT
        return None

    def _text(self, status: ModelStatus, column: int) -> str:
        spec = status.spec
        if column == NAME:
            return spec.name
        if column == TASK:
            return task_text(spec.task)
        if column == SIZE:
            return size_text(spec.size_bytes)
        if column == USE:
            return use_text(spec)
        run = self._work.run_of(spec.id)
        return state_text(status.state) if run is None else run_text(run)


def task_text(task: Task) -> str:
    """What a model is for."""
    texts: dict[Task, str] = {
        "face-restoration": translate("ModelsTable", "Faces"),
        "upscaling": translate("ModelsTable", "Enlarging"),
        "denoising": translate("ModelsTable", "Noise"),
        "inpainting": translate("ModelsTable", "Filling areas"),
        "detection": translate("ModelsTable", "Finding faces"),
        "damage": translate("ModelsTable", "Finding scratches"),
        "parsing": translate("ModelsTable", "Outlining faces"),
        "identity": translate("ModelsTable", "Comparing faces"),
        "landmarks": translate("ModelsTable", "Face points"),
        "prior": translate("ModelsTable", "Training"),
        "training": translate("ModelsTable", "Training"),
    }
    return texts[task]


def use_text(spec: ModelSpec) -> str:
    """Whether the terms allow commercial use."""
    return (
        translate("ModelsTable", "Any")
        if spec.commercial_use
        else translate("ModelsTable", "Not commercial")
    )


def state_text(state: ModelState) -> str:
    """Whether a model can be used."""
    texts = {
        ModelState.BUNDLED: translate("ModelsTable", "Built in"),
        ModelState.INSTALLED: translate("ModelsTable", "Installed"),
        ModelState.UNVERIFIED: translate("ModelsTable", "Not verified yet"),
        ModelState.PARTIAL: translate("ModelsTable", "Downloaded in part"),
        ModelState.MISSING: "",
    }
    return texts[state]


def run_text(run: Run) -> str:
    """What is being done to a model."""
    if run.fraction is None:
        return translate("ModelsTable", "Waiting")
    texts: dict[Kind, str] = {
        "install": translate("ModelsTable", "Downloading {percent} %"),
        "import": translate("ModelsTable", "Adding {percent} %"),
        "verify": translate("ModelsTable", "Verifying {percent} %"),
        "remove": translate("ModelsTable", "Removing"),
    }
    return texts[run.kind].format(percent=int(run.fraction * 100))


def size_text(size_bytes: int) -> str:
    """A size as the user's system writes it."""
    one_digit = 1 if size_bytes < 10_000_000 else 0
    return QLocale().formattedDataSize(
        size_bytes, one_digit, QLocale.DataSizeFormat.DataSizeSIFormat
    )
