"""Work that cannot be interrupted, done beside a caller who goes on reporting and can leave."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

Result = TypeVar("Result")

_EVERY_S = 0.05
_ON_TIME = 0.9


def beside(work: Callable[[], Result], report: Callable[[], None]) -> Result:
    """Run `work` in another thread and wait for it.

    Args:
        work: Goes on to its own end, and its result is dropped, where `report` raises.
        report: Called twenty times a second; raises to leave at once.

    Returns:
        What `work` returned; its exception is raised here.
    """
    worker = ThreadPoolExecutor(1, thread_name_prefix="beside")
    try:
        running = worker.submit(work)
        while not wait([running], timeout=_EVERY_S).done:
            report()
        return running.result()
    finally:
        worker.shutdown(wait=False)


def estimated_share(elapsed: float) -> float:
    """How far a run probably is; always growing and never quite done.

    Beyond the expected time it grows ever slower, but slowly enough that even a run that takes a
    hundred times as long is seen to go on.

    Args:
        elapsed: Time so far, as a multiple of what the run is expected to take.
    """
    if elapsed < 1:
        return _ON_TIME * elapsed
    return 1 - (1 - _ON_TIME) / elapsed


def creeping(report: Callable[[float], None], expected_s: float) -> Callable[[], None]:
    """A report for `beside` that estimates from the time how far the work is.

    Args:
        report: Takes the share that is done, [0, 1].
        expected_s: How long the work usually takes.
    """
    began = time.monotonic()
    return lambda: report(estimated_share((time.monotonic() - began) / expected_s))
