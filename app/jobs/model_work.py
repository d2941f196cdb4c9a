"""What the models window has done in the background: install, import, verify, remove.

It has a worker thread of its own, so that a long download never keeps a photo waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, Signal, Slot

from app.jobs.eta import Eta
from app.jobs.job import Job
from app.jobs.queue import JobQueue
from app.session.troubles import trouble_of
from core.errors import LicenceError
from core.models.own_models import Inspection
from core.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.models.spec import ModelSpec
    from core.models.store import ModelStore

Kind = Literal["install", "import", "verify", "remove"]


@dataclass(slots=True)
class Run:
    """A job that runs or waits.

    Attributes:
        kind: What it does.
        subject: A model's id, or the file that is imported.
        job: The job.
        eta: How long it will take; None while it waits.
        fraction: Done share in [0, 1]; None while it waits.
    """

    kind: Kind
    subject: str
    job: Job
    eta: Eta | None = None
    fraction: float | None = None


class ModelWork(QObject):
    """Changes a model store in the background. Its methods return at once.

    Args:
        store: The models.
        parent: Owner.

    Signals:
        began: (title) a job has started.
        progressed: (fraction, what is being done, seconds left or None)
        changed: A job was added, began or ended; states may be others.
        ended: Nothing runs or waits any more.
        done: (kind, result) a job has ended well; the result is a path, a spec or bytes freed.
        failed: (Trouble)
        terms_needed: (spec, retry) the user must accept terms; calling `retry` goes on.
    """

    began = Signal(str)
    progressed = Signal(float, str, object)
    changed = Signal()
    ended = Signal()
    done = Signal(str, object)
    failed = Signal(object)
    terms_needed = Signal(object, object)

    def __init__(self, store: ModelStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._runs: dict[int, Run] = {}
        self._mirror = ""
        self._queue = JobQueue(self)
        self._queue.started.connect(self._on_started)
        self._queue.progressed.connect(self._on_progressed)
        self._queue.succeeded.connect(self._on_succeeded)
        self._queue.failed.connect(self._on_failed)
        self._queue.cancelled.connect(self._on_cancelled)
        self._queue.idled.connect(self.ended)

    @property
    def is_busy(self) -> bool:
        """True while something runs or waits."""
        return bool(self._runs)

    def run_of(self, model_id: str) -> Run | None:
        """The job that runs or waits for a model, if there is one."""
        return next((run for run in self._runs.values() if run.subject == model_id), None)

    def install(self, spec: ModelSpec, mirror: str = "", *, accepted: bool = False) -> None:
        """Download a model, or go on with it.

        Args:
            spec: The model.
            mirror: Address to download from instead; empty for where it was published.
            accepted: True where the user has just accepted its terms.
        """
        self._mirror = mirror
        work = partial(self._store.install, spec.id, mirror=mirror or None, accept_licence=accepted)
        self._submit("install", spec.id, self.tr("Downloading {name}"), spec.name, work)

    def import_file(self, path: Path, *, accepted: bool = False) -> None:
        """Add a file that the user already has."""
        work = partial(self._store.import_file, path, inspect=_inspect, accept_licence=accepted)
        self._submit("import", str(path), self.tr("Adding {name}"), path.name, work)

    def verify(self, spec: ModelSpec) -> None:
        """Compare the hash of a model with the published one."""
        work = partial(self._store.verify, spec.id)
        self._submit("verify", spec.id, self.tr("Verifying {name}"), spec.name, work)

    def remove(self, spec: ModelSpec) -> None:
        """Delete a model."""
        work = partial(self._store.remove, spec.id)
        self._submit("remove", spec.id, self.tr("Removing {name}"), spec.name, work)

    def cancel(self, model_id: str) -> None:
        """Stop what runs or waits for a model."""
        run = self.run_of(model_id)
        if run is not None:
            self._queue.cancel(run.job.id)

    @Slot()
    def cancel_current(self) -> None:
        """Stop what runs now; what waits comes next."""
        for run in self._runs.values():
            if run.fraction is not None:
                self._queue.cancel(run.job.id)

    def stop(self) -> None:
        """Cancel everything and end the thread; call it once, before the program ends."""
        self._queue.stop()

    def _submit(
        self, kind: Kind, subject: str, title: str, name: str, work: Callable[[Progress], Any]
    ) -> None:
        if self.run_of(subject) is not None:
            return
        job = Job(title.format(name=name), work, keeps_late_result=True)
        self._runs[job.id] = Run(kind, subject, job)
        self._queue.submit(job)
        self.changed.emit()

    @Slot(int)
    def _on_started(self, job_id: int) -> None:
        run = self._runs[job_id]
        run.eta, run.fraction = Eta(), 0.0
        self.began.emit(run.job.title)
        self.changed.emit()

    @Slot(int, float, str)
    def _on_progressed(self, job_id: int, fraction: float, message: str) -> None:
        run = self._runs[job_id]
        run.fraction = fraction
        left_s = run.eta.left_s(fraction) if run.eta else None
        self.progressed.emit(fraction, message, left_s)

    @Slot(int, object)
    def _on_succeeded(self, job_id: int, result: object) -> None:
        run = self._runs.pop(job_id)
        self.changed.emit()
        self.done.emit(run.kind, result)

    @Slot(int, object)
    def _on_failed(self, job_id: int, error: BaseException) -> None:
        run = self._runs.pop(job_id)
        self.changed.emit()
        if isinstance(error, LicenceError):
            spec = self._store.spec(error.model_id)
            self.terms_needed.emit(spec, partial(self._retry, run, spec))
        else:
            self.failed.emit(trouble_of(error))

    @Slot(int)
    def _on_cancelled(self, job_id: int) -> None:
        del self._runs[job_id]
        self.changed.emit()

    def _retry(self, run: Run, spec: ModelSpec) -> None:
        if run.kind == "import":
            self.import_file(Path(run.subject), accepted=True)
        else:
            self.install(spec, self._mirror, accepted=True)


def _inspect(path: Path) -> Inspection:
    from core.models.inspection import inspect_model  # loads torch, which only unknown files need

    return inspect_model(path)
