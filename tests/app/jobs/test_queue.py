import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread

from app.jobs.job import Job
from app.jobs.queue import JobQueue
from core.errors import OutputError


class Log:
    """Every ending of every job, in order."""

    def __init__(self, queue: JobQueue) -> None:
        self.started: list[int] = []
        self.endings: list[tuple[str, int]] = []
        self.results: dict[int, object] = {}
        self.reports: list[tuple[int, float, str]] = []
        queue.started.connect(self.started.append)
        queue.progressed.connect(lambda *report: self.reports.append(report))
        queue.succeeded.connect(self._succeeded)
        queue.failed.connect(lambda job, error: self._ended("failed", job, error))
        queue.cancelled.connect(lambda job: self._ended("cancelled", job, None))

    def _succeeded(self, job: int, result: object) -> None:
        self._ended("succeeded", job, result)

    def _ended(self, how: str, job: int, result: object) -> None:
        self.endings.append((how, job))
        self.results[job] = result


@pytest.fixture
def queue(qapp) -> Iterator[JobQueue]:
    made = JobQueue()
    yield made
    assert made.stop()


def wait_idle(qtbot, queue: JobQueue) -> None:
    qtbot.waitUntil(lambda: not queue.is_busy)


def test_a_job_runs_in_the_worker_thread_and_reports(qtbot, queue):
    log = Log(queue)

    def work(progress):
        progress.report(0.5, "halfway")
        return QThread.currentThread()

    job = queue.submit(Job("test", work))
    wait_idle(qtbot, queue)
    assert log.started == [job]
    assert log.endings == [("succeeded", job)]
    assert log.results[job] is not QThread.currentThread()
    assert (job, 0.5, "halfway") in log.reports


def test_jobs_run_strictly_one_at_a_time_in_order(qtbot, queue):
    log = Log(queue)
    running = []
    overlaps = []

    def work(number):
        def run(progress):
            overlaps.append(len(running))
            running.append(number)
            progress.report(0.5)
            running.remove(number)
            return number

        return run

    jobs = [queue.submit(Job("test", work(number))) for number in range(8)]
    wait_idle(qtbot, queue)
    assert [job for _, job in log.endings] == jobs
    assert overlaps == [0] * 8


def test_errors_of_every_kind_end_in_failed_and_the_queue_goes_on(qtbot, queue):
    log = Log(queue)

    def fail(error):
        def run(progress):
            raise error

        return run

    typed, untyped = OutputError("a", "b"), ZeroDivisionError()
    first = queue.submit(Job("test", fail(typed)))
    second = queue.submit(Job("test", fail(untyped)))
    third = queue.submit(Job("test", lambda progress: "fine"))
    wait_idle(qtbot, queue)
    assert log.endings == [("failed", first), ("failed", second), ("succeeded", third)]
    assert log.results[first] is typed
    assert log.results[second] is untyped


def test_cancelling_a_running_job_ends_it_once(qtbot, queue):
    log = Log(queue)
    entered = threading.Event()

    def work(progress):
        entered.set()
        while True:
            progress.check()

    job = queue.submit(Job("test", work))
    assert entered.wait(5)
    queue.cancel(job)
    queue.cancel(job)
    wait_idle(qtbot, queue)
    assert log.endings == [("cancelled", job)]


def test_a_job_cancelled_while_it_waits_never_starts(qtbot, queue):
    log = Log(queue)
    gate = threading.Event()
    ran = []
    first = queue.submit(Job("test", lambda progress: gate.wait(5)))
    second = queue.submit(Job("test", ran.append))
    queue.cancel(second)
    gate.set()
    wait_idle(qtbot, queue)
    assert log.started == [first]
    assert log.endings == [("succeeded", first), ("cancelled", second)]
    assert ran == []


@pytest.mark.parametrize(("keeps", "ending"), [(False, "cancelled"), (True, "succeeded")])
def test_a_result_after_the_cancelling_is_dropped_unless_it_is_on_the_disk(
    qtbot, queue, keeps, ending
):
    log = Log(queue)
    entered, gate = threading.Event(), threading.Event()

    def work(progress):
        entered.set()
        gate.wait(5)
        return "late"

    job = queue.submit(Job("test", work, keeps_late_result=keeps))
    assert entered.wait(5)
    queue.cancel(job)
    gate.set()
    wait_idle(qtbot, queue)
    assert log.endings == [(ending, job)]


def test_many_reports_do_not_flood_the_window(qtbot, queue):
    log = Log(queue)

    def work(progress):
        for step in range(20_000):
            progress.report(step / 20_000, "counting")

    queue.submit(Job("test", work))
    wait_idle(qtbot, queue)
    assert 1 <= len(log.reports) < 200


def test_stopping_cancels_everything(qapp):
    queue = JobQueue()
    entered = threading.Event()

    def work(progress):
        entered.set()
        while True:
            progress.check()

    log = Log(queue)
    jobs = [queue.submit(Job("test", work)) for _ in range(20)]
    assert entered.wait(5)
    assert queue.stop()
    qapp.processEvents()
    assert not queue.is_busy
    assert log.endings == [("cancelled", job) for job in jobs]
