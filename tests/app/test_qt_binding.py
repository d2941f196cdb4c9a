"""The Qt binding itself: it must not lose references, or the process dies after a while."""

import sys

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

CALLS = 200
NOISE = CALLS // 4


class Sender(QObject):
    told = Signal(object)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None cannot be lost there")
@pytest.mark.parametrize("thing", [None, True, False], ids=str)
def test_the_binding_keeps_count_of_references(qtbot, thing):
    widget, sender = QWidget(), Sender()
    qtbot.addWidget(widget)
    sender.told.connect(lambda _thing: None)
    before = sys.getrefcount(thing)
    for _ in range(CALLS):
        widget.setEnabled(True)
        widget.parent()
        sender.told.emit(thing)
    assert abs(sys.getrefcount(thing) - before) < NOISE
