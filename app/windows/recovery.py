"""Keeps the settings of an unsaved photo where a crash cannot take them, and offers them again."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QDialogButtonBox

from app.dialogs.question import Question
from app.session.recovery import Draft, RecoveryStore, WantedSave
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
        self._offered: Draft | None = None
        self._awaited: Draft | None = None
        self._has_ended = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.keep_now)
        window.presenter.changed.connect(self._settle.start)
        window.work.wishes_changed.connect(self.keep_now)
        window.work.opened.connect(self._on_opened)
        window.work.ended.connect(self._on_ended)

    @property
    def is_work_kept(self) -> bool:
        """True where the present work would come back."""
        return self._kept is not None

    @Slot()
    def keep_now(self) -> None:
        """Write what would be lost, or remove it where nothing would."""
        draft = self._draft()
        if self._has_ended or draft == self._kept:
            return
        if draft is None:
            self._store.forget()
            self._kept = None
        elif self._store.keep(draft):
            self._kept = draft

    def end(self) -> None:
        """What is kept stays: work that is stopped from now on takes nothing away."""
        self._has_ended = True

    def _draft(self) -> Draft | None:
        """What would be lost now; what was lost before counts until the user has answered."""
        offered = self._offered or self._awaited or Draft()
        work = self._window.work
        saves = tuple(dict.fromkeys((*offered.saves, *work.wanted_saves)))
        document = work.document
        if document is None or not document.is_unsaved or document.photo.source.path is None:
            draft = msgspec.structs.replace(offered, saves=saves)
        else:
            photo = str(document.photo.source.path.absolute())
            draft = Draft(photo=photo, settings=document.settings, saves=saves)
        return draft if draft.photo or draft.saves else None

    def offer_lost(self) -> Question | None:
        """Ask whether what the last run lost is to be made up for; does not stand still."""
        draft = self._store.take_lost()
        if draft is None:
            return None
        self._offered = draft
        self.keep_now()
        question = Question(
            self.tr("Heirloom did not end as it should last time."),
            "\n\n".join(self._words(draft)),
            self._window,
        )
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.add(
            self.tr("Not now"),
            self.tr("Begins without a photo; the original photo is untouched"),
            QDialogButtonBox.ButtonRole.RejectRole,
        )
        again = question.add(*self._answer(draft), is_primary=True)
        again.clicked.connect(partial(self._make_up, draft))
        question.finished.connect(self._on_answered)
        question.open()
        return question

    def _words(self, draft: Draft) -> list[str]:
        words = []
        if draft.photo:
            text = self.tr(
                "“{name}” was open, and its result was not saved. "
                "Heirloom can open it again with the same settings."
            )
            words.append(text.format(name=Path(draft.photo).name))
        if draft.saves:
            names = dict.fromkeys(f"“{Path(wanted.photo).name}”" for wanted in draft.saves)
            text = self.tr(
                "You had pressed Save, but Heirloom ended before it was done: {names}. "
                "It can restore and save this now."
            )
            words.append(text.format(names=", ".join(names)))
        return words

    def _answer(self, draft: Draft) -> tuple[str, str]:
        if not draft.saves:
            return self.tr("Open it again"), self.tr("Opens the photo and restores it as it was")
        if not draft.photo:
            return self.tr("Save it now"), self.tr("Restores it as it was to be, and saves it")
        return self.tr("Go on"), self.tr("Opens the photo again, and saves what was to be saved")

    def _make_up(self, draft: Draft, *_checked: object) -> None:
        """Open the photo again, and save what was to be saved of others."""
        if draft.photo:
            self._window.leaving.when_saved(partial(self._open, draft))
        for wanted in draft.saves:
            if not _is_of_open_photo(wanted, draft):
                self._window.work.make_up(wanted)

    def _open(self, draft: Draft) -> None:
        own = tuple(wanted for wanted in draft.saves if _is_of_open_photo(wanted, draft))
        self._awaited = msgspec.structs.replace(draft, saves=own)
        self.keep_now()
        self._window.work.open_path(Path(draft.photo), draft.settings)

    @Slot()
    def _on_opened(self) -> None:
        """What was to be saved of the photo is, once it is open."""
        awaited, self._awaited = self._awaited, None
        for wanted in awaited.saves if awaited else ():
            self._window.work.make_up(wanted)

    @Slot()
    def _on_ended(self) -> None:
        """The photo is gone, or its opening was stopped: it cannot be offered for ever."""
        if self._awaited is not None:
            self._awaited = None
            self.keep_now()

    @Slot()
    def _on_answered(self) -> None:
        self._offered = None
        self.keep_now()


def _is_of_open_photo(wanted: WantedSave, draft: Draft) -> bool:
    return wanted.photo == draft.photo and wanted.settings == draft.settings
