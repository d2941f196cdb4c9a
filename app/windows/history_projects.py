"""Projects and recipes: what opens a photo as it was on another day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from app.dialogs import project_dialogs
from app.jobs.photo_work import PhotoWork
from app.jobs.works import Opened
from app.session.document import Document
from app.session.history import Edit, History
from app.session.project import (
    SUFFIX,
    is_project_file,
    load_project,
    photo_of_project,
    project_of,
    save_project,
)
from app.session.recipes import is_recipe_file, photo_of_recipe, recipe_beside
from app.session.troubles import trouble_of
from app.windows.history_actions import HistoryActions
from app.windows.parts import Parts
from app.windows.presenter import Presenter
from core.errors import RestorationError
from core.progress import Progress
from core.recipe import Recipe, load

OPENABLE_SUFFIXES = (SUFFIX, ".heirloom.json")
"""What the open dialog offers besides pictures."""

_KIND = "project"

Recent = Callable[[], tuple[str, ...]]
Remember = Callable[[Path], object]


@dataclass(frozen=True, slots=True, eq=False)
class _Awaited:
    """What a photo gets once it has been read.

    Attributes:
        photo: Its file.
        sha256: The hash that it had, or an empty string.
        history: What was done to it.
        project: The project that it is opened from, or None for a recipe.
    """

    photo: Path
    sha256: str
    history: History
    project: Path | None


class Projects(QObject):
    """Opens and saves projects, and opens recipes.

    Args:
        work: Reads the photo and holds the document.
        presenter: Shows what changed.
        parts: The banner says what happened.
        actions: The actions.
        recent: Gives the files that were opened last.
    """

    def __init__(
        self,
        work: PhotoWork,
        presenter: Presenter,
        parts: Parts,
        actions: HistoryActions,
        recent: Recent,
    ) -> None:
        super().__init__(presenter)
        self._work = work
        self._presenter = presenter
        self._parts = parts
        self._actions = actions
        self._recent = recent
        self._awaited: _Awaited | None = None
        self.remember: Remember | None = None
        actions.save_project.triggered.connect(self.save)
        actions.save_project_as.triggered.connect(self.save_as)
        work.opened.connect(self._on_opened)
        presenter.changed.connect(self._on_changed)
        self._on_changed()

    def takes(self, path: Path) -> bool:
        """Open a project, a recipe, or the original of a picture that has its recipe.

        Returns:
            False where the file is an ordinary picture, to be opened as such.
        """
        self._awaited = None
        try:
            if is_project_file(path):
                self._open_project(path)
            elif is_recipe_file(path):
                self._open_recipe(load(path), path)
            else:
                return self._takes_output(path)
        except RestorationError as error:
            self._presenter.show_trouble(trouble_of(error))
        return True

    def _open_project(self, path: Path) -> None:
        project = load_project(path)
        photo = photo_of_project(project, path)
        self._open(_Awaited(photo, project.photo_sha256, project.history(), path.absolute()))

    def _open_recipe(self, recipe: Recipe, path: Path) -> None:
        photo = photo_of_recipe(recipe, path, self._recent())
        history = History.of([Edit(recipe.settings)], 0)
        self._open(_Awaited(photo, recipe.photo_sha256, history, None))

    def _takes_output(self, path: Path) -> bool:
        """Offer the original where a picture has its recipe; others are no hindrance."""
        found = recipe_beside(path, self._recent())
        if found is None:
            return False
        recipe, original = found
        window = self._parts.central.window()
        if not project_dialogs.ask_about_recipe(window, path.name, original.name):
            return False
        self._open_recipe(recipe, path)
        return True

    def _open(self, awaited: _Awaited) -> None:
        self._awaited = awaited
        self._work.open_path(awaited.photo, awaited.history.settings)

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        """Give the photo its history before it is restored."""
        awaited, document = self._awaited, self._work.document
        self._awaited = None
        if awaited is None or document is None:
            return
        if opened.photo.source.path != awaited.photo:
            return
        document.history = awaited.history
        document.project_path = awaited.project
        self._presenter.show_settings()
        if awaited.sha256 and opened.photo.source.sha256 != awaited.sha256:
            self._parts.banner.show_note(
                self.tr("“{name}” is not the very same file any more.").format(
                    name=awaited.photo.name
                ),
                self.tr("It was changed since. Faces may be others than they were."),
            )

    @Slot()
    def save(self) -> None:
        """Save the project where it was, or where the user wants it."""
        document = self._work.document
        if document is not None:
            self._save(document, document.project_path or self._ask(document))

    @Slot()
    def save_as(self) -> None:
        """Save the project where the user wants it; from then on it is that file."""
        document = self._work.document
        if document is not None:
            self._save(document, self._ask(document))

    def _ask(self, document: Document) -> Path | None:
        photo = document.photo.source.path
        if photo is None:
            return None
        suggestion = document.project_path or photo.with_suffix(SUFFIX)
        return project_dialogs.ask_save_project(self._parts.central.window(), suggestion)

    def _save(self, document: Document, path: Path | None) -> None:
        photo = document.photo.source.path
        if photo is None or path is None:
            return
        project = project_of(photo, document.photo.source.sha256, document.history, path)

        def work(progress: Progress) -> Path:
            progress.check()
            save_project(project, path)
            return path

        title = self.tr("Saving the project")
        self._work.run_beside(_KIND, title, work, partial(self._on_saved, document))

    def _on_saved(self, document: object, path: object) -> None:
        assert isinstance(path, Path)
        if self._work.document is document and self._work.document is not None:
            self._work.document.project_path = path
        if self.remember is not None:
            self.remember(path)
        self._parts.banner.show_note(
            self.tr("The project is saved as “{name}”.").format(name=path.name),
            self.tr("It holds all steps and versions. The photo itself stays where it is."),
        )

    @Slot()
    def _on_changed(self) -> None:
        document = self._work.document
        has_file = document is not None and document.photo.source.path is not None
        self._actions.save_project.setEnabled(has_file)
        self._actions.save_project_as.setEnabled(has_file)
