import json
import os

import pytest

from app.session.presets import SUFFIX, PresetStore, applied, is_preset_file, read_preset
from core.errors import OutputError, SettingsError
from core.settings import FaceChoice, RestorationSettings

START = RestorationSettings()
OTHER = START.replace(faces=START.faces.replace(strength=0.4))


@pytest.fixture
def store(tmp_path):
    return PresetStore(tmp_path / "presets")


def test_a_preset_comes_back_without_what_belongs_to_one_photo(store):
    own = OTHER.replace(faces=OTHER.faces.replace(choices=(FaceChoice(index=1, enabled=False),)))
    saved = store.save("  Warm   light ", own)
    assert saved.name == "Warm light"
    (loaded,) = store.load().all
    assert loaded == saved
    assert loaded.settings == OTHER
    assert is_preset_file(loaded.path)


def test_a_preset_leaves_the_choices_for_single_faces_alone():
    mine = START.replace(faces=START.faces.replace(choices=(FaceChoice(index=0, strength=0.2),)))
    result = applied(OTHER, mine)
    assert result.faces.strength == 0.4
    assert result.faces.choices == mine.faces.choices


def test_a_taken_name_is_refused_unless_it_shall_be_replaced(store):
    store.save("Warm", START)
    with pytest.raises(SettingsError, match="already a preset"):
        store.save("warm", OTHER)
    store.save("warm", OTHER, replaces=True)
    assert [(p.name, p.settings) for p in store.load().all] == [("warm", OTHER)]


def test_names_that_look_alike_without_accents_are_kept_apart(store):
    for name in ("Café", "Cafe", "শীত", "গরম", "???"):
        store.save(name, START)
    assert len(store.load().all) == 5


def test_renaming_and_deleting_take_the_default_along(store):
    preset = store.save("Warm", OTHER)
    store.set_default("Warm")
    assert store.default == preset
    renamed = store.rename(preset, "Cosy")
    assert store.default_name == "Cosy"
    assert store.load().names == ("Cosy",)
    store.delete(renamed)
    assert store.default_name == ""
    assert store.default is None
    store.save(renamed.name, renamed.settings)
    assert store.load().names == ("Cosy",)


def test_renaming_to_a_taken_name_is_refused_and_to_another_case_is_not(store):
    first, _ = store.save("One", START), store.save("Two", OTHER)
    with pytest.raises(SettingsError, match="already a preset"):
        store.rename(first, "two")
    assert store.rename(first, "ONE").name == "ONE"
    assert store.load().names == ("ONE", "Two")


def test_sharing_and_importing_give_the_same_preset(store, tmp_path):
    preset = store.save("Warm", OTHER)
    shared = store.export(preset, tmp_path / "for-you")
    assert shared.name == f"for-you{SUFFIX}"
    there = PresetStore(tmp_path / "theirs")
    assert there.take_in(shared).settings == OTHER
    assert there.take_in(shared).name == "Warm"
    assert there.load().names == ("Warm",)
    there.save("Warm", START, replaces=True)
    assert there.take_in(shared).name == "Warm 2"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "damaged"),
        (b"{", "damaged"),
        (b"\xff\xfe", "damaged"),
        (b'{"kind": "project"}', "it is no preset"),
        (b'{"kind": "preset", "format": 1, "name": "x"}', "damaged"),
        (b'{"kind": "preset", "format": 99}', "newer Heirloom"),
        (b'{"kind": "preset", "format": 1, "name": " ", "settings": {}}', "empty"),
        (b'{"kind": "preset", "format": 1, "name": "x", "settings": {"seed": -4}}', "damaged"),
    ],
)
def test_a_damaged_preset_is_explained_and_hides_no_other(store, tmp_path, content, word):
    store.save("Warm", OTHER)
    bad = store.load().all[0].path.with_name(f"bad{SUFFIX}")
    bad.write_bytes(content)
    found = store.load()
    assert found.names == ("Warm",)
    assert len(found.damaged) == 1
    assert word in str(found.damaged[0])
    with pytest.raises(SettingsError):
        read_preset(bad)


def test_a_folder_that_cannot_be_written_is_explained(tmp_path):
    (tmp_path / "presets").write_text("a file in the way")
    with pytest.raises(OutputError):
        PresetStore(tmp_path / "presets").save("Warm", OTHER)


def test_a_failed_write_leaves_the_old_preset(store, monkeypatch):
    store.save("Warm", START)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError):
        store.save("Warm", OTHER, replaces=True)
    monkeypatch.undo()
    assert store.load().all[0].settings == START


def test_the_file_is_readable_json_and_the_same_each_time(store):
    path = store.save("Warm", OTHER).path
    first = path.read_bytes()
    assert json.loads(first)["kind"] == "preset"
    store.save("Warm", OTHER, replaces=True)
    assert path.read_bytes() == first
