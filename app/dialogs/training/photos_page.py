"""First step: which photos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QShortcut,
)
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.training.page import WizardPage, wrapped
from app.widgets.theme import current_colours, svg_pixmap

_PICTURE_PX = 44


class PhotosPage(WizardPage):
    """Folders and photos, a name, and whether folders are persons.

    Args:
        suffixes: Endings of photos that can be read.
    """

    def __init__(self, suffixes: Sequence[str]) -> None:
        super().__init__()
        self.set_words(
            self.tr("Which photos?"),
            self.tr(
                "Sharp photos of many faces teach most: a hundred or more, in the light and of the "
                "kind of people that you want to restore. They are only read, and nothing leaves "
                "this computer."
            ),
        )
        self._suffixes = tuple(suffixes)
        self._sources: list[Path] = []
        self.target = DropTarget()
        self.list = QListWidget()
        self.remove_button = QPushButton(self.tr("Remove from the list"))
        self.name = QLineEdit()
        self.persons = QCheckBox(self.tr("Each folder inside is named after one person"))
        self._named_by_user = False
        self._prepare()
        self._lay_out()
        self.target.dropped.connect(self.add)
        self.target.folder_asked.connect(self._on_folder_asked)
        self.target.photos_asked.connect(self._on_photos_asked)
        self.remove_button.clicked.connect(self._on_remove_clicked)
        self.list.currentRowChanged.connect(self._show)
        self.name.textEdited.connect(self._on_name_edited)
        self.persons.toggled.connect(self.changed)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._on_remove_clicked)
        self._show()

    def _prepare(self) -> None:
        self.list.setObjectName("plainList")
        self.list.setAccessibleName(self.tr("Chosen folders and photos"))
        self.list.setToolTip(self.tr("What will be looked through, with all folders below"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.remove_button.setToolTip(
            self.tr("Takes the chosen line off the list; the files stay where they are")
        )
        self.name.setAccessibleName(self.tr("Name of the model"))
        self.name.setToolTip(self.tr("Under this name the model will appear in the lists"))
        self.name.setPlaceholderText(self.tr("My photos"))
        self.name.setMaxLength(60)
        self.persons.setToolTip(
            self.tr(
                "Nobody is then both trained on and measured with, so the comparison at the end is "
                "stricter"
            )
        )

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        label = QLabel(self.tr("&Name of the model:"))
        label.setBuddy(self.name)
        row.addWidget(label)
        row.addWidget(self.name, 1)
        below = QHBoxLayout()
        below.addWidget(self.persons, 1)
        below.addWidget(self.remove_button)
        self.body.addWidget(self.target)
        self.body.addWidget(self.list, 1)
        self.body.addLayout(below)
        self.body.addLayout(row)

    @property
    def sources(self) -> tuple[Path, ...]:
        """Chosen folders and photos."""
        return tuple(self._sources)

    @property
    def model_name(self) -> str:
        """What the model shall be called."""
        return self.name.text().strip() or self.tr("My photos")

    @property
    def can_go_on(self) -> bool:
        """True once something is chosen."""
        return bool(self._sources)

    def reset(self) -> None:
        """Begin anew."""
        self._sources = []
        self._named_by_user = False
        self.name.clear()
        self.persons.setChecked(False)
        self._show()

    @Slot(object)
    def add(self, paths: Sequence[Path]) -> None:
        """Add folders and photos; what is on the list stays there once."""
        for path in paths:
            if path not in self._sources:
                self._sources.append(path)
        if not self._named_by_user and self._sources:
            first = self._sources[0]
            named = first if first.is_dir() else first.parent
            self.name.setText(named.name)
        self._show()
        self.list.setCurrentRow(self.list.count() - 1)

    @Slot(str)
    def _on_name_edited(self, text: str) -> None:
        self._named_by_user = bool(text)

    @Slot()
    def _on_folder_asked(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder of photos"))
        if name:
            self.add([Path(name)])

    @Slot()
    def _on_photos_asked(self) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in self._suffixes)
        kinds = self.tr("Pictures") + f" ({patterns});;" + self.tr("All files") + " (*)"
        names, _kind = QFileDialog.getOpenFileNames(self, self.tr("Choose photos"), "", kinds)
        self.add([Path(name) for name in names])

    @Slot()
    def _on_remove_clicked(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._sources):
            del self._sources[row]
            self._show()

    @Slot()
    def _show(self) -> None:
        if [self.list.item(i).text() for i in range(self.list.count())] != [
            str(path) for path in self._sources
        ]:
            self.list.clear()
            self.list.addItems([str(path) for path in self._sources])
        self.list.setVisible(bool(self._sources))
        self.remove_button.setVisible(bool(self._sources))
        self.remove_button.setEnabled(self.list.currentRow() >= 0)
        self.persons.setVisible(bool(self._sources))
        self.target.set_small(is_small=bool(self._sources))
        self.changed.emit()


class DropTarget(QFrame):
    """Takes dropped files, or offers to choose some.

    Signals:
        dropped: (paths)
        folder_asked: The user wants to choose a folder.
        photos_asked: The user wants to choose photos.
    """

    dropped = Signal(object)
    folder_asked = Signal()
    photos_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self._is_target = False
        self._picture = QLabel()
        self._words = wrapped(self.tr("Drop photos or folders here"), "heading")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.folder_button = QPushButton(self.tr("Choose a folder…"))
        self.folder_button.setToolTip(self.tr("Takes all photos in a folder and below it"))
        self.photos_button = QPushButton(self.tr("Choose photos…"))
        self.photos_button.setToolTip(self.tr("Takes single photos"))
        for button in (self.folder_button, self.photos_button):
            button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.folder_button)
        buttons.addWidget(self.photos_button)
        buttons.addStretch()
        self._room = QVBoxLayout(self)
        self._room.setSpacing(10)
        self._room.addStretch()
        self._room.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        self._room.addWidget(self._words)
        self._room.addLayout(buttons)
        self._room.addStretch()
        self._draw_picture()
        self.folder_button.clicked.connect(self.folder_asked)
        self.photos_button.clicked.connect(self.photos_asked)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Take the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_picture()

    def _draw_picture(self) -> None:
        size, ratio = QSize(_PICTURE_PX, _PICTURE_PX), self.devicePixelRatioF()
        self._picture.setPixmap(svg_pixmap("faces", size, current_colours().muted, ratio))

    def set_small(self, *, is_small: bool) -> None:
        """Make room for the list once something is chosen."""
        self._picture.setVisible(not is_small)
        self.setMinimumHeight(110 if is_small else 260)
        self.setMaximumHeight(120 if is_small else 16_777_215)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Accept files and folders."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            self._is_target = True
            self.update()
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        """Forget the drop that did not come."""
        self._is_target = False
        self.update()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Take what was dropped."""
        self._is_target = False
        self.update()
        event.acceptProposedAction()
        urls = event.mimeData().urls()
        self.dropped.emit([Path(url.toLocalFile()) for url in urls if url.isLocalFile()])

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """A dashed frame, in the accent colour while something hovers over it."""
        super().paintEvent(event)
        colours = current_colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._is_target:
            painter.setBrush(QColor(colours.accent_soft))
        colour = QColor(colours.accent if self._is_target else colours.groove)
        painter.setPen(QPen(colour, 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 10, 10)
