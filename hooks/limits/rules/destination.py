"""Public numbers are dialled in the countries and of the types that the tenant opened."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from hooks.limits.asked import Asked
from hooks.reasons import Reason
from tenants.destinations import is_opened

_REASONS = {
    "country": Reason.DESTINATION_COUNTRY,
    "type": Reason.DESTINATION_TYPE,
    "invalid": Reason.DESTINATION_INVALID,
}


def limit_destination(asked: Asked) -> Reason | None:
    facts = asked.facts
    refusal = is_opened(
        asked.destination,
        _read(facts.destinations),
        _read(facts.callee_destinations),
        facts.country,
    )
    return _REASONS[refusal] if refusal else None


@lru_cache(maxsize=10_000)
def _read(stored: str | None) -> dict[str, Any] | None:
    opened = None if stored is None else json.loads(stored)
    if not isinstance(opened, dict | None):
        raise TypeError("destinations are no object")
    return opened
