"""The networks that some metrics are defined with: where their files lie, and how to get them.

They are not models that restore anything, so they are no part of the model list. A metric whose
network is not there is reported as "not installed", never with another figure in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import ModelFileError
from core.models.files import hash_file
from core.progress import Progress, no_progress

FOLDER = "metrics"
"""Below the folder of models."""


@dataclass(frozen=True, slots=True)
class MetricNetwork:
    """A file that a metric needs.

    Attributes:
        metric: Which metric.
        file: Its published name.
        url: Where it is published.
        sha256: Its hash, 64 lower-case hexadecimal digits.
    """

    metric: str
    file: str
    url: str
    sha256: str

    def path_in(self, models_dir: Path) -> Path:
        """Where the file belongs."""
        return models_dir / FOLDER / self.file

    def found_in(self, models_dir: Path, progress: Progress | None = None) -> Path | None:
        """The file, checked against its published hash, or None where it is not there.

        Raises:
            ModelFileError: The file is damaged or another one.
            Cancelled: The job was stopped.
        """
        path = self.path_in(models_dir)
        if not path.is_file():
            return None
        if hash_file(path, progress or no_progress()) != self.sha256:
            raise ModelFileError(
                f"“{path}” is not the file that {self.metric} is defined with.",
                f"Remove it, and save it once more from {self.url}.",
            )
        return path

    def how_to_install(self, models_dir: Path) -> str:
        """A command that installs the file."""
        return f'curl -L --create-dirs -o "{self.path_in(models_dir)}" {self.url}'


LPIPS_NETWORK = MetricNetwork(
    "LPIPS",
    "vgg16-397923af.pth",
    "https://download.pytorch.org/models/vgg16-397923af.pth",
    "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
)
FID_NETWORK = MetricNetwork(
    "FID",
    "pt_inception-2015-12-05-6726825d.pth",
    "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
    "pt_inception-2015-12-05-6726825d.pth",
    "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
)
