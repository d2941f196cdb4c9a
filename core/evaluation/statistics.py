"""Means with bootstrap confidence intervals, for all faces and for groups of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np

from core.evaluation.values import HIGHER_IS_BETTER, METRICS, Outcome, Scores

RESAMPLES = 2000
CONFIDENCE = 0.95


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A mean over faces.

    Attributes:
        mean: The mean.
        low: Lower end of the 95 % bootstrap interval; None for fewer than two faces.
        high: Its upper end.
        count: How many faces have the figure.
    """

    mean: float
    low: float | None
    high: float | None
    count: int


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One method under one condition.

    Attributes:
        method: Its name.
        condition: Strength, or "x4", "pairs", "real".
        group: "column: value" where the row is about some faces only; empty for all.
        faces: How many were scored.
        estimates: By metric; a metric is left out where no face has it.
        differences: By metric: the figure minus that of the first method, face by face. Methods
            see the same faces, so this interval tells more than two that overlap.
        fid: Fréchet distance of the whole set, or None.
    """

    method: str
    condition: str
    faces: int
    estimates: dict[str, Estimate]
    group: str = ""
    differences: dict[str, Estimate] = {}
    fid: float | None = None

    def verdict(self, metric: str) -> int:
        """1 where the method is better than the first one beyond chance, -1 where worse, else 0."""
        found = self.differences.get(metric)
        if found is None or found.low is None or found.high is None or found.low * found.high <= 0:
            return 0
        return 1 if (found.mean > 0) == (metric in HIGHER_IS_BETTER) else -1


class Speed(msgspec.Struct, frozen=True, kw_only=True):
    """What a method costs.

    Attributes:
        method: Its name.
        seconds: Median time a face; None for another program's pictures.
        peak_bytes: Most memory of the whole process; None where it was not measured.
        faces: How many faces were timed.
    """

    method: str
    seconds: float | None
    peak_bytes: int | None
    faces: int


def estimate(values: Sequence[float], seed: int) -> Estimate:
    """Mean and percentile bootstrap interval (Efron 1979) over faces.

    Args:
        values: At least one figure.
        seed: Fixes the resampling, so that the same figures give the same interval.
    """
    array = np.asarray(values, np.float64)
    mean = math.fsum(values) / len(values)
    if len(array) < 2:
        return Estimate(mean=mean, low=None, high=None, count=len(array))
    rng = np.random.default_rng([seed, len(array)])
    drawn = rng.integers(0, len(array), size=(RESAMPLES, len(array)))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(array[drawn].mean(axis=1), (tail, 1 - tail))
    return Estimate(mean=mean, low=float(low), high=float(high), count=len(array))


def rows_of(
    outcomes: Sequence[Outcome],
    methods: Sequence[str],
    conditions: Sequence[str],
    seed: int,
    group: str = "",
) -> tuple[Row, ...]:
    """The table: conditions in order, within each the methods in order."""
    figures: dict[tuple[str, str], dict[str, Scores]] = {}
    for outcome in outcomes:
        if not outcome.problem:
            cell = figures.setdefault((outcome.condition, outcome.method), {})
            cell[outcome.name] = outcome.scores
    rows = []
    for condition in conditions:
        first = figures.get((condition, methods[0]), {})
        for method in methods:
            here = figures.get((condition, method), {})
            row = Row(
                method=method,
                condition=condition,
                faces=len(here),
                estimates=_estimates({name: (each, None) for name, each in here.items()}, seed),
                group=group,
                differences={}
                if method == methods[0]
                else _estimates({n: (s, first[n]) for n, s in here.items() if n in first}, seed),
            )
            rows.append(row)
    return tuple(rows)


def _estimates(faces: Mapping[str, tuple[Scores, Scores | None]], seed: int) -> dict[str, Estimate]:
    """Estimates by metric of the first scores, minus the second ones where there are some."""
    found = {}
    for metric in METRICS:
        values = []
        for scores, minus in faces.values():
            value = getattr(scores, metric)
            less = 0.0 if minus is None else getattr(minus, metric)
            if value is not None and less is not None:
                values.append(value - less)
        if values:
            found[metric] = estimate(values, seed)
    return found


def group_rows(
    outcomes: Sequence[Outcome],
    methods: Sequence[str],
    conditions: Sequence[str],
    groups: Mapping[str, Mapping[str, str]],
    seed: int,
) -> tuple[Row, ...]:
    """The same table for each value of each group column.

    Args:
        outcomes: All outcomes.
        methods: Names in order.
        conditions: In order.
        groups: By face: column to value. A face without a value is "not stated".
        seed: Of the bootstrap.
    """
    columns = dict.fromkeys(column for values in groups.values() for column in values)
    rows: list[Row] = []
    for column in columns:
        by_value: dict[str, list[Outcome]] = {}
        for outcome in outcomes:
            value = groups.get(outcome.name, {}).get(column) or "not stated"
            by_value.setdefault(value, []).append(outcome)
        for value in sorted(by_value):
            label = f"{column}: {value}"
            rows += rows_of(by_value[value], methods, conditions, seed, label)
    return tuple(rows)


def speeds_of(outcomes: Iterable[Outcome], methods: Sequence[str]) -> tuple[Speed, ...]:
    """Median seconds a face and peak memory of each method."""
    outcomes = tuple(outcomes)
    found = []
    for method in methods:
        here = [outcome for outcome in outcomes if outcome.method == method]
        times = [outcome.seconds for outcome in here if outcome.seconds is not None]
        peaks = [outcome.peak_bytes for outcome in here if outcome.peak_bytes is not None]
        found.append(
            Speed(
                method=method,
                seconds=float(np.median(times)) if times else None,
                peak_bytes=max(peaks, default=None),
                faces=len(times),
            )
        )
    return tuple(found)
