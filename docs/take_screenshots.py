"""Takes the pictures of the window that the README shows, from the real program.

    xvfb-run -a .venv/bin/python docs/take_screenshots.py [FOLDER] [--photo FILE] [--full-colour]

Drives the real window with the real engine on the shipped sample photo, so the pictures show what
the program does and nothing else. With QT_SCALE_FACTOR=2 they show a high-resolution screen.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QSize
from PySide6.QtWidgets import QApplication, QWidget

from app.dialogs.about import AboutDialog
from app.dialogs.models_dialog import ModelsDialog
from app.dialogs.shortcuts import ShortcutsDialog
from app.dialogs.training.window import TrainingWindow
from app.main import _import_opencv, make_services
from app.main_training import make_training
from app.session.preferences import Preferences, PreferencesStore
from app.session.services import Services
from app.widgets.theme import apply_theme
from app.windows.application import make_application
from app.windows.main_window import MainWindow

SIZE = QSize(1280, 800)
TIMEOUT_MS = 180_000
PALETTE_COLOURS = 256
FACE = 0.43
"""Where the divider runs through the face of the sample photo."""


@dataclass(frozen=True, slots=True)
class Studio:
    """Where the pictures are taken.

    Attributes:
        app: The application.
        services: The real engine.
        photo: What is opened.
        folder: Where the pictures go.
        full_colour: Keep all colours; the files are three times as large.
    """

    app: QApplication
    services: Services
    photo: Path
    folder: Path
    full_colour: bool

    def wait(self, condition: Callable[[], bool]) -> None:
        """Let the program run until something is true."""
        deadline = QDeadlineTimer(TIMEOUT_MS)
        while not condition():
            if deadline.hasExpired():
                raise TimeoutError("the window did not get there in time")
            self.app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)

    def take(self, widget: QWidget, name: str) -> None:
        """Save a picture of a window."""
        self.app.processEvents()
        path = self.folder / f"{name}.png"
        widget.grab().save(str(path))
        if not self.full_colour:
            with Image.open(path) as image:
                small = image.convert("RGB").quantize(PALETTE_COLOURS)
            small.save(path, optimize=True)


def main() -> int:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description="Takes pictures of the window.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("docs/screenshots"))
    parser.add_argument("--photo", type=Path, help="another photo than the sample")
    parser.add_argument("--full-colour", action="store_true")
    parser.add_argument(
        "--faces", type=Path, help="photos of faces: take only the pictures of training on them"
    )
    wanted = parser.parse_args()
    services = make_services()
    photo = wanted.photo or services.sample
    if photo is None:
        parser.error("the sample photo is not installed; name one with --photo")
    wanted.folder.mkdir(parents=True, exist_ok=True)
    studio = Studio(make_application(), services, photo, wanted.folder, wanted.full_colour)
    if wanted.faces is not None:
        take_training(studio, wanted.faces)
        return 0
    for take in (take_simple, take_studio_dark, take_trouble, take_dialogs):
        take(studio)
    return 0


@contextmanager
def opened(studio: Studio, **preferences: object) -> Iterator[MainWindow]:
    """A window of the right size with preferences of its own; closed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        store = PreferencesStore(Path(folder))
        store.save(Preferences(theme="light").replace(**preferences))
        window = MainWindow(studio.services, store)
        window.resize(SIZE)
        window.show()
        window.work.warm_up()
        studio.wait(lambda: not window.work.is_busy)
        yield window
        if window.work.document is not None:
            window.work.document.discard()
        window.close()
        window.deleteLater()
        studio.app.processEvents()


def restored(studio: Studio, window: MainWindow) -> None:
    """Open the photo and wait for the result."""
    window.open_paths([studio.photo])
    studio.wait(lambda: window.work.document is not None and window.work.document.is_current)
    studio.wait(lambda: not window.work.is_busy)


def take_simple(studio: Studio) -> None:
    """The first minute: empty, at work, done, saved."""
    with opened(studio) as window:
        studio.take(window, "01-first-start")
    with opened(studio, first_run_note_seen=True) as window:
        window.parts.area.empty.setFocus()
        studio.take(window, "02-empty")
        reached: list[float] = []
        window.work.progressed.connect(lambda fraction, *_: reached.append(fraction))
        window.open_paths([studio.photo])
        studio.wait(lambda: window.work.document is not None)
        reached.clear()
        studio.wait(lambda: bool(reached) and reached[-1] > 0.25)
        studio.take(window, "03-at-work")
        studio.wait(lambda: not window.work.is_busy)
        window.parts.area.canvas.set_divider(FACE)
        studio.take(window, "04-restored")
        window.commands.side_by_side.trigger()
        studio.take(window, "05-side-by-side")


def take_studio_dark(studio: Studio) -> None:
    """Every control, dark; outlined faces, one of them left as it was; actual size."""
    with opened(studio, first_run_note_seen=True, theme="dark", mode="studio") as window:
        window.parts.area.empty.setFocus()
        studio.take(window, "06-empty-dark")
        restored(studio, window)
        window.commands.faces.setChecked(True)
        window.parts.area.canvas.set_divider(FACE)
        studio.take(window, "07-studio-dark")
        window.presenter.toggle_face(0)
        studio.wait(lambda: not window.work.is_busy)
        studio.take(window, "08-face-left-as-it-was")
        window.presenter.undo()
        window.commands.faces.setChecked(False)
        studio.wait(lambda: not window.work.is_busy)
        window.commands.actual.trigger()
        studio.take(window, "09-actual-size")


def take_trouble(studio: Studio) -> None:
    """A file that is no photo."""
    with tempfile.TemporaryDirectory() as folder:
        letter = Path(folder) / "letter.jpg"
        letter.write_text("Dear aunt,")
        with opened(studio, first_run_note_seen=True) as window:
            window.open_paths([letter])
            studio.wait(window.parts.banner.isVisible)
            studio.wait(lambda: not window.work.is_busy)
            studio.take(window, "10-not-a-photo")


def take_dialogs(studio: Studio) -> None:
    """Shortcuts, models, about."""
    store = studio.services.model_store
    with opened(studio, first_run_note_seen=True) as window:
        shortcuts = ShortcutsDialog(window.commands.all, window)
        about = AboutDialog(window)
        for dialog, name in ((shortcuts, "11-shortcuts"), (about, "12-about")):
            dialog.show()
            studio.take(dialog, name)
            dialog.close()
        if store is not None:
            models = ModelsDialog(store(), window)
            models.show()
            studio.take(models, "13-models")
            models.stop()


def take_training(studio: Studio, faces: Path) -> None:
    """The data check and the damage page of the training window; nothing is trained."""
    apply_theme(studio.app, dark=False)
    with tempfile.TemporaryDirectory() as folder:
        training = make_training(Path(folder) / "models", _import_opencv)
        window = TrainingWindow(training, studio.services.readable_suffixes())
        window.show()
        wizard = window.wizard
        wizard.photos.add([faces])
        wizard.next_button.click()
        studio.wait(lambda: wizard.found.check is not None)
        studio.take(window, "20-training-check")
        wizard.next_button.click()
        studio.wait(lambda: bool(wizard.damage.pairs.pictures))
        studio.take(window, "21-training-damage")
        window.stop()


if __name__ == "__main__":
    raise SystemExit(main())
