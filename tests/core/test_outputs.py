"""Finding photos and naming their results."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import UnsupportedFormatError
from core.outputs import find_photos
from core.outputs import plan_output as plan
from core.recipe import Recipe, encode, path_beside
from core.settings import RestorationSettings

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff\xe0"


def make(folder, *names, content=JPEG):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


RECIPE = encode(
    Recipe(heirloom="", format=1, photo="", photo_sha256="", settings=RestorationSettings())
)
"""One that does not know the bytes of its result, as the first ones did not."""


def plan_output(*args, **named) -> Path:
    return plan(*args, **named).path


def relatives(found):
    return [str(photo.relative) for photo in found.photos]


def test_a_folder_gives_its_photos_sorted(tmp_path):
    make(tmp_path, "b.jpg", "a.PNG", "C.tiff", "notes.txt", ".hidden.jpg", "a.json", "sub/d.jpg")
    found = find_photos([tmp_path])
    assert relatives(found) == ["a.PNG", "b.jpg", "C.tiff"]
    assert found.problems == ()


def test_folders_inside_are_searched_on_request(tmp_path):
    make(tmp_path, "b.jpg", "sub/d.jpg", "sub/deep/e.heic", ".git/f.jpg")
    assert relatives(find_photos([tmp_path], recursive=True)) == [
        "b.jpg",
        str(Path("sub", "d.jpg")),
        str(Path("sub", "deep", "e.heic")),
    ]


def test_named_files_are_taken_whatever_they_are_called(tmp_path):
    make(tmp_path, "scan", "photo.jpg", ".hidden.jpg", "photo.json", "photo.xmp")
    names = ["scan", "photo.jpg", ".hidden.jpg", "photo.json", "photo.xmp"]
    found = find_photos([tmp_path / name for name in names])
    assert relatives(found) == ["scan", "photo.jpg", ".hidden.jpg"]


def test_a_photo_named_twice_is_found_once(tmp_path, monkeypatch):
    make(tmp_path, "a.jpg")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "a.jpg")
    monkeypatch.chdir(tmp_path)
    found = find_photos([Path("a.jpg"), tmp_path / "a.jpg", tmp_path, tmp_path / "link.jpg"])
    assert relatives(found) == ["a.jpg"]


def test_loops_of_links_end(tmp_path):
    make(tmp_path, "a.jpg", "sub/b.jpg")
    (tmp_path / "sub" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    found = find_photos([tmp_path], recursive=True)
    assert relatives(found) == ["a.jpg", str(Path("sub", "b.jpg"))]


def test_names_that_lead_nowhere_are_problems(tmp_path):
    (tmp_path / "dangling.jpg").symlink_to(tmp_path / "gone.jpg")
    paths = [tmp_path / "none.jpg", tmp_path / "dangling.jpg", tmp_path / ("x" * 300)]
    found = find_photos(paths)
    assert found.photos == ()
    assert [problem.path for problem in found.problems] == paths
    assert all("does not exist" in problem.error.summary for problem in found.problems)


def test_a_folder_that_cannot_be_read_stops_nothing_else(tmp_path, monkeypatch):
    make(tmp_path, "a.jpg", "locked/b.jpg", "z/c.jpg")
    real = os.scandir

    def scandir(folder):
        if Path(folder).name == "locked":
            raise PermissionError(13, "Permission denied", str(folder))
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    found = find_photos([tmp_path], recursive=True)
    assert relatives(found) == ["a.jpg", str(Path("z", "c.jpg"))]
    assert len(found.problems) == 1
    assert "cannot be read" in found.problems[0].error.summary


def test_results_of_earlier_runs_are_not_restored_again(tmp_path):
    make(tmp_path, "a.jpg", "a-restored.jpg")
    path_beside(tmp_path / "a-restored.jpg").write_bytes(b"{}")
    found = find_photos([tmp_path])
    assert relatives(found) == ["a.jpg"]
    assert found.results == (tmp_path / "a-restored.jpg",)
    assert relatives(find_photos([tmp_path / "a-restored.jpg"])) == ["a-restored.jpg"]


def test_a_result_keeps_its_relative_path_and_name(tmp_path):
    source = make(tmp_path / "in", "x/a.JPG") / "x" / "a.JPG"
    out = tmp_path / "out"
    assert plan_output(source, Path("x/a.JPG"), out) == out / "x" / "a.JPG"
    assert plan_output(source, Path("x/a.JPG"), out, "JPEG") == out / "x" / "a.JPG"
    assert plan_output(source, Path("x/a.JPG"), out, "png") == out / "x" / "a.png"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.gif", b"GIF89a", "a.png"),
        ("a.bmp", b"BM" + bytes(12) + b"\x28\0\0\0" + bytes(20), "a.bmp"),
        ("a.tif", b"II*\0", "a.tif"),
        ("a.jpeg", JPEG, "a.jpeg"),
        ("a.jpg", PNG, "a.png"),
        ("a", PNG, "a.png"),
        ("a.b.c", JPEG, "a.b.jpg"),
        ("a.heic", b"not really", "a.jpg"),
    ],
)
def test_the_format_stays_where_it_can_be_written(tmp_path, name, content, expected):
    source = make(tmp_path / "in", name, content=content) / name
    assert plan_output(source, Path(name), tmp_path / "out").name == expected


def test_deep_heic_becomes_png_so_that_its_depth_survives(tmp_path):
    golden = Path(__file__).parents[1] / "golden" / "imageio"
    for name, expected in (("plain_10bit.heic", ".png"), ("rotated_8bit.heic", ".jpg")):
        assert plan_output(golden / name, Path(name), tmp_path).suffix == expected


def test_a_result_beside_its_photo_gets_a_suffix(tmp_path):
    source = make(tmp_path, "a.jpg") / "a.jpg"
    planned = plan_output(source, Path("a.jpg"), tmp_path)
    assert planned == tmp_path / "a-restored.jpg"
    planned.write_bytes(b"")
    assert plan_output(source, Path("a.jpg"), tmp_path) == tmp_path / "a-restored-2.jpg"
    assert plan_output(source, Path("a.jpg"), tmp_path, suffix="_x") == tmp_path / "a_x.jpg"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("anim.gif", b"GIF89a", "anim-restored.png"),
        ("really-png.jpg", PNG, "really-png-restored.png"),
        ("phone.heic", b"not really", "phone-restored.jpg"),
        ("scan", PNG, "scan-restored.png"),
        ("anna-restored.gif", b"GIF89a", "anna-restored-2.png"),
    ],
)
def test_a_result_in_another_format_gets_the_suffix_beside_its_photo_too(
    tmp_path, name, content, expected
):
    source = make(tmp_path, name, content=content) / name
    assert plan_output(source, Path(name), tmp_path).name == expected
    link = tmp_path / "link"
    link.symlink_to(tmp_path, target_is_directory=True)
    assert plan_output(source, Path(name), link).name == expected
    assert plan_output(source, Path(name), tmp_path / "out").stem == Path(name).stem
    chosen = plan_output(source, Path(name), tmp_path, stem="chosen")
    assert chosen.stem == "chosen"


def test_overwriting_spares_inputs_and_results_of_the_same_run(tmp_path):
    source = make(tmp_path, "a.jpg", "b.jpg", "c/a.jpg") / "a.jpg"
    out = make(tmp_path / "out", "a.jpg", "old.jpg")
    make(out, "a.jpg.heirloom.json", content=RECIPE)
    first = plan_output(source, Path("a.jpg"), out, conflict="replace")
    assert first == out / "a.jpg"
    assert plan_output(source, Path("a.jpg"), tmp_path, conflict="replace") == (
        tmp_path / "a-restored.jpg"
    )
    assert plan_output(
        source, Path("b.jpg"), tmp_path, conflict="replace", inputs=[tmp_path / "b.jpg"]
    ) == (tmp_path / "b-restored.jpg")
    assert plan_output(source, Path("a.jpg"), out, conflict="replace", taken=[first]) == (
        out / "a-restored.jpg"
    )


def test_photos_that_differ_only_in_ending_or_case_do_not_meet(tmp_path):
    make(tmp_path, "a.png", "a.jpg", "A.jpeg")
    taken: list[Path] = []
    for name in ("a.png", "a.jpg", "A.jpeg"):
        taken.append(
            plan_output(tmp_path / name, Path(name), tmp_path / "out", "JPEG", taken=taken)
        )
    assert [path.name for path in taken] == ["a.jpg", "a-restored.jpg", "A.jpeg"] or [
        path.name for path in taken
    ] == ["a.jpg", "a-restored.jpg", "A-restored.jpeg"]
    assert len({str(path).casefold() for path in taken}) == 3


def test_names_equal_but_for_case_get_a_suffix(tmp_path):
    make(tmp_path / "in", "a.jpg", "x/A.JPG")
    first = plan_output(tmp_path / "in/a.jpg", Path("a.jpg"), tmp_path / "out")
    second = plan_output(tmp_path / "in/x/A.JPG", Path("A.JPG"), tmp_path / "out", taken=[first])
    assert second.name == "A-restored.JPG"


def test_an_input_reached_through_a_linked_folder_is_not_planned(tmp_path):
    source = make(tmp_path / "in", "a.jpg") / "a.jpg"
    (tmp_path / "out").symlink_to(tmp_path / "in", target_is_directory=True)
    assert plan_output(source, Path("a.jpg"), tmp_path / "out", conflict="replace").name == (
        "a-restored.jpg"
    )


def test_a_dangling_link_is_not_written_through(tmp_path):
    source = make(tmp_path / "in", "a.jpg") / "a.jpg"
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.jpg").symlink_to(tmp_path / "elsewhere.jpg")
    assert plan_output(source, Path("a.jpg"), out).name == "a-restored.jpg"


@pytest.mark.parametrize("relative", ["../../etc/a.jpg", "/etc/a.jpg", "./a.jpg"])
def test_a_result_never_leaves_its_folder(tmp_path, relative):
    source = make(tmp_path, "a.jpg") / "a.jpg"
    out = tmp_path / "out"
    planned = plan_output(source, Path(relative), out)
    assert os.path.realpath(planned).startswith(os.path.realpath(out) + os.sep)


def test_formats_that_cannot_be_written_are_refused(tmp_path):
    with pytest.raises(UnsupportedFormatError):
        plan_output(tmp_path / "a.jpg", Path("a.jpg"), tmp_path / "out", "gif")


def test_replacing_spares_what_is_no_result_of_heirloom(tmp_path):
    source = make(tmp_path / "in", "a.jpg") / "a.jpg"
    out = make(tmp_path / "out", "a.jpg", "a-restored.jpg")
    make(out, "a-restored.jpg.heirloom.json", content=RECIPE)
    found = plan(source, Path("a.jpg"), out, conflict="replace")
    assert found.path == out / "a-restored.jpg"
    assert found.replaces


def test_skipping_leaves_what_is_there(tmp_path):
    source = make(tmp_path / "in", "a.jpg", "b.jpg") / "a.jpg"
    out = make(tmp_path / "out", "a.jpg")
    found = plan(source, Path("a.jpg"), out, conflict="skip")
    assert found.path == out / "a.jpg"
    assert found.is_skipped
    assert not plan(tmp_path / "in" / "b.jpg", Path("b.jpg"), out, conflict="skip").is_skipped


def test_skipping_never_takes_the_photo_itself_for_its_result(tmp_path):
    source = make(tmp_path, "a.jpg") / "a.jpg"
    found = plan(source, Path("a.jpg"), tmp_path, conflict="skip")
    assert found.path == tmp_path / "a-restored.jpg"
    assert not found.is_skipped


def test_a_name_that_says_restored_is_counted_and_not_said_twice(tmp_path):
    source = make(tmp_path, "a.jpg") / "a.jpg"
    make(tmp_path, "a-restored.jpg")
    assert plan_output(source, Path("a.jpg"), tmp_path, stem="a-restored") == (
        tmp_path / "a-restored-2.jpg"
    )


@pytest.mark.parametrize("letter", ["a", "ü", "写"])
def test_a_name_that_is_too_long_is_cut_so_that_all_files_beside_it_fit(tmp_path, letter):
    name = letter * (250 // len(letter.encode())) + ".jpg"
    source = make(tmp_path / "in", name) / name
    taken: list[Path] = []
    for _ in range(3):
        taken.append(plan_output(source, Path(name), tmp_path / "out", taken=taken))
    (tmp_path / "out").mkdir()
    for path in taken:
        path_beside(path).write_bytes(b"{}")
        path.write_bytes(JPEG)
        assert path.name.startswith(letter * 20)
    assert [path.stem[-11:] for path in taken[1:]] == [
        "-restored"[-9:].rjust(11, letter),
        "-restored-2",
    ]


def test_a_name_as_long_as_a_disk_takes_does_not_stop_the_search(tmp_path):
    """The recipe beside it would have a name that no disk holds."""
    longest = tmp_path / ("x" * 250 + ".png")
    longest.write_bytes(b"")
    (tmp_path / "a.png").write_bytes(b"")
    found = find_photos([tmp_path])
    assert {photo.path.name for photo in found.photos} == {longest.name, "a.png"}
