"""Time and memory of the main job, each in a fresh process as a user starts it.

    python tests/benchmarks/bench_main_job.py

Prints: seconds for the shipped sample including start-up, the share of start-up in it, peak memory
for a 24-megapixel JPEG with one face, and how long a cancel takes.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

SAMPLE = Path(__file__).parents[2] / "resources" / "samples" / "astronaut-aged.jpg"
LARGE_SIZE = (6000, 4000)
CANCEL_DELAYS_S = (0.5, 1.5, 2.5, 3.5)


def command(source: Path, out: Path, *options: str) -> list[str]:
    """The command line that a user would type."""
    return [sys.executable, "-m", "app.cli", "restore", str(source), "-o", str(out), "-q", *options]


def timed(arguments: list[str]) -> float:
    """Wall clock seconds of a process that must succeed."""
    began = time.perf_counter()
    subprocess.run(arguments, check=True)
    return time.perf_counter() - began


def peak_bytes(arguments: list[str]) -> int:
    """Peak resident memory of a process that must succeed."""
    reader = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", reader, *arguments], check=True, capture_output=True, text=True
    )
    unit = 1 if sys.platform == "darwin" else 1024
    return int(done.stdout) * unit


def large_photo(path: Path) -> None:
    """A 24-megapixel JPEG with one face: the sample in the middle of a textured picture."""
    sample = cv2.imread(str(SAMPLE))
    width, height = LARGE_SIZE
    coarse = np.random.default_rng(0).integers(60, 200, (40, 60, 3), dtype=np.uint8)
    canvas = cv2.resize(coarse, LARGE_SIZE, interpolation=cv2.INTER_CUBIC)
    top, left = (height - sample.shape[0]) // 2, (width - sample.shape[1]) // 2
    canvas[top : top + sample.shape[0], left : left + sample.shape[1]] = sample
    cv2.imwrite(str(path), canvas, [cv2.IMWRITE_JPEG_QUALITY, 92])


def cancel_seconds(source: Path, out: Path, delay_s: float) -> float | None:
    """Seconds from Ctrl-C to the end of the process; None where it had ended before."""
    process = subprocess.Popen(command(source, out), stderr=subprocess.DEVNULL)
    try:
        process.wait(delay_s)
    except subprocess.TimeoutExpired:
        began = time.perf_counter()
        process.send_signal(signal.SIGINT)
        process.wait()
        left = [path for path in out.rglob("*") if path.is_file()] if out.exists() else []
        if left and process.returncode != 0:
            raise SystemExit(f"cancelled, but left behind: {left}") from None
        return time.perf_counter() - began
    return None


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        report = base / "report.json"
        startup = timed([sys.executable, "-c", "import core.api, torch"])
        seconds = timed(command(SAMPLE, base / "a", "--json", str(report)))
        inside = json.loads(report.read_text())[0]["seconds"]
        print(f"sample: {seconds:.2f} s in all, {inside:.2f} s of it for the photo")
        print(f"imports alone: {startup:.2f} s, ratio {startup / seconds:.2f}")
        large = base / "large.jpg"
        large_photo(large)
        megapixels = LARGE_SIZE[0] * LARGE_SIZE[1] / 1e6
        peak = peak_bytes(command(large, base / "b"))
        print(f"{megapixels:.0f} megapixels, one face: peak {peak / 1e9:.2f} GB")
        for delay in CANCEL_DELAYS_S:
            waited = cancel_seconds(large, base / f"c{delay}", delay)
            text = "had already finished" if waited is None else f"{waited:.2f} s"
            print(f"Ctrl-C after {delay} s: {text}")


if __name__ == "__main__":
    main()
