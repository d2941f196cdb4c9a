"""The object that lives in the worker thread and runs one job after the other."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.jobs.gentle import step_back
from app.jobs.job import Job
from core.errors import Cancelled
from core.progress import Progress

REPORT_INTERVAL_S = 0.03


class Worker(QObject):
    """Runs jobs in the thread it was moved to. Each job that it gets ends in exactly one signal.

    Signals:
        started: (job id)
        progressed: (job id, fraction in [0, 1], what is being done)
        succeeded: (job id, result)
        failed: (job id, exception)
        cancelled: (job id)
    """

    started = Signal(int)
    progressed = Signal(int, float, str)
    succeeded = Signal(int, object)
    failed = Signal(int, object)
    cancelled = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._job_id = 0
        self._last_message = ""
        self._last_report_s = 0.0

    @Slot(object)
    def on_submitted(self, job: Job) -> None:
        """Run one job to its end."""
        if job.token.is_cancelled:
            self.cancelled.emit(job.id)
            return
        self._job_id, self._last_message, self._last_report_s = job.id, "", 0.0
        self.started.emit(job.id)
        try:
            result: Any = job.work(Progress(self._on_progress, job.token))
        except Cancelled:
            self.cancelled.emit(job.id)
        except Exception as error:  # noqa: BLE001  one of the two places that catch broadly
            self.failed.emit(job.id, error)
        else:
            self.succeeded.emit(job.id, result)

    @Slot()
    def on_thread_started(self) -> None:
        """Let the window's thread go first."""
        step_back()

    @Slot()
    def on_stop_asked(self) -> None:
        """End the thread, once all jobs before have ended."""
        self.thread().quit()

    def _on_progress(self, fraction: float, message: str) -> None:
        """Pass a report on, not more often than a person can see."""
        now_s = time.monotonic()
        is_new = message != self._last_message
        if not is_new and now_s - self._last_report_s < REPORT_INTERVAL_S:
            return
        self._last_message, self._last_report_s = message, now_s
        self.progressed.emit(self._job_id, fraction, message)
