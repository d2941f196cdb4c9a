"""One writer a model: two Heirlooms that install the same one at once do not collide."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from core.progress import Progress

POLL_S = 0.1


@contextmanager
def exclusive(
    lock_path: Path, progress: Progress, sleep: Callable[[float], None] = time.sleep
) -> Iterator[None]:
    """Hold a lock between processes; the system releases it when its holder dies.

    While another holds it, this waits, says so, and can be cancelled.

    Raises:
        Cancelled: The job was stopped while waiting.
        OSError: The lock file cannot be made.
    """
    lock_path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(lock_path)
    while True:
        try:
            lock.acquire(blocking=False)
            break
        except Timeout:
            progress.report(0.0, "Waiting: another Heirloom is working on this model")
            sleep(POLL_S)
    try:
        yield
    finally:
        lock.release()
