"""Is a series flat? The rule, without a database.

The first half of the samples is the warm-up. A straight line is laid through the second half. A
series is flat where it did not grow there by more than its allowance, or where its ups and downs
are too large to say that it did: twice the line's standard error is taken off.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FEWEST = 12  # samples


@dataclass(frozen=True)
class Allowance:
    share: float  # of the series itself
    more: float  # in the unit of the series


# The first that the name holds.
ALLOWANCES = {
    "memory": Allowance(0.05, 2 * 1024),
    "open files": Allowance(0.0, 8),
    "connections": Allowance(0.0, 4),
    "calls to settle": Allowance(0.5, 1000),
    "dead rows": Allowance(0.5, 10_000),
    "bytes": Allowance(0.10, 2 * 1024 * 1024),
}


@dataclass(frozen=True)
class Judgement:
    series: str
    level: float  # the median of the second half
    growth: float  # from its begin to its end, by the line
    error: float  # of the growth: one standard error
    most: float
    is_flat: bool


def judge(samples: Sequence[Mapping[str, float]]) -> list[Judgement]:
    """Of each series for which there is a rule. Raises ValueError where samples are too few."""
    if len(samples) < FEWEST:
        raise ValueError(f"{len(samples)} samples are too few to judge; {FEWEST} are needed")
    names = dict.fromkeys(name for sample in samples for name in sample)
    return [
        judge_series(name, [sample.get(name, 0) for sample in samples], allowance)
        for name in names
        if (allowance := find_allowance(name))
    ]


def judge_series(name: str, values: Sequence[float], allowance: Allowance) -> Judgement:
    half = values[len(values) // 2 :]
    level = statistics.median(half)
    growth, error = measure_growth(half)
    is_flat = growth - 2 * error <= level * allowance.share + allowance.more
    return Judgement(name, level, growth, error, max(values), is_flat)


def measure_growth(values: Sequence[float]) -> tuple[float, float]:
    """By the line of least squares, and its standard error."""
    moments = range(len(values))
    slope, begin = statistics.linear_regression(moments, values)
    off = [value - begin - slope * moment for moment, value in enumerate(values)]
    spread = sum((moment - statistics.mean(moments)) ** 2 for moment in moments)
    error = math.sqrt(sum(one * one for one in off) / (len(values) - 2) / spread)
    return slope * moments[-1], error * moments[-1]


def find_allowance(name: str) -> Allowance | None:
    return next((found for part, found in ALLOWANCES.items() if part in name), None)
