import pytest

from app.session.history import MAX_STEPS, Edit, History
from app.session.versions import (
    Version,
    clean_name,
    free_name,
    with_renamed,
    with_version,
    without_version,
)
from core.errors import SettingsError
from core.settings import RestorationSettings

START = RestorationSettings()


def seeded(seed: int) -> RestorationSettings:
    return START.replace(seed=seed)


def test_versions_are_steps_that_can_be_undone():
    history = History(START)
    history.push(seeded(1), "One")
    kept = with_version(history.versions, "Warm", history.settings)
    assert history.push_versions(kept, "Keep Warm")
    assert not history.push_versions(kept, "Keep Warm")
    history.push(seeded(2), "Two")
    assert history.versions == kept
    assert history.undo()
    assert history.undo_title == "Keep Warm"
    assert history.undo()
    assert history.versions == ()
    assert history.settings == seeded(1)
    assert history.redo()
    assert history.versions == kept


def test_any_step_can_be_gone_to():
    history = History(START)
    for number in range(1, 5):
        history.push(seeded(number), str(number))
    assert history.go_to(1)
    assert history.settings == seeded(1)
    assert not history.go_to(1)
    assert not history.go_to(9)
    assert not history.go_to(-1)
    assert history.redo_title == "2"


def test_a_history_comes_back_from_its_edits_with_its_newest_steps():
    edits = [Edit(seeded(n), str(n)) for n in range(MAX_STEPS + 10)]
    history = History.of(edits, MAX_STEPS + 5)
    assert len(history.edits) == MAX_STEPS
    assert history.settings == seeded(MAX_STEPS + 5)
    assert History.of(edits, 3).settings == edits[10].settings


def test_a_version_of_the_same_name_is_replaced_at_its_place():
    versions = with_version((), " Warm  light ", seeded(1))
    versions = with_version(versions, "Cold", seeded(2))
    versions = with_version(versions, "WARM LIGHT", seeded(3))
    assert versions == (
        Version(name="WARM LIGHT", settings=seeded(3)),
        Version(name="Cold", settings=seeded(2)),
    )
    assert [v.name for v in without_version(versions, "cold")] == ["WARM LIGHT"]


def test_renaming_a_version_keeps_its_place_and_refuses_a_taken_name():
    versions = with_version(with_version((), "A", seeded(1)), "B", seeded(2))
    assert [v.name for v in with_renamed(versions, "A", "C")] == ["C", "B"]
    assert with_renamed(versions, "A", "a")[0].name == "a"
    with pytest.raises(SettingsError, match="already a version called"):
        with_renamed(versions, "A", "b")


@pytest.mark.parametrize("name", ["", "   ", "\n\t"])
def test_an_empty_name_is_refused(name):
    with pytest.raises(SettingsError, match="empty"):
        clean_name(name)


def test_a_taken_name_gets_a_number():
    assert free_name("Warm", ("warm", "Warm 2")) == "Warm 3"
    assert free_name("Warm", ()) == "Warm"
