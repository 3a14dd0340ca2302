"""What somebody must end in time is not begun while nobody would end it."""

from __future__ import annotations

from hooks.limits.asked import Asked
from hooks.reasons import Reason

STALE_AFTER = 30  # seconds without a sign of life of any worker


def require_worker(asked: Asked) -> Reason | None:
    if not _needs_ending(asked):
        return None
    is_alive = is_worker_alive(asked.facts.worker_seen_at, asked.clock)
    return None if is_alive else Reason.WORKER_AWAY


def is_worker_alive(seen_at: float | None, now: float) -> bool:
    """Seen in the future: before the clock was stepped back. One that lives is soon seen anew."""
    return seen_at is not None and abs(now - seen_at) < STALE_AFTER


def _needs_ending(asked: Asked) -> bool:
    costs = asked.rate is not None and asked.rate.per_minute > 0
    return asked.longest is not None or any(
        limit.minutes_per_day is not None
        or limit.minutes_per_month is not None
        or (costs and (limit.money_per_day is not None or limit.money_per_month is not None))
        for limit in asked.limits
    )
