"""Keeps the settings of an unsaved photo where a crash cannot take them, and offers them again."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from app.dialogs.question import Question
from app.session.recovery import Draft, RecoveryStore
from app.windows.main_window import MainWindow

SETTLE_MS = 400


class Recovery(QObject):
    """Watches the document of one window.

    Args:
        window: The window.
        store: Where drafts are kept.
    """

    def __init__(self, window: MainWindow, store: RecoveryStore) -> None:
        super().__init__(window)
        self._window = window
        self._store = store
        self._kept: Draft | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.keep_now)
        window.presenter.changed.connect(self._settle.start)

    @property
    def is_work_kept(self) -> bool:
        """True where the present work would come back."""
        return self._kept is not None

    @Slot()
    def keep_now(self) -> None:
        """Write what would be lost, or remove it where nothing would."""
        draft = self._draft()
        if draft == self._kept:
            return
        if draft is None:
            self._store.forget()
            self._kept = None
        elif self._store.keep(draft):
            self._kept = draft

    def _draft(self) -> Draft | None:
        document = self._window.work.document
        if document is None or not document.is_unsaved or document.photo.source.path is None:
            return None
        return Draft(photo=str(document.photo.source.path.absolute()), settings=document.settings)

    def offer_lost(self) -> Question | None:
        """Ask whether what the last run lost is to be opened again; does not stand still."""
        draft = self._store.take_lost()
        if draft is None:
            return None
        name = Path(draft.photo).name
        question = Question(
            self.tr("Heirloom did not end as it should last time."),
            self.tr(
                "“{name}” was open, and its result was not saved. "
                "Heirloom can open it again with the same settings."
            ).format(name=name),
            self._window,
        )
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.add(
            self.tr("Not now"), self.tr("Begins without a photo; the original photo is untouched")
        )
        again = question.add(
            self.tr("Open it again"),
            self.tr("Opens the photo and restores it as it was"),
            is_primary=True,
        )
        again.clicked.connect(partial(self._open, draft))
        question.open()
        return question

    def _open(self, draft: Draft, *_checked: object) -> None:
        self._window.work.open_path(Path(draft.photo), draft.settings)
