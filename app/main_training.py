"""What the training window needs, made of `training` and the model store.

Together with the command line this is the only part of `app` that may import `training`. Training
itself never runs here: it is a process of its own, see `command`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.own_program import own_command
from app.session.training_runs import PROCESS_OUTPUT
from app.session.training_values import (
    CheckedFace,
    Cost,
    Damage,
    DataCheck,
    Licence,
    Pair,
    Recipe,
    Registered,
    StartModel,
)
from core.errors import RestorationError
from core.progress import Progress

if TYPE_CHECKING:
    from core.interfaces import FaceDetector
    from core.models.store import ModelStore
    from training.options import DataOptions, TrainingOptions

PREVIEW_PX = 256
_POLL_S = 0.2
_SOURCE_ROOT = Path(__file__).resolve().parent.parent


def make_training(models_dir: Path, import_opencv: Callable[[], None]) -> OwnTraining:
    """Training beside the user's models.

    Args:
        models_dir: Folder of installed models; trainings lie beside it.
        import_opencv: Imports OpenCV in a way that leaves Qt alone.
    """
    from core.models.spec import load_registry
    from core.models.store import ModelStore

    def detector() -> FaceDetector:
        from core.api import Engine

        return Engine(models_dir=models_dir).detector()

    return OwnTraining(
        models_dir.parent / "trainings",
        lambda: ModelStore(models_dir, load_registry()),
        detector,
        import_opencv,
    )


class OwnTraining:
    """Implements `TrainingServices`.

    Args:
        root: Folder of all trainings.
        models: Gives the user's models.
        detector: Gives the face finder; called in the worker thread.
        import_opencv: Imports OpenCV in a way that leaves Qt alone.
    """

    def __init__(
        self,
        root: Path,
        models: Callable[[], ModelStore],
        detector: Callable[[], FaceDetector],
        import_opencv: Callable[[], None],
    ) -> None:
        self._root = root
        self._models = models
        self._detector = detector
        self._import_opencv = import_opencv

    @property
    def root(self) -> Path:
        """Folder of all trainings."""
        return self._root

    @property
    def working_folder(self) -> Path | None:
        """Where Python finds our modules; a bundle finds them anywhere."""
        return None if getattr(sys, "frozen", False) else _SOURCE_ROOT

    def check(
        self, sources: Sequence[Path], folder: Path, progress: Progress, *, persons: bool
    ) -> DataCheck:
        """Find and check faces into a side folder, which then takes the place of an earlier one."""
        self._import_opencv()
        from training.prepare import PrepareOptions, prepare
        from training.records import licence_of

        licence, commercial_use = licence_of(folder)
        options = PrepareOptions(
            licence=licence, commercial_use=commercial_use, persons=persons, keep_empty=True
        )
        side = folder.with_name(f".{folder.name}.part")
        shutil.rmtree(side, ignore_errors=True)
        is_new = not folder.parent.exists()
        try:
            progress.report(0.0, "Loading the face finder")
            prepare(sources, side, self._detector(), options, progress)
            shutil.rmtree(folder, ignore_errors=True)
            side.rename(folder)
        except BaseException:
            shutil.rmtree(side, ignore_errors=True)
            if is_new:
                shutil.rmtree(folder.parent, ignore_errors=True)
            raise
        return self.read_check(folder)

    def read_check(self, folder: Path) -> DataCheck:
        """An earlier check."""
        self._import_opencv()
        from training.selection import read_document

        return _check_of(folder, read_document(folder))

    def choose(
        self,
        folder: Path,
        progress: Progress,
        *,
        use: Collection[str] = (),
        leave_out: Collection[str] = (),
    ) -> DataCheck:
        """Use faces after all, or leave them out."""
        from training.selection import choose_faces

        document = choose_faces(folder, progress, use=use, leave_out=leave_out)
        return _check_of(folder, document)

    def set_licence(self, folder: Path, licence: Licence) -> None:
        """Note what the photos may be used for."""
        from training.selection import set_licence

        set_licence(folder, licence.text, commercial_use=licence.commercial_use)

    def pairs(
        self, folder: Path, damage: Damage, first: int, count: int, progress: Progress
    ) -> tuple[Pair, ...]:
        """Samples as training would see them, at a size that is quick to draw."""
        self._import_opencv()
        from training.data import FaceSamples, Place
        from training.options import DataOptions
        from training.records import read_records

        records = [record for record in read_records(folder) if record.split == "train"]
        options = _with_damage(DataOptions(workers=0, folder=str(folder)), damage)
        samples = FaceSamples(records, options, PREVIEW_PX, 0, Place(1))
        made = []
        for number in range(first, first + count):
            progress.check()
            damaged, target, _ = samples.sample(number)
            made.append(Pair(damaged, target))
        return tuple(made)

    def starts(self) -> tuple[StartModel, ...]:
        """Installed GFP-GAN models, Heirloom's default first."""
        from core.settings import DEFAULT_FACE_MODEL

        store = self._models()
        found = [
            StartModel(
                spec.id,
                spec.name,
                store.path_of(spec.id),
                spec.crop_size_px,
                spec.good_at,
                spec.licence,
                spec.commercial_use,
            )
            for spec in store.installed()
            if spec.task == "face-restoration" and spec.architecture.startswith("gfpgan-")
        ]
        found.sort(key=lambda start: start.id != DEFAULT_FACE_MODEL)
        return tuple(found)

    def start_from_file(self, path: Path) -> StartModel:
        """A file of a GFP-GAN network, any of the three layouts."""
        self._import_opencv()
        from training.networks import network_of

        side_px = network_of(path).out_size_px
        return StartModel("", path.stem, path, side_px)

    def scaled_cost(self, faces: Path, recipe: Recipe) -> Cost:
        """A first estimate, from known figures."""
        options = self._options(faces, recipe)
        from training.estimate import scaled

        cost = scaled(options)
        return Cost(
            "scaled", cost.total_s(options), cost.step_s, cost.memory_bytes, cost.disk_bytes
        )

    def measured_cost(self, faces: Path, recipe: Recipe, progress: Progress) -> Cost:
        """Time a few real steps; the process takes its memory with it when it ends."""
        with tempfile.TemporaryDirectory(prefix="heirloom-options-") as place:
            file = Path(place) / "options.json"
            file.write_bytes(self._options(faces, recipe).to_json())
            command = [*own_command(), "train", "measure", "--background", "--json"]
            command += ["--options", str(file)]
            output = _output_of(command, self.working_folder, progress)
        found = json.loads(output.splitlines()[-1])
        memory, disk = found["memory_bytes"], found["disk_bytes"]
        return Cost("measured", found["total_s"], found["step_s"], memory, disk)

    def create(self, faces: Path, run: Path, recipe: Recipe) -> None:
        """Make the folder of a run; `command` then begins it."""
        options = self._options(faces, recipe)
        from training.runfolder import RunFolder

        RunFolder(run).create(options)

    def command(self, run: Path, *, gentler: bool = False) -> list[str]:
        """The command that trains a run."""
        extra = ["--gentler"] if gentler else []
        words = ["train", "resume", str(run), "--background"]
        return [*own_command(), *words, "--output-to", str(run / PROCESS_OUTPUT), *extra]

    def register(self, run: Path, name: str, progress: Progress) -> Registered:
        """Add a result to the user's models."""
        from training.register import register
        from training.runfolder import RunFolder

        spec = register(RunFolder(run), name, self._models(), progress)
        return Registered(spec.id, spec.name, spec.good_at)

    def save_model_file(self, run: Path, target: Path, progress: Progress) -> Path:
        """Write a result as a file, with its card beside it."""
        from training.register import save_model_file
        from training.runfolder import RunFolder

        return save_model_file(RunFolder(run), target, progress)

    def _options(self, faces: Path, recipe: Recipe) -> TrainingOptions:
        self._import_opencv()
        from training.presets import preset, starting_from, with_installed_weights
        from training.records import licence_of

        options = starting_from(preset(recipe.preset), recipe.start.path)
        licence, commercial_use = licence_of(faces)
        data = _with_damage(options.data, recipe.damage).replace(
            folder=str(faces), licence=licence, commercial_use=commercial_use
        )
        return with_installed_weights(
            options.replace(
                data=data,
                start_model=recipe.start.id,
                start_name=recipe.start.name,
                start_licence=recipe.start.licence,
                start_commercial_use=recipe.start.commercial_use,
            )
        )


def _with_damage(options: DataOptions, damage: Damage) -> DataOptions:
    return options.replace(
        degradation=damage.degradation, damage=damage.damage, damage_share=damage.share
    )


def _check_of(folder: Path, document: dict[str, Any]) -> DataCheck:
    used = tuple(
        CheckedFace(
            _picture(folder, face.get("thumbnail") or face["file"]),
            face.get("thumbnail", ""),
            face.get("path", face.get("photo", "")),
            held_out=face["split"] == "val",
            can_change="thumbnail" in face,
        )
        for face in document["faces"]
    )
    left_out = tuple(
        CheckedFace(
            _picture(folder, item["thumbnail"]),
            item["thumbnail"],
            item["photo"],
            item["reason"],
            can_change=bool(item.get("face")),
        )
        for item in document["left_out"]
    )
    return DataCheck(
        folder,
        int(document.get("photos", 0)),
        used,
        left_out,
        document.get("licence", ""),
        bool(document.get("commercial_use", False)),
    )


def _picture(folder: Path, name: str) -> Path | None:
    return folder / name if name else None


def _output_of(command: Sequence[str], folder: Path | None, progress: Progress) -> str:
    """What a command prints; it is ended where the job is cancelled.

    Raises:
        RestorationError: It failed; its own words say why.
        Cancelled: The job was stopped.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own program
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            cwd=folder,
        )
        try:
            while True:
                try:
                    code = process.wait(_POLL_S)
                    break
                except subprocess.TimeoutExpired:
                    progress.report(0.5, "Timing a few steps on this computer")
        except BaseException:
            process.kill()
            process.wait()
            raise
        output.seek(0)
        errors.seek(0)
        if code:
            said = errors.read().strip().splitlines() or ["no reason was given"]
            raise RestorationError(
                f"The time could not be measured: {said[-1].removeprefix('heirloom: ')}",
                "You can start without it; the time left is shown as training goes on.",
            )
        return output.read()
