"""The widgets of the main window, made and laid out."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.views.photo_area import PhotoArea
from app.widgets.banner import Banner
from app.widgets.bars import HeaderBar
from app.widgets.control_panel import ControlPanel
from app.widgets.face_strip import FaceStrip
from app.widgets.library_pane import LibraryPane
from app.widgets.repair_bar import RepairBar
from app.widgets.view_bar import ViewBar
from app.windows.actions import Actions
from core.settings import RestorationSettings


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The widgets that the window and its presenter work with.

    Attributes:
        central: Holds all the others.
        header: Above the photo.
        first_run: The note about invented detail.
        banner: Errors and notes.
        training_end: How a training has ended.
        area: Empty state, photo, progress.
        strip: The faces.
        repair_bar: Above the photo while damage marks are corrected.
        view_bar: Below the photo.
        panel: The controls.
        library: The list of photos that are restored together.
    """

    central: QWidget
    header: HeaderBar
    first_run: Banner
    banner: Banner
    training_end: Banner
    area: PhotoArea
    strip: FaceStrip
    repair_bar: RepairBar
    view_bar: ViewBar
    panel: ControlPanel
    library: LibraryPane


def make_parts(actions: Actions, defaults: RestorationSettings, *, has_sample: bool) -> Parts:
    """Make the widgets and lay them out."""
    parts = Parts(
        QWidget(),
        HeaderBar((actions.open, actions.undo, actions.redo)),
        Banner(),
        Banner(),
        Banner(),
        PhotoArea(has_sample=has_sample),
        FaceStrip(),
        RepairBar(),
        ViewBar(
            actions.compare.actions(),
            (actions.original, actions.faces, actions.loupe, actions.compare_results),
            (actions.zoom_out, actions.zoom_in, actions.fit, actions.actual),
        ),
        ControlPanel(defaults),
        LibraryPane(),
    )
    banners = QVBoxLayout()
    banners.setContentsMargins(0, 0, 0, 0)
    banners.setSpacing(0)
    banners.addWidget(parts.first_run)
    banners.addWidget(parts.training_end)
    banners.addWidget(parts.banner)
    column = QVBoxLayout()
    column.setSpacing(0)
    column.addLayout(banners)
    column.addWidget(parts.repair_bar)
    column.addWidget(parts.area, 1)
    column.addWidget(parts.strip)
    column.addWidget(parts.view_bar)
    row = QHBoxLayout()
    row.setSpacing(0)
    row.addWidget(parts.library)
    row.addLayout(column, 1)
    row.addWidget(parts.panel)
    whole = QVBoxLayout(parts.central)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.setSpacing(0)
    whole.addWidget(parts.header)
    whole.addLayout(row, 1)
    return parts
