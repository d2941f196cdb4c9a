from pathlib import Path

from app.session.preferences import FILE_NAME, MAX_RECENT, Preferences, PreferencesStore


def test_what_is_saved_comes_back(tmp_path):
    store = PreferencesStore(tmp_path / "not" / "there" / "yet")
    kept = Preferences(theme="dark", mode="studio", first_run_note_seen=True, recent=("ü.jpg",))
    assert store.save(kept)
    assert store.load() == kept


def test_nothing_or_rubbish_gives_the_defaults(tmp_path):
    store = PreferencesStore(tmp_path)
    assert store.load() == Preferences()
    for rubbish in (b"", b"{", b'{"theme": "pink"}', b"\xff\xfe", b"[]"):
        (tmp_path / FILE_NAME).write_bytes(rubbish)
        assert store.load() == Preferences()


def test_a_newer_version_s_keys_are_ignored(tmp_path):
    (tmp_path / FILE_NAME).write_text('{"theme": "dark", "from_the_future": 3}')
    assert PreferencesStore(tmp_path).load().theme == "dark"


def test_a_folder_that_cannot_be_made_is_no_crash(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("x")
    assert not PreferencesStore(blocker / "folder").save(Preferences())
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_saving_leaves_no_other_file(tmp_path):
    store = PreferencesStore(tmp_path)
    for theme in ("dark", "light"):
        store.save(Preferences(theme=theme))
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_recent_files_are_few_and_newest_first():
    kept = Preferences()
    for number in range(MAX_RECENT + 3):
        kept = kept.with_recent(Path("/photos") / f"{number}.jpg")
    kept = kept.with_recent(Path("/photos/7.jpg"))
    assert len(kept.recent) == MAX_RECENT
    assert kept.recent[0].endswith("7.jpg")
    assert sum(name.endswith("/7.jpg") for name in kept.recent) == 1
    assert kept.last_folder == str(Path("/photos"))
