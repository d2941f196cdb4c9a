"""The models window, off the screen, against a server on this computer."""

from dataclasses import replace

import model_server as ms
import msgspec
import pytest
from made_up_models import BOUND, FREE, OTHER_CONTENT
from model_server import CONTENT
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QPushButton

from app.dialogs.models_dialog import ModelsDialog
from app.dialogs.question import Question
from app.widgets.models_table import NAME, SIZE, STATE, TASK, USE
from core.models.download import Downloader
from core.models.own_models import Inspection
from core.models.spec import Registry, load_registry
from core.models.store import ModelState, ModelStore

FREE = msgspec.structs.replace(FREE, name="Free <Net>")  # a name that must not become markup
COMPACT = load_registry().get("compact-256")

pytestmark = pytest.mark.usefixtures("no_proxy")


class ToTheServer(Downloader):
    """Sends every download to the test's server."""

    def fetch(self, request, progress):
        file_name = request.part.name.removesuffix(".part")
        super().fetch(replace(request, urls=(f"{self.address}/{file_name}",)), progress)


@pytest.fixture
def models(tmp_path, server):
    downloader = ToTheServer()
    object.__setattr__(downloader, "address", server.url)
    return ModelStore(tmp_path / "models", Registry((COMPACT, FREE, BOUND)), downloader)


@pytest.fixture
def dialog(qtbot, models):
    made = ModelsDialog(models)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.stop()


def row_texts(dialog, row):
    return [dialog.table.index(row, column).data() for column in (NAME, TASK, USE, STATE)]


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def idle(qtbot, dialog):
    qtbot.waitUntil(lambda: not dialog.work.is_busy, timeout=20_000)


def question(qtbot, dialog):
    """The question that is on the screen."""
    found = []

    def is_there():
        found[:] = [box for box in dialog.findChildren(Question) if box.isVisible()]
        return bool(found)

    qtbot.waitUntil(is_there, timeout=20_000)
    return found[0]


def answer(qtbot, box, words):
    button = next(one for one in box.findChildren(QPushButton) if words in one.text())
    click(qtbot, button)


def drop(dialog, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(QPoint(50, 50)),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    dialog.dropEvent(event)


def test_it_lists_every_model_with_its_state(dialog):
    assert dialog.table.rowCount() == 3
    assert row_texts(dialog, 0) == ["Heirloom 256", "Faces", "Any", "Built in"]
    assert row_texts(dialog, 1) == ["Free <Net>", "Enlarging", "Any", ""]
    assert row_texts(dialog, 2) == ["Bound Net", "Enlarging", "Not commercial", ""]
    assert dialog.table.index(1, SIZE).data() == "600.0 kB"
    assert dialog.selected().spec == COMPACT
    assert not dialog.install_button.isEnabled()
    assert not dialog.remove_button.isEnabled()
    assert dialog.verify_button.isEnabled()


def test_installing_and_removing(qtbot, dialog, models):
    changes = []
    dialog.models_changed.connect(lambda: changes.append(models.state("free-net")))
    dialog.select("free-net")
    click(qtbot, dialog.install_button)
    idle(qtbot, dialog)
    assert row_texts(dialog, 1)[3] == "Installed"
    assert models.path_of("free-net").read_bytes() == CONTENT
    assert "600.0 kB taken" in dialog._total.text()
    assert not dialog.install_button.isEnabled()
    click(qtbot, dialog.remove_button)
    answer(qtbot, question(qtbot, dialog), "Remove")
    qtbot.waitUntil(lambda: models.state("free-net") is ModelState.MISSING)
    idle(qtbot, dialog)
    assert row_texts(dialog, 1)[3] == ""
    assert changes == [ModelState.INSTALLED, ModelState.MISSING]


def test_a_download_shows_progress_can_be_cancelled_and_goes_on(qtbot, dialog, models, server):
    server.behaviours = [ms.stall_after(300_000), ms.serve]
    dialog.select("free-net")
    click(qtbot, dialog.install_button)
    qtbot.waitUntil(lambda: "50 %" in row_texts(dialog, 1)[3], timeout=20_000)
    assert dialog.card.isVisible()
    assert dialog.install_button.text() == "Cancel"
    assert not dialog.remove_button.isEnabled()
    click(qtbot, dialog.install_button)
    idle(qtbot, dialog)
    assert not server.release.is_set()  # the server was still silent
    assert row_texts(dialog, 1)[3] == "Downloaded in part"
    assert not dialog.card.isVisible()
    assert not dialog.banner.isVisible()
    assert dialog.install_button.text() == "Go on"
    click(qtbot, dialog.install_button)
    idle(qtbot, dialog)
    assert models.state("free-net") is ModelState.INSTALLED
    assert server.requests[1].range == "bytes=300000-"


def test_cancelling_on_the_card_leaves_what_waits(qtbot, dialog, models, server):
    server.behaviours = [ms.stall_after(300_000)]
    dialog.work.install(FREE)
    dialog.work.verify(COMPACT)
    assert row_texts(dialog, 0)[3] == "Waiting"
    qtbot.waitUntil(lambda: "50 %" in row_texts(dialog, 1)[3], timeout=20_000)
    click(qtbot, dialog.card._cancel)
    idle(qtbot, dialog)
    assert models.state("free-net") is ModelState.PARTIAL
    assert dialog.banner.text == "The file is intact."


def test_what_waits_can_be_cancelled_alone(qtbot, dialog, server):
    server.behaviours = [ms.stall_after(300_000)]
    dialog.work.install(FREE)
    dialog.work.verify(COMPACT)
    dialog.select("compact-256")
    assert dialog.install_button.text() == "Cancel"
    click(qtbot, dialog.install_button)
    server.release.set()
    idle(qtbot, dialog)
    assert row_texts(dialog, 1)[3] == "Installed"
    assert not dialog.banner.isVisible()


def test_terms_are_shown_and_accepted_once(qtbot, dialog, models, server):
    server.content = OTHER_CONTENT
    dialog.select("bound-net")
    click(qtbot, dialog.install_button)
    box = question(qtbot, dialog)
    assert "Bound Net may not be used commercially" in box.title.text()
    assert "Not for shops." in box.words.text()
    assert "LicenseRef-bound" in box.words.text()
    assert 'href="https://example.invalid/MIT"' in box.words.text()
    answer(qtbot, box, "Cancel")
    assert not dialog.work.is_busy
    assert server.requests == []
    assert not dialog.banner.isVisible()
    click(qtbot, dialog.install_button)
    answer(qtbot, question(qtbot, dialog), "Accept")
    idle(qtbot, dialog)
    assert models.state("bound-net") is ModelState.INSTALLED
    assert not models.needs_acceptance("bound-net")


def test_a_failure_is_said_in_the_banner(qtbot, dialog, server):
    server.behaviours = [ms.status(404)]
    dialog.select("free-net")
    click(qtbot, dialog.install_button)
    idle(qtbot, dialog)
    assert dialog.banner.kind == "error"
    assert "not at this address" in dialog.banner.text
    assert "mirror" in dialog.banner.text
    assert dialog.install_button.isEnabled()


def test_a_mirror_can_be_given(qtbot, dialog, models, server):
    models._downloader = None
    dialog.mirror.setText(f" {server.url} ")
    dialog.select("free-net")
    click(qtbot, dialog.install_button)
    idle(qtbot, dialog)
    assert models.state("free-net") is ModelState.INSTALLED
    assert server.requests[0].path == "/files/Free_Net.pth"


def test_a_damaged_file_is_found_and_replaced(qtbot, dialog, models):
    models.root.mkdir()
    (models.root / "Free_Net.pth").write_bytes(b"spoilt")
    dialog.work.changed.emit()
    dialog.select("free-net")
    assert row_texts(dialog, 1)[3] == "Not verified yet"
    click(qtbot, dialog.verify_button)
    idle(qtbot, dialog)
    assert "damaged" in dialog.banner.text
    assert dialog.remove_button.isEnabled()
    click(qtbot, dialog.install_button)
    idle(qtbot, dialog)
    assert models.path_of("free-net").read_bytes() == CONTENT


def test_dropped_files_are_imported(qtbot, dialog, models, tmp_path, monkeypatch):
    found = Inspection("rrdbnet", "upscaling", scale=4)
    monkeypatch.setattr("app.jobs.model_work._inspect", lambda _path: found)
    (tmp_path / "download.bin").write_bytes(CONTENT)
    (tmp_path / "Mine.pth").write_bytes(b"weights")
    drop(dialog, tmp_path / "download.bin", tmp_path / "Mine.pth")
    idle(qtbot, dialog)
    assert models.state("free-net") is ModelState.INSTALLED
    assert row_texts(dialog, 3) == ["Mine", "Enlarging", "Not commercial", "Installed"]
    assert dialog.selected().spec.id == "user/mine"
    assert dialog.banner.text == "Mine can be used now."


def test_importing_asks_for_terms_too(qtbot, dialog, models, tmp_path):
    (tmp_path / "found.pth").write_bytes(OTHER_CONTENT)
    dialog.import_files([tmp_path / "found.pth"])
    answer(qtbot, question(qtbot, dialog), "Accept")
    idle(qtbot, dialog)
    assert models.state("bound-net") is ModelState.INSTALLED


def test_junk_is_refused_in_words(qtbot, dialog, tmp_path):
    (tmp_path / "holiday.jpg").write_bytes(b"a picture")
    drop(dialog, tmp_path / "holiday.jpg")
    idle(qtbot, dialog)
    assert "none of the models" in dialog.banner.text


def test_closing_hides_it_and_the_download_goes_on(qtbot, dialog, models, server):
    server.behaviours = [ms.stall_after(300_000)]
    dialog.select("free-net")
    click(qtbot, dialog.install_button)
    qtbot.waitUntil(server.stalled.is_set, timeout=20_000)
    dialog.close()
    assert not dialog.isVisible()
    server.release.set()
    idle(qtbot, dialog)
    assert models.state("free-net") is ModelState.INSTALLED


def test_the_keyboard_is_enough(qtbot, dialog, models):
    dialog.view.setFocus()
    qtbot.keyClick(dialog.view, Qt.Key.Key_Down)
    assert dialog.selected().spec == FREE
    qtbot.keyClick(dialog.view, Qt.Key.Key_Return)
    idle(qtbot, dialog)
    assert models.state("free-net") is ModelState.INSTALLED
    qtbot.keyClick(dialog.view, Qt.Key.Key_Delete)
    answer(qtbot, question(qtbot, dialog), "Remove")
    idle(qtbot, dialog)
    assert models.state("free-net") is ModelState.MISSING


def test_names_are_text_and_never_markup(dialog):
    dialog.select("free-net")
    assert "Free &lt;Net&gt;" in dialog._details.text()
    assert '<a href="https://example.invalid/MIT">MIT</a>' in dialog._details.text()
