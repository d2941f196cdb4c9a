"""One click makes a report on the open photo and shows it in the browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from app.jobs.photo_work import PhotoWork
from app.jobs.report_work import ReportOrder, report_work
from app.session.services import Services
from app.widgets.banner import Banner
from app.widgets.core_text import core_text
from app.widgets.language import present_language
from app.windows.actions import Actions

_KIND = "report"


class Reports(QObject):
    """Carries out the report action.

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
        self._banner = banner
        self.show_page: Callable[[Path], object] = _open_in_browser
        commands.report.triggered.connect(self.make)
        for signal in (work.opened, work.restored, work.ended, work.began):
            signal.connect(self._refresh)
        self._refresh()

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
    def _refresh(self) -> None:
        document = self._work.document
        self._action.setEnabled(document is not None and document.result is not None)


def _open_in_browser(page: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(page)))
