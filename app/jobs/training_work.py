"""What the training window has done in the background: check photos, draw pairs, measure, register.

It has worker threads of its own, so that a long check never keeps a photo waiting, and a slider's
preview never waits for a check. Training itself is no job: see `app.jobs.training_process`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from app.jobs.eta import Eta
from app.jobs.job import Job
from app.jobs.queue import JobQueue
from app.session.troubles import trouble_of
from core.progress import Progress

Work = Callable[[Progress], Any]


@dataclass(slots=True)
class _Order:
    """A job with what it is for."""

    kind: str
    job: Job
    eta: Eta


class TrainingWork(QObject):
    """Runs jobs by kind: of one kind, at most one runs and only the latest wish waits.

    Signals:
        began: (kind, title)
        progressed: (kind, fraction, what is being done, seconds left or None)
        done: (kind, result)
        failed: (kind, Trouble)
        cancelled: (kind)
    """

    began = Signal(str, str)
    progressed = Signal(str, float, str, object)
    done = Signal(str, object)
    failed = Signal(str, object)
    cancelled = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._orders: dict[int, _Order] = {}
        self._waiting: dict[str, tuple[str, Work, bool]] = {}
        self._slow = self._make_queue()
        self._quick = self._make_queue()

    def _make_queue(self) -> JobQueue:
        queue = JobQueue(self)
        queue.started.connect(self._on_started)
        queue.progressed.connect(self._on_progressed)
        queue.succeeded.connect(self._on_succeeded)
        queue.failed.connect(self._on_failed)
        queue.cancelled.connect(self._on_cancelled)
        return queue

    @property
    def is_busy(self) -> bool:
        """True while anything runs or waits."""
        return bool(self._orders)

    def is_running(self, kind: str) -> bool:
        """True while a job of this kind runs or waits."""
        return any(order.kind == kind for order in self._orders.values())

    def submit(self, kind: str, title: str, work: Work, *, quick: bool = False) -> None:
        """Run a job; where one of its kind is at work, this one follows in place of any other.

        Args:
            kind: What it is for; comes back with each signal.
            title: What the user reads while it runs.
            work: Does it.
            quick: It takes well under a second and shall not wait for long jobs.
        """
        if self.is_running(kind):
            self._waiting[kind] = (title, work, quick)
            return
        job = Job(title, work)
        self._orders[job.id] = _Order(kind, job, Eta())
        (self._quick if quick else self._slow).submit(job)

    @Slot(str)
    def cancel(self, kind: str) -> None:
        """Stop what runs or waits of a kind."""
        self._waiting.pop(kind, None)
        for order in self._orders.values():
            if order.kind == kind:
                order.job.token.cancel()

    def stop(self) -> None:
        """Cancel everything and end the threads; call it once, before the program ends."""
        self._waiting.clear()
        self._slow.cancel_all()
        self._quick.cancel_all()
        self._slow.stop()
        self._quick.stop()

    @Slot(int)
    def _on_started(self, job_id: int) -> None:
        order = self._orders[job_id]
        order.eta = Eta()
        self.began.emit(order.kind, order.job.title)

    @Slot(int, float, str)
    def _on_progressed(self, job_id: int, fraction: float, message: str) -> None:
        order = self._orders[job_id]
        self.progressed.emit(order.kind, fraction, message, order.eta.left_s(fraction))

    @Slot(int, object)
    def _on_succeeded(self, job_id: int, result: object) -> None:
        order = self._orders.pop(job_id)
        self.done.emit(order.kind, result)
        self._go_on(order.kind)

    @Slot(int, object)
    def _on_failed(self, job_id: int, error: BaseException) -> None:
        order = self._orders.pop(job_id)
        self.failed.emit(order.kind, trouble_of(error))
        self._go_on(order.kind)

    @Slot(int)
    def _on_cancelled(self, job_id: int) -> None:
        order = self._orders.pop(job_id)
        self.cancelled.emit(order.kind)
        self._go_on(order.kind)

    def _go_on(self, kind: str) -> None:
        waiting = self._waiting.pop(kind, None)
        if waiting is not None and not self.is_running(kind):
            title, work, quick = waiting
            self.submit(kind, title, work, quick=quick)
