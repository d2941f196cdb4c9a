"""The list of photos: order, states, whose settings count."""

from pathlib import Path

from app.session.library import Library, PhotoState, new_photo, with_personal
from core.settings import FaceChoice, RestorationSettings


def library_of(*names: str) -> Library:
    library = Library(RestorationSettings())
    library.add(new_photo(Path("/album") / name, Path(name)) for name in names)
    return library


def names(library: Library) -> str:
    return "".join(photo.name for photo in library.photos)


def ids(library: Library, wanted: str) -> list[str]:
    return [photo.id for photo in library.photos if photo.name in wanted]


def with_strength(strength: float, *choices: FaceChoice) -> RestorationSettings:
    plain = RestorationSettings()
    return plain.replace(faces=plain.faces.replace(strength=strength, choices=choices))


def test_photos_are_moved_together_and_keep_their_order():
    library = library_of(*"abcdef")
    library.move(ids(library, "bd"), 0)
    assert names(library) == "bdacef"
    library.move(ids(library, "ba"), 6)
    assert names(library) == "dcefba"
    library.move(ids(library, "ef"), 3)  # onto itself
    assert names(library) == "dcefba"
    assert [library.row(photo.id) for photo in library.photos] == [0, 1, 2, 3, 4, 5]


def test_a_file_is_listed_once_and_what_is_gone_has_no_row():
    library = library_of("a", "b")
    assert library.add([new_photo(Path("/album/a"), Path("a"))]) == []
    gone = library.photos[0].id
    library.remove([gone])
    assert library.row(gone) == -1
    assert library.photo(gone) is None
    assert library.update(gone, state=PhotoState.DONE) is None


def test_numbers_stay_with_their_photo():
    library = library_of("a", "b")
    library.give_numbers()
    library.move(ids(library, "b"), 0)
    library.add([new_photo(Path("/album/c"), Path("c"))])
    library.give_numbers()
    assert [(photo.name, photo.number) for photo in library.photos] == [
        ("b", 2),
        ("a", 1),
        ("c", 3),
    ]


def test_trying_again_counts_attempts_and_spares_what_is_done():
    library = library_of("a", "b", "c")
    states = (PhotoState.DONE, PhotoState.FAILED, PhotoState.CANCELLED)
    for photo, state in zip(list(library.photos), states, strict=True):
        library.update(photo.id, state=state, reason="why")
    assert library.retry_failed() == ids(library, "bc")
    assert [photo.state for photo in library.photos] == [
        PhotoState.DONE,
        PhotoState.WAITING,
        PhotoState.WAITING,
    ]
    assert [photo.attempt for photo in library.photos] == [0, 1, 1]
    assert library.photos[1].reason == ""


def test_settings_for_all_do_not_reach_those_with_their_own():
    library = library_of("a", "b", "c")
    first, second, third = library.photos
    library.set_settings(second.id, with_strength(0.2), for_all=False)
    library.set_settings(first.id, with_strength(0.7), for_all=True)
    found = [library.settings_of(photo).faces.strength for photo in library.photos]
    assert found == [0.7, 0.2, 0.7]
    library.apply_to_all(with_strength(0.5))
    assert {library.settings_of(photo).faces.strength for photo in library.photos} == {0.5}
    assert third.own is None


def test_chosen_faces_belong_to_their_photo_alone():
    library = library_of("a", "b")
    first, second = library.photos
    off = FaceChoice(index=1, enabled=False)
    library.set_settings(first.id, with_strength(0.7, off), for_all=True)
    library.set_settings(second.id, with_strength(0.4), for_all=True)
    mine, other = (library.settings_of(photo) for photo in library.photos)
    assert (mine.faces.strength, mine.faces.choices) == (0.4, (off,))
    assert (other.faces.strength, other.faces.choices) == (0.4, ())
    assert with_personal(library.common, None) is library.common
