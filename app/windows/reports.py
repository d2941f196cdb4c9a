"""One click makes a report on the open photo, or on the list, and shows it in the browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from app.jobs.photo_work import PhotoWork
from app.jobs.report_work import ListReportOrder, ReportOrder, list_report_work, report_work
from app.session.library import Library, LibraryPhoto, PhotoState
from app.session.services import Services
from app.widgets.banner import Banner
from app.widgets.core_text import core_text
from app.widgets.language import present_language
from app.windows.actions import Actions

_KIND = "report"


class Reports(QObject):
    """Carries out the report actions.

    Args:
        services: Know where results go.
        work: Knows the open photo, and runs the job.
        commands: Whose action is connected.
        banner: Says where the report is.
        parent: Owner.
    """

    def __init__(
        self,
        services: Services,
        work: PhotoWork,
        commands: Actions,
        banner: Banner,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._work = work
        self._action = commands.report
        self._list_action = commands.report_list
        self._library: Library | None = None
        self._banner = banner
        self.show_page: Callable[[Path], object] = _open_in_browser
        commands.report.triggered.connect(self.make)
        commands.report_list.triggered.connect(self.make_on_list)
        commands.report_list.setVisible(False)
        self.refresh()

    def follow(self, library: Library) -> None:
        """Offer a report on the photos of a list, too."""
        self._library = library
        self._list_action.setVisible(True)

    @Slot()
    def make_on_list(self) -> None:
        """Make one report on all photos of the list that are done or failed."""
        done = self._done()
        if self._library is None or not done:
            self._banner.show_note(self.tr("No photo of the list is done yet."))
            return
        failed = [photo for photo in self._library.photos if photo.state is PhotoState.FAILED]
        folder = Path(done[0].output).parent
        order = ListReportOrder(
            tuple((Path(photo.path), Path(photo.output)) for photo in done),
            tuple((photo.name, photo.reason, photo.remedy) for photo in failed),
            folder,
            folder.name or "photos",
            core_text,
            present_language(),
        )
        title = self.tr("Making the report")
        self._work.run_beside(_KIND, title, list_report_work(order), self._on_made)

    def _done(self) -> list[LibraryPhoto]:
        """Photos of the list whose results Heirloom made."""
        made = (PhotoState.DONE, PhotoState.WARNING)
        photos = self._library.photos if self._library is not None else ()
        return [photo for photo in photos if photo.state in made and photo.output]

    @Slot()
    def make(self) -> None:
        """Make a report on the result as it is shown now."""
        document = self._work.document
        if document is None or document.result is None or document.result_settings is None:
            return
        photo, saved = document.photo, document.saved_path
        order = ReportOrder(
            document.result,
            document.result_settings,
            saved,
            lambda: (saved or self._services.default_output(photo)).parent,
            core_text,
            present_language(),
        )
        self._work.run_beside(
            _KIND, self.tr("Making the report"), report_work(order), self._on_made
        )

    def _on_made(self, written: object) -> None:
        page = getattr(written, "page", None)
        if isinstance(page, Path):
            self._banner.show_note(
                self.tr("The report is saved as “{name}”.").format(name=page.name),
                self.tr("Beside it lie a contact sheet and a table of the scores."),
            )
            self.show_page(page)

    @Slot()
    def refresh(self) -> None:
        """Offer a report where there is a result."""
        document = self._work.document
        self._action.setEnabled(document is not None and document.result is not None)


def _open_in_browser(page: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(page)))
