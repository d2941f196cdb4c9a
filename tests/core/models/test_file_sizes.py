"""Sizes of files that others may take away at any moment."""

from pathlib import Path

from core.models.files import size_bytes


def test_size_of_a_file_of_a_folder_and_of_nothing(tmp_path):
    path = tmp_path / "model.pth"
    path.write_bytes(b"12345")
    assert size_bytes(path) == 5
    assert size_bytes(tmp_path) == 0
    assert size_bytes(tmp_path / "gone.pth") == 0


def test_a_file_that_vanishes_between_two_looks_counts_nothing(tmp_path, monkeypatch):
    path = tmp_path / "model.pth"
    path.write_bytes(b"12345")
    stat = Path.stat

    def vanish(self, **named):
        self.unlink()
        return stat(self, **named)

    monkeypatch.setattr(Path, "stat", vanish)
    assert size_bytes(path) == 0
