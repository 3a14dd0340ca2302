"""When a message that failed is tried again: ten tries over 75 hours and a half. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MINUTE, _HOUR = 60, 3600  # seconds
# After the first failure, the second, and so on.
PAUSES = (
    *(5, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR),
    *(10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR),
)
JITTER = 0.1  # of a pause, so that what failed together does not come back together
LONGEST_RETRY_AFTER = 24 * _HOUR  # seconds


def next_pause(tries: int, now: datetime, retry_after: str, chance: float) -> float | None:
    """Seconds, after so many `tries`, the failed one included; None: given up.

    `chance` is from 0 to 1; `now` is by this machine's clock, which a receiver's agrees with.
    """
    if tries > len(PAUSES):
        return None
    pause = PAUSES[tries - 1] * (1 + JITTER * chance)
    asked = read_retry_after(retry_after, now)
    return max(pause, asked * (1 + JITTER * chance))


def read_retry_after(text: str, now: datetime) -> float:
    """In seconds, at most a day; 0 where nothing that makes sense was asked for."""
    if text.isascii() and text.isdigit():
        return float(min(int(text), LONGEST_RETRY_AFTER))
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), float(LONGEST_RETRY_AFTER))
