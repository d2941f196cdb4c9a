"""Keeps the widgets in step with the open photo: what the work reports, what the user edits."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.jobs.photo_work import PhotoWork
from app.jobs.works import Opened, Restored
from app.session.document import Document
from app.session.pyramid import Pyramid
from app.session.services import Choices, SavedFile
from app.session.troubles import Trouble
from app.views.layer import Layer
from app.widgets.core_text import core_text
from app.windows.actions import Actions
from app.windows.parts import Parts
from core.settings import RestorationSettings


class Presenter(QObject):
    """Connects the work, the document and the widgets of one window.

    Args:
        work: Runs the jobs and holds the document.
        parts: The widgets.
        actions: The actions.
        parent: Owner.

    Signals:
        changed: The document, its settings or its state of saving changed.
    """

    changed = Signal()

    def __init__(
        self, work: PhotoWork, parts: Parts, actions: Actions, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._work = work
        self._parts = parts
        self._actions = actions
        self._result: Layer | None = None
        self._shown_notes: tuple[str, ...] = ()
        work.began.connect(self._on_began)
        work.progressed.connect(parts.area.card.show_progress)
        work.ended.connect(self._on_ended)
        work.opened.connect(self._on_opened)
        work.restored.connect(self._on_restored)
        work.previewed.connect(self._on_previewed)
        work.saved.connect(self._on_saved)
        work.failed.connect(self._on_failed)
        work.choices_found.connect(self._on_choices_found)
        parts.panel.edited.connect(self._on_edited)
        parts.panel.finished.connect(self._on_finished)
        parts.panel.restore_asked.connect(work.restore_now)
        parts.area.card.cancelled.connect(self.cancel)
        parts.area.canvas.zoomed.connect(parts.view_bar.show_zoom)
        self.refresh()

    # Orders of the user

    @Slot()
    def undo(self) -> None:
        """Take back the last change."""
        document = self._work.document
        if document is not None and document.history.undo():
            self._show_settings(document)

    @Slot()
    def redo(self) -> None:
        """Do again what was taken back."""
        document = self._work.document
        if document is not None and document.history.redo():
            self._show_settings(document)

    @Slot()
    def reset(self) -> None:
        """Go back to the settings that a fresh photo has; can be undone."""
        self.change(RestorationSettings(), self.tr("Reset"))

    @Slot()
    def cancel(self) -> None:
        """Stop what is being done."""
        if self._parts.area.card.isVisible():
            self._parts.area.card.show_stopping()
        self._work.cancel()

    def close_photo(self) -> None:
        """Go back to the empty state."""
        self._work.close_photo()
        self._result = None
        self._shown_notes = ()
        self._parts.area.canvas.clear()
        self._parts.banner.hide()
        self.refresh()

    def show_trouble(self, trouble: Trouble) -> None:
        """Show an error."""
        self._parts.banner.show_trouble(trouble)

    # Edits

    @Slot(object, str, str)
    def _on_edited(self, settings: RestorationSettings, title: str, merge_key: str) -> None:
        self.change(settings, title, merge_key)

    @Slot()
    def _on_finished(self) -> None:
        if self._work.document is not None:
            self._work.document.history.finish_merging()

    def change(self, settings: RestorationSettings, title: str, merge_key: str = "") -> None:
        """Take an edit of the user: one step of the history, and the picture follows."""
        document = self._work.document
        if document is not None and document.change(settings, title, merge_key):
            self._show_settings(document)

    def show_settings(self) -> None:
        """Bring everything in line with the document after its history moved."""
        if self._work.document is not None:
            self._show_settings(self._work.document)

    def _show_settings(self, document: Document) -> None:
        """After any change of the settings: widgets, faces, and the picture, soon."""
        self._parts.panel.show_settings(document.settings)
        if document.is_current:
            self._parts.area.canvas.show_result(self._result)
        self._work.settings_changed()
        self.refresh()

    # Reports of the work

    @Slot(str)
    def _on_began(self, title: str) -> None:
        self._parts.area.card.begin(title)
        self.refresh()

    @Slot()
    def _on_ended(self) -> None:
        self._parts.area.card.hide()
        self.refresh()

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        document = self._work.document
        if document is None:
            return
        self._result = None
        self._shown_notes = ()
        self._parts.banner.hide()
        self._parts.area.show_photo(shown=True)
        self._parts.area.canvas.show_photo(Layer(opened.pyramid), opened.photo.size)
        self._parts.area.canvas.setFocus()
        self._parts.panel.show_settings(document.settings)
        self._show_notes(opened.photo.notes)
        self.refresh()

    @Slot(object)
    def _on_restored(self, restored: Restored) -> None:
        document = self._work.document
        if document is None:
            return
        self._result = Layer(restored.pyramid)
        self._parts.area.canvas.show_result(self._result)
        self._show_notes((*document.photo.notes, *restored.trace.result.warnings))
        self.refresh()

    @Slot(object)
    def _on_previewed(self, pyramid: Pyramid) -> None:
        self._parts.area.canvas.show_result(Layer(pyramid))

    @Slot(object, object)
    def _on_saved(self, saved: SavedFile, document: Document) -> None:
        if document is not self._work.document:
            name = self._name(document)
            text = self.tr("“{name}” is saved as “{file}”.").format(name=name, file=saved.path.name)
            self._parts.banner.show_note(text, " ".join(map(core_text, saved.notes)))
            return
        self._parts.panel.show_saved(saved.path)
        if saved.notes:
            self._show_notes(saved.notes)
        self.refresh()

    @Slot(object)
    def _on_failed(self, trouble: Trouble) -> None:
        self.show_trouble(trouble)
        self.refresh()

    @Slot(object)
    def _on_choices_found(self, choices: Choices) -> None:
        self._parts.panel.set_choices(choices)

    # What is shown

    def refresh(self) -> None:
        """Bring buttons and texts in line with the state of the document."""
        document = self._work.document
        busy = self._work.is_busy
        is_open = document is not None
        has_result = document is not None and document.result is not None
        history = document.history if document else None
        self._parts.area.show_photo(shown=is_open)
        self._parts.panel.setVisible(is_open)
        self._parts.view_bar.setVisible(is_open)
        self._parts.header.show_name(self._name(document))
        self._parts.view_bar.show_info(self._size_text(document), self._engine_text(document))
        unsaved = document is not None and document.is_unsaved
        self._parts.panel.set_can_save(possible=has_result)
        if unsaved:
            self._parts.panel.show_saved(None)
        stopped = document is not None and not document.is_current and not busy
        self._parts.panel.set_can_restore(possible=stopped)
        actions = self._actions
        for action in (actions.save, actions.save_as, actions.original, *actions.compare.actions()):
            action.setEnabled(has_result)
        for action in (
            actions.close_photo,
            actions.faces,
            actions.loupe,
            actions.fit,
            actions.actual,
            actions.zoom_in,
            actions.zoom_out,
        ):
            action.setEnabled(is_open)
        actions.reset.setEnabled(
            document is not None and document.settings != RestorationSettings()
        )
        actions.undo.setEnabled(bool(history and history.undo_title))
        actions.redo.setEnabled(bool(history and history.redo_title))
        actions.cancel.setEnabled(self._parts.area.card.isVisible())
        self.changed.emit()

    def _name(self, document: Document | None) -> str:
        if document is None:
            return ""
        return document.name or self.tr("Pasted picture")

    def _size_text(self, document: Document | None) -> str:
        if document is None:
            return ""
        size = document.photo.size
        text = f"{size.width} × {size.height}"
        scale = document.settings.background.scale
        if scale > 1:
            text += f" → {size.width * scale} × {size.height * scale}"
        return text

    def _engine_text(self, document: Document | None) -> str:
        """What ran, on which device, and why there."""
        if document is None or document.result is None:
            return ""
        lines = [
            f"{info.model}: {info.device}, {info.runtime}, {info.precision}. "
            f"{core_text(info.reason)}"
            for info in document.result.engines
        ]
        return "\n".join(dict.fromkeys(line.strip() for line in lines))

    def _show_notes(self, notes: tuple[str, ...]) -> None:
        """Show sentences once; a message that was closed does not come back with every change."""
        if notes == self._shown_notes:
            return
        self._shown_notes = notes
        if notes:
            first, *rest = (core_text(note) for note in notes)
            self._parts.banner.show_note(first, " ".join(rest))
        elif self._parts.banner.kind == "note":
            self._parts.banner.hide()
