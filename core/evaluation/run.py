"""The evaluation itself: every face, every method, every figure; stopped runs continue."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from core.errors import Cancelled, RestorationError, UnreadableImageError
from core.evaluation import models
from core.evaluation.journal import FILE, Journal, key_of
from core.evaluation.memory import PeakMemory
from core.evaluation.methods import Method, OutputFolder, WrongSizeError, file_name_for
from core.evaluation.pictures import as_saved, read_picture, save_png, size_of
from core.evaluation.scoring import Reference, Scorer
from core.evaluation.statistics import Row, Speed, group_rows, rows_of, speeds_of
from core.evaluation.values import Case, EvaluationSettings, Outcome, Trouble
from core.geometry import Size
from core.image import FloatImage
from core.metrics.fid import FeatureNetwork, Gaussian, fitted, frechet_distance
from core.metrics.networks import MetricNetwork
from core.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

FEWEST_FOR_FID = 2


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """A comparison that is ready to run.

    Attributes:
        cases: Faces under conditions.
        methods: What is compared, in the order of the table.
        settings: What decides about the figures.
        folder: Where outputs and journal go.
        scorer: Computes the figures.
        fid: Its network, or None where it is not installed.
        fid_reference: Undamaged faces for FID where the cases have no truth.
        groups: By face: column to value.
        troubles: What is already known to be wrong.
        missing: Metrics whose network is not installed, with what they need.
        models_dir: Where such a network belongs.
    """

    cases: Sequence[Case]
    methods: Sequence[Method]
    settings: EvaluationSettings
    folder: Path
    scorer: Scorer
    fid: FeatureNetwork | None = None
    fid_reference: Sequence[Path] = ()
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    troubles: Sequence[Trouble] = ()
    missing: Mapping[str, MetricNetwork] = field(default_factory=dict)
    models_dir: Path = Path()

    @property
    def conditions(self) -> tuple[str, ...]:
        """In the order of the cases."""
        return tuple(dict.fromkeys(case.condition for case in self.cases))

    def run(
        self, progress: Progress, on_outcome: Callable[[Outcome], None] | None = None
    ) -> Result:
        """Score everything that the journal does not hold yet.

        Args:
            progress: Reported to and polled.
            on_outcome: Called after each outcome, also those of earlier runs.

        Raises:
            RestorationError: A model cannot be loaded, or nothing can be saved.
            Cancelled: The job was stopped; what is done is in the journal.
        """
        part = progress.part(0.0, 0.97 if self.fid else 1.0)
        with Journal(self.folder / FILE) as journal:
            outcomes = _Run(self, journal).all(part, on_outcome)
        fids = self._fids(outcomes, progress.part(0.97, 1.0, "Comparing the sets"))
        return self._result(outcomes, fids)

    def _result(
        self, outcomes: tuple[Outcome, ...], fids: Mapping[tuple[str, str], float]
    ) -> Result:
        names, seed = [method.name for method in self.methods], self.settings.seed
        rows = tuple(
            msgspec.structs.replace(row, fid=fids.get((row.method, row.condition)))
            for row in rows_of(outcomes, names, self.conditions, seed)
        )
        groups = group_rows(outcomes, names, self.conditions, self.groups, seed)
        return Result(
            self,
            outcomes,
            rows,
            groups if self.groups else (),
            speeds_of(outcomes, names),
            (*self.troubles, *self._folder_troubles(), *_troubles_of(outcomes)),
        )

    def _folder_troubles(self) -> tuple[Trouble, ...]:
        folders = [method for method in self.methods if isinstance(method, OutputFolder)]
        return tuple(trouble for folder in folders for trouble in folder.troubles(self.cases))

    def _fids(
        self, outcomes: Sequence[Outcome], progress: Progress
    ) -> dict[tuple[str, str], float]:
        if self.fid is None:
            return {}
        found = {}
        for condition in self.conditions:
            real = self._real_features(condition, progress)
            if real is None:
                continue
            for method in self.methods:
                files = [
                    self.folder / outcome.output
                    for outcome in outcomes
                    if outcome.method == method.name
                    and outcome.condition == condition
                    and outcome.output
                ]
                if len(files) >= FEWEST_FOR_FID:
                    made = self._gaussian(files, progress)
                    found[method.name, condition] = frechet_distance(made, real)
        return found

    def _real_features(self, condition: str, progress: Progress) -> Gaussian | None:
        truths = [case.truth for case in self.cases if case.condition == condition]
        files = list(self.fid_reference) or [path for path in truths if path is not None]
        return self._gaussian(files, progress) if len(files) >= FEWEST_FOR_FID else None

    def _gaussian(self, files: Sequence[Path], progress: Progress) -> Gaussian:
        assert self.fid is not None
        vectors = []
        for path in files:
            progress.check()
            vectors.append(self.fid.features(read_picture(path)))
        return fitted(vectors)


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A finished evaluation.

    Attributes:
        evaluation: What was run.
        outcomes: Cases in order, within each the methods in order.
        rows: The table.
        group_rows: The table by group.
        speeds: What each method costs.
        troubles: What went wrong, by name.
    """

    evaluation: Evaluation
    outcomes: tuple[Outcome, ...]
    rows: tuple[Row, ...]
    group_rows: tuple[Row, ...]
    speeds: tuple[Speed, ...]
    troubles: tuple[Trouble, ...]


class _Run:
    """One run under way: remembers the reference of the face at hand and which models are loaded.

    Args:
        evaluation: What to run.
        journal: Where outcomes go.
    """

    def __init__(self, evaluation: Evaluation, journal: Journal) -> None:
        self._evaluation = evaluation
        self._journal = journal
        self._ready: set[str] = set()
        self._reference: tuple[tuple[str, str], Reference] | None = None
        self._metrics = _metrics_print(evaluation.scorer)

    def all(
        self, progress: Progress, on_outcome: Callable[[Outcome], None] | None
    ) -> tuple[Outcome, ...]:
        """All outcomes, in order; progress is about those that the journal does not hold."""
        wanted = [(self._key(case, each), case, each) for case, each in self._pairs()]
        todo = max(1, sum(self._known(key) is None for key, _case, _method in wanted))
        outcomes: list[Outcome] = []
        made = 0
        for key, case, method in wanted:
            outcome = self._known(key)
            if outcome is None:
                part = progress.step(made, todo, f"{case.name}, {case.condition}, {method.name}")
                part.report(0.0)
                outcome = self._made(key, case, method, part)
                self._journal.add(outcome)
                made += 1
            outcomes.append(outcome)
            if on_outcome is not None:
                on_outcome(outcome)
        progress.report(1.0)
        return tuple(outcomes)

    def _pairs(self) -> Iterator[tuple[Case, Method]]:
        for case in self._evaluation.cases:
            for method in self._evaluation.methods:
                yield case, method

    def _key(self, case: Case, method: Method) -> str:
        settings = self._evaluation.settings
        return key_of(case, method.name, method.fingerprint(case), settings, self._metrics)

    def _known(self, key: str) -> Outcome | None:
        """What an earlier run left, if the picture is still there, too."""
        known = self._journal.get(key)
        if known is None or not (self._evaluation.folder / known.output).is_file():
            return None
        return known

    def _made(self, key: str, case: Case, method: Method, progress: Progress) -> Outcome:
        outcome = Outcome(key=key, method=method.name, name=case.name, condition=case.condition)
        if method.name not in self._ready:
            method.prepare(progress)
            self._ready.add(method.name)
        picture = read_picture(case.input)
        target = self._target(case, picture)
        memory = PeakMemory()
        memory.start()
        began = time.perf_counter()
        try:
            image, notes = method.restore(case, picture, target, progress.part(0.0, 0.8))
        except Cancelled:
            raise
        except RestorationError as error:
            return msgspec.structs.replace(outcome, problem=f"{_kind(error)}: {error.summary}")
        seconds, peak = time.perf_counter() - began, memory.peak_bytes()
        image = as_saved(image)
        output = f"outputs/{file_name_for(method.name)}/{case.condition}/{case.name}.png"
        scores = self._evaluation.scorer.score(image, self._reference_of(case, progress), progress)
        save_png(self._evaluation.folder / output, image)
        return msgspec.structs.replace(
            outcome,
            output=output,
            scores=scores,
            seconds=round(seconds, 4) if method.runs_here else None,
            peak_bytes=peak if method.runs_here else None,
            notes=notes,
        )

    def _target(self, case: Case, picture: FloatImage) -> Size:
        """Size of the result: that of the truth, or else of the input."""
        if case.truth is None:
            side = self._evaluation.settings.size_px
            return Size(side, side) if side else size_of(picture)
        return size_of(self._reference_of(case, Progress()).picture)

    def _reference_of(self, case: Case, progress: Progress) -> Reference:
        path = case.truth or case.input
        key = (str(path), case.truth_sha256 or case.input_sha256)
        if self._reference is None or self._reference[0] != key:
            picture = read_picture(path)
            if case.truth is None:
                picture = models.fitted(picture, self._target(case, picture))
            made = self._evaluation.scorer.reference(
                picture, is_truth=case.truth is not None, progress=progress
            )
            self._reference = (key, made)
        return self._reference[1]


def _metrics_print(scorer: Scorer) -> str:
    """Which networks score, for the journal's keys."""
    lpips = scorer.lpips.name if scorer.lpips else ""
    return f"{scorer.embedder.info.sha256}/{scorer.detector.info.model}/{lpips}"


def _kind(error: RestorationError) -> str:
    if isinstance(error, WrongSizeError):
        return "wrong size"
    return "unreadable" if isinstance(error, UnreadableImageError) else "failed"


def _troubles_of(outcomes: Sequence[Outcome]) -> tuple[Trouble, ...]:
    """Outcomes without figures, but for missing pictures, which their folder reports."""
    found = []
    for outcome in outcomes:
        if not outcome.problem:
            continue
        kind, _, text = outcome.problem.partition(": ")
        if text == NO_PICTURE:
            continue
        name = f"{outcome.condition}/{outcome.name}"
        found.append(Trouble(kind=kind, where=outcome.method, name=name, text=text))
    return tuple(found)


NO_PICTURE = "There is no picture of this name."
