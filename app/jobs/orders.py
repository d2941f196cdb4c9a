"""The jobs of a window that have not ended yet, each with what it is for. Knows no Qt."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from app.jobs.job import Job
from app.session.troubles import Trouble

OnSuccess = Callable[[object], None]
OnFailure = Callable[[Trouble | None], None]
"""Gets what went wrong, or None where the job was cancelled."""


@dataclass(frozen=True, slots=True)
class Order:
    """A job with what it is for.

    Attributes:
        kind: What it is stopped by.
        job: The job.
        on_success: Gets the result.
        on_failure: Gets what went wrong; without it, errors are told as all others are.
    """

    kind: str
    job: Job
    on_success: OnSuccess
    on_failure: OnFailure | None = None


class Orders:
    """Finds orders by the number of their job and by their kind.

    Args:
        quiet_kinds: Kinds of jobs that the user need not see.
    """

    def __init__(self, quiet_kinds: Collection[str] = ()) -> None:
        self._quiet = frozenset(quiet_kinds)
        self._open: dict[int, Order] = {}

    def __bool__(self) -> bool:
        return bool(self._open)

    @property
    def has_shown(self) -> bool:
        """True while a job that the user should see runs or waits."""
        return any(order.kind not in self._quiet for order in self._open.values())

    def add(self, order: Order) -> None:
        """Keep an order until its job has ended."""
        self._open[order.job.id] = order

    def take(self, job_id: int) -> Order | None:
        """The order of a job that has ended, which is forgotten; None for jobs of others."""
        return self._open.pop(job_id, None)

    def shown(self, job_id: int) -> Order | None:
        """The order of a job that the user should see; None for quiet ones and those of others."""
        order = self._open.get(job_id)
        return None if order is None or order.kind in self._quiet else order

    def is_open(self, *kinds: str) -> bool:
        """True while a job of one of these kinds runs or waits and was not cancelled."""
        return any(
            order.kind in kinds and not order.job.token.is_cancelled
            for order in self._open.values()
        )

    def cancel(self, *kinds: str) -> None:
        """Ask all jobs of these kinds to stop."""
        for order in self._open.values():
            if order.kind in kinds:
                order.job.token.cancel()

    def cancel_shown(self, running: int, but: Collection[str] = ()) -> None:
        """Ask all jobs to stop that the user sees.

        Args:
            running: Number of the job that runs now.
            but: Kinds that are stopped only where they run.
        """
        for order in self._open.values():
            if order.kind in self._quiet or (order.kind in but and order.job.id != running):
                continue
            order.job.token.cancel()
