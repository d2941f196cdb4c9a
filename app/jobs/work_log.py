"""Writes into the log what was done to photos: kinds, sizes and times, never names."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Slot

from app.jobs.photo_work import PhotoWork
from app.jobs.works import Opened, Restored
from app.session.bug_report import photo_kind
from app.session.log_file import log
from app.session.services import SavedFile
from app.session.troubles import Trouble


class WorkLog(QObject):
    """Listens to the work of one window.

    Args:
        work: What is listened to.
        parent: Owner.
    """

    def __init__(self, work: PhotoWork, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._began_s = time.monotonic()
        work.began.connect(self._on_began)
        work.opened.connect(self._on_opened)
        work.restored.connect(self._on_restored)
        work.saved.connect(self._on_saved)
        work.failed.connect(self._on_failed)

    @Slot(str)
    def _on_began(self, title: str) -> None:
        del title
        self._began_s = time.monotonic()

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        photo = opened.photo
        bits = photo.pixels.dtype.itemsize * 8
        kind = photo_kind(photo.source.format, photo.size.width, photo.size.height, bits)
        log.info("opened a photo: %s", kind)

    @Slot(object)
    def _on_restored(self, restored: Restored) -> None:
        result = restored.trace.result
        ran = ", ".join(
            f"{info.task} on {info.device} ({info.runtime}, {info.precision})"
            for info in result.engines
        )
        taken_s = time.monotonic() - self._began_s
        log.info("restored in %.1f s: %d faces; %s", taken_s, len(result.faces), ran or "no model")

    @Slot(object)
    def _on_saved(self, saved: SavedFile) -> None:
        try:
            size_bytes = saved.path.stat().st_size
        except OSError:
            size_bytes = 0
        log.info("saved a result: %s, %d bytes", saved.path.suffix, size_bytes)

    @Slot(object)
    def _on_failed(self, trouble: Trouble) -> None:
        if trouble.is_expected:
            log.warning("failed: %s", trouble.details.rpartition("\n")[2])
        else:
            log.error("failed\n%s", trouble.details)
