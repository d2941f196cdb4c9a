"""The models on this computer: those that come with Heirloom, downloaded ones, and the user's own.

A file gets its final name in the store only after its hash was found right; until then it is called
`.part`. Nothing here imports torch.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import appdirs

from core.errors import DownloadError, LicenceError, ModelFileError
from core.models.imports import (
    Inspector,
    clear_imports,
    copy_in,
    importable_size_bytes,
    refuse_unusable,
)
from core.models.licences import AcceptedLicences
from core.models.locks import exclusive
from core.models.own_models import OwnModels
from core.models.shelf import (
    MODELS_MENU,
    SHIPPED,
    USABLE,
    ModelState,
    ModelStatus,
    Shelf,
    not_installed,
)
from core.models.spec import ModelSpec, Registry, unknown_model
from core.progress import Progress, no_progress

if TYPE_CHECKING:
    from core.models.download import Downloader

__all__ = ["AcceptLicence", "ModelState", "ModelStatus", "ModelStore", "default_models_dir"]

AcceptLicence = bool | Callable[[ModelSpec], bool]
"""True where the terms were accepted beforehand, or a question to ask the user."""


def default_models_dir() -> Path:
    """Where this user's models live unless a composition root says otherwise."""
    return Path(appdirs.user_data_dir("heirloom", appauthor=False)) / "models"


class ModelStore:
    """Finds, installs, imports, verifies and removes models. Safe to use from several processes.

    Args:
        root: Folder of the user's models; made when the first one is installed.
        registry: The models that Heirloom knows.
        downloader: Fetches files; made when first needed by default.
    """

    def __init__(
        self, root: Path, registry: Registry, downloader: Downloader | None = None
    ) -> None:
        self.root = root
        self.registry = registry
        self._downloader = downloader
        self._shelf = Shelf(root)
        self._own = OwnModels(root)
        self._licences = AcceptedLicences(root / "accepted.json")

    def specs(self) -> tuple[ModelSpec, ...]:
        """All models: the known ones, then the user's own."""
        return (*self.registry, *self._own.specs())

    def spec(self, model_id: str) -> ModelSpec:
        """One model by its id.

        Raises:
            ModelMissingError: No such model; the remedy names similar ones.
        """
        specs = self.specs()
        for spec in specs:
            if spec.id == model_id:
                return spec
        raise unknown_model(model_id, [spec.id for spec in specs])

    def state(self, model_id: str) -> ModelState:
        """Whether a model can be used. Quick: computes no hash.

        Raises:
            ModelMissingError: No such model.
        """
        return self._shelf.state(self.spec(model_id))

    def is_installed(self, model_id: str) -> bool:
        """True where `path_of` would find the file; False also for unknown models."""
        return any(spec.id == model_id for spec in self.installed())

    def installed(self) -> tuple[ModelSpec, ...]:
        """All models that can be used now."""
        return tuple(spec for spec in self.specs() if self._shelf.state(spec) in USABLE)

    def statuses(self) -> tuple[ModelStatus, ...]:
        """All models with their state and the disk space they take in the store."""
        return tuple(self._shelf.status(spec) for spec in self.specs())

    def disk_use_bytes(self) -> int:
        """Disk space that installed and partly downloaded models take; bundled ones not counted."""
        return sum(status.disk_bytes for status in self.statuses())

    def needs_acceptance(self, model_id: str) -> bool:
        """True where the terms forbid commercial use and the user has not accepted them yet.

        Raises:
            ModelMissingError: No such model.
        """
        return self._licences.needs_acceptance(self.spec(model_id))

    def path_of(self, model_id: str, progress: Progress | None = None) -> Path:
        """The verified file of a model that is there.

        A file that has changed, or was put there by hand, is verified first.

        Raises:
            ModelMissingError: Unknown or not installed; the remedy says how to install it.
            ModelFileError: The file is damaged.
            Cancelled: The job was stopped.
        """
        spec = self.spec(model_id)
        if self._shelf.require(spec) is ModelState.UNVERIFIED:
            self._shelf.verify(spec, progress or no_progress())
        return self._shelf.file_of(spec)

    def verify(self, model_id: str, progress: Progress | None = None) -> Path:
        """Compute the hash of a model's file again and compare it.

        Returns:
            The file, which is intact.

        Raises:
            ModelMissingError: Unknown or not installed.
            ModelFileError: The file is damaged.
            Cancelled: The job was stopped.
        """
        spec = self.spec(model_id)
        self._shelf.require(spec)
        self._shelf.verify(spec, progress or no_progress())
        return self._shelf.file_of(spec)

    def install(
        self,
        model_id: str,
        progress: Progress | None = None,
        *,
        mirror: str | None = None,
        accept_licence: AcceptLicence = False,
    ) -> Path:
        """Download a model, or continue where an earlier download stopped, and verify it.

        Args:
            model_id: Which one.
            progress: Reported to and polled; cancelling keeps what has arrived.
            mirror: Address of a folder, or of the file itself, to download from instead.
            accept_licence: Needed once where the terms forbid commercial use.

        Returns:
            The verified file.

        Raises:
            ModelMissingError: No such model, or it cannot be downloaded.
            LicenceError: The terms were not accepted.
            DownloadError: It could not be downloaded, stored or verified.
            Cancelled: The job was stopped.
        """
        progress = progress or no_progress()
        spec = self.spec(model_id)
        if spec.source != "download":
            self._shelf.require(spec)
        elif self._shelf.state(spec) is not ModelState.INSTALLED:
            with _storage_errors(self.root):
                self._ensure_accepted(spec, accept_licence)
                with self._shelf.locked(spec, progress):
                    if not self._shelf.is_intact(spec, progress):
                        self._download(spec, progress, mirror)
        return self._shelf.file_of(spec)

    def import_file(
        self,
        path: Path,
        progress: Progress | None = None,
        *,
        inspect: Inspector | None = None,
        accept_licence: AcceptLicence = False,
    ) -> ModelSpec:
        """Copy a model file that the user already has into the store.

        A known model is recognised by its hash, whatever the file is called. Any other file becomes
        a model of the user's own, if `inspect` knows what it is.

        Args:
            path: The file; only read.
            progress: Reported to and polled; cancelling leaves nothing behind.
            inspect: Looks into files that are not known models; without it they are refused.
            accept_licence: Needed once where a known model's terms forbid commercial use.

        Returns:
            The model that the file became.

        Raises:
            ModelFileError: It cannot be read, is incomplete or of no known kind.
            LicenceError: The terms were not accepted.
            DownloadError: It cannot be stored.
            Cancelled: The job was stopped.
        """
        progress = progress or no_progress()
        size_bytes = importable_size_bytes(path)
        lock = exclusive(self.root / ".locks" / ".import.lock", progress)
        with _storage_errors(self.root), lock:
            try:
                copying = progress.part(0.0, 0.95, f"Copying {path.name}")
                copy, sha256 = copy_in(path, self.root, size_bytes, copying)
                # The last moment to cancel: what follows is quick and done as a whole.
                progress.report(0.95, f"Looking into {path.name}")
                known = next((spec for spec in self.specs() if spec.sha256 == sha256), None)
                if known is not None:
                    self._adopt_known(known, copy, accept_licence, progress)
                    return known
                spec = self._describe_own(path, copy, sha256, size_bytes, inspect)
                # Card first: a file that nothing describes could never be seen or removed.
                self._own.write_card(spec)
                self._shelf.put(spec, copy)
            finally:
                clear_imports(self.root)
        return spec

    def remove(self, model_id: str, progress: Progress | None = None) -> int:
        """Delete an installed or partly downloaded model.

        Args:
            model_id: Which one.
            progress: Polled while another Heirloom is working on this model.

        Returns:
            How many bytes of disk space that freed.

        Raises:
            ModelMissingError: No such model, or nothing of it is there.
            ModelFileError: It comes with Heirloom, or cannot be deleted.
            Cancelled: The job was stopped; nothing was deleted.
        """
        spec = self.spec(model_id)
        status = self._shelf.status(spec)
        if spec.source in SHIPPED:
            raise ModelFileError(
                f"“{spec.name}” comes with Heirloom and cannot be removed.",
                "It takes no space in your models folder.",
            )
        if status.state is ModelState.MISSING and spec.source != "user":
            raise not_installed(spec, status.state)
        try:
            with self._shelf.locked(spec, progress or no_progress()):
                self._shelf.discard(spec)
                self._own.forget(spec)
        except OSError as error:
            raise ModelFileError(
                f"“{spec.name}” could not be removed ({error.strerror or error}).",
                "Close other programs that use it, and try again.",
            ) from error
        return status.disk_bytes

    def _download(self, spec: ModelSpec, progress: Progress, mirror: str | None) -> None:
        # Costs a tenth of a second to import, which a listing should not pay.
        from core.models.download import Downloader, request_for

        downloader = self._downloader or Downloader()
        part = self._shelf.part_of(spec)
        downloader.fetch(request_for(spec, part, mirror), progress)
        self._shelf.put(spec, part)

    def _ensure_accepted(self, spec: ModelSpec, accept: AcceptLicence) -> None:
        if not self._licences.needs_acceptance(spec):
            return
        if not (accept(spec) if callable(accept) else accept):
            raise LicenceError(
                f"The terms of “{spec.name}” do not allow commercial use, "
                "and they have not been accepted.",
                f"Read them at {spec.licence_url} and add --accept-licence, "
                f"or accept them in {MODELS_MENU}",
                spec.id,
            )
        self._licences.accept(spec)

    def _adopt_known(
        self, spec: ModelSpec, copy: Path, accept: AcceptLicence, progress: Progress
    ) -> None:
        if self._shelf.state(spec) in {ModelState.BUNDLED, ModelState.INSTALLED}:
            return
        if spec.source in SHIPPED:
            raise not_installed(spec, ModelState.MISSING)
        self._ensure_accepted(spec, accept)
        with self._shelf.locked(spec, progress):
            self._shelf.put(spec, copy)

    def _describe_own(
        self, path: Path, copy: Path, sha256: str, size_bytes: int, inspect: Inspector | None
    ) -> ModelSpec:
        refuse_unusable(path, size_bytes, self.registry.by_file_name(path.name))
        if inspect is None:
            raise ModelFileError(
                f"“{path.name}” is none of the models that Heirloom knows.",
                "“heirloom models list” shows those.",
            )
        return self._own.new_spec(path, sha256, size_bytes, inspect(copy))


@contextmanager
def _storage_errors(root: Path) -> Iterator[None]:
    """Say in plain words that the models folder cannot be written to."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise DownloadError(
            "The disk is full."
            if full
            else f"The models folder {root} cannot be written to ({error.strerror or error}).",
            "Make room on the disk and try again; what has arrived is kept."
            if full
            else "Check the permissions of that folder, or choose another with --models-dir.",
        ) from error
