import pytest

from app.session.history import History
from app.session.project import (
    SUFFIX,
    is_project_file,
    load_project,
    photo_of_project,
    project_of,
    save_project,
)
from app.session.versions import with_version
from core.errors import SettingsError, UnreadableImageError
from core.settings import RestorationSettings

START = RestorationSettings()


@pytest.fixture
def history():
    history = History(START)
    history.push(START.replace(seed=1), "One")
    history.push_versions(with_version((), "Warm", history.settings), "Keep Warm")
    history.push(START.replace(seed=2), "Two")
    history.push_versions(with_version(history.versions, "Cold", history.settings), "Keep Cold")
    history.undo()
    return history


def test_history_and_versions_come_back_with_the_present_position(tmp_path, history):
    path = tmp_path / f"grandmother{SUFFIX}"
    photo = tmp_path / "scans" / "grandmother.png"
    save_project(project_of(photo, "abc", history, path), path)
    assert is_project_file(path)
    project = load_project(path)
    assert project.photo == "scans/grandmother.png"
    assert project.photo_sha256 == "abc"
    back = project.history()
    assert back.position == history.position
    assert [(e.settings, e.title, e.versions) for e in back.edits] == [
        (e.settings, e.title, e.versions) for e in history.edits
    ]
    assert back.redo()
    assert [v.name for v in back.versions] == ["Warm", "Cold"]


def test_the_photo_is_found_after_both_were_moved_and_beside_the_project(tmp_path, history):
    there = tmp_path / "there"
    (there / "scans").mkdir(parents=True)
    photo = there / "scans" / "g.png"
    photo.write_bytes(b"x")
    path = there / f"g{SUFFIX}"
    project = project_of(photo, "", history, path)
    here = there.rename(tmp_path / "here")
    assert photo_of_project(project, here / path.name) == here / "scans" / "g.png"
    (here / "scans" / "g.png").rename(here / "g.png")
    assert photo_of_project(project, here / path.name) == here / "g.png"
    (here / "g.png").unlink()
    with pytest.raises(UnreadableImageError, match="not where it was"):
        photo_of_project(project, here / path.name)


def test_a_photo_above_the_project_is_named_relative_to_it(tmp_path, history):
    project = project_of(tmp_path / "g.png", "", history, tmp_path / "sub" / f"g{SUFFIX}")
    assert project.photo == "../g.png"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no json",
        b'{"kind": "preset"}',
        b'{"kind": "project", "format": 2}',
        b'{"kind": "project", "format": 1, "photo": "a.png", "steps": []}',
        b'{"kind":"project","format":1,"photo":"a.png","steps":[{"settings":{},"versions":[0]}]}',
    ],
)
def test_a_damaged_project_is_explained(tmp_path, content):
    path = tmp_path / f"g{SUFFIX}"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load_project(path)
    assert path.name in caught.value.summary


def test_a_project_that_is_missing_is_explained(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        load_project(tmp_path / f"g{SUFFIX}")
