"""A piece of background work."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.progress import CancelToken, Progress

_ids = itertools.count(1)


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """Work for the worker thread.

    Attributes:
        title: What the user reads while it runs: "Restoring".
        work: Does it; takes `Progress`, returns the result. Runs in the worker thread, so it must
            touch no widget and no document.
        keeps_late_result: True where a result that arrives after the cancelling still counts,
            because it is already on the disk.
        id: Its number, never used twice.
        token: What stops it.
    """

    title: str
    work: Callable[[Progress], Any]
    keeps_late_result: bool = False
    id: int = field(default_factory=lambda: next(_ids))
    token: CancelToken = field(default_factory=CancelToken)
