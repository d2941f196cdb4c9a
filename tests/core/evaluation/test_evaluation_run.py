import csv
import dataclasses
import io
import re

import numpy as np
import pytest
from evaluation_fakes import FakeDetector, FakeEngine, FakeRestorer, save_faces
from PIL import Image

from core.errors import Cancelled, ModelMissingError, SettingsError
from core.evaluation.datasets import open_set
from core.evaluation.journal import FILE, Journal
from core.evaluation.start import Request, evaluation_of, prepared, save
from core.evaluation.statistics import estimate, group_rows, rows_of
from core.evaluation.values import EvaluationSettings, Outcome, Scores
from core.progress import Progress, no_progress

SETTINGS = EvaluationSettings(aligned=True, strengths=("mild", "severe"))
METHODS = ("input", "unsharp", "smoother")


def request_for(folder, out, methods=METHODS, settings=SETTINGS, **more):
    faces = open_set(folder, pairs=more.get("pairs"), protocol=settings.protocol)
    return Request(faces, folder, settings, out, faces.names, tuple(methods), **more)


def run(request, engine, progress=None):
    progress = progress or no_progress()
    inputs = prepared(request, progress.part(0, 0.1))
    result = evaluation_of(request, inputs, engine, progress.part(0.1, 0.2)).run(
        progress.part(0.2, 1)
    )
    save(result, no_progress())
    return result


def table(path):
    return list(csv.DictReader(io.StringIO(path.read_text())))


@pytest.fixture
def faces(tmp_path):
    return save_faces(tmp_path / "faces", 3)


@pytest.fixture
def engine(tmp_path):
    return FakeEngine(tmp_path / "models")


def test_the_same_seed_gives_the_same_table_twice(tmp_path, faces, engine):
    for name in ("one", "two"):
        run(request_for(faces, tmp_path / name), engine)
    for file in ("table.csv", "scores.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    lines = table(tmp_path / "one" / "table.csv")
    assert [(line["condition"], line["method"], line["faces"]) for line in lines] == [
        (condition, method, "3") for condition in ("mild", "severe") for method in METHODS
    ]
    assert all(float(line["psnr"]) > 5 for line in lines)
    assert {line["lpips"] for line in lines} == {"not installed"}
    assert {line["fid"] for line in lines} == {"not installed"}


def test_a_stopped_run_continues_where_it_was(tmp_path, faces):
    request = request_for(faces, tmp_path / "out")
    stopped = FakeEngine(tmp_path / "models", FakeRestorer(cancel_at=4))
    with pytest.raises(Cancelled):
        run(request, stopped, Progress())
    journal = tmp_path / "out" / FILE
    with journal.open("ab") as handle:
        handle.write(b'{"key": "torn')  # as a killed process may leave it
    # The call before the first face only loads; the fourth call was the one that was stopped.
    done_before = journal.read_bytes().count(b'"method":"smoother"')
    assert done_before == 2
    resumed = FakeEngine(tmp_path / "models")
    result = run(request, resumed)
    assert resumed.face_model.calls == 1 + 6 - done_before
    run(request_for(faces, tmp_path / "whole"), FakeEngine(tmp_path / "models"))
    assert (tmp_path / "out/table.csv").read_bytes() == (tmp_path / "whole/table.csv").read_bytes()
    assert not result.troubles
    once_more = FakeEngine(tmp_path / "models")
    run(request, once_more)
    assert once_more.face_model.calls == 0


def test_a_method_can_be_added_and_a_deleted_output_is_made_again(tmp_path, faces, engine):
    run(request_for(faces, tmp_path / "out", ["input"]), engine)
    run(request_for(faces, tmp_path / "out", ["input", "smoother"]), engine)
    assert engine.face_model.calls == 7
    (tmp_path / "out/outputs/smoother/mild/face1.png").unlink()
    run(request_for(faces, tmp_path / "out", ["input", "smoother"]), engine)
    assert engine.face_model.calls == 9
    assert (tmp_path / "out/outputs/smoother/mild/face1.png").is_file()


def test_pictures_of_another_program_are_scored_and_what_is_wrong_is_named(tmp_path, faces, engine):
    out = tmp_path / "out"
    request = request_for(faces, out, ["input", f"other={tmp_path / 'other'}"])
    for case in prepared(request, no_progress()).cases:
        target = tmp_path / "other" / case.condition / f"{case.name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.open(case.input).save(target)
    mild = tmp_path / "other" / "mild"
    (mild / "face0.png").unlink()
    Image.new("RGB", (50, 96)).save(mild / "face1.png")
    (mild / "face2.png").write_bytes(b"no picture")
    Image.new("RGB", (9, 9)).save(mild / "stranger.png")
    result = run(request, engine)
    found = {(each.kind, each.where, each.name) for each in result.troubles}
    assert found == {
        ("missing", "other", "mild/face0"),
        ("wrong size", "other", "mild/face1"),
        ("unreadable", "other", "mild/face2"),
        ("extra", "other", "mild/stranger"),
    }
    lines = {(line["condition"], line["method"]): line for line in table(out / "table.csv")}
    assert lines["mild", "other"]["faces"] == "0"
    assert lines["mild", "other"]["psnr"] == ""
    assert lines["severe", "other"]["psnr"] == lines["severe", "input"]["psnr"]
    report = (out / "report.html").read_text()
    assert "50 x 96 pixels instead of 96 x 96" in report
    # The missing picture arrives, and the wrong one is replaced: only these are scored anew.
    for name in ("face0", "face1", "face2"):
        Image.open(out / "inputs/mild" / f"{name}.png").save(mild / f"{name}.png")
    (mild / "stranger.png").unlink()
    assert run(request, engine).troubles == ()


def test_given_pairs_and_real_pictures(tmp_path, faces, engine):
    inputs = save_faces(tmp_path / "inputs", 2, side=48)
    pairs = request_for(faces, tmp_path / "pairs", ["bicubic", "smoother"], pairs=inputs)
    result = run(pairs, engine)
    assert [(row.condition, row.method, row.faces) for row in result.rows] == [
        ("pairs", "bicubic", 2),
        ("pairs", "smoother", 2),
    ]
    assert [trouble.name for trouble in result.troubles] == ["face2"]
    output = np.asarray(Image.open(tmp_path / "pairs/outputs/smoother/pairs/face0.png"))
    assert output.shape == (96, 96, 3)
    real = SETTINGS.replace(protocol="real")
    result = run(request_for(inputs, tmp_path / "real", ["input", "smoother"], real), engine)
    untouched, smoothed = result.rows
    assert "psnr" not in untouched.estimates
    assert untouched.estimates["deg"].mean == pytest.approx(0, abs=1e-4)
    assert smoothed.estimates["deg"].mean > 0
    assert not (tmp_path / "real/truth").exists()


def test_photos_that_are_no_crops_are_compared_at_their_face(tmp_path, faces, engine):
    whole = SETTINGS.replace(aligned=False)
    result = run(request_for(faces, tmp_path / "out", ["input", "bicubic"], whole), engine)
    assert all(row.estimates["deg"].count == 3 for row in result.rows)
    assert all(row.estimates["lmd"].count == 3 for row in result.rows)


def test_landmarks_of_a_turned_face_are_not_those_of_an_aligned_crop(tmp_path, faces, engine):
    request = request_for(faces, tmp_path / "out", ["input"])
    inputs = prepared(request, no_progress())
    scorer = evaluation_of(request, inputs, engine, no_progress()).scorer
    picture = np.zeros((96, 96, 3), np.float32)
    assert scorer.reference(picture, is_truth=True, progress=no_progress()).face is not None

    class TurnedFaces(FakeDetector):
        def detect(self, *arguments, **options):
            (face,) = super().detect(*arguments, **options)
            points = tuple((95 - y, x) for x, y in face.landmarks)
            return (dataclasses.replace(face, landmarks=points),)

    turned = dataclasses.replace(scorer, detector=TurnedFaces())
    assert turned.reference(picture, is_truth=True, progress=no_progress()).face is None


class MeanColour:
    name = "mean colour"

    def features(self, picture):
        return picture.reshape(-1, 3).mean(axis=0).astype(np.float64)


def test_fid_uses_any_feature_network(tmp_path, faces, engine):
    request = request_for(faces, tmp_path / "out", ["input"])
    inputs = prepared(request, no_progress())
    evaluation = evaluation_of(request, inputs, engine, no_progress())
    truths = [case.truth for case in inputs.cases]
    copies = [dataclasses.replace(case, input=case.truth) for case in inputs.cases]
    exact = dataclasses.replace(evaluation, cases=copies, fid=MeanColour(), missing={}).run(
        no_progress()
    )
    assert [row.fid for row in exact.rows] == pytest.approx([0, 0], abs=1e-9)
    reference = dataclasses.replace(evaluation, fid=MeanColour(), fid_reference=truths[:1]).run(
        no_progress()
    )
    assert reference.rows[0].fid is None  # one picture has no covariance


class MeanDifference:
    name = "mean difference"

    def distance(self, picture, reference):
        return float(np.abs(picture - reference).mean())


def test_lpips_is_reported_once_its_network_is_there(tmp_path, faces, engine):
    request = request_for(faces, tmp_path / "out", ["input"])
    inputs = prepared(request, no_progress())
    evaluation = evaluation_of(request, inputs, engine, no_progress())
    without = evaluation.run(no_progress())
    assert "lpips" not in without.rows[0].estimates
    scorer = dataclasses.replace(evaluation.scorer, lpips=MeanDifference())
    result = dataclasses.replace(evaluation, scorer=scorer, missing={}).run(no_progress())
    save(result, no_progress())
    mild, severe = (row.estimates["lpips"].mean for row in result.rows)
    assert 0 < mild < severe
    lines = table(tmp_path / "out/table.csv")
    assert float(lines[0]["lpips"]) == pytest.approx(mild, rel=1e-4)
    assert {line["fid"] for line in lines} == {""}


def test_methods_that_mean_nothing_or_come_twice_are_refused(tmp_path, faces, engine):
    for words, message in (
        (("input", "input"), "Two methods"),
        (("=folder",), "no method"),
        ((f"x={tmp_path / 'nowhere'}",), "no folder"),
        ((), "no method"),
    ):
        request = request_for(faces, tmp_path / "out", words)
        with pytest.raises(SettingsError, match=message):
            run(request, engine)
    with pytest.raises(ModelMissingError, match="bicubic"):
        run(request_for(faces, tmp_path / "out", ["telepathy"]), engine)
    (tmp_path / "half" / "mild").mkdir(parents=True)
    with pytest.raises(SettingsError, match="lacks the folder “severe”"):
        run(request_for(faces, tmp_path / "out", [f"x={tmp_path / 'half'}"]), engine)


def test_groups_are_reported_and_faces_without_one_are_not_stated(tmp_path, faces, engine):
    path = tmp_path / "groups.csv"
    path.write_text("face,age\nface0,old\nface1,young\n")
    result = run(request_for(faces, tmp_path / "out", ["input"], groups=path), engine)
    assert {(row.group, row.faces) for row in result.group_rows} == {
        ("age: old", 1),
        ("age: young", 1),
        ("age: not stated", 1),
    }
    assert "age: young" in (tmp_path / "out/report.html").read_text()
    assert len(table(tmp_path / "out/groups.csv")) == 6


def test_the_report_needs_no_other_file_and_puts_the_truth_last(tmp_path, engine):
    folder = save_faces(tmp_path / "faces", 2)
    (folder / "face0.png").rename(folder / "a&<b>.png")
    run(request_for(folder, tmp_path / "out"), engine)
    page = (tmp_path / "out/report.html").read_text()
    assert not re.search(r"""(src|href)=["'](?!data:)""", page)
    assert "@import" not in page
    assert "<b>" not in page
    assert "a&amp;&lt;b&gt;" in page
    heads = re.search(r'id="grid"><thead>(.*?)</thead>', page).group(1)
    assert re.findall(r'<th scope="col">(.*?)</th>', heads) == [
        "Face", *METHODS, "Ground truth",
    ]  # fmt: skip
    images = re.findall(r"data:image/jpeg;base64,([^\"]+)", page)
    assert len(images) == 2 * 2 * 4
    assert max(map(len, images)) < 20_000
    degrees = [float(found) for found in re.findall(r"Deg ([\d.]+)", page.split('id="grid"')[1])]
    smoothed = degrees[2::3]
    assert smoothed == sorted(smoothed, reverse=True)


def outcome(name, psnr, method="m", problem=""):
    return Outcome(
        key=name, method=method, name=name, condition="c", scores=Scores(psnr=psnr), problem=problem
    )


def test_bootstrap_intervals_match_the_normal_theory_and_repeat():
    values = np.random.default_rng(0).normal(10, 2, 400).tolist()
    found = estimate(values, 0)
    half = 1.96 * np.std(values) / np.sqrt(400)
    assert found.mean == pytest.approx(np.mean(values))
    assert found.low == pytest.approx(found.mean - half, abs=0.03)
    assert found.high == pytest.approx(found.mean + half, abs=0.03)
    assert estimate(values, 0) == found
    single = estimate([3.0], 0)
    assert (single.mean, single.low, single.high) == (3.0, None, None)


def test_paired_differences_see_what_overlapping_intervals_hide():
    spread = np.random.default_rng(1).normal(25, 3, 30)
    steady = np.random.default_rng(2).normal(0.5, 0.2, 30)  # better on nearly each face
    outcomes = [outcome(str(i), float(v)) for i, v in enumerate(spread)]
    outcomes += [outcome(str(i), float(v), "n") for i, v in enumerate(spread + steady)]
    outcomes += [outcome(str(i), float(v), "o") for i, v in enumerate(spread - steady)]
    first, better, worse = rows_of(outcomes, ["m", "n", "o"], ["c"], 0)
    assert better.estimates["psnr"].low < first.estimates["psnr"].high
    assert better.differences["psnr"].mean == pytest.approx(steady.mean())
    assert [row.verdict("psnr") for row in (first, better, worse)] == [0, 1, -1]
    assert better.verdict("niqe") == 0


def test_outcomes_with_a_problem_count_in_no_mean():
    outcomes = [outcome("a", 10.0), outcome("b", 20.0), outcome("c", 90.0, problem="failed: x")]
    (row,) = group_rows(outcomes, ["m"], ["c"], {name: {"g": "1"} for name in "abc"}, 0)
    assert (row.faces, row.estimates["psnr"].mean) == (2, 15.0)


def test_a_torn_line_is_passed_over_and_a_problem_is_tried_again(tmp_path):
    path = tmp_path / FILE
    with Journal(path) as journal:
        journal.add(outcome("a", 1.0))
        journal.add(outcome("b", None, problem="failed: x"))
    with path.open("ab") as handle:
        handle.write(b'{"key":"c","meth')
    with Journal(path) as journal:
        assert journal.get("a").scores.psnr == 1.0
        assert journal.get("b") is None
        assert journal.get("c") is None
        journal.add(outcome("d", 4.0))
    assert Journal(path).get("d").scores.psnr == 4.0
