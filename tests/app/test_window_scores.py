"""The score panel of the real window: measures in the background, compares, copies, forgets."""

import csv
import io
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from app_fakes import make_services, save_png
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.session.preferences import Preferences
from app.widgets.score_lines import score_blocks
from app.windows import scores as scores_module
from app.windows.main_window import MainWindow
from core.errors import ImageSizeError
from core.evaluation.photo_scores import FaceFigure, PhotoFigure, PhotoScores
from core.geometry import Size

SIZE = Size(120, 90)
OWN = (
    PhotoFigure("niqe", 7.5, 6.25),
    PhotoFigure("blur", 1.2, 1.2),
    PhotoFigure("noise", 4.0, 1.0),
)
COMPARED = (
    PhotoFigure("psnr", 20.0, 18.5),
    PhotoFigure("lpips", None, None),
)


class Measuring:
    """Stands in for the metrics; remembers what it was asked and in which thread."""

    def __init__(self) -> None:
        self.references: list = []
        self.threads: set[int] = set()
        self.error: Exception | None = None
        self.gate: threading.Event | None = None

    def __call__(self, result, reference, progress) -> PhotoScores:
        self.threads.add(threading.get_ident())
        self.references.append(reference)
        while self.gate is not None and not self.gate.wait(0.005):
            progress.check()
        if self.error:
            raise self.error
        if reference is None:
            return PhotoScores(OWN, (FaceFigure(0, 0.97),), SIZE)
        faces = (FaceFigure(0, 0.97, 0.8, 0.9),)
        missing = (("lpips", "curl somewhere"),)
        return PhotoScores(OWN + COMPARED, faces, SIZE, Size(60, 45), missing)


@pytest.fixture
def measuring():
    return Measuring()


@pytest.fixture
def studio(qtbot, engine, store, tmp_path, photo_path, measuring):
    """A window in Studio with a restored photo."""
    store.save(Preferences(first_run_note_seen=True, theme="light", mode="studio"))
    services = replace(make_services(engine, tmp_path), score_photo=measuring)
    window = MainWindow(services, store)
    qtbot.addWidget(window, before_close_func=lambda w: w.work.document.discard())
    window.show()
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([photo_path])
    wait_idle(qtbot, window)
    yield window
    window.work.stop()


def wait_idle(qtbot, window) -> None:
    qtbot.waitUntil(lambda: not window.work.is_busy)


def measured(qtbot, window) -> None:
    window.commands.scores.setChecked(True)
    wait_idle(qtbot, window)


def click(qtbot, button) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_opening_the_panel_measures_in_the_worker(qtbot, studio, measuring):
    assert not studio.scores.dock.isVisible()
    measured(qtbot, studio)
    panel = studio.scores.panel
    assert studio.scores.dock.isVisible()
    assert measuring.references == [None]
    assert measuring.threads == {*measuring.threads} - {threading.get_ident()}
    titles = [block.title for block in panel.blocks]
    assert len(titles) == 4
    assert "NIQE" in titles[0]
    verdicts = [block.lines[0].verdict for block in panel.blocks[:3]]
    assert verdicts == ["better", "same", ""]  # less noise is not better in itself
    assert "120 × 90" in panel.state.text()


def test_a_reference_adds_closeness_and_says_what_is_not_installed(
    qtbot, studio, measuring, tmp_path, monkeypatch, photo_path
):
    measured(qtbot, studio)
    monkeypatch.setattr(scores_module, "ask_reference", lambda *_: photo_path)
    panel = studio.scores.panel
    click(qtbot, panel.choose_reference)
    wait_idle(qtbot, studio)
    assert measuring.references[-1].source.path == photo_path
    assert photo_path.name in panel.reference.text()
    lines = {line.key: line for block in panel.blocks for line in block.lines}
    assert lines["psnr"].verdict == "worse"
    assert lines["lpips"].after == "not installed"
    assert lines["lpips"].note == "curl somewhere"
    assert lines["reference-likeness-1"].verdict == "better"
    assert "60 × 45" in panel.state.text()
    click(qtbot, panel.remove_reference)
    wait_idle(qtbot, studio)
    assert measuring.references[-1] is None
    assert not panel.remove_reference.isVisible()
    assert len(panel.blocks) == 4


def test_figures_are_copied_as_text_and_as_csv(qtbot, studio):
    measured(qtbot, studio)
    panel = studio.scores.panel
    click(qtbot, panel.copy_text)
    text = QGuiApplication.clipboard().text()
    assert text.startswith("grandmother.png")
    assert "before 7.50, after 6.25 (better)" in text
    assert all(block.meaning in text for block in panel.blocks)
    click(qtbot, panel.copy_csv)
    rows = list(csv.DictReader(io.StringIO(QGuiApplication.clipboard().text())))
    assert [row["figure"] for row in rows] == ["niqe", "blur", "noise", "likeness-1"]
    assert (rows[0]["before"], rows[0]["after"], rows[0]["verdict"]) == ("7.5", "6.25", "better")


def test_a_new_result_makes_the_figures_outdated(qtbot, studio):
    measured(qtbot, studio)
    with qtbot.waitSignal(studio.work.restored):
        settings = studio.work.document.settings
        faces = settings.faces.replace(strength=0.3)
        studio.presenter.change(settings.replace(faces=faces), "Strength")
    wait_idle(qtbot, studio)
    assert "changed since" in studio.scores.panel.state.text()
    click(qtbot, studio.scores.panel.measure)
    wait_idle(qtbot, studio)
    assert "Measured at" in studio.scores.panel.state.text()


def test_what_cannot_be_compared_is_explained_in_the_panel(qtbot, studio, measuring):
    measuring.error = ImageSizeError("The reference has other proportions.", "Choose another.")
    measured(qtbot, studio)
    panel = studio.scores.panel
    assert panel.state.text() == "The reference has other proportions. Choose another."
    assert panel.state.property("role") == "error"
    assert not panel.blocks
    assert panel.measure.isEnabled()


def test_measuring_can_be_stopped(qtbot, studio, measuring):
    measuring.gate = threading.Event()
    studio.commands.scores.setChecked(True)
    qtbot.waitUntil(lambda: bool(measuring.threads))
    assert not studio.scores.panel.measure.isEnabled()
    studio.presenter.cancel()
    wait_idle(qtbot, studio)
    assert studio.scores.panel.state.text() == "Stopped."
    assert studio.scores.panel.measure.isEnabled()


def test_a_measuring_that_takes_the_place_of_another_is_not_called_stopped(
    qtbot, studio, measuring, photo_path
):
    measuring.gate = threading.Event()
    studio.commands.scores.setChecked(True)
    qtbot.waitUntil(lambda: len(measuring.references) == 1)
    studio.scores._take_reference(photo_path)
    qtbot.waitUntil(lambda: len(measuring.references) == 2)
    assert studio.scores.panel.state.text() == "Measuring…"
    assert not studio.scores.panel.measure.isEnabled()
    measuring.gate.set()
    wait_idle(qtbot, studio)
    assert studio.scores.panel.blocks


def test_another_photo_forgets_figures_and_reference(qtbot, studio, tmp_path, photo_path):
    measured(qtbot, studio)
    studio.scores._take_reference(photo_path)
    wait_idle(qtbot, studio)
    studio.work.document.discard()
    other = save_png(tmp_path / "other.png", studio.work.document.photo.pixels)
    with qtbot.waitSignal(studio.work.restored):
        studio.open_paths([other])
    wait_idle(qtbot, studio)
    panel = studio.scores.panel
    assert panel.reference.text() == ""
    assert [line.key for block in panel.blocks for line in block.lines][-1] == "likeness-1"


def test_simple_mode_knows_no_scores(qtbot, studio):
    measured(qtbot, studio)
    assert studio.commands.scores.isVisible()
    studio.set_mode("simple")
    assert not studio.scores.dock.isVisible()
    assert not studio.commands.scores.isVisible()
    studio.set_mode("studio")
    click(qtbot, studio.scores.panel._close)
    assert not studio.commands.scores.isChecked()


def test_the_panel_is_used_without_a_mouse(qtbot, studio):
    measured(qtbot, studio)
    panel = studio.scores.panel
    for widget in (panel.measure, panel.choose_reference, panel.copy_text, panel.copy_csv):
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert widget.toolTip()
        assert widget.accessibleName() or widget.text()
    assert panel._close.accessibleName()
    assert panel.remove_reference.accessibleName()


def test_faces_are_named_and_numbers_follow_the_language():
    scores = PhotoScores(OWN, (FaceFigure(0, 0.5), FaceFigure(3, 0.91)), SIZE)
    faces = score_blocks(scores)[3]
    assert [line.title for line in faces.lines] == ["Face 1", "Face 4"]
    assert [line.after for line in faces.lines] == ["0.500", "0.910"]
    assert not faces.needs_reference
    assert Path(faces.lines[0].key).name == "likeness-1"


def test_in_a_narrow_window_the_scores_take_the_place_of_the_controls(qtbot, window, photo_path):
    window.set_mode("studio")
    window.open_paths([photo_path])
    qtbot.waitUntil(lambda: window.work.document is not None and not window.work.is_busy)
    window.scores._is_measured = True
    window.commands.scores.setChecked(True)
    window.resize(1280, 800)
    qtbot.waitUntil(window.parts.panel.isVisible)
    window.resize(window.minimumSize())
    qtbot.waitUntil(lambda: not window.parts.panel.isVisible())
    window.presenter.refresh()
    assert not window.parts.panel.isVisible()
    window.commands.scores.setChecked(False)
    qtbot.waitUntil(window.parts.panel.isVisible)
