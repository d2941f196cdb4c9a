"""The window's composition root: builds everything and hands it down.

Neither torch nor OpenCV nor Pillow is imported before the window is on the screen; the functions
below do that in the worker thread, when they are first called.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from app.session.services import (
    Choices,
    LazyEngine,
    ModelOption,
    RestorationEngine,
    SavedFile,
    Services,
)

if TYPE_CHECKING:
    from app.session.preferences import Preferences
    from core.evaluation.photo_scores import PhotoScores
    from core.image import Photo
    from core.models.spec import ModelSpec, Task
    from core.pipeline import Restoration
    from core.progress import Progress
    from core.settings import RestorationSettings

_CV2_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")
_SAMPLE = ("samples", "astronaut-aged.jpg")
_PATIENCE_MS = 2000
"""How long the end waits for work that cannot be interrupted, before the process just goes."""


def run_window(paths: Sequence[str]) -> int:
    """Open the window and run until it is closed.

    Libraries may still be loading then, which nothing can interrupt. So the caller should end the
    process by `app.stopping.leave`, not by Python's own end, which would unload them meanwhile.

    Args:
        paths: Files to open; the first one is.

    Returns:
        The exit code.
    """
    from appdirs import user_config_dir, user_data_dir, user_log_dir

    from app.jobs.gentle import SWITCH_INTERVAL_S
    from app.session.bug_report import versions
    from app.session.log_file import LogFile, log
    from app.session.preferences import PreferencesStore
    from app.session.recovery import FOLDER_NAME, RecoveryStore
    from app.stopping import end_on_ctrl_c
    from app.windows.application import make_application, show_hosted

    sys.setswitchinterval(SWITCH_INTERVAL_S)
    end_on_ctrl_c()
    app = make_application()
    store = PreferencesStore(Path(user_config_dir("heirloom", appauthor=False)))
    models = store.load().models_folder
    log_file = LogFile(Path(user_log_dir("heirloom", appauthor=False)))
    data = Path(user_data_dir("heirloom", appauthor=False))
    services = make_services(Path(models) if models else None, store.load, data / "queue")
    if log_file.open():
        log.info("started: %s", versions().replace("\n", ", "))
        services = replace(services, log_folder=log_file.path.parent)
    drafts = RecoveryStore(Path(user_data_dir("heirloom", appauthor=False)) / FOLDER_NAME)
    host = show_hosted(services, store, [Path(path) for path in paths], drafts, _PATIENCE_MS)
    host.follow_system()
    try:
        code: int = app.exec()
    finally:
        host.end()
        _abandon_writing()
    host.window.deleteLater()
    log_file.close()
    return code


def _abandon_writing() -> None:
    """Leave no half file of a job that did not end in time; what it was is offered again."""
    if "core.imageio.atomic" in sys.modules:
        from core.imageio.atomic import abandon_parts

        abandon_parts()


def make_services(
    models_dir: Path | None = None,
    preferences: Callable[[], Preferences] | None = None,
    queue_folder: Path | None = None,
) -> Services:
    """What the window needs from the engine.

    Args:
        models_dir: Folder of installed models; the user's data folder by default.
        preferences: Gives what the user prefers now; asked when the engine is built and when a
            place for a result is needed. The defaults by default.
        queue_folder: Where a batch is written down, so that it survives a crash; None for nowhere.
    """
    from app.session.preferences import Preferences
    from core.models.spec import load_registry
    from core.models.store import ModelStore, default_models_dir

    folder = models_dir or default_models_dir()
    wanted = preferences or Preferences
    from app.library_files import make_library_services
    from app.main_training import make_training

    sample = Path(str(files("resources").joinpath(*_SAMPLE)))
    engine = LazyEngine(lambda: _make_engine(folder, wanted()))
    return Services(
        engine=engine,
        read_photo=_read_photo,
        save_result=_save_result,
        default_output=lambda photo: _default_output(photo, wanted().save_folder),
        choices=lambda: _choices(folder, engine.get()),
        model_store=lambda: ModelStore(folder, load_registry()),
        sample=sample if sample.is_file() else None,
        readable_suffixes=_readable_suffixes,
        writable_suffixes=_writable_suffixes,
        score_photo=lambda result, reference, progress: _score_photo(
            engine.get(), folder, result, reference, progress
        ),
        library=make_library_services(engine, queue_folder, _import_opencv),
        training=lambda: make_training(folder, _import_opencv),
    )


def _import_opencv() -> None:
    """Import OpenCV without the variables by which it would mislead Qt's plug-in search."""
    before = {name: os.environ.get(name) for name in _CV2_VARIABLES}
    import cv2  # noqa: F401

    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _make_engine(models_dir: Path, preferences: Preferences) -> RestorationEngine:
    """The engine with everything loaded that a fresh photo needs."""
    from app.jobs.gentle import gentle_loading

    with gentle_loading():
        return _load_engine(models_dir, preferences)


def _load_engine(models_dir: Path, preferences: Preferences) -> RestorationEngine:
    _import_opencv()
    from core.api import Engine
    from core.device import ComputePreference
    from core.errors import RestorationError
    from core.settings import RestorationSettings

    limit = preferences.memory_limit_mb * 1_000_000 or None
    compute = ComputePreference(device=preferences.device, memory_limit_bytes=limit)
    engine = Engine(compute, models_dir)
    # A model that cannot be loaded is reported when a photo needs it, not before.
    with contextlib.suppress(RestorationError):
        engine.pipeline(RestorationSettings())
    return engine


def _read_photo(path: Path, progress: Progress) -> Photo:
    _import_opencv()
    from core.imageio import read_photo

    return read_photo(path, progress)


def _save_result(
    result: Restoration,
    settings: RestorationSettings,
    path: Path,
    *,
    overwrite: bool,
    progress: Progress,
) -> SavedFile:
    from core.api import save_photo
    from core.imageio import WriteOptions

    options = WriteOptions(overwrite=overwrite)
    saved = save_photo(result, settings, path, options, progress=progress)
    return SavedFile(saved.path, saved.notes)


def _score_photo(
    engine: RestorationEngine,
    models_dir: Path,
    result: Restoration,
    reference: Photo | None,
    progress: Progress,
) -> PhotoScores:
    from core.api import Engine
    from core.evaluation.photo_scores import score_photo

    assert isinstance(engine, Engine)
    return score_photo(result, reference, engine.embedder(), models_dir, progress)


def _default_output(photo: Photo, folder: str = "") -> Path:
    """A free name in the chosen folder or beside the original.

    A pasted picture goes to the user's pictures.
    """
    from core.imageio.formats import output_format_of
    from core.outputs import plan_output

    source = photo.source.path
    if source is None:
        pictures = Path.home() / "Pictures"
        source = (pictures if pictures.is_dir() else Path.home()) / "pasted.png"
    source = source.absolute()
    target = Path(folder) if folder else source.parent
    return plan_output(source, Path(source.name), target, output_format_of(photo)).path


def _choices(models_dir: Path, engine: RestorationEngine) -> Choices:
    from core.models.spec import load_registry
    from core.models.store import ModelStore

    specs = ModelStore(models_dir, load_registry()).installed()
    automatic = ModelOption("auto", "Automatic", "Takes the best one that is installed.")
    plain = ModelOption("lanczos", "Plain", "Quick, and invents no detail.")
    nearby = ModelOption("nearby", "From nearby", "Quick, and best for thin marks.")
    classical = ModelOption("classical", "Calculated", "Invents no detail.")
    oval = ModelOption(
        "landmarks", "Plain oval", "Around eyes, nose and mouth; knows no hair and no glasses."
    )
    return Choices(
        face_models=_options(specs, "face-restoration"),
        detectors=(automatic, *_options(specs, "detection")),
        face_masks=(automatic, *_options(specs, "parsing"), oval),
        upscalers=(plain, *_options(specs, "upscaling")),
        fillers=(nearby, *_options(specs, "inpainting")),
        denoisers=(classical, *_options(specs, "denoising")),
        can_repair=_can_repair(engine),
    )


def _can_repair(engine: RestorationEngine) -> bool:
    """True where asking for repair changes what the engine does."""
    from core.api import Engine
    from core.errors import RestorationError
    from core.settings import RepairSettings, RestorationSettings

    if not isinstance(engine, Engine):
        return False
    try:
        with_repair = engine.pipeline(RestorationSettings(repair=RepairSettings(enabled=True)))
        return with_repair != engine.pipeline(RestorationSettings())
    except RestorationError:
        return False


def _options(specs: Sequence[ModelSpec], task: Task) -> tuple[ModelOption, ...]:
    return tuple(
        ModelOption(spec.id, spec.name, spec.good_at) for spec in specs if spec.task == task
    )


def _readable_suffixes() -> tuple[str, ...]:
    from core.imageio.formats import READABLE_SUFFIXES

    return tuple(sorted(READABLE_SUFFIXES))


def _writable_suffixes() -> tuple[str, ...]:
    from core.imageio.formats import FORMATS

    return tuple(
        suffix for info in FORMATS.values() if info.writable for suffix in info.suffixes[:2]
    )
