"""Models that exist only in tests; `model_server` serves their content."""

from __future__ import annotations

import hashlib

import msgspec
from model_server import CONTENT

from core.models.spec import ModelSpec

FREE = ModelSpec(
    id="free-net",
    name="Free Net",
    task="upscaling",
    architecture="rrdbnet",
    source="download",
    file="Free_Net.pth",
    urls=("https://example.invalid/v1/Free_Net.pth",),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    size_bytes=len(CONTENT),
    licence="MIT",
    licence_url="https://example.invalid/MIT",
    commercial_use=True,
    origin="us",
    good_at="Tests.",
    scale=2,
)

OTHER_CONTENT = CONTENT[::-1]
BOUND = msgspec.structs.replace(
    FREE,
    id="bound-net",
    name="Bound Net",
    file="Bound.pth",
    urls=("https://example.invalid/v1/Bound.pth",),
    sha256=hashlib.sha256(OTHER_CONTENT).hexdigest(),
    licence="LicenseRef-bound",
    commercial_use=False,
    note="Not for shops.",
)
"""As large as `FREE`, but not for commercial use."""
