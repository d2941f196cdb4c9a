"""From what a user asks for to an evaluation that is ready to run, and from its result to files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from core.errors import OutputError, SettingsError
from core.evaluation.datasets import FaceSet
from core.evaluation.groups import Groups, read_groups
from core.evaluation.inputs import Prepared, prepare
from core.evaluation.methods import methods_from
from core.evaluation.pictures import pictures_in
from core.evaluation.run import Evaluation, Result
from core.evaluation.scoring import Scorer
from core.evaluation.values import EvaluationSettings
from core.imageio.atomic import write_atomic
from core.imageio.failures import output_errors
from core.metrics.networks import FID_NETWORK, LPIPS_NETWORK, MetricNetwork
from core.progress import Progress

if TYPE_CHECKING:
    from core.api import Engine

FILE = "evaluation.json"
DETECTOR = "mtcnn"
"""Landmarks come from the finder that every installation has, so that figures stay comparable."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a folder one evaluation: written into it first, compared when it continues."""

    settings: dict[str, object]
    faces: str
    inputs: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What a user asks for.

    Attributes:
        faces: The set.
        source: Its folder, as it was named.
        settings: What decides about the figures.
        out_dir: The evaluation's folder.
        names: Which faces of the set.
        methods: Names as in `methods_from`.
        pairs: Folder of given inputs, or None.
        groups: CSV of groups, or None.
        fid_reference: Folder of undamaged faces for FID, or None.
    """

    faces: FaceSet
    source: Path
    settings: EvaluationSettings
    out_dir: Path
    names: tuple[str, ...]
    methods: tuple[str, ...] = ()
    pairs: Path | None = None
    groups: Path | None = None
    fid_reference: Path | None = None


def chosen_names(faces: FaceSet, limit: int) -> tuple[str, ...]:
    """All faces, or `limit` of them spread evenly over the set."""
    names = faces.names
    if not limit or len(names) <= limit:
        return names
    return tuple(names[index * len(names) // limit] for index in range(limit))


def claim_folder(request: Request) -> None:
    """Make the evaluation's folder, or make sure that it is of this very evaluation.

    Raises:
        OutputError: It holds something else, lies among the faces, or cannot be written.
    """
    out_dir = request.out_dir
    identity = Identity(
        settings=request.settings.to_builtins(),
        faces=str(request.source.resolve()),
        inputs=str(request.pairs.resolve()) if request.pairs else "",
    )
    data = msgspec.json.format(msgspec.json.encode(identity), indent=2) + b"\n"
    for folder in (request.source, request.pairs):
        if folder is not None and out_dir.resolve().is_relative_to(folder.resolve()):
            raise OutputError(
                "The evaluation's folder lies among the faces.", "Choose a folder outside of them."
            )
    with output_errors(out_dir):
        out_dir.mkdir(parents=True, exist_ok=True)
        known = out_dir / FILE
        if known.is_file():
            if known.read_bytes() != data:
                raise OutputError(
                    f"“{out_dir}” holds an evaluation of other faces or with other settings.",
                    "Choose a new folder; only methods may be added to an evaluation.",
                )
            return
        if any(out_dir.iterdir()):
            raise OutputError(f"“{out_dir}” is not empty.", "Choose a new or an empty folder.")
    write_atomic(known, data, overwrite=False)


def prepared(request: Request, progress: Progress) -> Prepared:
    """Claim the folder and make the damaged faces.

    Raises:
        OutputError: The folder cannot be used.
        SettingsError: Not one face can be used.
        Cancelled: The job was stopped.
    """
    claim_folder(request)
    made = prepare(request.faces, request.names, request.settings, request.out_dir, progress)
    if not made.cases:
        first = made.troubles[0].text if made.troubles else ""
        raise SettingsError(f"Not one face can be used. {first}".strip(), "Check the folder.")
    return made


def evaluation_of(
    request: Request, inputs: Prepared, engine: Engine, progress: Progress
) -> Evaluation:
    """Load what is needed.

    Raises:
        RestorationError: A method, model, folder or CSV cannot be used.
        Cancelled: The job was stopped.
    """
    progress.report(0.0, "Loading the networks")
    models_dir = engine.store.root
    missing: dict[str, MetricNetwork] = {}
    lpips = fid = None
    if request.settings.protocol != "real":
        path = LPIPS_NETWORK.found_in(models_dir, progress)
        if path is None:
            missing["lpips"] = LPIPS_NETWORK
        else:
            from core.metrics.lpips import Lpips

            lpips = Lpips.from_file(path)
    path = FID_NETWORK.found_in(models_dir, progress)
    if path is None:
        missing["fid"] = FID_NETWORK
    else:
        from core.metrics.fid import FidInception

        fid = FidInception(path)
    groups = _groups(request, inputs)
    reference = request.fid_reference
    return Evaluation(
        cases=inputs.cases,
        methods=methods_from(request.methods, engine, request.settings, inputs.cases),
        settings=request.settings,
        folder=request.out_dir,
        scorer=Scorer(
            engine.embedder(), engine.detector(DETECTOR), request.settings.aligned, lpips
        ),
        fid=fid,
        fid_reference=tuple(pictures_in(reference).files.values()) if reference else (),
        groups=groups.by_face,
        troubles=(*request.faces.troubles, *inputs.troubles, *groups.troubles),
        missing=missing,
        models_dir=models_dir,
    )


def _groups(request: Request, inputs: Prepared) -> Groups:
    """Groups of the faces that are evaluated; a CSV may name more faces of the set than those."""
    names = tuple(dict.fromkeys(case.name for case in inputs.cases))
    given = (
        Groups({}) if request.groups is None else read_groups(request.groups, request.faces.names)
    )
    own = request.faces.groups
    merged = {name: own.get(name, {}) | given.by_face.get(name, {}) for name in names}
    is_grouped = any(merged.values())
    return Groups(merged if is_grouped else {}, given.troubles)


def save(result: Result, progress: Progress) -> tuple[Path, ...]:
    """Write table, scores, groups, speed, JSON and the HTML report.

    Returns:
        The files, the report first.

    Raises:
        OutputError: One cannot be written.
        Cancelled: The job was stopped.
    """
    from core.evaluation import tables
    from core.evaluation.report import as_html

    columns = tables.shown_columns(result)
    missing = frozenset(result.evaluation.missing)
    contents: dict[str, bytes] = {
        "report.html": as_html(result, progress),
        "table.csv": tables.table_csv(result.rows, columns, missing),
        "scores.csv": tables.scores_csv(result),
        "speed.csv": tables.speed_csv(result),
        "report.json": tables.as_json(result),
    }
    if result.group_rows:
        without_fid: Sequence[str] = [metric for metric in columns if metric != "fid"]
        contents["groups.csv"] = tables.table_csv(result.group_rows, without_fid, missing)
    paths = []
    for name, data in contents.items():
        path = result.evaluation.folder / name
        write_atomic(path, data, overwrite=True)
        paths.append(path)
    return tuple(paths)
