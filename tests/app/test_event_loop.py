"""The window answers while it works. Exact figures: tests/benchmarks/bench_event_loop.py."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from app_fakes import save_png
from PySide6.QtCore import QObject, QTimer
from watchdog import Block, Starvation, Watchdog

from app.jobs.gentle import TURN_MS, ImportsInTurns
from app.session.library import PhotoState

MOST_BUSY_MS = 100
"""What the window's thread may calculate at a stretch; other programs make no difference to it."""

MOST_OWN_MS = 400
"""How long it may wait for a lock as well. Whoever holds the lock may wait for a processor, where
the machine is busy with other tests, and that time cannot be told apart."""

_LOADS = """
import gc, sys
from app.jobs.gentle import gentle_loading, open_torch_libraries
assert "torch" not in sys.modules
frozen = gc.get_freeze_count()
with gentle_loading():
    assert not gc.isenabled()
    assert "torch" not in sys.modules
    import torch
assert gc.isenabled()
assert gc.get_freeze_count() > frozen
assert open_torch_libraries() == 0  # they are open
print(float(torch.ones(2).sum()))
"""

_OPENS = """
import sys
from app.jobs.gentle import open_torch_libraries
print(open_torch_libraries(), "torch" in sys.modules)
"""


def calculate(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def hold_the_lock(seconds: float) -> None:
    """What an extension does that never gives Python's lock away."""
    ctypes.PyDLL(None).usleep(int(seconds * 1e6))


@pytest.mark.parametrize("block", [calculate, time.sleep])
def test_the_watchdog_sees_that_the_thread_calculates_or_sleeps(qtbot, block):
    with Watchdog(noted_ms=80) as watchdog:
        QTimer.singleShot(0, watchdog, lambda: block(0.15))
        qtbot.waitUntil(lambda: bool(watchdog.blocks))
    assert watchdog.longest_own_ms >= 100
    if block is calculate:
        assert watchdog.longest_busy_ms >= 100
    assert watchdog.restart()[0].own_ms >= 100
    assert not watchdog.blocks


@pytest.mark.skipif(sys.platform == "win32", reason="usleep is not of Windows")
def test_the_watchdog_sees_that_another_thread_holds_the_lock(qtbot):
    with Watchdog(noted_ms=80) as watchdog:
        thread = threading.Thread(target=hold_the_lock, args=(0.3,))
        thread.start()
        qtbot.waitUntil(lambda: bool(watchdog.blocks))
        thread.join()
    assert watchdog.longest_own_ms >= 100
    assert watchdog.longest_busy_ms < 100


@pytest.mark.parametrize(
    ("length_ms", "starved_ms", "busy_ms", "own_ms"),
    [(200, 0, 10, 200), (200, 150, 10, 50), (200, 190, 120, 120), (200, 0, 260, 200)],
)
def test_only_what_other_programs_take_is_taken_off(length_ms, starved_ms, busy_ms, own_ms):
    assert Block(0.0, length_ms, starved_ms, busy_ms).own_ms == own_ms


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it")
def test_time_without_a_processor_is_counted():
    """Two threads that want the same processor share it."""
    every = os.sched_getaffinity(0)
    code = "import os; os.sched_setaffinity(0, {%d}); print(flush=True)\nwhile True: pass"
    one = min(every)
    rival = subprocess.Popen([sys.executable, "-c", code % one], stdout=subprocess.PIPE)
    starvation = Starvation()
    try:
        assert rival.stdout is not None
        rival.stdout.readline()
        os.sched_setaffinity(0, {one})
        before_ms, began_s = starvation.read_ms(), time.perf_counter()
        calculate(0.2)
        wall_ms = (time.perf_counter() - began_s) * 1000
        starved_ms = starvation.read_ms() - before_ms
    finally:
        os.sched_setaffinity(0, every)
        rival.kill()
        rival.communicate()
        starvation.close()
    assert 50 < starved_ms < wall_ms
    assert starvation.read_ms() == 0


def test_opening_restoring_and_saving_leave_the_event_loop_alone(qtbot, window, tmp_path):
    pixels = np.random.default_rng(1).integers(0, 255, (1500, 2000, 3), np.uint8)
    path = save_png(tmp_path / "large.png", pixels)
    with Watchdog() as watchdog:
        window.open_paths([path])
        qtbot.waitUntil(lambda: window.work.document is not None, timeout=30_000)
        qtbot.waitUntil(lambda: not window.work.is_busy, timeout=30_000)
        window.commands.save.trigger()
        qtbot.waitUntil(lambda: not window.work.is_busy, timeout=30_000)
    check(watchdog)


def test_a_batch_of_twelve_with_a_damaged_photo_leaves_the_event_loop_alone(
    qtbot, window, tmp_path
):
    album = tmp_path / "album"
    album.mkdir()
    for number in range(11):
        save_png(album / f"photo-{number:02d}.png", np.full((600, 800, 3), 20 * number, np.uint8))
    (album / "damaged.png").write_bytes(b"\x89PNG\r\n\x1a\n but no picture")
    desk = window.library
    desk.batch.set_rest_ms(0)
    with Watchdog() as watchdog:
        window.open_paths([album])
        qtbot.waitUntil(lambda: len(desk.library) == 12 and not window.work.is_busy, timeout=30_000)
        window.parts.library.start.click()
        qtbot.waitUntil(lambda: not desk.batch.is_on, timeout=60_000)
        qtbot.waitUntil(lambda: not (window.work.is_busy or desk.chores.is_busy), timeout=30_000)
    assert desk.library.count(PhotoState.FAILED) == 1
    check(watchdog)


def check(watchdog: Watchdog) -> None:
    """The window answered all the time."""
    assert watchdog.ticks > 10
    assert watchdog.longest_busy_ms < MOST_BUSY_MS
    assert watchdog.longest_own_ms < MOST_OWN_MS


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_large_libraries_are_imported_while_the_collector_rests():
    assert run(_LOADS) == "2.0"


def test_the_libraries_of_torch_are_opened_without_importing_it():
    count, imported = run(_OPENS).split()
    assert imported == "False"
    if sys.platform == "linux":
        assert int(count) >= 3


def test_modules_for_later_are_imported_one_a_turn(qtbot, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    names = ["later_one", "later_two", "later_three"]
    for name in names:
        (tmp_path / f"{name}.py").write_text("")
    owner = QObject()
    imports = ImportsInTurns(names, owner)
    seen = []
    imports._timer.timeout.connect(lambda: seen.append(sum(name in sys.modules for name in names)))
    assert not imports.is_done
    imports.start()
    qtbot.waitUntil(lambda: imports.is_done)
    qtbot.wait(3 * TURN_MS)
    assert seen == [1, 2, 3]
    for name in names:
        del sys.modules[name]
