"""The journal of a batch: what a crash at any moment leaves behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from app.session.batch_journal import BatchJournal, Begun, Ended, Queue
from app.session.library import LibraryPhoto, PhotoState
from core.export import ExportSettings
from core.image import Photo
from core.imageio import WriteOptions, write_photo
from core.imageio.atomic import atomic_file, remove_stale_parts
from core.recipe import path_beside

STATES = PhotoState


def photo(name: str, state: PhotoState = STATES.WAITING, **fields) -> LibraryPhoto:
    return LibraryPhoto(id=name, path=f"/album/{name}", relative=name, state=state, **fields)


def queue(*photos: LibraryPhoto) -> Queue:
    return Queue(photos=photos or tuple(photo(name) for name in "abc"))


@pytest.fixture
def journal(tmp_path):
    made = BatchJournal(tmp_path / "queue")
    yield made
    made.close()


def crash(journal: BatchJournal) -> BatchJournal:
    """What the next start finds: the system drops the lock of a process that is gone."""
    journal.close()
    return BatchJournal(journal._folder)


def states(found: Queue) -> list[PhotoState]:
    return [photo.state for photo in found.photos]


def test_a_queue_comes_back_as_it_was(journal):
    assert not journal.may_hold_something()
    kept = Queue(
        export=ExportSettings(folder="/out", quality=70),
        photos=(photo("a", STATES.FAILED, reason="It is damaged."), photo("b", number=2)),
    )
    assert journal.write(kept)
    after = crash(journal)
    assert after.may_hold_something()
    assert after.unfinished() == kept
    after.close()


def test_what_the_log_says_counts_more_than_an_older_queue(journal):
    journal.write(queue())
    journal.add(Begun(id="a", attempt=0, output="/out/a", is_new=True))
    journal.add(Ended(id="a", attempt=0, state=STATES.DONE, output="/out/a"))
    journal.add(Begun(id="b", attempt=0, output="/out/b", is_new=True))
    after = crash(journal)
    found = after.unfinished()
    assert states(found) == [STATES.DONE, STATES.WAITING, STATES.WAITING]
    assert found.photos[0].output == "/out/a"
    assert after.interrupted == (Path("/out/b"),)
    after.close()


def test_a_photo_that_was_worked_on_waits_again(journal):
    journal.write(queue(photo("a", STATES.WORKING), photo("b", STATES.CANCELLED)))
    after = crash(journal)
    assert states(after.unfinished()) == [STATES.WAITING, STATES.CANCELLED]
    after.close()


def test_a_result_that_was_complete_before_the_kill_is_not_made_again(journal, tmp_path):
    output = tmp_path / "a-restored.png"
    output.write_bytes(b"whole")
    journal.write(queue())
    journal.add(Begun(id="a", attempt=0, output=str(output), is_new=True))
    half = crash(journal)
    assert states(half.unfinished())[0] is STATES.WAITING  # its recipe is not there yet
    path_beside(output).write_bytes(b"{}")
    after = crash(half)
    assert states(after.unfinished())[0] is STATES.DONE
    after.close()


def test_an_older_result_is_not_taken_for_the_new_one(journal, tmp_path):
    output = tmp_path / "a.png"
    output.write_bytes(b"of last year")
    path_beside(output).write_bytes(b"{}")
    journal.write(queue())
    journal.add(Begun(id="a", attempt=0, output=str(output), is_new=False))
    after = crash(journal)
    assert states(after.unfinished())[0] is STATES.WAITING
    after.close()


def test_a_line_of_an_earlier_attempt_counts_no_more(journal):
    journal.add(Ended(id="a", attempt=0, state=STATES.FAILED, reason="It is damaged."))
    journal.write(queue(photo("a", attempt=1), photo("b")))
    after = crash(journal)
    assert states(after.unfinished()) == [STATES.WAITING, STATES.WAITING]
    after.close()


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_log_that_was_cut_off_anywhere_is_read_as_far_as_it_goes(journal, cut):
    journal.write(queue())
    journal.add(Ended(id="a", attempt=0, state=STATES.DONE))
    journal.add(Ended(id="b", attempt=0, state=STATES.DONE))
    log = journal._log_path(0)
    log.write_bytes(log.read_bytes()[:-cut])
    after = crash(journal)
    assert states(after.unfinished())[0] is STATES.DONE
    after.close()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"format": 99}', b"[]"])
def test_a_damaged_or_newer_queue_is_no_queue(journal, content):
    journal.write(queue())
    path = journal._queue_path(0)
    after = crash(journal)
    path.write_bytes(content)
    assert after.unfinished() is None
    after.close()


def test_a_finished_batch_leaves_nothing(journal):
    journal.write(queue(photo("a", STATES.DONE), photo("b", STATES.FAILED)))
    after = crash(journal)
    assert after.unfinished() is None
    assert not after.may_hold_something()
    journal = BatchJournal(after._folder)
    journal.write(queue())
    journal.forget()
    assert not journal.may_hold_something()


def test_a_second_window_neither_takes_nor_harms_a_running_batch(journal):
    journal.write(queue())
    second = BatchJournal(journal._folder)
    assert second.unfinished() is None
    assert second.write(queue(photo("z")))
    second.close()
    after = crash(journal)
    found = {after.unfinished().photos[0].id}
    other = BatchJournal(journal._folder)
    found.add(other.unfinished().photos[0].id)
    assert found == {"a", "z"}
    after.close()
    other.close()


def test_the_lock_goes_with_a_killed_process(tmp_path):
    code = (
        "import os, sys; from pathlib import Path\n"
        "from app.session.batch_journal import BatchJournal, Queue\n"
        "from app.session.library import LibraryPhoto\n"
        "j = BatchJournal(Path(sys.argv[1]))\n"
        "j.write(Queue(photos=(LibraryPhoto(id='a', path='/a', relative='a'),)))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=root, check=False)
    assert done.returncode == -9
    journal = BatchJournal(tmp_path)
    assert journal.unfinished().photos[0].id == "a"
    journal.close()


def test_a_folder_that_cannot_be_written_is_told_and_does_no_harm(tmp_path):
    (tmp_path / "wall").write_text("I am a file")
    journal = BatchJournal(tmp_path / "wall")
    assert not journal.write(queue())
    journal.add(Ended(id="a", attempt=0, state=STATES.DONE))
    assert BatchJournal(None).unfinished() is None
    assert not BatchJournal(None).write(queue())


def test_what_follows_a_line_that_a_crash_cut_off_is_read(tmp_path):
    journal = BatchJournal(tmp_path)
    assert journal.write(queue(photo("a"), photo("b"), photo("c")))
    journal.add(Begun(id="a", attempt=0, output=str(tmp_path / "a.png"), is_new=True))
    journal.close()
    (log,) = tmp_path.glob("*.log")
    log.write_bytes(log.read_bytes()[:-9])  # killed while it wrote the line
    again = BatchJournal(tmp_path)
    assert again.unfinished() is not None
    again.add(Ended(id="b", attempt=0, state=STATES.DONE, output="b.png"))
    again.add(Ended(id="c", attempt=0, state=STATES.FAILED))
    again.close()
    left = BatchJournal(tmp_path)
    found = left.unfinished()
    assert found is not None
    assert [one.state for one in found.photos] == [STATES.WAITING, STATES.DONE, STATES.FAILED]
    left.close()


def test_only_halves_of_our_own_that_nobody_writes_are_removed(tmp_path):
    fresh = tmp_path / f".heirloom-{'b' * 16}.part"
    old, mine = tmp_path / f".heirloom-{'a' * 16}.part", tmp_path / "mine.part"
    elsewhere = tmp_path / f".heirloom-{'c' * 16}.part"  # of another computer, a shared folder
    with atomic_file(tmp_path / "result.png", overwrite=True) as handle:
        handle.write(b"half")
        handle.flush()
        (written,) = tmp_path.iterdir()
        for path in (old, fresh, mine, elsewhere):
            path.write_bytes(b"half")
        for path, age_s in ((old, 1000), (mine, 1000), (written, 30), (elsewhere, 30)):
            os.utime(path, (time.time() - age_s,) * 2)
        assert remove_stale_parts(tmp_path) == 1
        assert sorted(tmp_path.iterdir()) == sorted([fresh, mine, written, elsewhere])
    assert (tmp_path / "result.png").exists()
    assert remove_stale_parts(tmp_path / "gone") == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_the_half_of_a_killed_process_goes_with_the_next_save_in_its_folder(tmp_path):
    code = """
import os, sys
from pathlib import Path
from core.imageio.atomic import atomic_file
with atomic_file(Path(sys.argv[1]) / "a.png", overwrite=True) as handle:
    os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    os.utime(left, (time.time() - 5,) * 2)  # a program takes longer to be there again
    photo = Photo(np.zeros((8, 8, 3), np.uint8))
    options = WriteOptions()
    write_photo(photo, tmp_path / "b.png", options, altered=False, software="test")
    assert [path.name for path in tmp_path.iterdir()] == ["b.png"]
