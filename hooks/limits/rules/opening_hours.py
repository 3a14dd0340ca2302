"""Calls are placed while the tenant is open."""

from __future__ import annotations

import json
from functools import lru_cache

from hooks.limits.asked import Asked
from hooks.reasons import Reason
from tenants.hours import Hours, is_open, parse_hours


def require_open(asked: Asked) -> Reason | None:
    facts = asked.facts
    if facts.hours is None:
        return None
    hours, holidays = _read_hours(facts.hours), _read_holidays(facts.holidays)
    return None if is_open(hours, holidays, facts.time_zone, asked.at) else Reason.CLOSED


@lru_cache(maxsize=10_000)
def _read_hours(stored: str) -> Hours | None:
    return parse_hours(json.loads(stored))


@lru_cache(maxsize=10_000)
def _read_holidays(stored: str) -> frozenset[str]:
    return frozenset(json.loads(stored))
