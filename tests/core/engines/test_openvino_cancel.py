"""A cancel while OpenVINO computes: its own complaint must not replace the cancel."""

from __future__ import annotations

import pytest

from core.errors import Cancelled

pytest.importorskip("core.engines.openvino_silent")

from core.engines.openvino_runtime import _wait


class Request:
    """As OpenVINO's: busy for some polls; waiting for a cancelled one raises at the end."""

    def __init__(self, busy_polls: int) -> None:
        self.busy_polls = busy_polls
        self.cancelled = False

    def wait_for(self, _timeout_ms: int) -> bool:
        self.busy_polls -= 1
        if self.busy_polls > 0:
            return False
        if self.cancelled:
            raise RuntimeError("Infer Request was canceled")
        return True

    def cancel(self) -> None:
        self.cancelled = True


def stop() -> None:
    raise Cancelled


def test_a_cancel_waits_for_the_request_and_stays_a_cancel() -> None:
    request = Request(busy_polls=5)
    with pytest.raises(Cancelled):
        _wait(request, stop)
    assert request.cancelled
    assert request.busy_polls == 0


def test_a_failure_of_the_request_itself_is_not_hidden() -> None:
    request = Request(busy_polls=2)
    request.cancelled = True
    with pytest.raises(RuntimeError, match="canceled"):
        _wait(request, lambda: None)
