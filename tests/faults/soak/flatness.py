"""Is a series flat? The rule, without a database.

The first third of the samples is the warm-up. A series is flat where the median of the last third
is not above the median of the middle third by more than its allowance.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FEWEST = 9  # samples


@dataclass(frozen=True)
class Allowance:
    share: float  # of the middle third
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
    middle: float
    last: float
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
    third = len(values) // 3
    middle = statistics.median(values[third : 2 * third])
    last = statistics.median(values[2 * third :])
    is_flat = last <= middle * (1 + allowance.share) + allowance.more
    return Judgement(name, middle, last, max(values), is_flat)


def find_allowance(name: str) -> Allowance | None:
    return next((found for part, found in ALLOWANCES.items() if part in name), None)
