"""Presets, versions and projects of one window, made and connected with each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from app.jobs.photo_work import PhotoWork
from app.session.presets import FOLDER, PresetStore, is_preset_file
from app.session.services import Services
from app.windows.actions import Actions
from app.windows.compare_grid import CompareGrid
from app.windows.compare_views import CompareViews
from app.windows.history_actions import HistoryActions
from app.windows.history_presets import PresetMenu, SetUsual
from app.windows.history_projects import OPENABLE_SUFFIXES, Projects, Recent, Remember
from app.windows.history_versions import VersionMenu
from app.windows.parts import Parts
from app.windows.presenter import Presenter


class HistoryParts(QObject):
    """What compares results and keeps them.

    Args:
        services: The engine.
        work: Holds the document.
        presenter: Takes settings and shows them.
        parts: The widgets.
        commands: The actions of the window, and those of presets, versions and projects.
    """

    def __init__(
        self,
        services: Services,
        work: PhotoWork,
        presenter: Presenter,
        parts: Parts,
        commands: tuple[Actions, HistoryActions],
    ) -> None:
        super().__init__(presenter)
        actions, history = commands
        self._tools = work, presenter, parts, history
        self.compare_views = CompareViews(parts, actions, self)
        self.compare_grid = CompareGrid(services, work, presenter, parts, actions)
        self.version_menu = VersionMenu(*self._tools, self.compare_grid)
        self.compare_grid.set_source("versions", self.version_menu.named)
        for action in (history.presets, history.versions):
            parts.header.add_action(action)

    def keep_in(
        self, folder: Path, set_usual: SetUsual, recent: Recent, remember: Remember
    ) -> None:
        """Say where presets lie, and who knows defaults and recent files; call it once.

        Args:
            folder: The program's own folder.
            set_usual: Takes what the default preset says of fresh photos.
            recent: Gives the files that were opened last.
            remember: Takes one more of them.
        """
        self.preset_menu = PresetMenu(PresetStore(folder / FOLDER), *self._tools)
        self.preset_menu.use_default_through(set_usual)
        self.compare_grid.set_source("presets", self.preset_menu.named)
        self.projects = Projects(*self._tools, recent)
        self.projects.remember = remember

    def takes_preset(self, path: Path | None) -> bool:
        """Add a preset that was dropped or opened. Returns False for any other file."""
        if path is None or not is_preset_file(path):
            return False
        self.preset_menu.take_in(path)
        return True


def with_own_suffixes(pictures: Sequence[str]) -> tuple[str, ...]:
    """What the open dialog offers: pictures, projects and recipes."""
    return (*pictures, *OPENABLE_SUFFIXES)
