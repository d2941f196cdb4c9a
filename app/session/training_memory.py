"""How much memory is free."""

from __future__ import annotations

from pathlib import Path

_FILE = Path("/proc/meminfo")


def free_memory_bytes(file: Path = _FILE) -> int | None:
    """Memory that a new program can have; None where the system does not tell it simply."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None
