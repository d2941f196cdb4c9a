"""The seams: what the pipeline asks of a detector, a restorer, an upscaler and a stage.

Adapters in `core.engines` implement these with networks; the tests implement them with fakes.
Stages, engines and nets never import each other sideways.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from core.faces import Face
from core.image import FloatImage, Pixels
from core.progress import Progress

if TYPE_CHECKING:
    from core.pipeline import Restoration

Uint8Image = npt.NDArray[np.uint8]
"""H x W x 3, RGB, 8 bits."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What ran, for the report and the recipe.

    Attributes:
        task: "detection", "restoration", "upscaling", ...
        model: The model's id in the registry, or the file name of a user's own one.
        sha256: Hash of the weights file, hexadecimal; empty where there are no weights.
        licence: SPDX expression of the weights.
        device: "cpu", "cuda:0", "mps".
        runtime: "torch", "openvino" or "opencv".
        precision: "fp32", "fp16", "bf16".
        reason: Why this device and runtime, one sentence.
    """

    task: str
    model: str
    sha256: str = ""
    licence: str = ""
    device: str = "cpu"
    runtime: str = "torch"
    precision: str = "fp32"
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Restored:
    """What a face restorer or an upscaler gave back.

    Attributes:
        images: The result; its shape is stated where it is returned. RGB, [0, 1], finite.
        warnings: Plain sentences about what had to be done otherwise than asked ("The graphics
            card ran out of memory, so the processor was used."); empty where all went well.
    """

    images: npt.NDArray[np.float32]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class FaceParts:
    """What a parsing network says of an aligned crop.

    Attributes:
        face: S x S, [0, 1]: how likely each pixel is skin, brow, eye, nose, ear or mouth. Glasses,
            hats, jewellery, hands and clothes before the face are none of these.
        hair: S x S, [0, 1]: how likely it is hair.
    """

    face: npt.NDArray[np.float32]
    hair: npt.NDArray[np.float32]


class FaceDetector(Protocol):
    """Finds faces in an upright photo."""

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        ...

    def detect(
        self, pixels: Uint8Image, *, min_size_px: int, min_score: float, progress: Progress
    ) -> tuple[Face, ...]:
        """Find all faces at any multiple of 90 degrees, duplicates suppressed.

        Args:
            pixels: H x W x 3, RGB, uint8.
            min_size_px: Faces narrower than this are left out.
            min_score: Faces less certain than this are left out.
            progress: Reported to and polled for cancellation.

        Returns:
            Faces ordered from top to bottom, then left to right; empty where there is none.

        Raises:
            Cancelled: The job was stopped.
        """
        ...


class FaceRestorer(Protocol):
    """Restores aligned face crops."""

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        ...

    @property
    def crop_size_px(self) -> int:
        """Side of the square crop that `restore` takes and gives."""
        ...

    def restore(self, crops: npt.NDArray[np.float32], *, seed: int, progress: Progress) -> Restored:
        """Restore N aligned crops; the same input and seed give the same output.

        Args:
            crops: N x S x S x 3, RGB, [0, 1], S = `crop_size_px`.
            seed: Fixes the generator's noise.
            progress: Reported to and polled between faces.

        Returns:
            `images` is N x S x S x 3, RGB, [0, 1], finite.

        Raises:
            Cancelled: The job was stopped.
            RestorationError: The network gave no usable result on any device.
        """
        ...


class Upscaler(Protocol):
    """Enlarges a picture of any size by a fixed factor."""

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        ...

    @property
    def scale(self) -> int:
        """How many times wider and higher the output is."""
        ...

    @property
    def tile_px(self) -> int:
        """Side of the tiles that it should be given."""
        ...

    def upscale(self, tile: FloatImage, *, progress: Progress) -> Restored:
        """Enlarge one tile.

        Args:
            tile: H x W x 3, RGB, [0, 1]; small enough for memory (see `core.tiling`).
            progress: Polled for cancellation.

        Returns:
            `images` is (H * scale) x (W * scale) x 3, RGB, [0, 1], finite.

        Raises:
            Cancelled: The job was stopped.
            MemoryExhaustedError: The tile does not fit; a smaller one may.
            RestorationError: The network gave no usable result on any device.
        """
        ...


class FaceEmbedder(Protocol):
    """Turns faces into vectors that lie close together for one person."""

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        ...

    @property
    def floors(self) -> Mapping[str, float]:
        """Cosine under which two faces count as two people, by the name of the strictness."""
        ...

    def embed(self, crops: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Unit vectors of aligned crops.

        Args:
            crops: N x S x S x 3, RGB, [0, 1], any S.

        Returns:
            N x D, each of length 1.
        """
        ...


class FaceParser(Protocol):
    """Tells face, hair and everything else apart, pixel by pixel."""

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        ...

    def parse(self, crop: npt.NDArray[np.float32], progress: Progress) -> FaceParts:
        """Look at one aligned crop.

        Args:
            crop: S x S x 3, RGB, [0, 1], any S.
            progress: Polled for cancellation.

        Returns:
            Planes of the crop's size.

        Raises:
            Cancelled: The job was stopped.
        """
        ...


class DamageDetector(Protocol):
    """Tells for each pixel how likely it is damaged."""

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        ...

    def likelihood(self, pixels: Pixels, progress: Progress) -> npt.NDArray[np.float32]:
        """Judge a photo.

        Args:
            pixels: H x W x 3, RGB, uint8 or uint16.
            progress: Reported to and polled for cancellation.

        Returns:
            H x W in [0, 1].
        """
        ...


class Inpainter(Protocol):
    """Makes up what is missing from a picture."""

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        ...

    @property
    def side_px(self) -> int:
        """Side of the square windows that it should be given."""
        ...

    def inpaint(
        self, image: FloatImage, mask: npt.NDArray[np.bool_], *, progress: Progress
    ) -> Restored:
        """Fill one window.

        Args:
            image: H x W x 3, RGB, [0, 1].
            mask: H x W, True where the picture is unknown.
            progress: Polled for cancellation.

        Returns:
            `images` is H x W x 3, RGB, [0, 1], finite; only the masked pixels are of use.

        Raises:
            Cancelled: The job was stopped.
            RestorationError: The network gave no usable result on any device.
        """
        ...


class Stage(Protocol):
    """One visible step of the pipeline.

    Stages are frozen dataclasses that hold their settings and engines. Two equal stages, given the
    same input, do the same work: that is how the pipeline knows what need not run again.
    """

    @property
    def name(self) -> str:
        """What is being done, for the progress bar: "Finding faces"."""
        ...

    @property
    def cost(self) -> float:
        """Rough share of the progress bar, relative to the other stages."""
        ...

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Do the step on an immutable record and return the next one."""
        ...
