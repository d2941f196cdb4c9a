"""What Heirloom is, which version, and the licences of everything shipped."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import (
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextTable,
)
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.button_row import button_row
from app.dialogs.licence_text import LicenceText
from app.widgets.theme import svg_pixmap
from core import __version__

_ICON_PX = 64
_TEXT_MARGIN_PX = 12


class AboutDialog(QDialog):
    """Version, promise, licences."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About Heirloom"))
        self.resize(800, 620)
        mark = QLabel()
        size = QSize(_ICON_PX, _ICON_PX)
        mark.setPixmap(svg_pixmap("heirloom", size, "#000000", self.devicePixelRatioF()))
        name = QLabel(self.tr("Heirloom {version}").format(version=__version__))
        name.setProperty("role", "title")
        promise = QLabel(
            self.tr(
                "Restores faces and colours in old photos, entirely on this computer. "
                "Restoring a face invents detail; the original is always kept."
            )
        )
        promise.setWordWrap(True)
        words = QVBoxLayout()
        words.addWidget(name)
        words.addWidget(promise)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        licences = self._licences()
        buttons = button_row(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 14)
        layout.setSpacing(14)
        layout.addLayout(head)
        layout.addWidget(licences, 1)
        layout.addWidget(buttons)

    def _licences(self) -> QWidget:
        overview = QTextBrowser()
        overview.setAccessibleName(self.tr("Licences"))
        overview.setToolTip(self.tr("The terms of everything that comes with Heirloom"))
        overview.setMarkdown(licence_texts())
        _calm(overview.document())
        overview.setOpenExternalLinks(True)
        # Qt makes a table of the whole width a pixel too wide.
        overview.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = bundle_licences()
        if not inside.is_file():
            return overview
        everything = LicenceText(inside)
        everything.setAccessibleName(self.tr("All licences"))
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(overview, self.tr("Overview"))
        tabs.addTab(everything, self.tr("All licences"))
        tabs.setTabToolTip(0, self.tr("What Heirloom itself is made of"))
        tabs.setTabToolTip(1, self.tr("The licence texts of everything in this copy of Heirloom"))
        return tabs


def _calm(text: QTextDocument) -> None:
    """Room around the words, headings hardly larger, tables without lines, no line too long."""
    text.setDocumentMargin(_TEXT_MARGIN_PX)
    broken = QTextBlockFormat()
    broken.setNonBreakableLines(False)
    block = text.begin()
    while block.isValid():
        QTextCursor(block).mergeBlockFormat(broken)
        if block.blockFormat().headingLevel():
            cursor = QTextCursor(block)
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            larger = QTextCharFormat()
            larger.setProperty(QTextFormat.Property.FontSizeAdjustment, 1)
            cursor.mergeCharFormat(larger)
        block = block.next()
    for frame in text.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            look = frame.format()
            look.setBorder(0)
            frame.setFormat(look)


def bundle_licences() -> Path:
    """Where a bundle has the licences of all that is in it; there is none in the source."""
    return Path(str(files("resources").joinpath("licences", "bundle", "third-party-licences.txt")))


def licence_texts() -> str:
    """All shipped licence texts as Markdown: the overview, then each text word by word."""
    folder = files("resources").joinpath("licences")
    if not folder.is_dir():
        return ""
    found = sorted((item for item in folder.iterdir() if item.is_file()), key=lambda i: i.name)
    overview = [item.read_text("utf-8") for item in found if item.name.endswith(".md")]
    texts = [
        f"## {item.name}\n\n~~~~\n{item.read_text('utf-8').strip()}\n~~~~"
        for item in found
        if not item.name.endswith(".md")
    ]
    return "\n\n".join([*overview, *texts])
