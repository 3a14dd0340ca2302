"""A time that somebody wrote: in an address, a form or a body."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime


def parse_time(text: str) -> datetime | None:
    """In UTC, because PostgreSQL takes no offset of 16 hours or more. None where it is no time."""
    try:
        at = parse_datetime(text)
        in_utc = at and (at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC))
    except (ValueError, OverflowError):  # well written, but there is no such day
        return None
    return in_utc if in_utc and 1970 <= in_utc.year < 9999 else None
