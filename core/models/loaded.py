"""The models that are loaded: each when it is first needed, then kept.

Torch and OpenVINO are imported only here and below, when a network is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.engines.gentle_import import load_torch_libraries
from core.models.detectors import load_face_detector
from core.models.resolve import resolve
from core.models.spec import load_registry
from core.models.store import ModelStore, default_models_dir

if TYPE_CHECKING:
    from pathlib import Path

    from core.device import ComputePreference
    from core.interfaces import (
        DamageDetector,
        FaceDetector,
        FaceEmbedder,
        FaceParser,
        FaceRestorer,
        Inpainter,
        Upscaler,
    )
    from core.models.resolve import ResolvedModel
    from core.models.spec import Task

IDENTITY_MODEL = "dlib-resnet29"
DAMAGE_MODEL = "damage-unet"
AUTO = "auto"
DETECTORS = ("retinaface-resnet50", "retinaface-mobilenet", "mtcnn")
"""Face finders from best to plainest; `auto` takes the first that is installed."""

PARSERS = ("parsenet", "bisenet")
"""Models of face outlines, the same way; `auto` takes the landmarks where none is installed."""

LANDMARKS = "landmarks"
FINISHER = "sharp"


class LoadedModels:
    """Finds, loads and keeps models. Not thread safe: one thread at a time.

    Args:
        compute: Device, runtime and precision; chosen automatically by default.
        models_dir: Folder of installed models; the user's data folder by default.
    """

    def __init__(
        self, compute: ComputePreference | None = None, models_dir: Path | None = None
    ) -> None:
        self._compute = compute
        self.store = ModelStore(models_dir or default_models_dir(), load_registry())
        self._embedder: FaceEmbedder | None = None
        self._damage_detector: DamageDetector | None = None
        self._finisher: Upscaler | None = None
        self._detectors: dict[str, FaceDetector] = {}
        self._restorers: dict[str, FaceRestorer] = {}
        self._upscalers: dict[str, Upscaler] = {}
        self._inpainters: dict[str, Inpainter] = {}
        self._denoisers: dict[str, Upscaler] = {}
        self._parsers: dict[str, FaceParser] = {}

    def detector(self, name: str = AUTO) -> FaceDetector:
        """A face finder by its model id; `auto` is the best that is installed.

        Raises:
            ModelMissingError: It is not known or not installed.
        """
        if name == AUTO:
            name = next(id_ for id_ in DETECTORS if self.store.is_installed(id_))
        if name not in self._detectors:
            model = self._resolved(name, "detection")
            self._detectors[name] = load_face_detector(model)
        return self._detectors[name]

    def restorer(self, name: str) -> FaceRestorer:
        """A face model by its id or file.

        Raises:
            ModelMissingError: It is not known or not installed.
            ModelFileError: The file is damaged or of no known kind.
        """
        if name not in self._restorers:
            from core.models.loader import load_face_restorer

            model = self._resolved(name, "face-restoration")
            self._restorers[name] = load_face_restorer(
                model.path,
                model_id=model.id,
                sha256=model.sha256,
                licence=model.licence,
                architecture=model.architecture,
                compute=self._preference(),
            )
        return self._restorers[name]

    def embedder(self) -> FaceEmbedder:
        """The network that tells whether two faces are the same person."""
        if self._embedder is None:
            from core.engines.identity import IdentityScorer

            model = self._resolved(IDENTITY_MODEL, "identity")
            self._embedder = IdentityScorer(model.path, model.sha256)
        return self._embedder

    def damage_detector(self) -> DamageDetector:
        """The network that marks scratches, cracks and dust."""
        if self._damage_detector is None:
            from core.engines.damage_detector import SmallDamageDetector

            model = self._resolved(DAMAGE_MODEL, "damage")
            self._damage_detector = SmallDamageDetector(model.path, model.sha256)
        return self._damage_detector

    def upscaler(self, name: str) -> Upscaler:
        """An enlarging model by its id or file.

        Raises:
            ModelMissingError: It is not known or not installed.
            ModelFileError: The file is damaged or of no known kind.
        """
        if name not in self._upscalers:
            from core.models.loader import load_upscaler

            model = self._resolved(name, "upscaling")
            self._upscalers[name] = load_upscaler(
                model.path,
                model_id=model.id,
                sha256=model.sha256,
                licence=model.licence,
                compute=self._preference(),
            )
        return self._upscalers[name]

    def inpainter(self, name: str) -> Inpainter:
        """A model that fills marked areas, by its id or file.

        Raises:
            ModelMissingError: It is not known or not installed.
            ModelFileError: The file is damaged or of no known kind.
        """
        if name not in self._inpainters:
            from core.models.picture_models import load_inpainter

            model = self._resolved(name, "inpainting")
            self._inpainters[name] = load_inpainter(model, self._preference())
        return self._inpainters[name]

    def denoiser(self, name: str) -> Upscaler:
        """A model that takes noise or JPEG blocks away, by its id or file; its scale is 1.

        Raises:
            ModelMissingError: It is not known or not installed.
            ModelFileError: The file is damaged or of no known kind.
        """
        if name not in self._denoisers:
            from core.models.picture_models import load_denoiser

            model = self._resolved(name, "denoising")
            self._denoisers[name] = load_denoiser(model, self._preference())
        return self._denoisers[name]

    def parser(self, name: str = AUTO) -> FaceParser | None:
        """A model of face outlines by its id or file.

        Args:
            name: `auto` is the best that is installed; `landmarks` is none.

        Raises:
            ModelMissingError: It is not known or not installed.
            ModelFileError: The file is damaged or of no known kind.
        """
        if name == AUTO:
            installed = (id_ for id_ in PARSERS if self.store.is_installed(id_))
            name = next(installed, LANDMARKS)
        if name == LANDMARKS:
            return None
        if name not in self._parsers:
            from core.models.parsers import load_face_parser

            model = self._resolved(name, "parsing")
            self._parsers[name] = load_face_parser(model, self.device())
        return self._parsers[name]

    def finisher(self) -> Upscaler:
        """The enlarging model that draws large faces; loaded when the first one is drawn."""
        if self._finisher is None:
            from core.engines.lazy import LazyUpscaler

            self._finisher = LazyUpscaler(lambda: self.upscaler(FINISHER))
        return self._finisher

    def device(self) -> str:
        """Where networks run: "cpu", "cuda:0", "mps".

        Raises:
            DeviceError: A device that was asked for is not there.
        """
        from core.device import choose, probe

        return choose(self._preference(), probe(), ("torch", "openvino")).device

    def _resolved(self, name: str, task: Task) -> ResolvedModel:
        """The file of a model; every one of them needs torch, which is made ready for import."""
        model = resolve(self.store, name, task)
        load_torch_libraries()
        return model

    def _preference(self) -> ComputePreference:
        from core.device import ComputePreference

        return self._compute or ComputePreference()
