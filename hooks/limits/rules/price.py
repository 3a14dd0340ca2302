"""While money is limited, a call needs a rate, and one that is not above the ceiling."""

from __future__ import annotations

from hooks.limits.asked import Asked
from hooks.reasons import Reason


def limit_price(asked: Asked) -> Reason | None:
    if not any(limit.limits_money for limit in asked.limits):
        return None
    if asked.rate is None:
        return _name_missing_rate(asked)

    ceilings = [
        limit.price_per_minute for limit in asked.limits if limit.price_per_minute is not None
    ]
    return Reason.PRICE_CEILING if asked.rate.per_minute > min(ceilings, default=10**18) else None


def _name_missing_rate(asked: Asked) -> Reason:
    if asked.destination.kind == "internal":
        return Reason.INTERNAL_RATE_MISSING
    return Reason.RATE_CURRENCY if asked.facts.rate else Reason.RATE_MISSING
