"""The queue that the window hands its work to."""

from __future__ import annotations

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal, Slot

from app.jobs.job import Job
from app.jobs.worker import Worker

STOP_TIMEOUT_MS = 30_000
"""How long the end of the present job is waited for; loading libraries cannot be interrupted."""


class JobQueue(QObject):
    """Runs jobs one at a time in one thread, in the order in which they came.

    Each job that was submitted ends in exactly one of `succeeded`, `failed` and `cancelled`. After
    `cancel`, a result that arrives all the same is dropped, unless the job keeps late results.

    Signals:
        started: (job id)
        progressed: (job id, fraction in [0, 1], what is being done)
        succeeded: (job id, result)
        failed: (job id, exception)
        cancelled: (job id)
        idled: Nothing is left to do.
    """

    started = Signal(int)
    progressed = Signal(int, float, str)
    succeeded = Signal(int, object)
    failed = Signal(int, object)
    cancelled = Signal(int)
    idled = Signal()

    _submitted = Signal(object)
    _stop_asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open: dict[int, Job] = {}
        self.deadline: QDeadlineTimer | None = None
        """Until when `stop` waits; for `STOP_TIMEOUT_MS` where there is none."""
        self._thread = QThread(self)
        self._thread.setObjectName("heirloom-worker")
        self._worker = Worker()
        self._worker.moveToThread(self._thread)
        self._thread.started.connect(self._worker.on_thread_started)
        self._submitted.connect(self._worker.on_submitted)
        self._stop_asked.connect(self._worker.on_stop_asked)
        self._worker.started.connect(self._on_started)
        self._worker.progressed.connect(self._on_progressed)
        self._worker.succeeded.connect(self._on_succeeded)
        self._worker.failed.connect(self._on_failed)
        self._worker.cancelled.connect(self._on_cancelled)
        self._thread.start()

    @property
    def is_busy(self) -> bool:
        """True while a job runs or waits."""
        return bool(self._open)

    def submit(self, job: Job) -> int:
        """Add a job at the end of the queue and return its id."""
        self._open[job.id] = job
        self._submitted.emit(job)
        return job.id

    def cancel(self, job_id: int) -> None:
        """Ask a job to stop; does nothing where it has already ended."""
        job = self._open.get(job_id)
        if job:
            job.token.cancel()

    def cancel_all(self) -> None:
        """Ask every job to stop."""
        for job in self._open.values():
            job.token.cancel()

    def stop(self) -> bool:
        """Cancel everything and end the thread; call it once, before the program ends.

        Returns:
            False where a job did not react in time; the thread is never torn down by force.
        """
        self.cancel_all()
        # Behind the jobs in the same queue, so that those that wait end as cancelled first.
        self._stop_asked.emit()
        return self._thread.wait(self.deadline or QDeadlineTimer(STOP_TIMEOUT_MS))

    @Slot(int)
    def _on_started(self, job_id: int) -> None:
        if not self._open[job_id].token.is_cancelled:
            self.started.emit(job_id)

    @Slot(int, float, str)
    def _on_progressed(self, job_id: int, fraction: float, message: str) -> None:
        if not self._open[job_id].token.is_cancelled:
            self.progressed.emit(job_id, fraction, message)

    @Slot(int, object)
    def _on_succeeded(self, job_id: int, result: object) -> None:
        job = self._open.pop(job_id)
        if job.token.is_cancelled and not job.keeps_late_result:
            self.cancelled.emit(job_id)
        else:
            self.succeeded.emit(job_id, result)
        self._tell_idle()

    @Slot(int, object)
    def _on_failed(self, job_id: int, error: object) -> None:
        job = self._open.pop(job_id)
        if job.token.is_cancelled:
            # What breaks while a job is being torn down is of no interest to anybody.
            self.cancelled.emit(job_id)
        else:
            self.failed.emit(job_id, error)
        self._tell_idle()

    @Slot(int)
    def _on_cancelled(self, job_id: int) -> None:
        del self._open[job_id]
        self.cancelled.emit(job_id)
        self._tell_idle()

    def _tell_idle(self) -> None:
        if not self._open:
            self.idled.emit()
