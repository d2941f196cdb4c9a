"""A server that misbehaves, a clock that does not wait, and a download from it."""

import hashlib

from model_server import CONTENT

from core.models.download import Downloader, DownloadRequest
from core.progress import no_progress

SHA256 = hashlib.sha256(CONTENT).hexdigest()


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self):
        self.now_s = 0.0

    def monotonic(self):
        return self.now_s

    def sleep(self, seconds):
        self.now_s += seconds


def fetch(server, part, clock, progress=None, urls=None, **changes):
    """Download the server's file into `part` as the store would."""
    wanted = {"sha256": SHA256, "size_bytes": len(CONTENT)} | changes
    urls = urls or (f"{server.url}/net.pth",)
    downloader = Downloader(clock=clock, jitter=lambda: 1.0)
    downloader.fetch(DownloadRequest("Net", urls, part, **wanted), progress or no_progress())
