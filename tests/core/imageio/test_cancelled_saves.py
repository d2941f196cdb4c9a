"""Saves and readings that are cancelled or killed: nothing half stays."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import imageio_samples as samples
import numpy as np
import pytest
from imageio_helpers import NAMES, a_photo, image_file, save

from core.errors import Cancelled
from core.image import Photo
from core.imageio import read_photo
from core.imageio.atomic import is_part_file
from core.progress import CancelToken, Progress


def cancelling_after(calls):
    """A progress that cancels its own job at the n-th report."""
    token = CancelToken()
    seen = []

    def sink(fraction, message):
        seen.append(fraction)
        if len(seen) >= calls:
            token.cancel()

    return Progress(sink, token), seen


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("calls", [1, 2])
def test_cancelling_a_save_leaves_nothing_behind(tmp_path, name, calls):
    progress, _ = cancelling_after(calls)
    photo = Photo(samples.noise(3, np.uint8, (400, 300)))
    with pytest.raises(Cancelled):
        save(photo, tmp_path / name, progress=progress)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("calls", [1, 2, 3])
def test_cancelling_while_reading(tmp_path, name, calls):
    path = image_file(tmp_path / name)
    progress, _ = cancelling_after(calls)
    with pytest.raises(Cancelled):
        read_photo(path, progress)


@pytest.mark.parametrize("name", NAMES)
def test_progress_runs_from_start_to_end(tmp_path, name):
    fractions: list[float] = []
    sink = Progress(lambda fraction, message: fractions.append(fraction))
    save(Photo(samples.noise(3, np.uint8, (300, 300))), tmp_path / name, progress=sink)
    read_photo(tmp_path / name, sink)
    ones = [index for index, fraction in enumerate(fractions) if fraction == 1.0]
    assert len(ones) == 2
    written, read = fractions[: ones[0] + 1], fractions[ones[0] + 1 :]
    assert written == sorted(written)
    assert read == sorted(read)


KILLED = """
    import os, sys
    from pathlib import Path
    from core.imageio.atomic import atomic_file
    with atomic_file(Path(sys.argv[1]), overwrite=True) as handle:
        handle.write(b"half of the pict")
        handle.flush()
        os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_killed_process_leaves_the_old_file_and_a_hidden_part(tmp_path):
    target = tmp_path / "a.png"
    target.write_bytes(b"before")
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(target)],
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert target.read_bytes() == b"before"
    left = [path for path in tmp_path.iterdir() if path != target]
    assert len(left) == 1
    assert is_part_file(left[0])
    assert left[0].name.startswith(".")


def test_only_our_own_parts_are_recognised():
    assert is_part_file(Path(".heirloom-0123456789abcdef.part"))
    assert not is_part_file(Path("holiday.part"))
    assert not is_part_file(Path(".heirloom-photos"))


def test_new_files_get_the_users_usual_permissions(tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    saved = save(a_photo(), tmp_path / "a.png")
    assert saved.path.stat().st_mode == plain.stat().st_mode
