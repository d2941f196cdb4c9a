"""Ends the program on the system's word: a signal, or the end of the user's session.

Python runs its signal handlers between two of its own instructions, and Qt's loop has none of them.
So the number of a signal is written to a socket that the loop listens to.
"""

from __future__ import annotations

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

_NAMES = ("SIGTERM", "SIGHUP", "SIGINT")


class EndSignals(QObject):
    """Tells when the system asks the program to end. Only for the main thread, once a process.

    Args:
        parent: Owner.

    Signals:
        received: (number of the signal)
    """

    received = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ours, self._theirs = socket.socketpair()
        for end in (self._ours, self._theirs):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_activated)
        self._before_fd = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        self._before = {
            number: signal.signal(number, _note)
            for number in _numbers()
            if signal.getsignal(number) is not signal.SIG_IGN  # as `nohup` wants it
        }

    def stop(self) -> None:
        """Let signals do what they did before; does nothing the second time."""
        if self._notifier.isEnabled():
            self._notifier.setEnabled(False)
            signal.set_wakeup_fd(self._before_fd)
            for number, handler in self._before.items():
                signal.signal(number, handler)
            self._ours.close()
            self._theirs.close()

    @Slot()
    def _on_activated(self) -> None:
        try:
            numbers = self._ours.recv(64)
        except OSError:
            return
        known = [number for number in numbers if number in self._before]
        if known:
            for number in self._before:  # who asks a second time does not want to wait
                signal.signal(number, signal.SIG_DFL)
            self.received.emit(known[0])


def _numbers() -> list[signal.Signals]:
    """Those of the signals that this system has."""
    return [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


def _note(_number: int, _frame: FrameType | None) -> None:
    """Does nothing: what counts is that the number was written to the socket."""
