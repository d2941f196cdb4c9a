"""Takes the pictures of the window that the README shows, from the real program.

    xvfb-run -a .venv/bin/python docs/take_screenshots.py [FOLDER] [--photo FILE] [--full-colour]
        [--only NAME ...]

Drives the real window with the real engine on the shipped sample photo, so the pictures show what
the program does and nothing else. With QT_SCALE_FACTOR=2 they show a high-resolution screen.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QSize
from PySide6.QtWidgets import QApplication, QWidget

from app.dialogs.about import AboutDialog
from app.dialogs.models_dialog import ModelsDialog
from app.dialogs.shortcuts import ShortcutsDialog
from app.dialogs.training.window import TrainingWindow
from app.main import _import_opencv, make_services
from app.main_training import make_training
from app.session.library import PhotoState
from app.session.preferences import Preferences, PreferencesStore
from app.session.services import Services
from app.widgets.language import install_language
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
        self.shrink(path)

    def shrink(self, path: Path) -> None:
        """Make a picture's file smaller, unless all colours are wanted."""
        if not self.full_colour:
            with Image.open(path) as image:
                small = image.convert("RGB").quantize(PALETTE_COLOURS, kmeans=2)
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
    names = [take.__name__.removeprefix("take_") for take in TAKES]
    parser.add_argument("--only", nargs="+", choices=names, help="only some of the pictures")
    wanted = parser.parse_args()
    queue = tempfile.TemporaryDirectory()
    services = make_services(queue_folder=Path(queue.name))
    photo = wanted.photo or services.sample
    if photo is None:
        parser.error("the sample photo is not installed; name one with --photo")
    wanted.folder.mkdir(parents=True, exist_ok=True)
    studio = Studio(make_application(), services, photo, wanted.folder, wanted.full_colour)
    if wanted.faces is not None:
        take_training(studio, wanted.faces)
        return 0
    for take in TAKES:
        if not wanted.only or take.__name__.removeprefix("take_") in wanted.only:
            take(studio)
    return 0


@contextmanager
def opened(studio: Studio, **preferences: object) -> Iterator[MainWindow]:
    """A window of the right size with preferences of its own; closed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        store = PreferencesStore(Path(folder))
        chosen = Preferences(theme="light", language="en").replace(**preferences)
        store.save(chosen)
        install_language(studio.app, chosen.language)
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
        window.faces.toggle(0)
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


def take_library(studio: Studio) -> None:
    """Four photos, restored one after the other; one file is none."""
    with tempfile.TemporaryDirectory() as name, opened(studio, first_run_note_seen=True) as window:
        album = Path(name) / "album"
        album.mkdir()
        for title, change in ALBUM.items():
            with Image.open(studio.photo) as image:
                change(image.convert("RGB")).save(album / f"{title}.png")
        (album / "letter.jpg").write_text("Dear aunt,")
        window.open_paths([album])
        studio.wait(lambda: window.work.document is not None and window.work.document.is_current)
        studio.wait(lambda: not window.work.is_busy)
        window.parts.area.canvas.set_divider(FACE)
        window.parts.library.start.click()
        library = window.library
        if library is None:
            return
        done = PhotoState.DONE
        studio.wait(lambda: library.library.count(done) >= 2 and bool(library.batch.photo_id))
        studio.take(window, "14-library")
        studio.wait(lambda: not library.batch.is_on and not window.work.is_busy)
        studio.take(window, "15-library-done")


def take_grid(studio: Studio) -> None:
    """Four strengths side by side, in step."""
    with opened(studio, first_run_note_seen=True) as window:
        restored(studio, window)
        window.history.compare_grid.fill("strengths")
        studio.wait(lambda: not window.work.is_busy)
        for _ in range(4):
            window.commands.zoom_in.trigger()
        studio.take(window, "16-grid")


def take_faces(studio: Studio) -> None:
    """Two people; one of them chosen, with its own strength; points being corrected."""
    with tempfile.TemporaryDirectory() as name:
        group = Path(name) / "two sisters.png"
        with Image.open(studio.photo) as image:
            left = image.convert("RGB").crop((120, 0, 760, 800))
        pair = Image.new("RGB", (2 * left.width, left.height))
        pair.paste(left, (0, 0))
        pair.paste(ImageOps.mirror(left), (left.width, 0))
        pair.save(group)
        with opened(studio, first_run_note_seen=True, mode="studio", show_faces=True) as window:
            window.open_paths([group])
            studio.wait(lambda: bool(window.work.document and window.work.document.is_current))
            studio.wait(lambda: not window.work.is_busy)
            studio.take(window, "17-faces")


def take_repair(studio: Studio) -> None:
    """Scratches that were found, with the brush to correct them."""
    with opened(studio, first_run_note_seen=True) as window:
        restored(studio, window)
        window.commands.damage_marks.trigger()
        studio.wait(lambda: not window.work.is_busy)
        studio.take(window, "18-repair-brush")


def take_report(studio: Studio) -> None:
    """The report as a browser shows it; left out where there is no Chromium."""
    browser = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
    if browser is None:
        print("no Chromium: the picture of the report was not taken")
        return
    with tempfile.TemporaryDirectory() as name, opened(studio, first_run_note_seen=True) as window:
        photo = Path(name) / studio.photo.name
        shutil.copy(studio.photo, photo)
        window.open_paths([photo])
        studio.wait(lambda: bool(window.work.document and window.work.document.is_current))
        pages: list[Path] = []
        window.manners.reports.show_page = pages.append
        studio.wait(lambda: not window.work.is_busy)
        window.commands.report.trigger()
        studio.wait(lambda: bool(pages))
        picture = studio.folder / "19-report.png"
        size = f"--window-size={SIZE.width()},1560"
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", size]
        command = [browser, *options, f"--screenshot={picture}", pages[0].as_uri()]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        studio.shrink(picture)


def take_languages(studio: Studio) -> None:
    """Bengali, whose letters join and move; German, whose words are long; preferences, dark."""
    with opened(studio, first_run_note_seen=True, language="bn", mode="studio") as window:
        restored(studio, window)
        window.parts.area.canvas.set_divider(FACE)
        studio.take(window, "22-bengali")
    with opened(studio, first_run_note_seen=True, language="de", mode="studio") as window:
        restored(studio, window)
        window.commands.faces.setChecked(True)
        studio.take(window, "23-german")
    with opened(studio, first_run_note_seen=True, theme="dark") as window:
        window.commands.preferences.trigger()
        if window.manners.dialog is not None:
            studio.take(window.manners.dialog, "24-preferences-dark")
            window.manners.dialog.close()
    install_language(studio.app, "en")


def take_scores(studio: Studio) -> None:
    """The photo measured before and after."""
    with opened(studio, first_run_note_seen=True) as window:
        restored(studio, window)
        window.commands.scores.trigger()
        window.scores.measure()
        studio.wait(lambda: not window.work.is_busy)
        studio.take(window, "25-scores")


ALBUM: dict[str, Callable[[Image.Image], Image.Image]] = {
    "1983 portrait": lambda image: image,
    "1984 mirrored": ImageOps.mirror,
    "in black and white": lambda image: ImageOps.grayscale(image).convert("RGB"),
    "too dark": lambda image: ImageEnhance.Brightness(image).enhance(0.55),
}
"""Photos for the list, made from the sample."""


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


TAKES = (
    take_simple,
    take_studio_dark,
    take_trouble,
    take_dialogs,
    take_library,
    take_grid,
    take_faces,
    take_repair,
    take_report,
    take_languages,
    take_scores,
)


if __name__ == "__main__":
    raise SystemExit(main())
